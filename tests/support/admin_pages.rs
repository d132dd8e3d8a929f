//! The admins' pages as they are built: a debug broker serves the folder `admin-ui/dist`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use super::{find_program, process};

fn newest(path: &Path) -> SystemTime {
    let own = fs::metadata(path).and_then(|about| about.modified());
    let own = own.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let below = fs::read_dir(path).into_iter().flatten().flatten();
    below.map(|one| newest(&one.path())).fold(own, SystemTime::max)
}

/// Builds them where they are missing, or older than what they are made of.
pub fn build() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("admin-ui");
    let made_of = [
        "src",
        "index.html",
        "package.json",
        "package-lock.json",
        "../openapi.json",
    ];
    let built = folder.join("dist/index.html");
    let changed = made_of.into_iter().map(|name| newest(&folder.join(name)));
    if built.exists() && changed.max() <= Some(newest(&built)) {
        return;
    }
    let npm = |args: &[&str]| {
        let mut command = Command::new(find_program("npm"));
        process::run(command.args(args).current_dir(&folder));
    };
    if !folder.join("node_modules/.package-lock.json").exists() {
        npm(&["ci", "--no-audit", "--no-fund"]);
    }
    npm(&["run", "build"]);
}

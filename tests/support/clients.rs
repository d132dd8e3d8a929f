//! The clients and the example, in a copy where building them leaves the tree as it is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{HOW_TO_INSTALL, find_program, peers_dir, process};

/// A folder with `clients/` and `examples/` as they are in the tree, and the packages that they need.
pub fn stage() -> PathBuf {
    let stage = process::new_dir("stage");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["clients", "examples"] {
        copy(&root.join(folder), &stage.join(folder));
    }
    symlink(
        peer("typescript/node_modules", "the packages of the clients"),
        stage.join("node_modules"),
    )
    .expect("a link in our own folder");
    let own = stage.join("examples/chat-app/node_modules");
    fs::create_dir(&own).expect("a folder in our own folder");
    symlink("../../../clients/typescript", own.join("partyline-client")).expect("a link in our own folder");
    stage
}

/// Something that `tests/install-peers.sh` installs.
pub fn peer(path: &str, what: &str) -> PathBuf {
    let found = peers_dir().join(path);
    assert!(
        found.exists(),
        "{what} are missing ({}): {HOW_TO_INSTALL}",
        found.display()
    );
    found
}

/// Python with what the client needs, at work in the client's folder.
pub fn python(stage: &Path) -> Command {
    let mut python = Command::new(peer("python/bin/python3", "the Python packages"));
    python
        .current_dir(stage.join("clients/python"))
        .env("PYTHONPATH", stage.join("clients/python"));
    python
}

/// npm, at work in one of the staged packages.
pub fn npm(stage: &Path, package: &str) -> Command {
    let mut npm = Command::new(find_program("npm"));
    npm.current_dir(stage.join(package));
    npm
}

/// The first block of code in this language in a document.
pub fn code_block(path: &Path, language: &str) -> String {
    let text = fs::read_to_string(path).expect("a document");
    let begin = format!("```{language}\n");
    let (_, rest) = text.split_once(&begin).expect("a block of code");
    rest.split_once("```").expect("its end").0.to_owned()
}

/// Copies what is in the tree, without what building leaves there.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder in our own folder");
    for entry in fs::read_dir(from).expect("a folder of the tree") {
        let entry = entry.expect("an entry");
        let name = entry.file_name();
        if ["node_modules", "dist", "build", "__pycache__"].contains(&name.to_string_lossy().as_ref()) {
            continue;
        }
        let (from, to) = (entry.path(), to.join(&name));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a copy of a file");
        }
    }
}

//! The API's document by the official validator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must stop"
)]

mod support;

use std::process::Command;

use support::{HOW_TO_INSTALL, peers_dir};

#[test]
fn the_printed_document_is_valid_openapi_3_1() {
    let printed = Command::new(env!("CARGO_BIN_EXE_partyline"))
        .arg("openapi")
        .output()
        .unwrap();
    assert!(printed.status.success());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, &printed.stdout).unwrap();

    let checked = Command::new(peers_dir().join("venv/bin/python3"))
        .args([
            "-m",
            "openapi_spec_validator",
            "--schema",
            "3.1",
            "--errors",
            "all",
        ])
        .arg(&file)
        .output()
        .unwrap();
    let said = [checked.stdout, checked.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(
        !said.contains("No module named"),
        "openapi-spec-validator is missing: {HOW_TO_INSTALL}"
    );
    assert!(checked.status.success(), "{said}");
}

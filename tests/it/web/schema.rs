//! A foreign tester reads the API's description and tries it against the real binary.

use std::path::PathBuf;
use std::process::Command;

use crate::harness::Station;
use crate::parts::{Part, have};

/// From the Python package of the same name.
const SCHEMATHESIS: Part = Part("schemathesis", "PyPI: schemathesis");

#[test]
fn a_schema_tester_finds_nothing_wrong_with_the_api() {
    if !have("the schema test", &[SCHEMATHESIS]) {
        return;
    }
    let station = Station::new();
    let token = station.sender("siak");
    let daemon = station.daemon();
    let report: PathBuf = station.outside("schemathesis");
    std::fs::create_dir(&report).unwrap();
    let output = Command::new(SCHEMATHESIS.0)
        .arg("run")
        .arg(format!("http://{}/api/v1/openapi.json", daemon.address()))
        .args(["--header", &format!("Authorization: Bearer {token}")])
        // The same cases every time.
        .args(["--seed", "20261124", "--max-examples", "25"])
        .args([
            "--checks",
            "all",
            "--no-color",
            "--suppress-health-check",
            "all",
        ])
        .current_dir(&report)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

//! The API as foreign programs use it: a tester that reads its description, and the examples of
//! its documentation.

use std::path::PathBuf;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::harness::{Station, child};
use crate::parts::{Part, have};

/// From the Python package of the same name.
pub const CURL: Part = Part("curl", "curl");
const SED: Part = Part("sed", "sed");
const BASH: Part = Part("bash", "bash");

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
        .args(["--seed", "20261124", "--max-examples", "60"])
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

/// The shell's part of the page on the API, in its order.
fn examples() -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/api.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks = page.split("```sh\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap());
    blocks.collect::<Vec<_>>().join("\necho\n")
}

#[test]
fn the_examples_of_the_documentation_send_a_record_and_hear_what_became_of_it() {
    if !have("the API's examples", &[CURL, SED, BASH]) {
        return;
    }
    let station = Station::new();
    let token = station.sender("siak");
    let daemon = station.daemon();
    let folder = station.outside("pengirim");
    std::fs::create_dir(&folder).unwrap();
    let girl = child(1);
    station.know(&girl);
    let photo = girl.photo.as_ref().unwrap();
    std::fs::write(folder.join("rekaman.json"), girl.record.to_string()).unwrap();
    std::fs::write(folder.join("foto.jpg"), photo).unwrap();
    let mut record = girl.record.clone();
    record["foto_base64"] = STANDARD.encode(photo).into();
    std::fs::write(folder.join("rekaman-foto.json"), record.to_string()).unwrap();
    let output = Command::new(BASH.0)
        .args(["-euo", "pipefail", "-c", &examples()])
        .current_dir(&folder)
        .env("KIA", format!("http://{}", daemon.address()))
        .env("TOKEN", &token)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}{errors}");
    let told: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [outcome, again] = &told[..] else {
        panic!("{said}");
    };
    assert!(outcome["status"].is_string(), "{outcome}");
    // The photo in another dress is the same submission.
    assert_eq!(outcome["submission"], again["submission"]);
}

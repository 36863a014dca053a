use super::*;
use crate::domain::hex::hex;

/// At least one body of each kind of event, with and without its optional fields.
const GOLDEN: &str = include_str!("golden.jsonl");

#[test]
fn a_stored_body_keeps_its_spelling() {
    for body in GOLDEN.lines() {
        assert!(Event::from_canonical(body).is_some(), "{body}");
    }
}

#[test]
fn each_kind_of_event_has_a_golden_body() {
    // The refusal of an unknown kind names every known one.
    let refused = serde_json::from_str::<Event>(r#"{"kind":""}"#).unwrap_err();
    let refused = refused.to_string();
    let kinds: Vec<&str> = refused.split('`').skip(3).step_by(2).collect();
    assert!(kinds.contains(&"station-created"), "{refused}");
    for kind in kinds {
        let start = format!(r#"{{"kind":"{kind}""#);
        assert!(
            GOLDEN.lines().any(|body| body.starts_with(&start)),
            "{kind}"
        );
    }
}

#[test]
fn the_hash_of_an_event_never_changes() {
    let at = "2026-11-24T03:04:05.000006Z";
    let body = r#"{"kind":"audited","what":"login"}"#;
    let hash = chain_hash(&[7; 32], 2, at, "operator:siti", body);
    assert_eq!(
        hex(&hash),
        "51aad6a9d215f76b260cb5f007d7a10dcd2004f40aa0d178fbe5533d55b22146"
    );
}

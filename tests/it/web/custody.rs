//! Proofs, backups and requests about personal data in a browser.

use super::desk::{done, refused, rendered};
use crate::harness::{Settings, Station, child, today};

/// A recipient whose identity nobody keeps.
fn recipient() -> String {
    let key = age::x25519::Identity::generate().to_public();
    format!("[backup]\nrecipient = \"{key}\"\n")
}

#[test]
fn a_supervisor_verifies_backs_up_and_drills_and_each_shows_how_it_ended() {
    let station = Station::with(Settings {
        more: recipient(),
        ..Settings::default()
    });
    station.people();
    let daemon = station.daemon();
    let ratna = daemon.logged_in("ratna");
    let page = || ratna.get("/custody").is(200).text();
    ratna.get("/custody/kept").is(404);
    for (count, job) in (1..).zip(["verify", "backup", "drill"]) {
        assert!(done(&ratna, &format!("/custody/{job}"), "").contains("dimulai"));
        daemon.until("the job has ended", || {
            page().matches("Utuh:").count() == count
        });
    }
    assert_eq!(station.events_with("backup"), 1);
    assert_eq!(station.events_with("restore-drill"), 1);
    assert!(!station.has("ledger/drill.tmp"));
    // One backup is kept, and who takes it away is entered.
    assert_eq!(station.names("backups").len(), 1);
    let kept = ratna.get("/custody/kept").is(200);
    assert!(kept.body.starts_with(b"age-encryption.org/v1"));
    assert_eq!(station.events_with("backup"), 2);
    done(&ratna, "/custody/backup", "");
    daemon.until("the job has ended", || station.events_with("backup") == 3);
    daemon.until("one is kept", || station.names("backups").len() == 1);
    let siti = daemon.logged_in("siti");
    for path in ["/custody", "/custody/kept"] {
        siti.get(path).is(403);
    }
    daemon.stop();
    station.is_sound();
}

#[test]
fn a_parents_request_and_the_notice_of_a_breach_are_a_supervisors_and_entered() {
    let (station, _) = rendered(1);
    let daemon = station.daemon();
    let budi = daemon.logged_in("budi");
    let page = budi.get("/custody").is(200).text();
    // Without a recipient nothing leaves through a browser.
    assert!(page.contains("recipient"), "{page}");
    assert!(!page.contains("/custody/backup"), "{page}");
    let one = child(1);
    let of = |nik: &str| format!("nik={nik}");
    let told = budi.post("/custody/subject", &of(one.nik())).is(200);
    assert!(told.text().contains(one.nama()), "{}", told.text());
    assert_eq!(station.events_with("subject-report"), 1);
    assert!(refused(&budi, "/custody/subject", &of("12")).contains("NIK"));
    let day = today();
    let days = format!("from={day}&to={day}&full=yes");
    let notice = budi.post("/custody/breach", &days).is(200).text();
    assert!(notice.contains("PEMBERITAHUAN") && notice.contains(one.nama()));
    assert_eq!(station.events_with("breach-report"), 1);
    let turned = format!("from={day}&to=2026-01-01");
    refused(&budi, "/custody/breach", &turned);
    let ratna = daemon.logged_in("ratna");
    let page = ratna.get("/custody").is(200).text();
    assert!(!page.contains("/custody/subject"), "{page}");
    ratna.post("/custody/subject", &of(one.nik())).is(403);
    assert_eq!(station.events_with("step-denied"), 1);
    daemon.stop();
    station.is_sound();
}

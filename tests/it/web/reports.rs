//! Reports, the register and the trail in a browser.

use std::io::Cursor;

use calamine::{Reader, Xlsx, open_workbook_from_rs};
use kia_station::ledger::Checkpoint;

use super::desk::{done, rendered, told};
use crate::harness::today;

const ALL: [&str; 6] = [
    "daily",
    "half-month",
    "district",
    "coverage",
    "pace",
    "plan",
];

#[test]
fn every_report_is_shown_and_given_as_table_workbook_and_paper_and_who_took_it_is_kept() {
    let (station, _) = rendered(3);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    done(&siti, "/lots/L00001/confirm", "");
    for report in ALL {
        let page = siti.get(&format!("/reports/{report}")).is(200).text();
        assert!(page.contains("<caption>"), "{report}: {page}");
        // The page's policy lets no style through that stands in the document.
        assert!(!page.contains("style="), "{report}");
        assert!(!page.contains("<style"), "{report}");
        let csv = siti.get(&format!("/reports/{report}/csv")).is(200);
        assert!(csv.text().contains(','), "{report}");
        let xlsx = siti.get(&format!("/reports/{report}/xlsx")).is(200);
        let book: Xlsx<_> = open_workbook_from_rs(Cursor::new(xlsx.body)).unwrap();
        assert!(!book.sheet_names().is_empty());
        let pdf = siti.get(&format!("/reports/{report}/pdf")).is(200);
        assert!(pdf.body.starts_with(b"%PDF-"), "{report}");
    }
    assert_eq!(station.events_with("report-exported"), 18);
    // The page and the command count alike.
    let command = station
        .run(&["report", "daily", "--format", "csv"])
        .ended(0);
    let page = siti.get("/reports/daily/csv").is(200).text();
    assert_eq!(page, command.out);
    for chart in ["coverage", "pace"] {
        let page = siti.get(&format!("/reports/{chart}")).is(200).text();
        assert!(page.contains("<svg"), "{chart}");
    }
    let ahead = siti.get("/reports/daily?day=2999-01-01").is(200).text();
    assert!(ahead.contains("belum tiba"), "{ahead}");
    let wrong = siti.get("/reports/pace?weeks=0").is(200).text();
    assert!(wrong.contains("1 sampai 260"), "{wrong}");
    siti.get("/reports/lain").is(404);
    daemon.stop();
    station.is_sound();
}

#[test]
fn whole_niks_and_names_leave_the_station_only_with_who_may_take_them() {
    let (station, _) = rendered(2);
    let nik = crate::harness::child(1).nik().to_owned();
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    done(&siti, "/lots/L00001/confirm", "");
    let masked = siti.post("/reports/register", "format=csv").is(200).text();
    assert_eq!(masked.lines().count(), 3, "{masked}");
    assert!(!masked.contains(&nik), "{masked}");
    siti.post("/reports/register", "format=csv&full=yes")
        .is(403);
    siti.get("/reports/plan/csv?names=on").is(403);
    assert_eq!(station.events_with("step-denied"), 2);
    assert!(
        !siti
            .get("/reports/register")
            .is(200)
            .text()
            .contains("name=\"full\"")
    );
    let ratna = daemon.logged_in("ratna");
    let whole = ratna
        .post("/reports/register", "format=csv&full=yes")
        .is(200);
    assert!(whole.text().contains(&nik));
    let pdf = ratna.post("/reports/register", "format=pdf").is(200);
    assert_eq!(pdf.header("content-type"), Some("application/pdf"));
    ratna.get("/reports/plan/csv?names=on").is(200);
    let turned = format!("from={}&to=2026-01-01&format=csv", today());
    assert!(!told(&ratna.post("/reports/register", &turned).is(303)).0);
    assert_eq!(station.events_with("register-exported"), 3);
    daemon.stop();
    station.is_sound();
}

#[test]
fn the_trail_tells_an_auditor_who_took_out_what_newest_first_by_actor_and_day() {
    let (station, _) = rendered(1);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    siti.get("/audit").is(403);
    siti.get("/reports/daily/csv").is(200);
    let ratna = daemon.logged_in("ratna");
    let all = ratna.get("/audit").is(200).text();
    let at = |text: &str| all.find(text).unwrap_or_else(|| panic!("{text}: {all}"));
    let denied = at("langkah ditolak: tidak berhak (trail-view)");
    let taken = at("mengunduh laporan (daily");
    assert!(taken < denied, "the newest comes first");
    let of = |filter: &str| ratna.get(&format!("/audit?{filter}")).is(200).text();
    assert!(of("actor=operator:siti&day=").contains("mengunduh laporan"));
    assert!(!of("actor=operator:budi").contains("mengunduh laporan"));
    assert!(of(&format!("day={}", today())).contains("mengunduh laporan"));
    assert!(of("day=2020-01-01").contains("Tidak ada catatan"));
    // A closed day is signed, and the signature can be carried away.
    done(&siti, "/stock/blanks", "what=received&media=kia&count=9");
    done(&siti, "/day", "media=kia&counted=9");
    let name = format!("{}.json", today());
    assert!(of("").contains(&format!("/audit/checkpoints/{name}")));
    let kept = ratna.get(&format!("/audit/checkpoints/{name}")).is(200);
    assert!(kept.header("content-disposition").unwrap().contains(&name));
    let checkpoint = Checkpoint::parse(&kept.text()).unwrap();
    assert_eq!(checkpoint.day, today());
    ratna.get("/audit/checkpoints/2020-01-01.json").is(404);
    daemon.stop();
    station.is_sound();
}

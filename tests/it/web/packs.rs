//! Packs in a browser, from gathering to what comes back.

use kia_station::domain::card::{Evidence, State};
use kia_station::ledger::{Ledger, Tx};

use super::client::Visitor;
use super::desk::{done, refused, rendered, told};
use crate::harness::Station;

/// A station with one pack's worth of cards that came out, all but the last verified.
pub fn printed(count: u32) -> (Station, Vec<String>) {
    let (station, cards) = rendered(count);
    let mut ledger = Ledger::open(&station.path("ledger")).unwrap();
    let moves = |tx: &mut Tx<'_>| {
        for (at, card) in (1..).zip(&cards) {
            let card = card.parse().unwrap();
            tx.move_card(card, State::Printed, Evidence::Operator, None)?;
            if at < cards.len() {
                tx.move_card(card, State::Verified, Evidence::Scan, None)?;
            }
        }
        Ok::<(), kia_station::ledger::Error>(())
    };
    let now = jiff::Timestamp::now();
    ledger.write("operator:siti", now, moves).unwrap();
    (station, cards)
}

/// The pack that the redirect of a step names.
fn made(visitor: &Visitor) -> String {
    let answer = visitor.post("/packs", "school=").is(303);
    assert!(told(&answer).0, "{:?}", told(&answer));
    let to = answer.header("location").unwrap();
    to.strip_prefix("/packs/").unwrap().to_owned()
}

/// What the list says of a pack; its cards are shown to nobody without a password.
fn listed(station: &Station, pack: &str, field: &str) -> String {
    let listed = station.run(&["pack", "list", "--json"]).ended(0).json();
    let mut packs = listed["packs"].as_array().unwrap().iter();
    let found = packs.find(|found| found["pack"] == pack).unwrap();
    found[field].as_str().unwrap().to_owned()
}

fn state(station: &Station, pack: &str) -> String {
    listed(station, pack, "state")
}

#[test]
fn a_pack_goes_from_the_table_to_its_school_and_back_in_a_browser() {
    let (station, cards) = printed(4);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let list = siti.get("/packs").is(200).text();
    assert!(list.contains("Buat paket"), "{list}");
    let pack = made(&siti);
    let to = |step: &str| format!("/packs/{pack}/{step}");
    refused(&siti, "/packs", "school=");

    // What was never scanned is for a supervisor to answer for.
    let unscanned = &cards[3];
    done(&siti, &to("add"), &format!("card={unscanned}"));
    let why = refused(&siti, &to("close"), "");
    assert!(
        why.contains("belum dipindai") && why.contains(unscanned),
        "{why}"
    );
    let page = siti.get(&format!("/packs/{pack}")).is(200).text();
    assert!(!page.contains("/waive"), "an operator is not offered it");
    siti.post(&to("waive"), "").is(403);
    let budi = daemon.logged_in("budi");
    let page = budi.get(&format!("/packs/{pack}")).is(200).text();
    assert!(page.contains("/waive"));
    done(&budi, &to("waive"), "");

    // Papers before and scans after the signing.
    for what in ["bast", "tanda-terima", "label"] {
        let paper = siti
            .post(&to("papers"), &format!("what={what}&receiver=Sri"))
            .is(200);
        assert_eq!(paper.header("content-type"), Some("application/pdf"));
        assert!(paper.body.starts_with(b"%PDF-"));
    }
    siti.post(&to("papers"), "what=lain").is(404);
    assert_eq!(station.events_with("pack-papers-exported"), 3);
    let scan = |bytes: &[u8]| {
        let parts = [("scan", Some("bast.pdf"), bytes)];
        told(&siti.post_parts(&to("files"), &parts).is(303))
    };
    assert!(!scan(b"bukan PDF").0);
    assert!(scan(b"%PDF-1.7 tanda tangan").0);
    assert!(!scan(b"%PDF-1.7 tanda tangan").0, "the same file twice");
    let page = siti.get(&format!("/packs/{pack}")).is(200).text();
    let link = page.split_once(&to("files/")).unwrap().1;
    let name = link.split_once('"').unwrap().0;
    let kept = siti.get(&to(&format!("files/{name}"))).is(200);
    assert_eq!(kept.body, b"%PDF-1.7 tanda tangan");
    siti.get(&to("files/..%2Fstation.toml")).is(404);

    refused(&siti, &to("send"), "via=artis&number=");
    done(&siti, &to("send"), "via=artis&number=P2611240012345");
    // A label's code opens the pack, also where it is typed into the search.
    let code = listed(&station, &pack, "code");
    let found = siti.get(&format!("/packs?find={code}")).is(303);
    assert_eq!(found.header("location"), Some(&*format!("/packs/{pack}")));

    let why = refused(&siti, &to("receive"), "what=except");
    assert!(why.contains("Centang"), "{why}");
    done(
        &siti,
        &to("receive"),
        &format!("what=except&card={}", cards[0]),
    );
    assert_eq!(state(&station, &pack), "partial");
    done(
        &siti,
        &to("receive"),
        &format!("what=unclaimed&card={}", cards[0]),
    );
    done(
        &siti,
        &to("return"),
        &format!("reason=tidak-diambil&card={}", cards[0]),
    );
    assert_eq!(state(&station, &pack), "received");
    done(&siti, &to("redeliver"), "");
    let list = siti.get("/packs").is(200).text();
    assert_eq!(list.matches("tag \">terbuka").count(), 1, "{list}");
    daemon.stop();
    station.is_sound();
}

#[test]
fn a_chosen_card_leaves_an_open_pack_or_goes_to_the_school_that_is_named() {
    let (station, cards) = printed(3);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let pack = made(&siti);
    let to = |step: &str| format!("/packs/{pack}/{step}");
    done(
        &siti,
        &to("remove"),
        &format!("card={}&card={}", cards[0], cards[1]),
    );
    let page = siti.get(&format!("/packs/{pack}")).is(200).text();
    assert_eq!(page.matches("KELUAR dari paket").count(), 2);
    let why = refused(&siti, &to("close"), "");
    assert!(why.contains("kosong"), "{why}");
    let why = refused(
        &siti,
        &to("move"),
        &format!("card={}&school=99999999", cards[0]),
    );
    assert!(why.contains("99999999"), "{why}");
    refused(&siti, &to("add"), "card=K000001");
    refused(&siti, &to("send"), "via=petugas&on=2999-01-01");
    // An auditor sees everything and changes nothing.
    let ratna = daemon.logged_in("ratna");
    let page = ratna.get(&format!("/packs/{pack}")).is(200).text();
    assert!(!page.contains("type=\"checkbox\"") && !page.contains("/close"));
    ratna.post("/packs", "school=").is(403);
    siti.get("/packs/P00009-9").is(404);
    daemon.stop();
    station.is_sound();
}

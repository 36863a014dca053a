//! Supplies in a browser.

use super::desk::{done, refused, rendered};

#[test]
fn spoiled_cards_are_destroyed_only_once_they_were_looked_at_and_the_minutes_are_a_pdf() {
    let (station, cards) = rendered(2);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    done(&siti, "/stock/blanks", "what=received&media=kia&count=10");
    done(
        &siti,
        "/stock/blanks",
        "what=spoiled&media=kia&count=2&note=tergores",
    );
    let bad = &cards[1];
    done(
        &siti,
        "/lots/L00001/confirm",
        &format!("spoiled={bad}&reason-{bad}=pita"),
    );
    let form = "media=kia&blanks=2&witnesses=Andi+Saksi%0D%0ASri+Saksi%0D%0A";
    let review = siti.post("/stock/destroy", form).is(200).text();
    for said in [bad.as_str(), "Andi Saksi, Sri Saksi", "2 blanko cacat"] {
        assert!(review.contains(said), "{said} in {review}");
    }
    assert!(!review.contains(&cards[0]));
    assert_eq!(station.number("SELECT count(*) FROM destructions"), 0);
    siti.post("/stock/destroy", "media=kia&blanks=2&witnesses=")
        .is(303);
    // Meanwhile another card was spoiled: what is destroyed is not what was looked at.
    done(&siti, &format!("/cards/{}/spoil", cards[0]), "reason=buram");
    let old = format!("{form}&cards={bad}");
    assert!(refused(&siti, "/stock/destroy", &old).contains("periksa sekali lagi"));
    let mut both = cards.clone();
    both.sort();
    let now = format!("{form}&cards={}", both.join("+"));
    assert!(done(&siti, "/stock/destroy", &now).contains("nomor 1"));
    assert_eq!(
        station.number("SELECT count(*) FROM cards WHERE minutes = 1"),
        2
    );
    let minutes = siti.get("/stock/minutes/1").is(200);
    assert_eq!(minutes.header("content-type"), Some("application/pdf"));
    assert!(minutes.body.starts_with(b"%PDF-"));
    assert_eq!(station.events_with("minutes-exported"), 1);
    siti.get("/stock/minutes/2").is(404);
    daemon.stop();
    station.is_sound();
}

#[test]
fn blanks_and_ribbons_come_and_go_and_what_cannot_be_is_refused_in_words() {
    let (station, _) = rendered(1);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let blanks = |form: &str| done(&siti, "/stock/blanks", &format!("media=kia&{form}"));
    let why = refused(&siti, "/stock/blanks", "media=kia&what=lent&count=1");
    assert!(why.contains("belum pernah diterima"), "{why}");
    blanks("what=received&count=20&batch=KMS-7&first=BL01&last=BL20");
    for serials in [
        "first=BL05&last=BL06",
        "first=BL30&last=",
        "first=BL9&last=BL8",
    ] {
        let form = format!("media=kia&what=received&count=2&{serials}");
        refused(&siti, "/stock/blanks", &form);
    }
    refused(&siti, "/stock/blanks", "media=kia&what=test&count=0");
    blanks("what=lent&count=5&note=Kecamatan+1702194503180001");
    blanks("what=returned&count=2");
    blanks("what=test&count=1");
    let counted = done(&siti, "/stock/count", "media=kia&count=15");
    assert!(
        counted.contains("menurut buku 16, dihitung 15, selisih -1"),
        "{counted}"
    );
    let ribbons = |form: &str| done(&siti, "/stock/ribbons", form);
    ribbons("what=receive&ribbons=2&prints=500");
    ribbons("what=put-in&discarded=0");
    ribbons("what=use&prints=30");
    refused(&siti, "/stock/ribbons", "what=receive&ribbons=0&prints=500");
    let page = siti.get("/stock").is(200).text();
    assert!(page.contains("Blanko kia<b>16</b>"), "{page}");
    assert!(page.contains("<b>970</b><small>1 di rak"), "{page}");
    assert_eq!(
        station.events_with("1702194503180001"),
        0,
        "notes are masked"
    );
    daemon.stop();
    station.is_sound();
}

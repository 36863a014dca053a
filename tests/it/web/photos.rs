//! The photo desk over the wire.

use super::client::Answer;
use super::desk::{done, refused, rendered, told};
use crate::harness::{Station, child, picture};

/// A picture that a card can carry: dark on its left, light on its right.
pub fn two_halves() -> Vec<u8> {
    picture(600, 900, |x, y| {
        let grain = ((x / 20 + y / 20) % 2) as u8 * 12;
        match x < 300 {
            true => [40 + grain, 40, 90],
            false => [220, 205 + grain, 190],
        }
    })
}

#[test]
fn a_photo_is_cut_anew_or_replaced_and_what_is_no_photo_changes_nothing() {
    let (station, cards) = rendered(2);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let path = format!("/photos/{}", cards[0]);
    let now = || siti.get(&format!("{path}/now.jpg")).is(200).body;
    let before = now();
    for frame in [
        "x=0.5&y=0.5&width=0&turn=0",
        "x=2&y=0.5&width=1&turn=0",
        "x=NaN&y=0.5&width=1&turn=0",
        "x=0.5&y=0.5&width=1&turn=400",
        // Too few pixels are left.
        "x=0.5&y=0.5&width=0.1&turn=0",
    ] {
        refused(&siti, &path, frame);
    }
    assert!((400..500).contains(&siti.post(&path, "x=kiri").status));
    let replace = format!("{path}/replace");
    let with = |bytes: &[u8]| told(&siti.post_parts(&replace, &[("photo", Some("a.jpg"), bytes)]));
    let whole = two_halves();
    for bytes in [b"GIF89a".as_slice(), b"", &whole[..whole.len() / 2]] {
        assert!(!with(bytes).0, "{} bytes", bytes.len());
    }
    let (good, text) = with(&vec![0xff; 25 << 20]);
    assert!(!good && text.contains("terlalu besar"), "{text}");
    assert_eq!(now(), before);

    // The PDF of its lot may have been printed: each change is of a card with a code of its own.
    let moved_to = |answer: &Answer| {
        let (good, text) = told(answer);
        assert!(good && text.contains("menggantikan"), "{text}");
        answer.header("location").unwrap().to_owned()
    };
    let turned = moved_to(&siti.post(&path, "x=0.5&y=0.5&width=1&turn=3"));
    let picture = |path: &str| siti.get(&format!("{path}/now.jpg")).is(200).body;
    assert!(picture(&turned) != before);
    daemon.until("the new card is in a PDF", || {
        let card = turned.trim_start_matches("/photos/");
        station.cards(card)[0]["card"]["state"] == "rendered"
    });
    let parts = [("photo", Some("a.jpg"), whole.as_slice())];
    let path = moved_to(&siti.post_parts(&format!("{turned}/replace"), &parts));
    assert!(picture(&path) != picture(&turned));
    assert_eq!(station.cards(&cards[0])[0]["card"]["state"], "cancelled");
    let original = siti.get(&format!("{path}/original")).is(200).body;
    assert_eq!(original, whole, "what was uploaded is kept");
    // Whoever asks for the picture alone has seen it as well.
    let budi = daemon.logged_in("budi");
    let looks = station.events_with("photo-viewed");
    budi.get(&format!("{path}/original")).is(200);
    budi.get(&format!("{path}/original")).is(200);
    assert_eq!(station.events_with("photo-viewed"), looks + 1);
    assert!(station.events_with("photo-changed") >= 2);

    // The other card's picture is its own, and a printed card keeps what it has.
    let other = format!("/photos/{}", cards[1]);
    done(&siti, "/lots/L00001/confirm", "");
    let printed = siti.get(&format!("{other}/now.jpg")).is(200).body;
    refused(&siti, &other, "x=0.5&y=0.5&width=1&turn=3");
    assert_eq!(siti.get(&format!("{other}/now.jpg")).body, printed);
    assert!(siti.get(&other).text().contains("tidak bisa diubah"));
    for wrong in [
        "1",
        "K999999-2",
        "K999999-2/now.jpg",
        "..%2f",
        "shared/7.jpg",
        "shared/x",
    ] {
        let answer = siti.get(&format!("/photos/{wrong}")).is(404);
        assert!(answer.text().contains("Halaman ini tidak ada"), "{wrong}");
    }
    let ratna = daemon.logged_in("ratna");
    ratna.get(&format!("{path}/now.jpg")).is(403);
    ratna.post(&path, "x=0.5&y=0.5&width=1&turn=3").is(403);
    daemon.stop();
    station.is_sound();
}

#[test]
fn what_is_taken_in_again_comes_out_of_rejected_and_from_nowhere_else() {
    let station = Station::new();
    station.people();
    let twin = child(2).with_photo(child(1).photo.unwrap());
    station.drop_batch("KEMBAR", &[child(1), twin]);
    station.once().ended(1);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let again = "/photos/shared/again";
    for folder in [
        "..",
        ".",
        "",
        "..%2Faccepted",
        "%2Ftmp",
        "KEMBAR%2F..",
        "tidak-ada",
    ] {
        siti.post(again, &format!("folder={folder}")).is(404);
    }
    siti.post("/photos/shared/allow", "folder=KEMBAR&row=1&reason=kembar")
        .is(403);
    let budi = daemon.logged_in("budi");
    budi.post("/photos/shared/allow", "folder=KEMBAR&row=9&reason=kembar")
        .is(404);
    refused(
        &budi,
        "/photos/shared/allow",
        "folder=KEMBAR&row=1&reason=+",
    );
    assert_eq!(station.events_with("exception-allowed"), 0);
    assert_eq!(station.names("rejected"), ["KEMBAR"]);
}

#[test]
fn the_shared_picture_that_is_offered_is_that_of_the_child_in_the_returned_file() {
    let station = Station::new();
    station.people();
    // The second row goes through: what comes back are rows 1, 3 and 4, numbered anew.
    let twin = child(4).with_photo(child(3).photo.unwrap());
    let old = child(1).with("alamat", "-");
    station.drop_batch("KEMBAR", &[old, child(2), child(3), twin]);
    station.once().ended(1);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let page = siti.get("/photos").is(200).text();
    let offered = |number: u32| page.contains(child(number).record["nama"].as_str().unwrap());
    assert_eq!([1, 3, 4].map(offered), [false, true, true]);
    daemon.stop();
}

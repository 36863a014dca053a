//! Finding cards and looking at them, and what is recorded of it.

use super::desk::rendered;
use crate::harness::child;

#[test]
fn a_card_shows_its_pictures_and_its_numbers_masked_until_they_are_asked_for() {
    let (station, cards) = rendered(2);
    let girl = child(2);
    let card = station.card_of(&girl);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let path = format!("/cards/{card}");
    let page = siti.get(&path).is(200).text();
    assert!(page.contains(girl.nama()), "{page}");
    assert!(!page.contains(girl.nik()), "{page}");
    for side in ["front", "back"] {
        let picture = siti.get(&format!("{path}/{side}.png")).is(200);
        assert_eq!(picture.header("content-type"), Some("image/png"));
        assert_eq!(picture.header("cache-control"), Some("no-store"));
        let picture = image::load_from_memory(&picture.body).unwrap().to_rgb8();
        // 85.60 × 53.98 mm at 180 dots per inch.
        assert_eq!(picture.dimensions(), (606, 382));
        let white = picture.pixels().filter(|pixel| pixel.0 == [255; 3]).count();
        assert!(white < (606 * 382), "{side} is empty");
    }
    let fronts = cards
        .iter()
        .map(|card| siti.get(&format!("/cards/{card}/front.png")).body);
    let fronts: Vec<Vec<u8>> = fronts.collect();
    assert_ne!(fronts[0], fronts[1], "each card has its own picture");
    // Both sides were one look; the other card's picture is another.
    assert_eq!(station.events_with("picture-viewed"), 2);
    siti.get(&path).is(200);
    assert_eq!(station.events_with("card-viewed"), 1);
    daemon.logged_in("ratna").get(&path).is(200);
    assert_eq!(station.events_with("card-viewed"), 2);

    let shown = siti.post(&format!("{path}/numbers"), "").is(200).text();
    assert!(shown.contains(girl.nik()), "{shown}");
    assert!(shown.contains(girl.record["no_kk"].as_str().unwrap()));
    assert_eq!(station.events_with("nik-shown"), 1);
    // Its history says who looked.
    let history = siti.get(&path).text();
    assert!(history.contains("melihat NIK lengkap") && history.contains("operator:siti"));
    siti.get("/cards/K999999-2/front.png").is(404);
    siti.get("/cards/K000001-1").is(404);
    daemon.stop();
    station.is_sound();
}

#[test]
fn a_card_is_found_by_number_nik_name_and_school_and_no_address_names_a_child() {
    let (station, cards) = rendered(3);
    let girl = child(2);
    let card = station.card_of(&girl);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let find = |text: &str| siti.post("/cards", &format!("text={}", text.replace(' ', "+")));
    let by_number = find(&card.to_lowercase()).is(303);
    assert_eq!(
        by_number.header("location"),
        Some(&*format!("/cards/{card}"))
    );
    for text in [girl.nik(), &girl.nama().to_lowercase()] {
        let found = find(text).is(200);
        let page = found.text();
        assert_eq!(found.header("location"), None);
        assert!(page.contains(&card), "{page}");
        assert!(!page.contains(&cards[0]) || cards[0] == card, "{page}");
    }
    let page = find(girl.nik()).text();
    let typed = "value=\"170219**********\"";
    assert!(
        !page.contains(typed) && page.contains("type=\"search\""),
        "{page}"
    );
    let schools = find("curup tengah").is(200).text();
    assert!(schools.contains("SDN 2 CURUP TENGAH"), "{schools}");
    let school = "/cards?school=SDN+2+CURUP+TENGAH&npsn=10700001";
    let of_school = siti.get(school).is(200).text();
    assert!(cards.iter().all(|card| of_school.contains(card)));
    let none = siti.get("/cards?state=held").is(200).text();
    assert!(cards.iter().all(|card| !none.contains(card)));
    siti.get("/cards?state=tidak-ada").is(404);
    assert!(
        find("TIDAK ADA NAMA INI")
            .text()
            .contains("Tidak ada kartu")
    );
    assert!(station.events_with("cards-searched") >= 4);
    assert_eq!(station.events_with(girl.nik()), 0);
}

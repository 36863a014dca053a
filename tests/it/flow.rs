//! From a drop to the log of printed cards.

use serde_json::{Value, json};

use crate::harness::{Child, Settings, Station, before, child, codes, today, today_in, toddler};

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).unwrap().as_str().unwrap()
}

fn moves(card: &Value) -> Vec<&str> {
    let history = card["history"].as_array().unwrap();
    history
        .iter()
        .filter_map(|entry| entry.pointer("/event/to").or(entry.pointer("/to")))
        .map(|to| to.as_str().unwrap())
        .collect()
}

#[test]
fn a_single_record_becomes_a_card_a_lot_and_a_line_of_the_log() {
    let station = Station::new();
    let girl = child(1);
    station.drop_single("satu.json", &girl);
    let ran = station.run(&["run", "--once", "--json"]).ended(0).json();
    assert_eq!(ran["lots"][0]["lot"], "L00001");
    assert_eq!(ran["lots"][0]["cards"], 1);
    assert_eq!(ran["drops"][0]["accepted"], 1);
    assert_eq!(ran["waiting"], 0);
    let pdf = std::fs::read(station.path("lots/L00001.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    assert_eq!(station.states(&girl), ["rendered"]);
    assert!(station.log().is_empty(), "rendered is not printed");

    let status = station.status();
    assert_eq!(text(&status, "/lots/0/lot/lot"), "L00001");
    assert_eq!(status["cards"], json!({ "rendered": 1 }));

    let said = station.confirm_all("L00001");
    assert_eq!(said["printed"].as_array().unwrap().len(), 1);
    let log = station.log();
    assert_eq!(log.len(), 1);
    assert_eq!(log[0]["nama"], girl.nama());
    assert_eq!(log[0]["status"], "printed");
    assert_eq!(log[0]["lot"], "L00001");
    assert!(!text(&log[0], "/nik").contains(girl.nik()), "masked");
    assert_eq!(
        moves(&station.cards(girl.nik())[0]),
        ["rendered", "printed"],
        "each step is an event"
    );
    assert_eq!(station.status()["lots"], json!([]));
    station.is_sound();
}

#[test]
fn a_batch_comes_out_in_order_of_school_class_and_name() {
    let station = Station::new();
    let pupils = [
        ("SDN 10 CURUP", "10700010", "1A", "ZAHRA LESTARI"),
        ("SDN 2 CURUP", "10700002", "10A", "AMELIA LESTARI"),
        ("SDN 2 CURUP", "10700002", "2B", "CITRA LESTARI"),
        ("SDN 2 CURUP", "10700002", "2B", "BUNGA LESTARI"),
        ("SDN 10 CURUP", "10700010", "1A", "ANGGUN LESTARI"),
    ];
    let children: Vec<Child> = (1..)
        .zip(pupils)
        .map(|(n, (school, npsn, class, name))| {
            child(n).at_school(school, npsn, class).with("nama", name)
        })
        .collect();
    station.drop_batch("SEKOLAH", &children);
    station.take_all();
    station.confirm_all("L00001");
    let log = station.log();
    let names: Vec<&str> = log.iter().map(|line| text(line, "/nama")).collect();
    let expected = [
        "BUNGA LESTARI",
        "CITRA LESTARI",
        "AMELIA LESTARI",
        "ANGGUN LESTARI",
        "ZAHRA LESTARI",
    ];
    assert_eq!(names, expected);
    let places: Vec<u64> = log
        .iter()
        .map(|line| line["urutan"].as_u64().unwrap())
        .collect();
    assert_eq!(places, [1, 2, 3, 4, 5], "the PDF has the log's order");

    let one = station
        .run(&["log", "--csv", "--school", "10700010"])
        .ended(0);
    let mut table = csv::Reader::from_reader(one.out.as_bytes());
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].iter().any(|cell| cell == "ANGGUN LESTARI"));
    let tomorrow = today().tomorrow().unwrap().to_string();
    let later = station
        .run(&["log", "--json", "--since", &tomorrow])
        .ended(0);
    assert_eq!(later.out, "");
}

#[test]
fn a_backlog_becomes_lots_of_at_most_so_many_cards_by_kind_and_in_school_order() {
    let station = Station::with(Settings {
        cards: 4,
        ..Settings::default()
    });
    let mut children: Vec<Child> = Vec::new();
    for n in 0..9 {
        let school = format!("SDN {}", 9 - n);
        children.push(child(n).at_school(&school, "", "1"));
    }
    children.push(toddler(20));
    station.drop_batch("BANYAK", &children[..5]);
    station.drop_batch("LAGI", &children[5..]);
    let ran = station.run(&["run", "--once", "--json"]).ended(0).json();
    let lots = ran["lots"].as_array().unwrap();
    let mut sizes: Vec<(&str, u64)> = lots
        .iter()
        .map(|lot| (text(lot, "/kind"), lot["cards"].as_u64().unwrap()))
        .collect();
    sizes.sort_unstable();
    assert_eq!(
        sizes.iter().map(|(_, cards)| cards).sum::<u64>(),
        10,
        "{sizes:?}"
    );
    assert!(sizes.iter().all(|(_, cards)| *cards <= 4), "{sizes:?}");
    assert_eq!(sizes[0], ("0-5", 1), "kinds never share a lot");
    let sql = "SELECT cards.sekolah FROM lot_cards JOIN cards USING (card) \
               WHERE lot_cards.lot = ?1 ORDER BY lot_cards.position";
    let database = station.database();
    for lot in 1..=lots.len() as i64 {
        let mut query = database.prepare(sql).unwrap();
        let schools: Vec<String> = query
            .query_map([lot], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(schools.is_sorted(), "{schools:?}");
    }
}

#[test]
fn a_spoiled_card_is_made_again_as_a_new_attempt_with_another_token() {
    let station = Station::new();
    let (good, smudged, wrong) = (child(1), child(2), child(3));
    station.drop_batch("TIGA", &[good.clone(), smudged.clone(), wrong.clone()]);
    station.take_all();
    let (first, bad) = (station.card_of(&smudged), station.card_of(&wrong));
    let said = station
        .run(&[
            "confirm",
            "L00001",
            "--all",
            "--spoiled",
            &first,
            "--reason",
            "buram",
            "--json",
        ])
        .ended(0)
        .json();
    assert_eq!(said["printed"].as_array().unwrap().len(), 2);
    assert_eq!(text(&said, "/spoiled/0/card"), first);
    let again = text(&said, "/spoiled/0/again").to_owned();
    assert_ne!(again, first);
    let token = |card: &str| {
        let sql = "SELECT token FROM persons JOIN cards USING (card) WHERE cards.card = ?1";
        // `K000012-3` is number 12 with a check digit.
        let number: i64 = card[1..].split('-').next().unwrap().parse().unwrap();
        let database = station.database();
        database
            .query_row(sql, [number], |row| row.get::<_, String>(0))
            .unwrap()
    };
    assert_ne!(token(&first), token(&again));
    station.take_all();
    assert_eq!(station.states(&smudged), ["spoiled", "rendered"]);
    let cards = station.cards(smudged.nik());
    assert_eq!(cards[1]["card"]["attempt"], 2);
    assert_eq!(text(&cards[1], "/card/replaces"), first);
    assert_eq!(text(&cards[1], "/card/lot"), "L00002");

    // Wrong data come out wrong again: such a card waits for a newer record.
    let said = station
        .run(&[
            "confirm",
            "L00001",
            "--spoiled",
            &bad,
            "--reason",
            "data",
            "--json",
        ])
        .ended(0)
        .json();
    assert_eq!(said["spoiled"][0]["again"], Value::Null);
    station.take_all();
    assert_eq!(station.states(&wrong), ["spoiled"]);
    station.drop_single(
        "betul.json",
        &wrong.clone().with("revisi", 2).with("desa", "TALANG BENIH"),
    );
    station.take_all();
    assert_eq!(station.states(&wrong), ["spoiled", "rendered"]);
    station.is_sound();
}

#[test]
fn the_same_record_again_is_unchanged_before_and_after_printing() {
    let station = Station::new();
    let girl = child(1);
    for (round, name) in ["a.json", "b.json", "c.json"].into_iter().enumerate() {
        station.drop_single(name, &girl);
        station.take_all();
        let reasons = station.reasons(&format!("accepted/{name}"));
        let expected: &[&str] = if round == 0 { &[] } else { &["unchanged"] };
        assert_eq!(codes(&reasons), expected);
        assert_eq!(reasons["rejected"], 0);
        if round == 1 {
            station.confirm_all("L00001");
        }
    }
    assert_eq!(station.states(&girl), ["printed"]);
    assert_eq!(station.names("lots"), ["L00001.pdf"]);
}

#[test]
fn a_changed_record_before_printing_needs_a_higher_revision() {
    let station = Station::new();
    let (girl, neighbour) = (child(1), child(2));
    station.drop_batch("DUA", &[girl.clone(), neighbour]);
    station.take_all();
    let moved = girl.clone().with("desa", "TALANG BENIH");
    station.drop_single("b.json", &moved);
    station.once().ended(1);
    let reasons = station.reasons("rejected/b.json");
    assert_eq!(codes(&reasons), ["revision-needed"]);
    assert_eq!(station.states(&girl), ["rendered"]);

    station.drop_single("c.json", &moved.with("revisi", 2));
    station.take_all();
    assert_eq!(station.states(&girl), ["cancelled", "rendered"]);
    // The old card is in the first PDF still, and the operator hears of it.
    let old = text(&station.cards(girl.nik())[0], "/card/card").to_owned();
    let status = station.run(&["status"]).ended(0);
    assert!(status.out.contains(&old), "{}", status.out);
    let said = station.confirm_all("L00001");
    assert_eq!(said["not_to_use"], json!([old]));
    assert_eq!(said["printed"].as_array().unwrap().len(), 1);
    assert_eq!(station.states(&girl), ["cancelled", "rendered"]);

    // A lot of which no card is wanted any more is not to be printed at all.
    let alone = child(3);
    station.drop_single("d.json", &alone);
    station.take_all();
    station.drop_single(
        "e.json",
        &alone.with("desa", "TALANG BENIH").with("revisi", 2),
    );
    station.take_all();
    let status = station.run(&["status"]).ended(0);
    let void = "Lot L00003 batal seluruhnya: jangan cetak lots/L00003.pdf";
    assert!(status.out.contains(void), "{}", status.out);
}

#[test]
fn after_printing_a_changed_record_needs_a_reason_and_voids_the_old_card() {
    let station = Station::new();
    let girl = child(1);
    station.drop_single("a.json", &girl);
    station.take_all();
    station.confirm_all("L00001");
    let moved = girl.clone().with("desa", "TALANG BENIH").with("revisi", 2);
    station.drop_single("b.json", &moved);
    station.once().ended(1);
    assert_eq!(
        codes(&station.reasons("rejected/b.json")),
        ["duplicate-live-card"]
    );
    station.drop_single("c.json", &moved.with("alasan", "PINDAH"));
    station.take_all();
    assert_eq!(station.states(&girl), ["void", "rendered"]);
    // The old card lies in the office still: somebody must take it out and destroy it.
    let old = text(&station.cards(girl.nik())[0], "/card/card").to_owned();
    assert_eq!(station.status()["void_cards"][0]["card"], json!(old));
    let said = station.run(&["status"]).ended(0).out;
    assert!(
        said.contains(&format!("{old} tidak berlaku, masih di kantor")),
        "{said}"
    );
    station.confirm_all("L00002");
    assert_eq!(station.states(&girl), ["void", "printed"]);
    // A second loss of the very same card is another request.
    station.drop_single(
        "d.json",
        &girl
            .clone()
            .with("desa", "TALANG BENIH")
            .with("alasan", "HILANG")
            .with("revisi", 3),
    );
    station.take_all();
    assert_eq!(station.states(&girl), ["void", "void", "rendered"]);
    let live = "SELECT count(*) FROM cards WHERE state NOT IN ('spoiled', 'cancelled', 'void')";
    assert_eq!(station.number(live), 1);
    station.is_sound();
}

#[test]
fn the_same_picture_for_two_children_is_blocked_until_a_person_allows_it() {
    let station = Station::new();
    let (one, other) = (child(1), child(2));
    let other = other.with_photo(one.photo.clone().unwrap());
    station.drop_batch("KEMBAR", &[one.clone(), other.clone(), child(3)]);
    station.once().ended(1);
    let reasons = station.reasons("rejected/KEMBAR");
    assert_eq!(codes(&reasons), ["photo-shared", "photo-shared"]);
    assert_eq!(reasons["accepted"], 1, "the third is not held up");

    // Across drops the first keeps it and the second goes back.
    station.drop_single("satu.json", &one);
    station.take_all();
    station.drop_single("dua.json", &other);
    station.once().ended(1);
    assert_eq!(
        codes(&station.reasons("rejected/dua.json")),
        ["photo-shared"]
    );

    station
        .run(&[
            "allow",
            "photo-shared",
            "--nik",
            other.nik(),
            "--reason",
            "kembar",
        ])
        .ended(0);
    station.drop_single("dua.json", &other);
    station.take_all();
    assert_eq!(station.states(&other), ["rendered"]);
}

#[test]
fn two_records_of_one_child_in_a_batch_make_one_live_card() {
    let station = Station::new();
    let girl = child(1);
    let changed = girl.clone().with("desa", "TALANG BENIH");
    station.drop_batch("GANDA", &[girl.clone(), girl.clone(), changed]);
    station.once().ended(1);
    assert_eq!(
        codes(&station.reasons("rejected/GANDA")),
        ["unchanged", "revision-needed"]
    );
    assert_eq!(station.states(&girl), ["rendered"]);
}

/// The day is the station's: between these two zones lie 26 hours, so the second is always at
/// least a day ahead, and a station that moves from one to the other sees the day change.
const WEST: &str = "Etc/GMT+12";
const EAST: &str = "Pacific/Kiritimati";

#[test]
fn who_turns_5_or_17_while_waiting_is_set_aside_for_a_person() {
    let settings = |zone| Settings {
        zone,
        gather: 600.0,
        ..Settings::default()
    };
    let station = Station::with(settings(WEST));
    let next = today_in(EAST);
    let turns_5 = Child::born(2, before(next, 5, 0)).without_photo();
    let turns_17 = Child::born(3, before(next, 17, 0));
    let stays = child(4);
    let daemon = station.daemon();
    // The first record comes alone and is made at once; what follows is gathered.
    station.drop_single("lebih-dulu.json", &child(1));
    daemon.until("the first is made", || station.has("lots/L00001.pdf"));
    station.drop_batch(
        "MENUNGGU",
        &[turns_5.clone(), turns_17.clone(), stays.clone()],
    );
    daemon.until("the batch is taken", || station.has("accepted/MENUNGGU"));
    daemon.stop();
    assert_eq!(station.states(&turns_5), ["accepted"]);

    station.set(settings(EAST));
    station.take_all();
    assert_eq!(station.states(&turns_5), ["held"]);
    assert_eq!(station.states(&turns_17), ["held"]);
    assert_eq!(station.states(&stays), ["rendered"]);
    let held = station.status()["need_person"].as_array().unwrap().clone();
    let mut reasons: Vec<&str> = held.iter().map(|card| text(card, "/reason")).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["photo-missing", "too-old"]);

    // With a photo the child who turned 5 gets the other kind of card.
    let with_photo = Child::born(2, before(next, 5, 0)).with("revisi", 2);
    station.drop_single("foto.json", &with_photo);
    station.take_all();
    assert_eq!(station.states(&turns_5), ["cancelled", "rendered"]);
    let cards = station.cards(turns_5.nik());
    assert_eq!(text(&cards[1], "/card/kind"), "5-17");
}

#[test]
fn the_kind_of_card_changes_on_the_fifth_birthday_and_ends_the_day_before_the_seventeenth() {
    let station = Station::new();
    let day = today();
    let tomorrow = day.tomorrow().unwrap();
    let young = Child::born(1, before(tomorrow, 5, 0)).without_photo();
    let five = Child::born(2, before(day, 5, 0));
    let last_day = Child::born(3, before(tomorrow, 17, 0));
    let too_old = Child::born(4, before(day, 17, 0));
    station.drop_batch(
        "BATAS",
        &[young.clone(), five.clone(), last_day.clone(), too_old],
    );
    station.once().ended(1);
    let kind = |child: &Child| text(&station.cards(child.nik())[0], "/card/kind").to_owned();
    assert_eq!(kind(&young), "0-5");
    assert_eq!(kind(&five), "5-17");
    assert_eq!(kind(&last_day), "5-17");
    let reasons = station.reasons("rejected/BATAS");
    assert_eq!(codes(&reasons), ["too-old"]);
    assert_eq!(reasons["problems"][0]["row"], 4);
}

#[test]
fn a_printer_that_left_the_settings_is_in_no_status() {
    let driven = |more: &str| Settings {
        more: more.to_owned(),
        ..Settings::default()
    };
    let station = Station::with(driven("[[printers]]\nname = \"p1\"\nfolder = \"out\"\n"));
    let known = || station.status()["printers"].as_array().unwrap().len();
    let daemon = station.daemon();
    daemon.until("the printer has said how it is", || known() == 1);
    assert_eq!(daemon.stop().code(), Some(0));
    station.set(driven(""));
    assert_eq!(known(), 0);
}

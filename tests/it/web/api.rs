//! Upstream sends records over the network and asks what became of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kia_station::config::{Config, Paths};
use kia_station::context::{Clock, Context};
use kia_station::web::Server;
use serde_json::{Value, json};

use super::client::Visitor;
use crate::harness::{Child, Daemon, Station, child, toddler};

const RECORDS: &str = "/api/v1/records";

fn post(sender: &Visitor, child: &Child) -> super::client::Answer {
    let record = child.record.to_string();
    let mut parts = vec![("record", None, record.as_bytes())];
    if let Some(photo) = &child.photo {
        parts.push(("photo", Some("apa saja.jpg"), photo));
    }
    sender.post_parts(RECORDS, &parts)
}

/// Sends a child and gives the path to ask.
#[track_caller]
fn sent(station: &Station, sender: &Visitor, child: &Child) -> String {
    station.know(child);
    let answer = post(sender, child).is(202);
    let href = answer.json()["href"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("location"), Some(href.as_str()));
    href
}

/// What became of it, once it is examined.
#[track_caller]
fn became(daemon: &Daemon<'_>, sender: &Visitor, href: &str) -> Value {
    daemon.until("the record is examined", || {
        sender.get(href).is(200).json()["status"] != "waiting"
    });
    sender.get(href).json()
}

#[test]
fn a_sent_record_is_a_card_and_what_came_of_each_is_told_to_its_sender_alone() {
    let station = Station::new();
    let (siak, lain) = (station.sender("siak"), station.sender("lain"));
    let daemon = station.daemon();
    let sender = daemon.visitor().with_token(&siak);
    let good = child(1);
    let href = sent(&station, &sender, &good);
    let outcome = became(&daemon, &sender, &href);
    assert_eq!(outcome["status"], "accepted", "{outcome:#}");
    assert_eq!(outcome["card"]["card"], station.card_of(&good));
    // The photo came along, and its name in the record did not matter.
    let photos = station.names("photos");
    assert_eq!(photos.len(), 1, "{photos:?}");

    let bad = child(2).with("nik", "123").with("no_kk", "9");
    let href_of_bad = sent(&station, &sender, &bad);
    let outcome = became(&daemon, &sender, &href_of_bad);
    assert_eq!(outcome["status"], "rejected");
    assert_eq!(outcome.get("card"), None);
    let codes: Vec<&str> = outcome["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["code"].as_str().unwrap())
        .collect();
    assert!(codes.contains(&"nik-length"), "{outcome:#}");
    // Once what went back is cleared away, the log still tells why.
    let name = href_of_bad.rsplit('/').next().unwrap();
    daemon.until("the drop went back", || {
        station.has(&format!("rejected/{name}"))
    });
    std::fs::remove_dir_all(station.path("rejected").join(name)).unwrap();
    let later = sender.get(&href_of_bad).json();
    assert_eq!(later["status"], "rejected");
    for problem in later["problems"].as_array().unwrap() {
        assert!(codes.contains(&problem["code"].as_str().unwrap()));
        let text = problem["message"].as_str().unwrap();
        assert!(!text.is_empty() && !text.contains('{'), "{text}");
    }

    let other = daemon.visitor().with_token(&lain);
    other.get(&href).is(404);
    // The same record under another sender's name is no news, and he hears so.
    let same = sent(&station, &other, &good);
    assert_ne!(same, href);
    assert_eq!(became(&daemon, &other, &same)["status"], "unchanged");
    let submitted = "SELECT count(*) FROM events WHERE body LIKE '%record-submitted%'
         AND actor = 'sender:siak'";
    assert_eq!(station.number(submitted), 2);
    drop(daemon);
    station.is_sound();
}

#[test]
fn what_is_sent_twice_is_taken_once_also_after_a_restart() {
    let station = Station::new();
    let token = station.sender("siak");
    let daemon = station.daemon();
    let sender = daemon.visitor().with_token(&token);
    let girl = child(1);
    let href = sent(&station, &sender, &girl);
    // The order of the fields is no content, and base 64 is another dress of the same photo.
    let mut record = girl.record.clone();
    let photo = STANDARD.encode(girl.photo.as_ref().unwrap());
    record["foto_base64"] = photo.into();
    record["revisi"] = json!(1.0);
    let again = sender.post_json(RECORDS, &record).is(202);
    assert_eq!(again.json()["href"], href.as_str());
    let changed = girl.clone().with("alamat", "JL. LAIN NO. 1");
    let conflict = post(&sender, &changed).is(409).json();
    assert_eq!(conflict["code"], "conflict");
    assert_eq!(became(&daemon, &sender, &href)["status"], "accepted");
    daemon.stop();

    let daemon = station.daemon();
    let sender = daemon.visitor().with_token(&token);
    assert_eq!(sent(&station, &sender, &girl), href);
    post(&sender, &changed).is(409);
    let newer = changed.with("revisi", 2);
    let second = sent(&station, &sender, &newer);
    assert_eq!(became(&daemon, &sender, &second)["status"], "accepted");
    assert_eq!(station.number("SELECT count(*) FROM drops"), 2);
    assert_eq!(station.number("SELECT count(*) FROM submissions"), 2);
}

#[test]
fn of_many_at_once_one_is_first() {
    let station = Station::new();
    let token = station.sender("siak");
    let daemon = station.daemon();
    let sender = daemon.visitor().with_token(&token);
    // Half of them say one thing and half another, all under the same request.
    let (one, two) = (toddler(1), toddler(1).with("alamat", "JL. LAIN NO. 1"));
    station.know(&one);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let sends = (0..8).map(|n| {
            let (sender, child) = (&sender, [&one, &two][n % 2]);
            scope.spawn(move || post(sender, child).status)
        });
        let sends: Vec<_> = sends.collect();
        sends.into_iter().map(|send| send.join().unwrap()).collect()
    });
    let of = |status| statuses.iter().filter(|known| **known == status).count();
    assert_eq!((of(202), of(409)), (4, 4), "{statuses:?}");
    assert_eq!(station.number("SELECT count(*) FROM submissions"), 1);
    daemon.until("it is taken", || {
        station.number("SELECT count(*) FROM drops") == 1
    });
    assert_eq!(station.number("SELECT count(*) FROM cards"), 1);
}

#[test]
fn what_is_no_record_is_refused_in_one_shape_and_nothing_is_dropped() {
    let station = Station::new();
    let token = station.sender("siak");
    let daemon = station.daemon();
    let sender = daemon.visitor().with_token(&token);
    let good = toddler(1);
    station.know(&good);
    let json = [("Content-Type", "application/json")];
    let refused = |answer: super::client::Answer, status: u16, code: &str| {
        let answer = answer.is(status);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let told = answer.json();
        assert_eq!(told["code"], code, "{told}");
        for text in ["pesan", "message"] {
            assert!(!told[text].as_str().unwrap().is_empty(), "{told}");
        }
        answer
    };
    let send = |body: &str| sender.send("POST", RECORDS, &json, body.as_bytes());
    refused(send("{\"id\": \"A"), 400, "malformed");
    refused(send("\u{feff}{}"), 400, "malformed");
    for body in [
        "[]",
        "{}",
        r#"{"id": "A"}"#,
        r#"{"id": "A", "revisi": 0}"#,
        r#"{"id": "A", "revisi": "1"}"#,
        r#"{"id": "A", "revisi": 1.5}"#,
        r#"{"id": "A", "revisi": 4294967296}"#,
        r#"{"id": "", "revisi": 1}"#,
        r#"{"id": " A", "revisi": 1}"#,
        r#"{"id": 7, "revisi": 1}"#,
        r#"{"id": "A", "revisi": 1, "revisi": 1}"#,
        r#"{"id": "A", "revisi": 1, "foto_base64": "x"}"#,
        r#"{"id": "A", "revisi": 1, "foto_base64": null}"#,
        r#"{"id": "A", "revisi": 1, "x": [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}"#,
    ] {
        refused(send(body), 422, "record");
    }
    let record = good.record.to_string();
    let record = record.as_bytes();
    refused(
        sender.send("POST", RECORDS, &[], record),
        415,
        "content-type",
    );
    let text = [("Content-Type", "text/plain")];
    refused(
        sender.send("POST", RECORDS, &text, record),
        415,
        "content-type",
    );
    let form = [("Content-Type", "multipart/form-data")];
    refused(
        sender.send("POST", RECORDS, &form, record),
        400,
        "malformed",
    );
    let parts = |parts: &[(&str, Option<&str>, &[u8])]| sender.post_parts(RECORDS, parts);
    refused(parts(&[("photo", Some("a.jpg"), b"x")]), 422, "record");
    refused(
        parts(&[("record", None, record), ("lain", None, b"x")]),
        422,
        "record",
    );
    refused(
        parts(&[("record", None, record), ("record", None, record)]),
        422,
        "record",
    );
    let large = vec![0; 21 << 20];
    refused(
        parts(&[("record", None, record), ("photo", Some("a.jpg"), &large)]),
        413,
        "too-large",
    );
    let method = refused(sender.send("DELETE", RECORDS, &[], b""), 405, "method");
    assert_eq!(method.header("allow"), Some("POST"));
    refused(sender.get("/api/v1/records/api-none"), 404, "not-found");
    refused(sender.get("/api/v2/records"), 404, "not-found");
    let stranger = daemon.visitor().with_token("kia_00");
    let answer = refused(post(&stranger, &good), 401, "token");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    let mut foreign = sender.clone();
    foreign.host = "jahat.example".to_owned();
    refused(post(&foreign, &good), 403, "forbidden");
    assert_eq!(station.names("incoming"), Vec::<String>::new());
    assert_eq!(station.number("SELECT count(*) FROM submissions"), 0);
}

#[test]
fn a_token_is_shown_once_kept_as_a_hash_and_closed_for_good() {
    let station = Station::new();
    station.people();
    let daemon = station.daemon();
    let budi = daemon.logged_in("budi");
    let page = budi.post("/senders", "sender=siak").is(200).text();
    let at = page.find("kia_").unwrap();
    let token = page[at..at + 68].to_owned();
    let sender = daemon.visitor().with_token(&token);
    sender.get("/api/v1/records/api-none").is(404);
    assert!(!budi.get("/senders").text().contains(&token));
    for file in station.names("ledger") {
        let bytes = std::fs::read(station.path("ledger").join(file)).unwrap();
        let found = bytes
            .windows(token.len())
            .any(|part| part == token.as_bytes());
        assert!(!found, "the ledger holds the token itself");
    }
    // A second one of the name is refused until the first is closed.
    budi.post("/senders", "sender=siak").is(303);
    budi.post("/senders/siak/close", "").is(303);
    sender.get("/api/v1/records/api-none").is(401);
    daemon.stop();
    let made = crate::harness::binary()
        .args([
            "sender",
            "add",
            "siak",
            "--as",
            "budi",
            "--json",
            "--station",
        ])
        .arg(station.path(""))
        .env("KIA_PASSWORD", super::PASSWORD)
        .output()
        .unwrap();
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    assert!(made["token"].as_str().unwrap().starts_with("kia_"));
    assert_ne!(made["token"], token.as_str());
    let listed = station.run(&["sender", "list", "--json"]).ended(0).json();
    assert_eq!(listed["senders"][0]["active"], json!(true));
    station.is_sound();
}

#[test]
fn health_and_figures_are_told_without_any_persons_data() {
    let station = Station::new();
    let daemon = station.daemon();
    let visitor = daemon.visitor();
    let girl = child(1);
    station.drop_single("a.json", &girl);
    daemon.until("it is a card", || {
        visitor
            .get("/metrics")
            .is(200)
            .text()
            .contains("\nkia_cards{state=\"rendered\"} 1\n")
    });
    let text = visitor.get("/metrics").text();
    for secret in [girl.nik(), girl.nama(), "CURUP"] {
        assert!(!text.contains(secret), "{text}");
    }
    let head = format!(
        "\nkia_events_total {}\n",
        station.number("SELECT max(seq) FROM events")
    );
    assert!(text.contains(&head), "{text}");
    // As a reader of the format takes it: each sample after the type of its family.
    let mut families = std::collections::BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with("# HELP")) {
        match line.strip_prefix("# TYPE ") {
            Some(family) => assert!(families.insert(family.split_once(' ').unwrap().0)),
            None => {
                let (name, value) = line.rsplit_once(' ').unwrap();
                let name = name.split('{').next().unwrap();
                assert!(families.contains(name), "{line}");
                value.parse::<i64>().unwrap();
            }
        }
    }
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/page.md");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(families.len() >= 12, "{families:?}");
    for family in families {
        let row = format!("\n| `{family}` |");
        assert!(page.contains(&row), "`docs/page.md` lacks `{family}`");
    }
    assert_eq!(
        visitor.get("/healthz").is(200).json(),
        json!({ "ledger": true, "incoming": true, "disk": true, "station": true })
    );
}

#[test]
fn a_station_whose_incoming_folder_is_gone_is_not_well() {
    let station = Station::new();
    let paths = Paths::new(station.path(""));
    let config = Config::read(&paths.config()).unwrap();
    let context = Context::new(paths, config, Clock::system()).unwrap();
    // The page alone: a whole station would end at once.
    let server = Server::start(context.into()).unwrap();
    let visitor = Visitor::new(server.address);
    visitor.get("/healthz").is(200);
    std::fs::rename(station.path("incoming"), station.outside("gone")).unwrap();
    assert_eq!(
        visitor.get("/healthz").is(503).json(),
        json!({ "ledger": true, "incoming": false, "disk": true, "station": true })
    );
    server.stop();
}

#[test]
fn a_folder_that_fails_ends_no_daemon_and_is_told_until_it_is_mended() {
    let station = Station::new();
    station.people();
    let daemon = station.daemon();
    let visitor = daemon.visitor();
    // While something settles the station looks again and again.
    std::fs::write(station.incoming("setengah.json"), "{").unwrap();
    daemon.until("it is waited for", || {
        station.status()["incoming"][0]["name"] == "setengah.json"
    });
    std::fs::rename(station.path("incoming"), station.outside("incoming")).unwrap();
    std::fs::write(station.path("incoming"), "").unwrap();
    daemon.until("the fault is told", || {
        let answer = visitor.get("/healthz");
        answer.status == 503 && answer.json()["station"] == false
    });
    let status = station.status();
    let what = status["fault"]["what"].as_str().unwrap();
    assert!(what.contains("`incoming/` cannot be listed"), "{what}");
    assert!(status["incoming"].is_null());
    let board = daemon.logged_in("siti").get("/").is(200).text();
    assert!(board.contains("Stasiun terhambat"), "{board}");
    let said = station.run(&["status"]).ended(0).out;
    assert!(said.contains("Stasiun terhambat") && said.contains("incoming/ tidak dapat dibaca"));

    std::fs::remove_file(station.path("incoming")).unwrap();
    std::fs::rename(station.outside("incoming"), station.path("incoming")).unwrap();
    daemon.until("all is well", || visitor.get("/healthz").status == 200);
    station.drop_single("baik.json", &child(1));
    daemon.until("the drop is taken", || station.has("accepted/baik.json"));
    assert!(station.status()["fault"].is_null());
    assert!(daemon.stop().success());
}

#[test]
fn behind_a_proxy_figures_ask_for_a_token_and_the_page_knows_the_proxys_name_only() {
    let station = Station::with(crate::harness::Settings {
        web: "proxy = \"kia.dinas.example\"\n".to_owned(),
        ..Default::default()
    });
    station.people();
    let token = station.sender("pemantau");
    let daemon = station.daemon();
    let mut visitor = daemon.visitor();
    visitor.host = "kia.dinas.example".to_owned();
    visitor.get("/metrics").is(401);
    visitor.clone().with_token(&token).get("/metrics").is(200);
    visitor.get("/healthz").is(200);
    let budi = visitor.clone().logged_in("budi", super::PASSWORD);
    assert!(budi.cookie("__Host-kia_sesi").is_some());
    let page = budi.get("/").is(200);
    assert!(page.header("strict-transport-security").is_some());
    visitor.host = "lain.dinas.example".to_owned();
    visitor.get("/login").is(403);
}

//! What a foreign site, a thief of sessions and a guesser of passwords try.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use super::PASSWORD;
use super::client::{Visitor, raw};
use crate::harness::{Station, child};

fn station() -> Station {
    let station = Station::new();
    station.people();
    station
}

const NEW: &str = "user=dewi&role=operator&password=bulan+di+atas+sawah";

#[test]
fn another_sites_hand_changes_nothing() {
    let station = station();
    let daemon = station.daemon();
    let budi = daemon.logged_in("budi");
    let own = format!("http://{}", budi.address);
    let accounts = || station.number("SELECT count(*) FROM accounts");
    for site in [
        &[("Sec-Fetch-Site", "cross-site")][..],
        &[("Sec-Fetch-Site", "same-site")],
        // The newer header counts, whatever the older one says.
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", &own)],
        &[("Origin", "http://jahat.example")],
        &[("Origin", "null")],
        &[("Origin", "http://127.0.0.1:1")],
        &[],
    ] {
        budi.clone().with_site(site).post("/accounts", NEW).is(403);
        // Nor does a header that programs send let a browser in.
        let mut with_token = budi.clone().with_site(site);
        with_token.token = Some("kia_0".to_owned());
        with_token.post("/accounts", NEW).is(403);
        assert_eq!(accounts(), 3, "{site:?}");
    }
    budi.clone()
        .with_site(&[("Origin", &own)])
        .post("/accounts", NEW)
        .is(303);
    assert_eq!(accounts(), 4);
    // Another address's page may not read either: no answer says that it might.
    let read = budi.send("GET", "/", &[("Origin", "http://jahat.example")], b"");
    assert_eq!(read.header("access-control-allow-origin"), None);
    let asked = budi.send("OPTIONS", "/api/v1/records", &[], b"");
    assert_eq!(asked.header("access-control-allow-origin"), None);
}

#[test]
fn a_foreign_name_that_leads_here_is_not_answered() {
    let station = station();
    let daemon = station.daemon();
    let budi = daemon.logged_in("budi");
    let port = budi.address.port();
    for host in [
        format!("jahat.example:{port}"),
        format!("127.0.0.1.jahat.example:{port}"),
        format!("localhost.jahat.example:{port}"),
        "127.0.0.1".to_owned(),
        format!("localhost:{port}@jahat.example"),
        String::new(),
    ] {
        let mut rebound = budi.clone();
        rebound.host = host.clone();
        for path in [
            "/",
            "/login",
            "/metrics",
            "/healthz",
            "/api/v1/openapi.json",
        ] {
            let answer = raw(rebound.address, &rebound.request("GET", path, &[], b""));
            let status = answer.map(|answer| answer.status);
            assert!(
                matches!(status, Some(400 | 403)),
                "{host} {path}: {status:?}"
            );
        }
    }
    let mut local = budi.clone();
    local.host = format!("LOCALHOST:{port}");
    local.get("/").is(200);
}

#[test]
fn a_page_that_asks_for_itself_again_keeps_no_session_alive() {
    let station = station();
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let seen = "SELECT seen_at FROM sessions";
    let database = station.database();
    let seen = || {
        database
            .query_row(seen, [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    let ago = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(5);
    let ago = format!("{ago:.6}");
    let set = format!("UPDATE sessions SET seen_at = '{ago}'");
    database.execute(&set, []).unwrap();
    let alone = [("Accept", "text/html"), ("kia-refresh", "1")];
    siti.send("GET", "/", &alone, b"").is(200);
    assert_eq!(seen(), ago);
    siti.get("/").is(200);
    assert_ne!(seen(), ago);
}

#[test]
fn what_cannot_be_read_is_refused_in_the_readers_words() {
    let station = station();
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let page = |answer: crate::web::client::Answer, status: u16| {
        let text = answer.is(status).text();
        assert!(text.contains("<h1>") && text.contains("papan"), "{text}");
        text
    };
    assert!(page(siti.post("/language", "x=1"), 422).contains("tidak dapat dibaca"));
    assert!(page(siti.post("/batches/returned/x", ""), 405).contains("tidak dapat dibaca"));
    let long = format!("text={}", "A".repeat(3 << 20));
    assert!(page(siti.post("/cards", &long), 413).contains("terlalu besar"));
}

#[test]
fn an_old_a_stolen_and_a_closed_session_end() {
    let station = station();
    let daemon = station.daemon();
    for column in ["seen_at", "begun_at"] {
        let siti = daemon.logged_in("siti");
        siti.get("/").is(200);
        let old = "2020-01-01T00:00:00.000000Z";
        let sql = format!("UPDATE sessions SET {column} = '{old}' WHERE user = 'siti'");
        station.database().execute(&sql, []).unwrap();
        assert!(siti.get("/").asks_for_login(), "{column}");
        assert_eq!(station.number("SELECT count(*) FROM sessions"), 0);
    }
    let siti = daemon.logged_in("siti");
    let mut thief = siti.clone();
    thief.agent = "Peramban Lain/2".to_owned();
    assert!(thief.get("/").asks_for_login());
    assert_eq!(station.events_with("session-refused"), 1);
    assert!(siti.get("/").asks_for_login(), "it ended for both");
    let siti = daemon.logged_in("siti");
    let budi = daemon.logged_in("budi");
    let closing = budi.post("/accounts/siti", "role=operator&active=false&password=");
    closing.is(303);
    assert!(siti.get("/").asks_for_login());
    let mut again = daemon.visitor();
    again.try_login("siti", PASSWORD);
    assert!(
        again.get("/").asks_for_login(),
        "a closed account logs in no more"
    );
}

#[test]
fn a_session_is_begun_with_a_token_of_its_own() {
    let station = station();
    let daemon = station.daemon();
    let fixed = "0".repeat(64);
    let mut victim = daemon.visitor();
    victim.cookies = vec![("kia_sesi".to_owned(), fixed.clone())];
    let attacker = victim.clone();
    let victim = victim.logged_in("siti", PASSWORD);
    let own = victim.cookie("kia_sesi").unwrap();
    assert!(own.len() == 64 && own != fixed);
    assert!(attacker.get("/").asks_for_login());
    let kept: String = station
        .database()
        .query_row("SELECT token FROM sessions", [], |row| row.get(0))
        .unwrap();
    assert_ne!(kept, own, "the database does not hold what a browser shows");
    victim.post("/logout", "").is(303);
    assert!(victim.get("/").asks_for_login());
}

#[test]
fn the_sixth_guess_of_a_password_is_not_looked_at() {
    let station = station();
    let daemon = station.daemon();
    for _ in 0..5 {
        let answer = daemon.visitor().try_login("siti", "tebakan saja dulu");
        assert_eq!(answer.header("location"), Some("/login"));
    }
    daemon.visitor().try_login("siti", PASSWORD).is(429);
    daemon.logged_in("budi").get("/").is(200);
    assert_eq!(station.events_with("login-denied"), 5);
}

#[test]
fn whoever_guesses_a_password_keeps_its_owner_out_of_no_known_browser() {
    let station = station();
    let daemon = station.daemon();
    let mut own = daemon.logged_in("siti");
    own.post("/logout", "").is(303);
    let mut forged = daemon.visitor();
    forged
        .cookies
        .push(("kia_kenal_siti".to_owned(), "0".repeat(64)));
    for _ in 0..5 {
        let answer = forged.try_login("siti", "tebakan saja dulu");
        assert_eq!(answer.header("location"), Some("/login"));
    }
    forged.try_login("siti", PASSWORD).is(429);
    let answer = own.try_login("siti", PASSWORD);
    assert_eq!(answer.header("location"), Some("/"));
}

#[test]
fn an_operator_who_guesses_as_the_second_person_locks_nobody_out() {
    let station = station();
    let daemon = station.daemon();
    let budi = daemon.logged_in("budi");
    let form = "media=blank&counted=1&explanation=x&second=siti&second_password=tebakan+saja";
    let guess = || budi.post("/day", form).status;
    let statuses: Vec<u16> = (0..6).map(|_| guess()).collect();
    assert_eq!(statuses[5], 429, "{statuses:?}");
    daemon.logged_in("siti").get("/").is(200);
}

#[test]
fn a_path_leads_nowhere_but_to_its_route() {
    let station = station();
    let token = station.sender("siak");
    let daemon = station.daemon();
    let budi = daemon.logged_in("budi");
    for path in [
        "/assets/../station.toml",
        "/assets/..%2fstation.toml",
        "/assets/%2e%2e/station.toml",
        "/assets/..%5cstation.toml",
        "/assets/app.css%00.svg",
        "/assets//etc/passwd",
        "/cards/../../station.toml",
        "/cards/..%2f..%2fstation.toml",
        "//jahat.example/",
    ] {
        let answer = budi.get(path);
        let status = answer.status;
        assert!((400..500).contains(&status), "{path}: {status}");
        assert!(!answer.text().contains("[office]"), "{path}");
    }
    let sender = daemon.visitor().with_token(&token);
    for name in ["..%2f..%2fstation.toml", "api-%00", "%ff"] {
        let status = sender.get(&format!("/api/v1/records/{name}")).status;
        assert!(matches!(status, 400 | 404), "{name}: {status}");
    }
    // Where somebody is sent back to after a choice of language is this page's own.
    for back in [
        "//jahat.example",
        "/\\jahat.example",
        "http://jahat.example",
    ] {
        let answer = budi.post("/language", &format!("lang=en&back={back}"));
        assert_eq!(answer.header("location"), Some("/"), "{back}");
    }
}

#[test]
fn what_is_too_large_or_ambiguous_is_not_read() {
    let station = station();
    let token = station.sender("siak");
    let daemon = station.daemon();
    let (nobody, sender) = (daemon.visitor(), daemon.visitor().with_token(&token));
    nobody.post("/login", &"a".repeat(70_000)).is(413);
    let json = [("Content-Type", "application/json")];
    // Nothing of it is read before the token is.
    let unread = nobody.send("POST", "/api/v1/records", &json, &[b' '; 4096]);
    assert_eq!(unread.status, 401);
    // A record with the largest photo that is taken is below 28 MiB in base 64.
    let head = String::from_utf8(sender.request("POST", "/api/v1/records", &json, b"")).unwrap();
    let head = head.replace(
        "Content-Length: 0",
        &format!("Content-Length: {}", 30 << 20),
    );
    let huge = [head.as_bytes(), &vec![b' '; 30 << 20]].concat();
    // A connection that was reset instead says no as well.
    if let Some(answer) = raw(sender.address, &huge) {
        answer.is(413);
    }
    let plain = String::from_utf8(nobody.request("POST", "/login", &[], b"")).unwrap();
    let inner = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", nobody.host);
    for (lengths, refused) in [
        ("Content-Length: 3\r\nContent-Length: 30", true),
        ("Transfer-Encoding: chunked, identity", true),
        ("Content-Length: -1", true),
        // The chunks count, and what follows them is not taken for a request of its own.
        ("Content-Length: 4\r\nTransfer-Encoding: chunked", false),
    ] {
        let head = plain.replace("Content-Length: 0", lengths);
        let answer = raw(nobody.address, format!("{head}0\r\n\r\n{inner}").as_bytes());
        let (status, text) = answer.map_or((400, String::new()), |answer| {
            (answer.status, answer.text())
        });
        assert!(!refused || status == 400, "{lengths}: {status} {text}");
        assert!(!text.contains("\"ledger\""), "{lengths}: two answers");
    }
}

#[test]
fn the_stream_of_news_ends_with_its_session() {
    let station = station();
    let daemon = station.daemon();
    let budi = daemon.logged_in("budi");
    let mut stream = TcpStream::connect(budi.address).unwrap();
    stream
        .write_all(&budi.request("GET", "/live", &[], b""))
        .unwrap();
    assert!(stream.read(&mut [0; 512]).unwrap() > 0);
    budi.post("/logout", "").is(303);
    daemon.logged_in("siti");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(!String::from_utf8_lossy(&rest).contains("event: change"));
}

#[test]
fn idle_connections_take_neither_the_printing_nor_the_page_for_long() {
    let station = station();
    let daemon = station.daemon();
    let visitor = daemon.visitor();
    let idle: Vec<TcpStream> = (0..600)
        .map(|_| {
            let stream = TcpStream::connect(visitor.address).unwrap();
            stream.set_nonblocking(true).unwrap();
            stream
        })
        .collect();
    let is_closed = |stream: &TcpStream| match stream.peek(&mut [0]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    };
    let closed = || idle.iter().filter(|stream| is_closed(stream)).count();
    daemon.until("those that are too many are closed", || {
        closed() >= 600 - 256
    });
    let open = || {
        std::fs::read_dir(format!("/proc/{}/fd", daemon.pid()))
            .unwrap()
            .count()
    };
    assert!(open() < 400, "{} descriptors are open", open());
    station.drop_single("anak.json", &child(1));
    daemon.until("the drop is taken", || {
        station.number("SELECT count(*) FROM cards") == 1
    });
    daemon.until("the silent ones are closed", || closed() == 600);
    visitor.get("/healthz").is(200);
}

#[test]
fn http_2_is_not_spoken_on_plain_connections_either() {
    let station = station();
    let daemon = station.daemon();
    let mut stream = TcpStream::connect(daemon.visitor().address).unwrap();
    let settings = b"\0\0\0\x04\0\0\0\0\0";
    let preface = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), settings].concat();
    stream.write_all(&preface).unwrap();
    let mut heard = Vec::new();
    // A connection that was reset says no as well.
    let _ = stream.read_to_end(&mut heard);
    assert!(
        heard.is_empty() || heard.starts_with(b"HTTP/1.1 400"),
        "{heard:?}"
    );
}

#[test]
fn every_answer_carries_the_headers_that_keep_a_browser_safe() {
    let station = station();
    let daemon = station.daemon();
    let (nobody, budi) = (daemon.visitor(), daemon.logged_in("budi"));
    let mut foreign = nobody.clone();
    foreign.host = "jahat.example".to_owned();
    let answers = [
        nobody.get("/login").is(200),
        nobody.get("/").is(303),
        nobody.get("/assets/app.js").is(200),
        nobody.get("/api/v1/records/x").is(401),
        nobody.get("/healthz").is(200),
        nobody.get("/metrics").is(200),
        foreign.get("/").is(403),
        budi.get("/").is(200),
        budi.get("/live").is(200),
        budi.get("/tidak-ada").is(404),
        budi.post("/accounts", "").is(422),
        budi.send("PUT", "/", &[], b"").is(405),
    ];
    for answer in answers {
        let header = |name: &str| answer.header(name).unwrap_or_default().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{answer:?}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert!(!header("cache-control").is_empty(), "{answer:?}");
        assert_eq!(header("server"), "", "nothing tells what serves it");
    }
    let cookies = |visitor: &mut Visitor| {
        let answer = visitor.try_login("budi", PASSWORD);
        answer.header("set-cookie").unwrap().to_owned()
    };
    let cookie = cookies(&mut daemon.visitor());
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

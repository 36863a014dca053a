//! The page over its own TLS, as another implementation of it speaks.

use std::io::Write;
use std::process::{Command, Stdio};

use super::PASSWORD;
use super::client::{Answer, Visitor};
use super::schema::CURL;
use crate::harness::{Settings, Station};
use crate::parts::{Part, have};

const OPENSSL: Part = Part("openssl", "openssl");

/// Sends a request through `openssl s_client`, which trusts this certificate alone.
fn spoken(visitor: &Visitor, request: &[u8], trusted: &std::path::Path) -> Option<Answer> {
    let mut client = Command::new(OPENSSL.0)
        .args(["s_client", "-quiet", "-verify_return_error", "-connect"])
        .arg(visitor.address.to_string())
        .args(["-verify_hostname", "localhost", "-CAfile"])
        .arg(trusted)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Where the handshake fails nobody reads.
    let _ = client.stdin.take().unwrap().write_all(request);
    Answer::parse(&client.wait_with_output().unwrap().stdout)
}

#[test]
fn over_tls_the_cookie_is_bound_to_this_host_and_plain_http_is_not_spoken() {
    if !have("the page over TLS", &[OPENSSL, CURL]) {
        return;
    }
    let station = Station::with(Settings {
        web: "tls = { cert = \"page.pem\", key = \"page.key\" }\n".to_owned(),
        ..Default::default()
    });
    station.people();
    let (cert, key) = (station.path("page.pem"), station.path("page.key"));
    OPENSSL.run([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        key.to_str().unwrap(),
        "-out",
        cert.to_str().unwrap(),
    ]);
    let daemon = station.daemon();
    assert!(daemon.log().contains("the page is at https://"));
    let mut visitor = daemon.visitor();
    visitor.host = format!("localhost:{}", visitor.address.port());
    // As a browser does, it would rather speak HTTP/2, in which no `Host` is sent.
    let page = CURL.run([
        "--silent",
        "--http2",
        "--cacert",
        cert.to_str().unwrap(),
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
        &format!("https://{}/login", visitor.host),
    ]);
    assert_eq!(page.stdout, b"200");
    let form = format!("user=budi&password={}", PASSWORD.replace(' ', "+"));
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    let login = visitor.request("POST", "/login", &kind, form.as_bytes());
    let answer = spoken(&visitor, &login, &cert).unwrap().is(303);
    assert_eq!(answer.header("location"), Some("/"));
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(cookie.starts_with("__Host-kia_sesi="), "{cookie}");
    for part in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let lasts = answer.header("strict-transport-security").unwrap();
    assert_eq!(lasts, "max-age=31536000");
    let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
    visitor.cookies = vec![(name.to_owned(), value.to_owned())];
    let board = visitor.request("GET", "/", &[], b"");
    spoken(&visitor, &board, &cert).unwrap().is(200);
    // The name without the prefix is another cookie, which any site of the domain could set.
    visitor.cookies = vec![("kia_sesi".to_owned(), value.to_owned())];
    let board = visitor.request("GET", "/", &[("Accept", "text/html")], b"");
    assert!(spoken(&visitor, &board, &cert).unwrap().asks_for_login());
    let plain = super::client::raw(visitor.address, &board);
    assert!(plain.is_none_or(|answer| answer.status == 400));
    // A client that trusts somebody else hears nothing.
    let other = station.outside("other.pem");
    OPENSSL.run([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-keyout",
        station.outside("other.key").to_str().unwrap(),
        "-out",
        other.to_str().unwrap(),
    ]);
    assert!(spoken(&visitor, &board, &other).is_none());
}

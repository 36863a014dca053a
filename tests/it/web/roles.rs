//! Every route for every kind of visitor: what the table says is what happens.

use kia_station::domain::account::Role;
use kia_station::web::routes::{self, Needs, Route};

use super::PEOPLE;
use super::client::{Answer, Visitor};
use crate::harness::Station;

/// The path with something in the place of its parameters.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{name}" => "app.css",
        part if part.starts_with('{') => "1",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn call(visitor: &Visitor, route: &Route) -> Answer {
    match route.method {
        "GET" => visitor.get(&filled(route.path)),
        _ => visitor.post(&filled(route.path), ""),
    }
}

#[test]
fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    let station = Station::new();
    station.people();
    let token = station.sender("siak");
    let daemon = station.daemon();
    let users: Vec<(Role, Visitor)> = PEOPLE
        .into_iter()
        .map(|(user, role)| (role, daemon.logged_in(user)))
        .collect();
    let nobody = daemon.visitor();
    let sender = daemon.visitor().with_token(&token);
    let mut routes = routes::table();
    // Who has logged out is nobody.
    routes.sort_by_key(|route| route.path == "/logout");
    assert!(routes.len() > 15, "{routes:?}");
    let mut denied = 0;
    for route in &routes {
        let said = |answer: &Answer| {
            assert!(answer.status < 500, "{route:?}: {}", answer.text());
            (answer.asks_for_login(), answer.status == 403)
        };
        let (lets_nobody, lets_sender) = match route.needs {
            Needs::Nothing | Needs::Machine => (true, true),
            Needs::Sender => (false, true),
            Needs::Rule(_) => (false, false),
        };
        let answer = call(&nobody, route);
        assert_eq!(said(&answer), (!lets_nobody, false), "nobody: {route:?}");
        let answer = call(&sender, route);
        assert_eq!(said(&answer), (!lets_sender, false), "sender: {route:?}");
        for (role, user) in &users {
            let wanted = match route.needs {
                Needs::Nothing | Needs::Machine => (false, false),
                Needs::Sender => (true, false),
                Needs::Rule(rule) => (false, !role.may(rule.right())),
            };
            denied += i64::from(wanted.1);
            let answer = call(user, route);
            assert_eq!(said(&answer), wanted, "{role}: {route:?}");
        }
    }
    assert!(denied > 0);
    assert_eq!(station.events_with("step-denied"), denied);
    drop(daemon);
    station.is_sound();
}

#[test]
fn a_route_takes_its_own_method_only() {
    let station = Station::new();
    station.people();
    let daemon = station.daemon();
    let budi = daemon.logged_in("budi");
    let answer = budi.send("DELETE", "/accounts", &[], b"").is(405);
    let allowed = answer.header("allow").unwrap();
    assert!(
        allowed.contains("GET") && allowed.contains("POST"),
        "{allowed}"
    );
    budi.get("/logout").is(405);
    budi.get("/tidak-ada").is(404);
}

//! The page and the API of the real binary, over the wire.

mod api;
mod batches;
mod browser;
mod cards;
mod client;
mod custody;
mod desk;
mod five_days;
mod packs;
mod photos;
mod reports;
mod roles;
mod schema;
mod security;
mod supplies;
mod tls;

use std::net::SocketAddr;
use std::sync::LazyLock;

use jiff::Timestamp;
use kia_station::actions::{accounts, senders};
use kia_station::domain::account::Role;
use kia_station::ledger::Ledger;

use crate::harness::{Daemon, Station};
use client::Visitor;

/// Everybody's password here, and its hash, which takes a while to make.
pub const PASSWORD: &str = "kereta senja biru";
static HASH: LazyLock<String> = LazyLock::new(|| accounts::hash("uji", PASSWORD).unwrap());

/// One account of each role.
pub const PEOPLE: [(&str, Role); 3] = [
    ("budi", Role::Supervisor),
    ("siti", Role::Operator),
    ("ratna", Role::Auditor),
];

impl Station {
    /// Opens an account of each role.
    pub fn people(&self) {
        let mut ledger = Ledger::open(&self.path("ledger")).unwrap();
        for (user, role) in PEOPLE {
            ledger
                .write("console", Timestamp::now(), |tx| {
                    tx.make_account(user, role, &HASH)
                })
                .unwrap();
        }
    }

    /// Lets a program send, and gives its token.
    pub fn sender(&self, name: &str) -> String {
        let mut ledger = Ledger::open(&self.path("ledger")).unwrap();
        let token = senders::new_sender_token().unwrap();
        let hash = accounts::hashed(&token);
        ledger
            .write("operator:budi", Timestamp::now(), |tx| {
                tx.open_sender(name, &hash)
            })
            .unwrap();
        token
    }

    /// How many events of the log hold this text.
    pub fn events_with(&self, text: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM events WHERE body LIKE '%{text}%'");
        self.number(&sql)
    }
}

impl Daemon<'_> {
    /// Where its page is.
    #[track_caller]
    pub fn address(&self) -> SocketAddr {
        let log = self.log();
        let said = log.split_once("the page is at http").unwrap().1;
        let address = said.split_once("://").unwrap().1.split_whitespace().next();
        address.unwrap().parse().unwrap()
    }

    #[track_caller]
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.address())
    }

    /// A browser in which this account is logged in.
    #[track_caller]
    pub fn logged_in(&self, user: &str) -> Visitor {
        self.visitor().logged_in(user, PASSWORD)
    }
}

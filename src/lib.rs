//! The controller of a card printing station for Indonesia's child identity card (*Kartu
//! Identitas Anak*, KIA).
//!
//! ```text
//! upstream ─▶ intake ─▶ domain::rules ─▶ render ─▶ lots/*.pdf ─▶ printer ─▶ log
//!                └────────────┴── ledger ──┴───────────────────────┘
//! ```
//!
//! | module | what it is | may use |
//! |---|---|---|
//! | [`domain`] | NIK, record, rules, a card's life, validity, jobs, scans, stock, packs: pure values | nothing |
//! | [`render`] | layouts, text, photo, QR, PDF: bytes in, bytes out | `domain` |
//! | [`intake`] | watch, settle, claim, read, dispose: `incoming/` and the way out of it | `domain` |
//! | [`ledger`] | the append-only log and what is derived from it; the only SQL | `domain` |
//! | [`printer`] | drives a printer: IPP or a folder; the only calls out of the house | `domain` |
//! | [`config`] | `station.toml` and the folders of a station | `domain`, `intake`, `render` |
//! | [`reports`] | the office's tables, charts and papers; its `papers` and `tables` are pure | `domain`, `ledger`, `config` |
//! | [`production`] | what the daemon and the actions share: examine, compose, photos, assets, tokens | all above |
//! | [`context`] | folders, settings, zone, clock, layouts and the ledger's connections, opened once | all above |
//! | [`actions`] | what a person can do, once each, under both the page and the console | all above |
//! | [`daemon`] | the loop: drops become cards, cards become lots; the spooler prints them | all above |
//! | [`web`] | the operator's page: routes, sessions, HTML | `domain`, `render`, `intake`, `ledger`, `printer`, `config`, `reports`, `production`, `context`, `actions` |
//! | [`cli`] | one file a command: what it does with its arguments and what it prints | all above |
//!
//! The JPEG codec is a crate of its own, `crates/jpeg`: only `render` uses it.
//!
//! Absent on purpose: no module reads the clock, a file or a printer below `production` and the edge
//! that is made for it; `render`, `domain`, `reports::papers` and `reports::tables` can be run a million
//! times in a test.

pub mod actions;
pub mod cli;
pub mod config;
pub mod context;
pub mod daemon;
pub mod domain;
pub mod intake;
pub mod ledger;
pub mod printer;
pub mod production;
pub mod render;
pub mod reports;
pub mod web;

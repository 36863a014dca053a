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
//! | [`export`] | tables for spreadsheets and the terminal, safe from formulas; writes to what it is given | `domain` |
//! | [`documents`] | typesets the office's papers and draws their charts: data in, bytes out; no paths, no clock | `domain` |
//! | [`intake`] | watch, settle, claim, read, dispose: `incoming/` and the way out of it | `domain` |
//! | [`ledger`] | the append-only log and what is derived from it; the only SQL | `domain` |
//! | [`printer`] | drives a printer: IPP or a folder; the only calls out of the house | `domain` |
//! | [`config`] | `station.toml` and the folders of a station | `domain`, `intake`, `render` |
//! | [`reports`] | the register and the reports: counts of the ledger to tables, charts and papers | `domain`, `export`, `documents`, `ledger`, `config` |
//! | [`station`] | the loop: drops become cards, cards lots; the press room prints them | all above |
//! | [`accounts`] | passwords, and the proof that somebody is who he says | `domain`, `ledger` |
//! | [`web`] | the operator's page: routes, sessions, HTML | all above |
//! | [`cli`] | what the command line says; parsing never acts | `domain`, `render` |
//! | [`commands`] | one file a subcommand; wires the parts together | all above |
//!
//! Absent on purpose: no module reads the clock, a file or a printer below `station` and the edge
//! that is made for it; `render`, `documents`, `export` and `domain` can be run a million times in a test.

pub mod accounts;
pub mod cli;
pub mod commands;
pub mod config;
pub mod documents;
pub mod domain;
pub mod export;
pub mod intake;
pub mod ledger;
pub mod printer;
pub mod render;
pub mod reports;
pub mod station;
pub mod web;

//! Drives the real binary over real folders, with real readers of what it makes.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

mod architecture;
mod cli;
mod crash;
mod docs;
mod documents;
mod flow;
mod handover;
mod harness;
mod intake;
mod leaving;
mod ledger;
mod limits;
mod parts;
mod print;
mod privacy;
mod proof;
mod reports;
mod rules;
mod scan;
mod sheets;
mod stock;
mod trust;
mod web;
mod week;

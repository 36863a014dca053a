//! Hands cards to printers that fail in every way, and counts what came out.
//!
//! `KIA_FAULTS` sets the number of seeded schedules (200 without it), `KIA_KILLS` how often the
//! station is killed (40 without it).

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

mod fake;
#[allow(dead_code, reason = "each test target uses its own parts")]
#[path = "../it/harness.rs"]
mod harness;
mod journal;
mod one_by_one;
#[allow(dead_code, reason = "each test target uses its own parts")]
#[path = "../it/parts.rs"]
mod parts;
mod real;
mod rng;
mod room;
mod schedules;
mod servers;
mod station;
mod table;

//! What a person can do at the station, once each, under both the page and the console.
//!
//! An action is a function over an [`Access`], which hands out the ledger against a [`Rule`] only.
//! Who may, what the audit keeps, what is refused and what is said belong to the action; page and
//! console translate into it and out of it.

mod access;
pub mod accounts;
pub mod backup;
pub mod batches;
pub mod cards;
pub mod custody;
pub mod day;
pub mod exports;
mod failure;
pub mod history;
pub mod layouts;
pub mod lots;
pub mod pack_papers;
pub mod packs;
pub mod photos;
pub mod printers;
pub mod privacy;
pub mod returned;
mod rule;
pub mod scanning;
pub mod senders;
pub mod sessions;
pub mod stock;
pub mod uploads;
pub mod worklist;

pub use self::access::{Access, Audit, Operator};
pub use self::failure::{Failure, Result};
pub use self::rule::Rule;

#[cfg(test)]
mod tests;

//! The words of the office and the rules on them: pure values, no clock, no files, no SQL.
//!
//! Every other module may use `domain`; `domain` uses none of them.

pub mod account;
pub mod audit;
pub mod card;
mod chain;
pub mod columns;
pub mod coverage;
pub mod device;
pub mod fields;
pub mod figures;
pub mod hex;
pub mod ids;
pub mod job;
pub mod mapping;
pub mod nik;
pub mod office;
pub mod pace;
pub mod pack;
pub mod period;
pub mod reason;
pub mod record;
pub mod reprint;
pub mod rules;
pub mod scan;
pub mod stock;
pub mod target;
pub mod text;
pub mod validity;

pub use chain::chain;

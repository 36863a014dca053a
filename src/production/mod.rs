//! What the daemon and the actions of people share: reading and judging records, composing cards,
//! prepared photos, layouts and fonts, tokens.

pub mod assets;
pub mod checkpoints;
pub mod clock;
pub mod composer;
pub mod decide;
mod error;
pub mod examine;
pub mod fault;
pub mod in_order;
pub mod inspect;
pub mod lock;
pub mod photos;
pub mod preview;
pub mod printers;
pub mod samples;
pub mod specimen;
pub mod tokens;

pub use self::error::StationError;
use crate::config::Paths;
use crate::ledger;

/// The folders of the files that the ledger names.
pub fn ledger_files(paths: &Paths) -> ledger::Files {
    ledger::Files {
        lots: paths.lots(),
        photos: paths.photos(),
        handover: paths.handover(),
    }
}

/// Who the ledger names for what the station does by itself.
pub const ACTOR: &str = "station";

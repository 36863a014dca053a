//! Intake: watch, settle, claim, read and, once the station has decided, dispose.
//!
//! Events only wake; the scan of `incoming/` is the truth ([`Inbox::scan`]). What is complete is
//! claimed by a rename ([`Inbox::claim`]), read ([`Claimed::read`]), and leaves `work/` only after
//! the ledger holds the outcome ([`Claimed::dispose`]). Each step can be cut off anywhere and done
//! again.
//!
//! Archives and workbooks are measured before they are unpacked or read (`archive.rs`,
//! `workbook.rs`); what a table's columns stand for where a school has names of its own is said in
//! `mappings.toml` ([`Mappings`]).
//!
//! Absent on purpose: no rule on a record, no picture is decoded, nothing is known of the ledger.

mod archive;
mod claim;
mod dispose;
mod form;
mod in_place;
mod inbox;
mod json;
mod manifest;
mod mappings;
mod paths;
mod post;
mod read;
mod read_error;
mod report;
mod returned;
mod settle;
mod table;
#[cfg(test)]
mod testing;
mod tree;
mod watch;
mod workbook;
mod writers;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use archive::{below, unpack};
pub use claim::{Claimed, PhotoError};
pub use dispose::given_name;
pub use in_place::{InPlace, Look, look, photo_in_place, read_in_place, read_records};
pub use inbox::{Inbox, Ready, Waiting, Why};
pub use mappings::{Mappings, MappingsError};
pub use post::{NoRecord, Posted};
pub use read::Batch;
pub use read_error::ReadError;
pub use report::{REASONS, Report, Summary};
pub use tree::{deliver, is_network_mount};
pub use watch::{Wake, Watch, watch};

/// The folders that drops move through. `accepted` and `rejected` belong to the station: nobody
/// else may create names in them.
#[derive(Debug, Clone)]
pub struct Folders {
    pub incoming: PathBuf,
    /// Where claimed drops stand until they are disposed of.
    pub work: PathBuf,
    /// Where drops go of which at least one record was accepted.
    pub accepted: PathBuf,
    /// What goes back to the sender.
    pub rejected: PathBuf,
    /// The file of mappings; it need not be there.
    pub mappings: PathBuf,
}

/// When a drop counts as complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long a drop that says nothing must stand still before it is read, in seconds.
    #[serde(with = "seconds")]
    pub settle: Duration,
    /// How long a drop may stand still without being whole before it is taken as it is, in
    /// seconds, so that the sender hears of it.
    #[serde(with = "seconds")]
    pub give_up: Duration,
    /// What a drop may hold.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            settle: Duration::from_secs(2),
            give_up: Duration::from_secs(60),
            limits: Limits::default(),
        }
    }
}

/// What a drop may hold; beyond it the drop is refused with `drop-limits`, `drop-nested` or
/// `archive-bomb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Records in a drop.
    pub records: usize,
    /// Bytes of a file of records or a manifest.
    pub file_bytes: u64,
    /// Bytes of a photo file.
    pub photo_bytes: u64,
    /// Bytes of all files of a drop.
    pub drop_bytes: u64,
    /// Files and folders in a drop.
    pub files: usize,
    /// Levels of folders in a drop.
    pub depth: usize,
    /// Levels of nesting in JSON; at most 100, as the parser stops at 128.
    pub json_depth: usize,
    /// Bytes of a path in a drop.
    pub path_bytes: usize,
    /// How many times an archive or an entry of it may grow when it is unpacked.
    pub archive_ratio: u64,
    /// Bytes of a workbook once it is unpacked.
    pub workbook_bytes: u64,
    /// Cells that hold anything in a workbook.
    pub sheet_cells: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            records: 10_000,
            file_bytes: 64 << 20,
            photo_bytes: 20 << 20,
            drop_bytes: 8 << 30,
            files: 25_000,
            depth: 8,
            json_depth: 16,
            path_bytes: 1024,
            archive_ratio: 200,
            workbook_bytes: 256 << 20,
            sheet_cells: 1_000_000,
        }
    }
}

/// What intake could not do. No text names a drop or a file, only the drop's id.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The station's folders cannot be used.
    #[error("the intake folders cannot be opened; check that they exist and may be written")]
    Open {
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// `incoming/` cannot be listed.
    #[error("`incoming/` cannot be listed; check that it is mounted and may be read")]
    Scan {
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A drop stays in `incoming/`, or half moved in `work/`, where the next start completes it.
    #[error("drop `{id}` cannot be claimed; it stays where it is and is tried again")]
    Claim {
        id: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What an earlier run left cannot be taken up.
    #[error("`work/` cannot be taken up again; check that it may be read and written")]
    Resume {
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The outcome stands, but the files could not be moved; it is done again at the next start.
    #[error("drop `{id}` cannot be moved to its place; check the disk, the move is taken up again")]
    Dispose {
        id: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What came over the network cannot be put into `incoming/`.
    #[error("a record cannot be put into `incoming/`; check the disk and the rights on it")]
    Post {
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// `incoming/` cannot be watched; scanning at intervals still finds every drop.
    #[error("`incoming/` cannot be watched; drops are found by looking at intervals")]
    Watch {
        /// What the watcher said.
        #[source]
        source: notify::Error,
    },
}

/// Durations as seconds, which may have a fraction.
mod seconds {
    use std::time::Duration;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(duration.as_secs_f64())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(from)?;
        Duration::try_from_secs_f64(seconds).map_err(D::Error::custom)
    }
}

//! One daemon a station: the lock says who holds it.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The lock of a station; it is given back when this is dropped or the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Who holds a station.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    pub since: Timestamp,
}

/// Why the station could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another daemon has it.
    #[error("another kia-station holds this station: {}", held_by(.0))]
    Held(Option<Holder>),
    /// The lock file cannot be used.
    #[error("`station.lock` cannot be used; check the rights on the station's folder")]
    Io(#[from] std::io::Error),
}

fn held_by(holder: &Option<Holder>) -> String {
    match holder {
        Some(Holder { pid, since }) => format!("process {pid}, since {since:.0}"),
        None => "it did not say who it is".to_owned(),
    }
}

impl Lock {
    /// Takes the lock, or says who holds it.
    ///
    /// # Errors
    /// [`LockError::Held`] when a daemon runs on this station.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                file.read_to_string(&mut text)?;
                return Err(LockError::Held(serde_json::from_str(&text).ok()));
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let holder = Holder {
            pid: std::process::id(),
            since: Timestamp::now(),
        };
        file.set_len(0)?;
        file.rewind()?;
        serde_json::to_writer(&mut file, &holder).map_err(std::io::Error::from)?;
        file.flush()?;
        Ok(Self { _file: file })
    }
}

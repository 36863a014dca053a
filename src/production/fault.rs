//! What keeps the station from its work for now. It is kept in a file, because those who tell it to
//! a person, `status` and the page, do not run in the station's thread.

use std::fs;
use std::io;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::Paths;
use crate::production::photos::write_new;

/// What the station cannot do and tries again until it can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub since: Timestamp,
    /// What it was that failed and why, in the log's words; no personal data.
    pub what: String,
}

impl Fault {
    /// What keeps the station in this folder from its work; none while it is well.
    ///
    /// # Errors
    /// A file that is there and cannot be read.
    pub fn read(paths: &Paths) -> io::Result<Option<Self>> {
        match fs::read(paths.fault()) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The fault as the station itself knows it.
#[derive(Debug)]
pub struct Faults {
    paths: Paths,
    told: Option<String>,
}

impl Faults {
    /// Forgets what an earlier run told: it may be mended.
    pub fn new(paths: &Paths) -> Self {
        let faults = Self {
            paths: paths.clone(),
            told: None,
        };
        faults.remove();
        faults
    }

    /// Tells once of a fault that lasts, and once that it is over.
    pub fn note(&mut self, what: Option<String>, now: Timestamp) {
        if self.told == what {
            return;
        }
        match &what {
            Some(what) => {
                tracing::error!(fault = what, "the station cannot work on and tries again");
                self.write(what, now);
            }
            None => {
                tracing::info!("the station works again");
                self.remove();
            }
        }
        self.told = what;
    }

    fn write(&self, what: &str, now: Timestamp) {
        let fault = Fault {
            since: now,
            what: what.to_owned(),
        };
        let written = write_new(&self.paths.fault(), |file| {
            serde_json::to_writer(file, &fault).map_err(Into::into)
        });
        // The fault may be the very disk that this file is on; the log has both.
        if let Err(error) = written {
            tracing::warn!(%error, "the fault is told in the log only");
        }
    }

    fn remove(&self) {
        match fs::remove_file(self.paths.fault()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a fault that is over is still told");
            }
            _ => {}
        }
    }
}

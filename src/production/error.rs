use crate::config::ConfigError;
use crate::domain::ids::CardId;
use crate::intake::{IntakeError, MappingsError};
use crate::ledger;
use crate::production::assets;
use crate::render::document::DocumentError;
use crate::render::raster::RasterError;

/// What the station could not do. A fault of one drop or card is none of these. A ledger that says
/// what it must not ends a running station; any other is tried again.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Layout(#[from] assets::LoadError),
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    Mappings(#[from] MappingsError),
    /// A lot could not be made.
    #[error("lot {lot} cannot be made")]
    Lot {
        lot: String,
        #[source]
        source: DocumentError,
    },
    #[error("printer `{0}`: {1}")]
    Printer(String, String),
    /// A lot could not be read back.
    #[error("lot {lot} cannot be proved")]
    Proof {
        lot: String,
        #[source]
        source: RasterError,
    },
    /// A photo of a card that waits.
    #[error("the photo of card {card} cannot be read; check the disk and `photos/`")]
    Photo {
        card: CardId,
        #[source]
        source: std::io::Error,
    },
    /// A file of the station.
    #[error("{what}; check the disk and the rights on the station's folder")]
    File {
        /// What could not be done.
        what: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl StationError {
    /// Whether the station cannot go on without being started anew. Folders, shares, disks and
    /// settings are mended while it runs.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Ledger(error) => !error.passes(),
            _ => false,
        }
    }
}

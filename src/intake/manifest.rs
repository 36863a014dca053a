//! `batch.json`: what a batch says of itself.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::paths::Finder;
use super::read_error::ReadError;
use super::table::text_of;
use super::tree::{Barred, Tree};
use super::{Limits, json};
use crate::domain::fields::RawRecord;
use crate::domain::hex::hex;
use crate::domain::rules::{self, Problem};

/// The name of the file.
pub(super) const NAME: &str = "batch.json";

pub(super) struct Manifest {
    /// The files it lists.
    pub files: Vec<Listed>,
    /// Its `sekolah` and `persetujuan`, which the judge reads by the rules of a record's own.
    pub fields: RawRecord,
}

#[derive(Deserialize)]
struct Listing {
    #[serde(default)]
    files: Vec<Listed>,
}

/// The digests of the files, so that one that is listed again is not read again.
type Digests = BTreeMap<PathBuf, String>;

/// A file that must be there as listed.
#[derive(Deserialize)]
pub(super) struct Listed {
    path: PathBuf,
    size: u64,
    sha256: String,
}

impl Manifest {
    /// Reads the manifest of a batch; `None` where there is none.
    pub fn read(batch: &Tree, limits: &Limits) -> Result<Option<Self>, ReadError> {
        let unreadable = |detail: &str| ReadError::refused(&rules::MANIFEST_UNREADABLE, detail);
        let bytes = match batch.read(Path::new(NAME), limits.file_bytes) {
            Ok(bytes) => bytes,
            Err(Barred::Missing) => return Ok(None),
            Err(Barred::Io(error)) => return Err(ReadError::Io(error)),
            Err(Barred::TooLarge) => return Err(unreadable("bytes")),
            Err(_) => return Err(ReadError::refused(&rules::DROP_SPECIAL, NAME)),
        };
        let text = text_of(&bytes).ok_or_else(|| unreadable("UTF-8"))?;
        // A listed file is an object with three values.
        let most = limits.files.saturating_mul(4).saturating_add(json::VALUES);
        let mut object = json::object(text, limits.json_depth, most)
            .map_err(|fault| unreadable(&fault.to_string()))?;
        let files = object
            .remove("files")
            .map(|files| Value::Object([("files".to_owned(), files)].into_iter().collect()));
        // serde's own words may quote a value, so that only the key at fault is named.
        let Listing { files } =
            serde_json::from_value(files.unwrap_or_else(|| Value::Object(Map::new())))
                .map_err(|_| unreadable("files"))?;
        Ok(Some(Self {
            files,
            fields: RawRecord::from_json(0, &object),
        }))
    }

    /// Whether every listed file is there with its size: cheap, before any hash is made.
    pub fn sizes_match(&self, batch: &Tree) -> bool {
        let mut finder = Finder::default();
        self.files.iter().all(|listed| {
            finder
                .find(batch, &listed.path)
                .and_then(|path| batch.meta(&path))
                .is_ok_and(|meta| meta.size == listed.size)
        })
    }

    /// What is wrong with the listed files.
    pub fn problems(&self, batch: &Tree) -> Result<Vec<Problem>, std::io::Error> {
        let mut problems = Vec::new();
        let (mut finder, mut digests) = (Finder::default(), Digests::default());
        for listed in &self.files {
            let name = listed.path.to_string_lossy();
            let rule = match listed.differs(batch, &mut finder, &mut digests) {
                Ok(None) => continue,
                Ok(Some(rule)) => rule,
                Err(Barred::Io(error)) => return Err(error),
                Err(_) => &rules::MANIFEST_FILE_MISSING,
            };
            problems.push(rule.broken_by_drop(&name));
        }
        Ok(problems)
    }
}

impl Listed {
    fn differs(
        &self,
        batch: &Tree,
        finder: &mut Finder,
        digests: &mut Digests,
    ) -> Result<Option<&'static rules::Rule>, Barred> {
        let path = finder.find(batch, &self.path)?;
        let (_, meta) = batch.open_file(&path)?;
        if meta.size != self.size {
            return Ok(Some(&rules::MANIFEST_SIZE));
        }
        let hex = match digests.entry(path) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let digest = batch.sha256(new.key())?;
                new.insert(hex(&digest))
            }
        };
        Ok((!hex.eq_ignore_ascii_case(&self.sha256)).then_some(&rules::MANIFEST_HASH))
    }
}

//! `mappings.toml`: what the columns of schools' own tables stand for, one entry a header row.
//!
//! The office may read and edit it; it is always written whole.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::mapping::{Mapping, MappingError};

/// The saved mappings of a station.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mappings {
    mapping: Vec<Mapping>,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingsError {
    #[error(
        "`{path}` cannot be read or written; check the disk and the rights on the station's folder"
    )]
    Io {
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It is no TOML of this shape.
    #[error("`{path}` cannot be read: {message}; correct the file or take the entry out")]
    Wrong {
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
    /// An entry says what the contract does not know.
    #[error("the mapping of the table that begins with `{header}` cannot be used")]
    Mapping {
        /// The first header of its table.
        header: String,
        #[source]
        source: MappingError,
    },
}

/// What stands at the top of the file.
const HEAD: &str = "# Pemetaan judul kolom sekolah ke kolom format data; satu [[mapping]] per baris judul.\n\
    # What the columns of schools' own tables stand for; one [[mapping]] a header row. See docs/record-format.md.\n\n";

impl Mappings {
    /// Reads the file; none is no mapping.
    ///
    /// # Errors
    /// When the file cannot be read or says what the contract does not know.
    pub fn read(path: &Path) -> Result<Self, MappingsError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(MappingsError::Io {
                path: path.to_owned(),
                source,
            }),
        }
    }

    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, MappingsError> {
        let read: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let before = &text[..text.floor_char_boundary(at)];
            let line = before.matches('\n').count() + 1;
            MappingsError::Wrong {
                path: path.to_owned(),
                message: format!("line {line}: {}", error.message()),
            }
        })?;
        for mapping in &read.mapping {
            check(mapping)?;
        }
        Ok(read)
    }

    /// The mapping for a table with this header row.
    pub fn find<S: AsRef<str>>(&self, headers: &[S]) -> Option<&Mapping> {
        self.mapping.iter().find(|mapping| mapping.fits(headers))
    }

    /// Every mapping, in the order of the file.
    pub fn all(&self) -> &[Mapping] {
        &self.mapping
    }

    /// Saves a mapping in the place of the one for the same header row, or as a new one.
    ///
    /// # Errors
    /// As [`Mappings::read`]; the file is then as it was.
    pub fn save(path: &Path, mapping: Mapping) -> Result<(), MappingsError> {
        check(&mapping)?;
        let mut all = Self::read(path)?;
        all.mapping.retain(|old| !old.fits(&mapping.headers));
        all.mapping.push(mapping);
        all.write(path)
    }

    /// Takes the mapping with this [`Mapping::key`] out; says whether there was one.
    ///
    /// # Errors
    /// As [`Mappings::save`].
    pub fn remove(path: &Path, key: &str) -> Result<bool, MappingsError> {
        let mut all = Self::read(path)?;
        let before = all.mapping.len();
        all.mapping.retain(|mapping| mapping.key() != key);
        let found = all.mapping.len() < before;
        if found {
            all.write(path)?;
        }
        Ok(found)
    }

    fn write(&self, path: &Path) -> Result<(), MappingsError> {
        let failed = |source| MappingsError::Io {
            path: path.to_owned(),
            source,
        };
        let text = toml::to_string(self).map_err(|error| MappingsError::Wrong {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        let temporary = path.with_extension("toml.tmp");
        let write = || {
            let mut file = File::create(&temporary)?;
            file.write_all(HEAD.as_bytes())?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&temporary, path)?;
            let folder = path.parent().filter(|dir| !dir.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        };
        write().map_err(failed)
    }
}

fn check(mapping: &Mapping) -> Result<(), MappingsError> {
    mapping.check().map_err(|source| MappingsError::Mapping {
        header: mapping.headers.first().cloned().unwrap_or_default(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(headers: &[&str], column: &str, field: &str) -> Mapping {
        Mapping {
            headers: headers.iter().map(|&header| header.to_owned()).collect(),
            columns: [(column.to_owned(), field.to_owned())].into(),
            ..Mapping::default()
        }
    }

    #[test]
    fn what_is_saved_is_read_back_and_a_new_one_for_the_same_row_takes_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mappings.toml");
        assert_eq!(Mappings::read(&path).unwrap(), Mappings::default());
        let headers = ["Nama Siswa", "NIK"];
        Mappings::save(&path, mapping(&headers, "Nama Siswa", "nama")).unwrap();
        Mappings::save(&path, mapping(&["Murid", "NIK"], "Murid", "nama")).unwrap();
        Mappings::save(&path, mapping(&headers, "Nama Siswa", "alamat")).unwrap();
        let read = Mappings::read(&path).unwrap();
        assert_eq!(read.all().len(), 2);
        let found = read.find(&["NAMA  SISWA", "nik"]).unwrap();
        assert_eq!(found.columns["Nama Siswa"], "alamat");
        assert!(Mappings::remove(&path, &found.key()).unwrap());
        assert!(!Mappings::remove(&path, &found.key()).unwrap());
        assert!(Mappings::read(&path).unwrap().find(&headers).is_none());
    }

    #[test]
    fn a_mapping_that_cannot_be_used_is_refused_and_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mappings.toml");
        Mappings::save(&path, mapping(&["A", "B"], "A", "nama")).unwrap();
        let before = std::fs::read(&path).unwrap();
        assert!(Mappings::save(&path, mapping(&["A", "B"], "A", "hobi")).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), before);
        std::fs::write(&path, "[[mapping]]\nheaders = [\"A\"]\nkolom = 1\n").unwrap();
        let error = Mappings::read(&path).unwrap_err().to_string();
        assert!(error.contains("line 3"), "{error}");
    }
}

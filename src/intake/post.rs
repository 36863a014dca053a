//! A record that came over the network, put into `incoming/` as any sender would put it: under a
//! temporary name, synced, then renamed. From there on it is a drop like every other.

use std::io;
use std::path::Path;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::IntakeError;
use super::dispose::write;
use super::json::{self, Fault};
use super::tree::{Tree, io_of};

/// The file of records in such a drop.
const RECORDS: &str = "records.json";
/// The photo beside it.
const PHOTO: &str = "foto.jpg";

/// Why a text is no record: what is wrong and where, and nothing that stands in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRecord {
    /// It is no JSON.
    #[error("no JSON: {0}")]
    Json(String),
    /// It is JSON, but no record can look like this.
    #[error("no record: {0}")]
    Form(String),
}

/// One record and its photo.
pub struct Posted {
    record: Map<String, Value>,
    photo: Option<Vec<u8>>,
}

impl Posted {
    /// Reads one record, strictly, nested at most `depth` levels.
    ///
    /// # Errors
    /// Not UTF-8, not JSON, not an object, a key given twice, nested deeper.
    pub fn read(bytes: &[u8], depth: usize) -> Result<Self, NoRecord> {
        let text = std::str::from_utf8(bytes).map_err(|_| NoRecord::Json("UTF-8".to_owned()))?;
        let record = json::object(text, depth, json::VALUES).map_err(|fault| match fault {
            Fault::Syntax { .. } => NoRecord::Json(fault.to_string()),
            fault => NoRecord::Form(fault.to_string()),
        })?;
        Ok(Self {
            record,
            photo: None,
        })
    }

    pub fn fields(&self) -> &Map<String, Value> {
        &self.record
    }

    /// Takes a field out of the record.
    pub fn take(&mut self, field: &str) -> Option<Value> {
        self.record.remove(field)
    }

    /// Puts a value in the place of a field's.
    pub fn set(&mut self, field: &str, value: Value) {
        self.record.insert(field.to_owned(), value);
    }

    /// Lays a photo beside the record, whatever the record calls it.
    pub fn attach(&mut self, photo: Vec<u8>) {
        self.record
            .retain(|field, _| !field.eq_ignore_ascii_case("foto"));
        self.record.insert("foto".to_owned(), PHOTO.into());
        self.photo = Some(photo);
    }

    /// What makes it the same as another, in whatever order its fields were written.
    pub fn content(&self) -> Vec<u8> {
        let mut content = self.json();
        if let Some(photo) = &self.photo {
            content.push(0);
            content.extend(Sha256::digest(photo));
        }
        content
    }

    fn json(&self) -> Vec<u8> {
        serde_json::to_vec(&self.record).expect("a map of strings to JSON is JSON")
    }

    /// Puts it into `incoming` as the drop `name`. A drop of this name that stands there already
    /// is the same one.
    ///
    /// # Errors
    /// [`IntakeError::Post`]; nothing that could be taken for a drop was left.
    pub fn put(&self, incoming: &Path, name: &str) -> Result<(), IntakeError> {
        self.place(incoming, name)
            .map_err(|source| IntakeError::Post { source })
    }

    fn place(&self, incoming: &Path, name: &str) -> io::Result<()> {
        let incoming = Tree::open(incoming)?;
        if incoming.has(Path::new(name)) {
            return Ok(());
        }
        let draft = format!(".{name}.tmp");
        let draft = Path::new(&draft);
        incoming.remove_all(draft)?;
        incoming.make_folders(draft)?;
        let folder = incoming.folder(draft).map_err(io_of)?;
        if let Some(photo) = &self.photo {
            write(&folder, Path::new(PHOTO), photo)?;
        }
        let records = [b"[".as_slice(), &self.json(), b"]"].concat();
        write(&folder, Path::new(RECORDS), &records)?;
        folder.sync()?;
        incoming.rename(draft, &incoming, Path::new(name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Station, record};
    use super::*;

    fn posted(text: &str) -> Posted {
        Posted::read(text.as_bytes(), 16).unwrap()
    }

    #[test]
    fn a_posted_record_is_a_drop_with_its_photo() {
        let mut station = Station::new();
        let mut posted = posted(&record("1702094503180003", "lain/nama.jpg"));
        posted.attach(b"a photo".to_vec());
        // What a crash left of an earlier try is thrown away.
        station.put(".api-x.tmp/records.json", "half");
        for _ in 0..2 {
            posted.put(&station.path("incoming"), "api-x").unwrap();
        }
        assert_eq!(
            station.tree("incoming"),
            ["api-x/foto.jpg", "api-x/records.json"]
        );
        let drop = station.claim();
        let batch = drop.read(&super::super::Limits::default()).unwrap();
        assert_eq!((batch.rows.len(), drop.name().as_str()), (1, "api-x"));
        let photo = drop.photo(PHOTO, &super::super::Limits::default()).unwrap();
        assert_eq!(photo, b"a photo");
    }

    #[test]
    fn content_is_the_same_in_any_order_of_the_fields_and_another_with_another_photo() {
        let first = posted(r#"{"a": 1, "b": "x"}"#).content();
        assert_eq!(first, posted(r#"{"b":"x","a":1}"#).content());
        assert_ne!(first, posted(r#"{"a": 2, "b": "x"}"#).content());
        let with = |photo: &[u8]| {
            let mut posted = posted(r#"{"a": 1, "b": "x"}"#);
            posted.attach(photo.to_vec());
            posted.content()
        };
        assert_eq!(with(b"1"), with(b"1"));
        assert!(with(b"1") != with(b"2") && with(b"1") != first);
    }

    #[test]
    fn what_is_no_record_says_where_and_not_what() {
        for (text, json) in [
            (&b"{\"nik\": \"1702"[..], true),
            (b"\xff", true),
            (b"[]", false),
            (b"{\"nik\":1,\"nik\":2}", false),
        ] {
            let fault = Posted::read(text, 16).err().unwrap();
            assert_eq!(matches!(fault, NoRecord::Json(_)), json, "{fault}");
            assert!(!fault.to_string().contains("1702"), "{fault}");
        }
    }
}

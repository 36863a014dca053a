//! The office's papers: a template that the office can edit and data go in, a PDF comes out.
//!
//! Typst does the typesetting. It sees the template, the fonts given and one file, `data.json`; there
//! are no packages, no system fonts, no paths and no clock, so that the same data give the same
//! bytes.

use jiff::civil::Date;
use serde_json::Value;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};

/// The name under which a template finds its data.
const DATA: &str = "data.json";

/// A paper that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct PaperError {
    /// The template.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Typesets a paper. `file` names the template in errors; `day` is the only date that the paper and
/// the file know of; `fonts` are TrueType files.
///
/// # Errors
/// Names the place in the template, and what is wrong there.
pub fn typeset(
    file: &str,
    template: &str,
    fonts: &[&[u8]],
    data: &Value,
    day: Date,
) -> Result<Vec<u8>, PaperError> {
    let desk = Desk::new(file, template, fonts, data, day)?;
    let document: PagedDocument = typst::compile(&desk)
        .output
        .map_err(|errors| desk.first(&errors))?;
    let options = PdfOptions {
        ident: Smart::Custom(file.to_owned()),
        timestamp: desk.day.map(Timestamp::new_utc),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|errors| desk.first(&errors))
}

/// All that Typst sees.
struct Desk {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
    name: String,
    data: (FileId, Bytes),
    day: Option<Datetime>,
}

impl Desk {
    fn new(
        file: &str,
        template: &str,
        fonts: &[&[u8]],
        data: &Value,
        day: Date,
    ) -> Result<Self, PaperError> {
        let id = |path: &str| {
            let path = VirtualPath::new(path).map_err(|error| PaperError {
                file: file.to_owned(),
                line: 1,
                column: 1,
                message: error.to_string(),
            })?;
            Ok(RootedPath::new(VirtualRoot::Project, path).intern())
        };
        let fonts: Vec<Font> = fonts
            .iter()
            .flat_map(|font| Font::iter(Bytes::new(font.to_vec())))
            .collect();
        let (month, of_month) = (day.month().unsigned_abs(), day.day().unsigned_abs());
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            template: Source::new(id("template.typ")?, template.to_owned()),
            name: file.to_owned(),
            data: (id(DATA)?, Bytes::from_string(data.to_string())),
            day: Datetime::from_ymd(day.year().into(), month, of_month),
        })
    }

    /// The first error with its place in the template.
    fn first(&self, errors: &[SourceDiagnostic]) -> PaperError {
        let error = errors.first();
        let at = error.and_then(|error| self.range(error.span));
        let place = at.and_then(|at| self.template.lines().byte_to_line_column(at.start));
        let (line, column) = place.unwrap_or_default();
        PaperError {
            file: self.name.clone(),
            line: line + 1,
            column: column + 1,
            message: error.map_or_else(String::new, |error| error.message.to_string()),
        }
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() {
            Ok(self.template.clone())
        } else {
            Err(missing(id))
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let (data, bytes) = &self.data;
        if id == *data {
            Ok(bytes.clone())
        } else {
            Err(missing(id))
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        self.day
    }
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FONT: &[u8] = include_bytes!("../../layouts/fonts/NotoSans-SemiCondensed-kia.ttf");
    const DAY: Date = Date::constant(2026, 11, 24);

    #[test]
    fn the_same_data_give_the_same_bytes_and_a_mistake_has_its_place() {
        let template =
            "#let data = json(\"data.json\")\n#set text(font: \"Noto Sans\")\nHalo #data.nama";
        let make = |name: &str| typeset("x.typ", template, &[FONT], &json!({"nama": name}), DAY);
        assert!(make("A").unwrap().starts_with(b"%PDF-"));
        assert_eq!(make("A"), make("A"));
        assert_ne!(make("A"), make("B"));
        let wrong = template.replace("data.nama", "data.name");
        let error = typeset("x.typ", &wrong, &[FONT], &json!({"nama": "A"}), DAY).unwrap_err();
        assert_eq!((error.line, error.column), (3, 7), "{error}");
        assert!(error.message.contains("name"), "{error}");
    }

    #[test]
    fn a_template_reaches_no_file_but_its_data() {
        for outside in ["/etc/passwd", "../x.json", "other.json"] {
            let template = format!("#read(\"{outside}\")");
            assert!(typeset("x.typ", &template, &[FONT], &json!({}), DAY).is_err());
        }
    }
}

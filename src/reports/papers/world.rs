//! What a template can reach.

use std::collections::HashMap;

use jiff::civil::Date;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};

use super::{DATA, Fault, Stationery};

/// The files, the fonts and the date of one paper.
pub struct PaperWorld {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    files: HashMap<FileId, Bytes>,
    main: FileId,
    date: Date,
}

impl PaperWorld {
    /// # Errors
    /// When a name is no path inside the stationery.
    pub fn new(
        stationery: &Stationery,
        template: &str,
        data: Vec<u8>,
        date: Date,
    ) -> Result<Self, String> {
        let mut files = HashMap::new();
        for (name, bytes) in &stationery.files {
            files.insert(file_id(name)?, Bytes::new(bytes.clone()));
        }
        files.insert(file_id(DATA)?, Bytes::new(data));
        let fonts = stationery.fonts.iter();
        let fonts: Vec<Font> = fonts
            .flat_map(|font| Font::iter(Bytes::new(font.clone())))
            .collect();
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            files,
            main: file_id(template)?,
            date,
        })
    }

    /// The paper's date as the typesetter writes dates.
    pub fn date(&self) -> Option<Datetime> {
        let part = |value: i8| u8::try_from(value).ok();
        Datetime::from_ymd_hms(
            self.date.year().into(),
            part(self.date.month())?,
            part(self.date.day())?,
            0,
            0,
            0,
        )
    }

    /// A fault with its place in words.
    pub fn fault(&self, at: &SourceDiagnostic) -> Fault {
        let place = at.span.id().and_then(|id| {
            let source = self.source(id).ok()?;
            let start = self.range(at.span)?.start;
            let (line, column) = source.lines().byte_to_line_column(start)?;
            let file = id.vpath().get_without_slash().to_owned();
            Some((file, line + 1, column + 1))
        });
        let hints = at.hints.iter().map(|hint| format!(" ({})", hint.v));
        Fault {
            place,
            message: format!("{}{}", at.message, hints.collect::<String>()),
        }
    }
}

fn file_id(name: &str) -> Result<FileId, String> {
    let path = VirtualPath::new(name).map_err(|error| format!("`{name}`: {error}"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for PaperWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let text = self.file(id)?.to_str()?.to_string();
        Ok(Source::new(id, text))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.files.get(&id).cloned();
        found.ok_or_else(|| FileError::NotFound(id.vpath().get_without_slash().into()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        self.date()
    }
}

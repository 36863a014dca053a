//! Typesets the office's papers: templates, fonts and data in, PDF bytes out.
//!
//! A paper is a Typst template that the office may edit and a value that it reads as
//! `json("data.json")`. A template reaches the files given with it and nothing else: no disk, no
//! network, no fonts of the machine. The same input gives the same bytes.

pub mod charts;
mod day;
mod destruction_record;
mod handover;
mod words;
mod world;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use typst::diag::{SourceDiagnostic, SourceResult};
use typst::ecow::EcoVec;
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

pub use day::{DayCheckpoint, DaySheet};
pub use destruction_record::{DestructionRecord, DestructionRow, NameAndAddress};
pub use handover::{PackPapers, PaperCard, Receiver, Shipment};
pub use words::{SpelledDate, month_name, spelled};
use world::PaperWorld;

/// The name under which a template reads its data.
pub const DATA: &str = "data.json";

/// What every paper of an office is made from.
#[derive(Debug, Clone, Default)]
pub struct Stationery {
    /// The templates and the pictures they show, by name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// TrueType fonts; the only ones there are.
    pub fonts: Vec<Vec<u8>>,
}

/// A paper that cannot be made from its template.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct TypesetError(pub Vec<Fault>);

/// One thing that is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// File, line and column, both from 1; none when the fault lies in no one place.
    pub place: Option<(String, usize, usize)>,
    /// What is wrong, and what may help, in the typesetter's words.
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some((file, line, column)) = &self.place {
            write!(f, "{file}:{line}:{column}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl Stationery {
    /// Typesets `template` with `data` as PDF/A-2b, dated `date`.
    ///
    /// # Errors
    /// Names every fault with its place. A warning, such as a font that is not there, is a fault
    /// as well, and so is a letter that the fonts lack: a paper that is signed is right or is not
    /// made.
    pub fn typeset(
        &self,
        template: &str,
        data: &impl Serialize,
        date: Date,
    ) -> Result<Vec<u8>, TypesetError> {
        let whole = |message: String| {
            let place = None;
            TypesetError(vec![Fault { place, message }])
        };
        let data = serde_json::to_vec(data).map_err(|error| whole(error.to_string()))?;
        let world = PaperWorld::new(self, template, data, date).map_err(whole)?;
        let made = compile(&world);
        // What was remembered of this paper for the next holds personal data.
        typst::comemo::evict(0);
        made.map_err(|faults| TypesetError(faults.iter().map(|at| world.fault(at)).collect()))
    }
}

fn compile(world: &PaperWorld) -> Result<Vec<u8>, EcoVec<SourceDiagnostic>> {
    let compiled = typst::compile::<PagedDocument>(world);
    let document = compiled.output?;
    if !compiled.warnings.is_empty() {
        return Err(compiled.warnings);
    }
    export(&document, world)
}

fn export(document: &PagedDocument, world: &PaperWorld) -> SourceResult<Vec<u8>> {
    let standards = PdfStandards::new(&[PdfStandard::A_2b]).map_err(|error| {
        let nowhere = typst::syntax::Span::detached();
        EcoVec::from([SourceDiagnostic::error(nowhere, error.message().clone())])
    })?;
    typst_pdf::pdf(
        document,
        &PdfOptions {
            creator: Smart::Custom(Some("kia-station".to_owned())),
            timestamp: world.date().map(typst_pdf::Timestamp::new_utc),
            standards,
            ..PdfOptions::default()
        },
    )
}

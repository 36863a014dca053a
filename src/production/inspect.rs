//! What the station would make of a batch, row by row, without taking it.

use std::collections::BTreeSet;

use crate::domain::fields::RawValue;
use crate::domain::rules::{Problem, Severity};
use crate::intake::{InPlace, Report};
use crate::ledger::{self, Reader};
use crate::production::decide::decide_against_ledger;
use crate::production::examine::{Examined, Examiner, SharedPhotos};

/// One row of a batch, in the sender's order. `Debug` shows no child.
pub struct Row {
    /// As the sender counts.
    pub row: u32,
    /// The child's name as written; empty where the row has none.
    pub nama: String,
    pub nik: Option<String>,
    /// The class as written.
    pub kelas: Option<String>,
    /// The path of the photo as written.
    pub foto: Option<String>,
    /// Everything that is wrong or odd.
    pub problems: Vec<Problem>,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row")
            .field("row", &self.row)
            .field("problems", &self.problems.len())
            .finish_non_exhaustive()
    }
}

impl Row {
    /// Whether it would go back.
    pub fn is_refused(&self) -> bool {
        let problems = self.problems.iter();
        problems.clone().any(|p| p.severity == Severity::Block)
    }
}

/// Why a batch could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    #[error("the batch cannot be read now; check the disk")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

/// Looks at every row: rules, photos, the card's space, and what the ledger knows. `progress` is
/// told how many rows of the batch are done.
///
/// # Errors
/// The disk's or the ledger's; what is wrong with a row is no error.
pub fn inspect(
    examiner: &Examiner<'_>,
    read: &InPlace,
    ledger: Option<&Reader>,
    progress: &dyn Fn(usize, usize),
) -> Result<Vec<Row>, InspectError> {
    let batch = &read.batch;
    let limits = &examiner.config.intake.limits;
    let photos = |path: &str| read.photo(path, limits);
    let forget_photo = |mut examined: Examined| {
        if let Some(passed) = &mut examined.passed {
            // Its digest is enough from here on; a batch of any size must fit in memory.
            passed.photo = None;
        }
        Ok(examined)
    };
    let mut rows: Vec<Examined> = Vec::with_capacity(batch.rows.len());
    let mut pictures = SharedPhotos::default();
    examiner.examine::<_, InspectError>(batch, &photos, &forget_photo, &mut |examined| {
        if let Some(passed) = &examined.passed {
            pictures.note(rows.len(), passed);
        }
        rows.push(examined);
        progress(rows.len(), batch.rows.len());
        Ok(())
    })?;
    let shared: BTreeSet<usize> = pictures.shared().collect();
    let mut seen = Vec::with_capacity(rows.len() + batch.unreadable.len());
    for (index, (mut examined, raw)) in rows.into_iter().zip(&batch.rows).enumerate() {
        if let Some(passed) = &examined.passed {
            let shared = shared.contains(&index);
            let beside = decide_against_ledger(ledger, &examined.subject, passed, shared)?;
            examined.problems.extend(beside.err());
        }
        let text = |field| match raw.values.get(field) {
            Some(RawValue::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let nik = examined.subject.nik.as_deref();
        seen.push(Row {
            row: examined.row,
            nama: text("nama").unwrap_or_default(),
            nik: nik.map(crate::domain::nik::mask_digits),
            kelas: text("sekolah.kelas"),
            foto: text("foto"),
            problems: examined.problems,
        });
    }
    seen.extend(batch.unreadable.iter().map(|problem| Row {
        row: problem.row.unwrap_or_default(),
        nama: String::new(),
        nik: None,
        kelas: None,
        foto: None,
        problems: vec![problem.clone()],
    }));
    seen.sort_by_key(|row| row.row);
    Ok(seen)
}

/// The report that the sender would get.
pub fn report_of(name: &str, received: u32, rows: &[Row]) -> Report {
    let problems = rows.iter().flat_map(|row| row.problems.iter().cloned());
    Report::new(name, received, problems.collect())
}

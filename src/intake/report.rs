//! What the sender is told about a drop: `reasons.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::domain::columns::Columns;
use crate::domain::rules::{Problem, Severity};

/// The file that tells the sender.
pub const REASONS: &str = "reasons.json";

/// The outcome of a drop, in the shape of `reasons.json`.
///
/// `received = accepted + rejected` holds by construction. `Debug` leaves out the name of the
/// drop, which senders like to make of a child's name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    drop: String,
    received: u32,
    accepted: u32,
    rejected: u32,
    problems: Vec<Problem>,
}

impl std::fmt::Debug for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Report")
            .field("received", &self.received)
            .field("accepted", &self.accepted)
            .field("rejected", &self.rejected)
            .field("problems", &self.problems.len())
            .finish_non_exhaustive()
    }
}

/// The outcome of a drop in figures: what is kept of it in memory once the sender has the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The drop's name as the sender knows it.
    pub drop: String,
    pub received: u32,
    /// Those that became cards, or were no news.
    pub accepted: u32,
    /// Those that went back.
    pub rejected: u32,
    /// The first problems, those that block before those that warn; the sender's report holds all.
    pub problems: Vec<Problem>,
}

/// How many problems a summary keeps.
const A_LOOK: usize = 10;

impl From<Report> for Summary {
    fn from(mut report: Report) -> Self {
        let warns = |problem: &Problem| problem.severity != Severity::Block;
        report.problems.sort_by_key(warns);
        report.problems.truncate(A_LOOK);
        report.problems.shrink_to_fit();
        Self {
            drop: report.drop,
            received: report.received,
            accepted: report.accepted,
            rejected: report.rejected,
            problems: report.problems,
        }
    }
}

impl Report {
    /// The outcome of a drop of `received` records. A record is rejected when a problem that
    /// blocks names its row; all are, when such a problem names no row.
    pub fn new(drop: impl Into<String>, received: u32, problems: Vec<Problem>) -> Self {
        let mut report = Self {
            drop: drop.into(),
            received,
            accepted: 0,
            rejected: received,
            problems,
        };
        if !report.whole_drop_is_refused() {
            let rows = u32::try_from(report.refused_rows().len()).unwrap_or(u32::MAX);
            report.rejected = rows.min(received);
            report.accepted = received - report.rejected;
        }
        report
    }

    /// Reads back what the station put beside a drop; none where it is gone or of another form.
    pub fn read(folder: &Path) -> Option<Self> {
        let text = std::fs::read(folder.join(REASONS)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// The outcome of a drop that is refused as a whole. A single record is one record, however
    /// unreadable; the records of anything else cannot be counted.
    pub fn refused(drop: impl Into<String>, problems: Vec<Problem>) -> Self {
        let drop = drop.into();
        let received = u32::from(drop.to_lowercase().ends_with(".json"));
        Self::new(drop, received, problems)
    }

    /// The drop's name as the sender knows it, unprintable characters replaced.
    pub fn drop(&self) -> &str {
        &self.drop
    }

    /// Records in the drop; 0 where the drop could not be read far enough to count.
    pub fn received(&self) -> u32 {
        self.received
    }

    /// Records that go on.
    pub fn accepted(&self) -> u32 {
        self.accepted
    }

    /// Records that go back.
    pub fn rejected(&self) -> u32 {
        self.rejected
    }

    /// Everything found, blocks and warnings.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The rows that go back, when it is rows and not the whole drop.
    pub fn refused_rows(&self) -> BTreeSet<u32> {
        self.blocks().filter_map(|problem| problem.row).collect()
    }

    /// What blocks each row that goes back.
    pub(super) fn blocks_by_row(&self) -> BTreeMap<u32, Vec<&Problem>> {
        let mut rows: BTreeMap<u32, Vec<&Problem>> = BTreeMap::new();
        for problem in self.blocks() {
            if let Some(row) = problem.row {
                rows.entry(row).or_default().push(problem);
            }
        }
        rows
    }

    fn whole_drop_is_refused(&self) -> bool {
        self.blocks().any(|problem| problem.row.is_none())
    }

    fn blocks(&self) -> impl Iterator<Item = &Problem> {
        let blocks = |problem: &&Problem| problem.severity == Severity::Block;
        self.problems.iter().filter(blocks)
    }
}

/// What became of one row of a table, as the station's own columns tell it.
pub(super) struct Told {
    /// Whether it goes back.
    pub status: &'static str,
    /// The columns at fault, under the sender's own headers.
    pub columns: String,
    /// The reasons in Indonesian.
    pub pesan: String,
    /// The same in English.
    pub message: String,
}

impl Told {
    /// Of a row that these problems block; none for one that goes on.
    pub fn new(columns: &Columns, blocks: &[&Problem]) -> Self {
        let header = |problem: &&Problem| {
            let header = columns.header_of(&problem.field);
            header.unwrap_or(&problem.field).to_owned()
        };
        let mut headers: Vec<String> = blocks.iter().map(header).collect();
        headers.dedup();
        let joined = |text: fn(&Problem) -> &str| {
            let texts: Vec<&str> = blocks.iter().map(|problem| text(problem)).collect();
            texts.join(" ")
        };
        Self {
            status: match blocks.is_empty() {
                true => "DITERIMA",
                false => "DITOLAK",
            },
            columns: headers.join(", "),
            pesan: joined(|problem| &problem.pesan),
            message: joined(|problem| &problem.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::{self, Subject};

    fn on_row(row: u32, rule: &'static rules::Rule) -> Problem {
        let subject = Subject {
            row: Some(row),
            ..Subject::default()
        };
        rule.broken(&subject, "nik", "")
    }

    #[test]
    fn a_row_with_two_blocks_is_rejected_once_and_a_warning_rejects_nothing() {
        let problems = vec![
            on_row(2, &rules::NIK_LENGTH),
            on_row(2, &rules::NIK_SERIAL),
            on_row(3, &rules::NAME_ONE_WORD),
        ];
        let report = Report::new("X", 3, problems);
        assert_eq!((report.accepted(), report.rejected()), (2, 1));
        assert_eq!(report.refused_rows(), BTreeSet::from([2]));
    }

    #[test]
    fn a_block_on_the_drop_rejects_every_record() {
        let problems = vec![
            rules::MANIFEST_HASH.broken_by_drop("a.jpg"),
            on_row(1, &rules::NIK_LENGTH),
        ];
        let report = Report::new("X", 3, problems);
        assert_eq!((report.accepted(), report.rejected()), (0, 3));
    }
}

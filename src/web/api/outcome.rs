//! What became of a record that was sent.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::rules::{self, Subject};
use crate::intake::{Folders, Report};
use crate::ledger::{FinishedDrop, Reader};
use crate::web::error::PageError;

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is not examined yet.
    Waiting,
    /// It is a card.
    Accepted,
    /// It is the same as a record that is a card already.
    Unchanged,
    /// It went back.
    Rejected,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Outcome {
    /// The submission's name.
    pub submission: String,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// Where it stands.
    pub status: Status,
    /// The card it became, or the one made again in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub card: Option<Card>,
    /// What was found, blocks and warnings.
    pub problems: Vec<Problem>,
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Card {
    /// Its number.
    #[schema(example = "K000001-8")]
    pub card: String,
    /// Its state, as `docs/api.md` lists them.
    #[schema(example = "printed")]
    pub state: String,
    /// When it came into its state.
    #[schema(value_type = String, format = DateTime)]
    pub moved_at: Timestamp,
}

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// The field; absent where only the log's summary is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub field: Option<String>,
    /// Stable, kebab-case; all are in `docs/rules.md`.
    pub code: String,
    /// `block` or `warn`.
    pub severity: String,
    /// In Indonesian.
    pub pesan: String,
    /// In English.
    pub message: String,
}

impl From<rules::Problem> for Problem {
    fn from(problem: rules::Problem) -> Self {
        Self {
            field: Some(problem.field),
            code: problem.code.to_owned(),
            severity: match problem.severity {
                rules::Severity::Block => "block".to_owned(),
                rules::Severity::Warn => "warn".to_owned(),
            },
            pesan: problem.pesan,
            message: problem.message,
        }
    }
}

/// What became of a submission; none when it is not this sender's.
///
/// # Errors
/// The ledger's.
pub fn of(
    folders: &Folders,
    ledger: &Reader,
    sender: &str,
    submission: &str,
) -> Result<Option<Outcome>, PageError> {
    let Some(sent) = ledger.submission(sender, submission)? else {
        return Ok(None);
    };
    let mut outcome = Outcome {
        submission: sent.name,
        received_at: sent.at,
        status: Status::Waiting,
        card: None,
        problems: Vec::new(),
    };
    let Some(drop) = ledger.drop_named(submission)? else {
        return Ok(Some(outcome));
    };
    outcome.status = match (drop.outcome.accepted, drop.outcome.unchanged) {
        (0, _) => Status::Rejected,
        (_, 0) => Status::Accepted,
        _ => Status::Unchanged,
    };
    // The drop holds one record, which is its first row.
    if let Some(card) = ledger.card_of_row(&drop.outcome.drop, 1)?
        && let Some(card) = ledger.card(card)?
    {
        outcome.card = Some(Card {
            card: card.card.to_string(),
            state: card.state.name().to_owned(),
            moved_at: card.moved_at,
        });
    }
    outcome.problems = told(folders, submission, &drop);
    Ok(Some(outcome))
}

/// The problems as the sender's report has them. Before the report is laid out, and after it was
/// cleared away, the log's codes tell them without their fields.
fn told(folders: &Folders, name: &str, drop: &FinishedDrop) -> Vec<Problem> {
    let place = match drop.outcome.accepted {
        0 => &folders.rejected,
        _ => &folders.accepted,
    };
    if let Some(report) = Report::read(&place.join(name)) {
        let problems = report.problems().iter();
        return problems.cloned().map(Problem::from).collect();
    }
    let found = drop.outcome.problems.keys();
    let found = found.filter_map(|code| rules::find(code));
    found
        .map(|rule| Problem {
            field: None,
            ..rule.broken(&Subject::default(), "record", "").into()
        })
        .collect()
}

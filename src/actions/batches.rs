//! Batches that a person uploads: looked at, sent on or thrown away, and the lists that go back.

use std::path::{Path, PathBuf};

use super::returned;
use super::uploads::{Approval, Checked, Stage, StageError, StageId, Staging};
use super::{Access, Audit, Failure, Result, Rule};
use crate::context::Context;
use crate::domain::audit::AuditCode;
use crate::domain::mapping::Mapping;
use crate::domain::text::{Explain, Text};
use crate::intake::{Look, Mappings, ReadError, Report, look};
use crate::ledger::{BatchApproved, FinishedDrop};
use crate::text;

/// How many drops and lists are shown, the newest first.
const SHOWN: u32 = 30;

/// What waits for a person, what was taken, and what went back.
#[derive(Debug)]
pub struct List {
    pub stages: Vec<Stage>,
    pub drops: Vec<FinishedDrop>,
    /// Lists for senders, each with its folder in `rejected/`.
    pub went_back: Vec<(PathBuf, PathBuf)>,
}

pub fn list(at: &Access<'_>, staging: &Staging) -> Result<List> {
    let context = at.context;
    at.read(Rule::BatchList, |ledger| {
        let with_list = |folder: PathBuf| Some((returned::list_in(&folder)?, folder));
        let went_back = returned::newest(&context.paths, usize::MAX).filter_map(with_list);
        Ok(List {
            stages: staging.list()?,
            drops: ledger.latest_drops(SHOWN)?,
            went_back: went_back.take(SHOWN as usize).collect(),
        })
    })
}

/// The list of a folder of `rejected/`, named by its key, with the end of its name.
pub fn returned(at: &mut Access<'_>, key: &str) -> Result<(Vec<u8>, String)> {
    let context = at.context;
    let audit = |_: &_| Audit::bare(AuditCode::ReturnListExported);
    at.export(Rule::BatchReturns, audit, |_| {
        let list = returned::folder(&context.paths, key);
        let list = list.and_then(|folder| returned::list_in(&folder));
        let list = list.ok_or_else(no_list)?;
        let end = list.extension().unwrap_or_default().to_string_lossy();
        let bytes = returned::read(&list).map_err(Failure::broken)?;
        Ok((bytes, end.into_owned()))
    })
}

fn no_list() -> Failure {
    Failure::Missing(Text::new(
        "Tidak ada daftar pengembalian.",
        "There is no return list.",
    ))
}

/// Enters an upload whose files have come.
pub fn uploaded(at: &mut Access<'_>) -> Result<()> {
    at.write(Rule::BatchUpload, |tx| {
        Ok(tx.audit(AuditCode::BatchUploaded, None, None)?)
    })
}

pub fn stage(at: &Access<'_>, staging: &Staging, id: &StageId) -> Result<Stage> {
    at.permit(Rule::BatchView)?;
    Ok(staging.stage(id)?.ok_or(StageError::Missing)?)
}

/// Says what the station would make of an upload, which may take long; `progress` is told how many
/// rows of how many are done.
pub fn check(
    context: &Context,
    staging: &Staging,
    id: &StageId,
    progress: &dyn Fn(usize, usize),
) -> Result<Checked> {
    let mappings = context.mappings().map_err(Failure::broken)?;
    let examiner = context.examiner(context.now()).map_err(Failure::broken)?;
    context.read(|ledger| Ok(staging.check(id, &examiner, &mappings, Some(ledger), progress)?))
}

/// Enters that a person looks at the rows of an upload. Gives the columns of its table; a table
/// that cannot be read is told of by the check.
pub fn view(at: &mut Access<'_>, staging: &Staging, id: &StageId) -> Result<Option<Look>> {
    let context = at.context;
    let audit = |_: &_| Audit::of(AuditCode::BatchViewed, id.as_str());
    at.view(Rule::BatchView, audit, |_| {
        let mappings = context.mappings().map_err(Failure::broken)?;
        let limits = &context.config.intake.limits;
        let table = staging.table(id);
        Ok(table.and_then(|table| look(&table, limits, &mappings).ok()))
    })
}

/// The picture of a row, so many pixels wide.
pub fn picture(
    at: &Access<'_>,
    staging: &Staging,
    id: &StageId,
    row: u32,
    width: u32,
) -> Result<Vec<u8>> {
    at.permit(Rule::BatchView)?;
    Ok(staging.thumbnail(id, row, width)?)
}

/// The return list of a check as a workbook.
pub fn return_list(
    at: &mut Access<'_>,
    staging: &Staging,
    id: &StageId,
    report: &Report,
) -> Result<Vec<u8>> {
    let context = at.context;
    let audit = |_: &_| Audit::bare(AuditCode::ReturnListExported);
    at.export(Rule::BatchReturns, audit, |_| {
        let mappings = context.mappings().map_err(Failure::broken)?;
        let list = staging.return_list(id, &mappings, report)?;
        list.ok_or_else(no_list)
    })
}

/// What is known of the columns of a table.
pub fn columns(context: &Context, table: &Path) -> Result<Look> {
    let mappings = context.mappings().map_err(Failure::broken)?;
    match look(table, &context.config.intake.limits, &mappings) {
        Ok(look) => Ok(look),
        Err(ReadError::Refused(problems)) => Err(StageError::Refused(problems).into()),
        Err(ReadError::Io(error)) => {
            let read = format!("`{}` cannot be read", table.display());
            Err(Failure::Broken(anyhow::Error::new(error).context(read)))
        }
    }
}

/// Remembers what the columns of a table stand for.
pub fn save_columns(
    at: &mut Access<'_>,
    table: &Path,
    mapping: impl FnOnce(Look) -> Mapping,
) -> Result<Text> {
    at.permit(Rule::ColumnsSave)?;
    let context = at.context;
    let mapping = mapping(columns(context, table)?);
    mapping.check().map_err(|wrong| {
        let Text { id, en } = wrong.text();
        Failure::Refused(text!("Kolom belum benar: {}.", id; "{}", en))
    })?;
    at.set_up(Rule::ColumnsSave, |tx| {
        tx.audit(AuditCode::ColumnsSaved, None, None)?;
        Mappings::save(&context.paths.mappings(), mapping).map_err(Failure::broken)?;
        Ok(Text::new(
            "Kolom disimpan; kiriman diperiksa lagi.",
            "The columns were kept; the batch is checked again.",
        ))
    })
}

/// Sends an upload on into `incoming/`. `unapproved` is how many of its rows carry no approval, and
/// nothing where nobody has looked at it as it stands now. The person approves them for the office.
pub fn submit(
    at: &mut Access<'_>,
    staging: &Staging,
    id: &StageId,
    unapproved: Option<u32>,
    approves: bool,
) -> Result<Text> {
    let needs = unapproved.is_some_and(|rows| rows > 0);
    at.permit(match needs {
        true => Rule::BatchApprove,
        false => Rule::BatchSubmit,
    })?;
    let stage = staging.stage(id)?.ok_or(StageError::Missing)?;
    // What an earlier look left on the disk is no look at what stands there now.
    if unapproved.is_none() && !stage.submitted {
        return Err(StageError::NotChecked.into());
    }
    if needs && !approves {
        return Err(Failure::refused(
            "Centang dulu bahwa Anda menyetujui baris-baris ini.",
            "Tick first that you approve these rows.",
        ));
    }
    let (context, actor) = (at.context, at.actor());
    let approval = needs.then_some(Approval {
        by: at.user().unwrap_or_default(),
        at: at.now,
    });
    // Files may take long to be copied: only the approval holds the ledger.
    let enter = |approved: &BatchApproved, when| {
        context.write(&actor, when, |tx| tx.approve_batch(approved))
    };
    let drop = staging.submit(id, approval, enter)?.drop;
    Ok(text!(
        "Kiriman {drop} dimasukkan; hasilnya tampil di bawah.",
        "The batch {drop} was sent on; see below what comes of it."
    ))
}

/// Throws an upload away.
pub fn discard(at: &mut Access<'_>, staging: &Staging, id: &StageId) -> Result<Text> {
    at.write(Rule::BatchDiscard, |tx| {
        tx.audit(AuditCode::BatchDiscarded, None, None)?;
        staging.discard(id)?;
        Ok(Text::new("Kiriman dibuang.", "The batch was thrown away."))
    })
}

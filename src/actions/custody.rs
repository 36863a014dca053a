//! What keeps the station's books whole and proves that they are: the trail, signed checkpoints,
//! verifying, exports of the log, backups and drills of a restore.

use std::fs::{self, DirBuilder};
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::Timestamp;

use super::backup::{Backup, Scratch, back_up, fault_of, unpack, verify_kept, verify_unpacked};
use super::{Access, Audit, Failure, Result, Rule, accounts};
use crate::config::Paths;
use crate::domain::audit::AuditCode;
use crate::domain::text::Text;
use crate::ledger::{
    self, Checkpoint, Entry, ExportReport, KeptCheckpoint, Report, Signer, TrailFilter,
};
use crate::production::ACTOR;
use crate::production::checkpoints::keep_checkpoints;
use crate::production::photos::write_new;
use crate::text;

/// A page of the trail.
#[derive(Debug)]
pub struct Trail {
    pub entries: Vec<Entry>,
    /// Everyone who may have acted.
    pub actors: Vec<String>,
    pub checkpoints: Vec<KeptCheckpoint>,
}

/// Who decided, saw and took out what. It names no child.
pub fn trail(at: &Access<'_>, filter: &TrailFilter) -> Result<Trail> {
    at.read(Rule::TrailView, |ledger| {
        let accounts = ledger.accounts()?.into_iter();
        let mut actors: Vec<String> = accounts.map(|a| accounts::actor(&a.user)).collect();
        let senders = ledger.senders()?.into_iter();
        actors.extend(senders.map(|sender| accounts::sender_actor(&sender.sender)));
        actors.extend(["console".to_owned(), ACTOR.to_owned()]);
        Ok(Trail {
            entries: ledger.trail(filter)?,
            actors,
            checkpoints: ledger.checkpoints(None)?,
        })
    })
}

/// The checkpoint in the file `name`, as `ledger verify --against` takes it.
pub fn checkpoint(at: &mut Access<'_>, name: &str) -> Result<String> {
    let audit = |_: &String| Audit::of(AuditCode::CheckpointExported, name);
    at.export(Rule::CheckpointTake, audit, |ledger| {
        let all = ledger.checkpoints(None)?;
        let kept = all.into_iter().find(|kept| kept.file_name() == name);
        let missing = Failure::Missing(text!(
            "Tidak ada titik periksa `{name}`.",
            "There is no checkpoint `{name}`."
        ));
        Ok(kept.ok_or(missing)?.checkpoint.text() + "\n")
    })
}

/// Verifies the ledger and all that it names. `against` is the name and the text of a checkpoint
/// that was kept elsewhere, `key` the station's public key as it was noted down.
pub fn verify(at: &Access<'_>, against: Option<(&str, &str)>, key: Option<&str>) -> Result<Report> {
    let paths = &at.context.paths;
    at.read(Rule::LedgerVerify, |ledger| {
        let mut report = verify_kept(ledger, paths, key).map_err(Failure::Broken)?;
        if let Some((name, text)) = against
            && let Some(fault) = fault_of(ledger, text, key)?
        {
            report.add_checkpoint(name.to_owned(), fault);
        }
        Ok(report)
    })
}

/// Signs the log's head now, and returns the files that were written.
pub fn make_checkpoint(at: &mut Access<'_>) -> Result<(Checkpoint, Vec<PathBuf>)> {
    let (context, today) = (at.context, at.context.date(at.now));
    let made = at.write(Rule::CheckpointMake, |tx| {
        let signer = Signer::of(&context.paths.ledger())?;
        Ok(tx.checkpoint(today, &signer)?)
    })?;
    let files = context.read(|ledger| -> Result<_> {
        keep_checkpoints(&context.paths, ledger).map_err(Failure::broken)
    })?;
    Ok((made, files))
}

/// Writes the log for an auditor to the file `out`. It is entered before it is made, so that the
/// export tells of itself.
pub fn export_log(
    at: &mut Access<'_>,
    (from, to): (u64, Option<u64>),
    out: &Path,
) -> Result<ExportReport> {
    let signer = Signer::of(&at.context.paths.ledger())?;
    at.write(Rule::LogExport, |tx| {
        tx.know_signer(&signer)?;
        Ok(tx.audit(AuditCode::LogExport, None, None)?)
    })?;
    at.read(Rule::LogExport, |ledger| {
        let mut failed = None;
        let written = write_new(out, |file| {
            let mut file = BufWriter::new(file);
            let made = match ledger.export(from, to, &signer, &mut file) {
                Err(ledger::Error::Output(error)) => return Err(error),
                Err(error) => {
                    failed = Some(error);
                    return Err(std::io::ErrorKind::Other.into());
                }
                Ok(made) => made,
            };
            file.flush()?;
            Ok(made)
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        written
            .with_context(|| format!("`{}` cannot be written", out.display()))
            .map_err(Failure::Broken)
    })
}

/// Backs up the station to the file `out`, encrypted for `recipient` or the one of the settings.
/// What verifying found is no failure: it may be the last backup there is.
pub fn make_backup(at: &mut Access<'_>, out: &Path, recipient: Option<&str>) -> Result<Backup> {
    at.permit(Rule::BackupMake)?;
    let settings = at.context.config.backup.recipient.as_deref();
    let recipient = recipient.or(settings);
    let made = back_up(&at.context.paths, out, recipient, at.now).map_err(Failure::broken)?;
    let how = match made.encrypted {
        true => "encrypted",
        false => "plain",
    };
    at.enter(&[Audit::of(
        AuditCode::Backup,
        format!("events 1 to {}, {how}", made.manifest.seq),
    )])?;
    Ok(made)
}

/// The newest backup that was made on the page.
#[derive(Debug)]
pub struct KeptBackup {
    pub path: PathBuf,
    pub made_at: Timestamp,
    pub bytes: u64,
}

impl KeptBackup {
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn newest(paths: &Paths) -> Option<Self> {
        let listed = fs::read_dir(paths.backups()).ok()?.flatten();
        let whole = listed.map(|entry| entry.path());
        let path = (whole.filter(|path| path.extension().is_some_and(|end| end == "age"))).max()?;
        let found = fs::metadata(&path).ok()?;
        Some(Self {
            made_at: found.modified().ok()?.try_into().ok()?,
            bytes: found.len(),
            path,
        })
    }
}

/// The newest backup of the page, if there is one.
pub fn kept_backup(at: &Access<'_>) -> Result<Option<KeptBackup>> {
    at.permit(Rule::BackupMake)?;
    Ok(KeptBackup::newest(&at.context.paths))
}

/// Makes a backup in the station's own folder, to be taken away, and deletes those before it. It is
/// encrypted, for it goes through a browser.
pub fn keep_backup(at: &mut Access<'_>) -> Result<Backup> {
    at.permit(Rule::BackupMake)?;
    if at.context.config.backup.recipient.is_none() {
        return Err(Failure::refused(
            "Isi dulu recipient di bagian [backup] pada station.toml.",
            "Fill in recipient under [backup] of station.toml first.",
        ));
    }
    let folder = at.context.paths.backups();
    let made = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder);
    made.map_err(Failure::broken)?;
    let name = format!("cadangan-{}.age", at.now.strftime("%Y%m%dT%H%M%SZ"));
    let out = folder.join(name);
    let backup = make_backup(at, &out, None)?;
    if !backup.report.is_clean() {
        // The one before may be the last sound one.
        return Ok(backup);
    }
    for entry in fs::read_dir(&folder).map_err(Failure::broken)?.flatten() {
        if entry.path() != out {
            fs::remove_file(entry.path()).map_err(Failure::broken)?;
        }
    }
    Ok(backup)
}

/// The newest backup of the page, which leaves the station now.
pub fn take_backup(at: &mut Access<'_>) -> Result<KeptBackup> {
    let audit = |kept: &KeptBackup| Audit::of(AuditCode::Backup, kept.name());
    let paths = &at.context.paths;
    at.export(Rule::BackupMake, audit, |_| {
        let missing = Failure::Missing(Text::new("Belum ada cadangan.", "There is no backup yet."));
        KeptBackup::newest(paths).ok_or(missing)
    })
}

/// Takes over a backup that was unpacked and verified: what may have been printed since it was made
/// must be settled, unless the person vouches that nothing was. Returns how many cards that are.
pub fn take_over(at: &mut Access<'_>, vouched: bool) -> Result<u64> {
    at.write(Rule::Restore, |tx| Ok(tx.restored(vouched)?))
}

/// Makes a backup, unpacks it beside the ledger, and verifies what came out of it as a restore does.
/// Nothing of it stays.
pub fn drill_restore(at: &mut Access<'_>) -> Result<Report> {
    at.permit(Rule::RestoreDrill)?;
    let paths = &at.context.paths;
    let scratch = Scratch::make(paths.ledger().join("drill.tmp")).map_err(Failure::broken)?;
    let file = scratch.0.join("backup");
    back_up(paths, &file, None, at.now).map_err(Failure::broken)?;
    let dir = scratch.0.join("station");
    let restored = || -> anyhow::Result<Report> {
        fs::create_dir(&dir)?;
        let manifest = unpack(&file, &dir, None)?;
        verify_unpacked(&Paths::new(&dir), &manifest)
    };
    let report = restored().map_err(Failure::Broken)?;
    let verdict = match report.is_clean() {
        true => "sound",
        false => "not sound",
    };
    let events = report.events;
    at.enter(&[Audit::of(
        AuditCode::RestoreDrill,
        format!("events 1 to {events}, {verdict}"),
    )])?;
    Ok(report)
}

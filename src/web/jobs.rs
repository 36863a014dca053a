//! What runs in the background, one at a time, and how the newest run of each ended.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::actions::{self, Access, custody};
use crate::domain::text::Text;
use crate::ledger::Report;
use crate::text;

/// What takes long, and is begun on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    Verify,
    Backup,
    Drill,
}

impl Job {
    pub const ALL: [Self; 3] = [Self::Verify, Self::Backup, Self::Drill];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Backup => "backup",
            Self::Drill => "drill",
        }
    }

    pub const fn title(self) -> Text {
        match self {
            Self::Verify => Text::new("Periksa keutuhan", "Verify"),
            Self::Backup => Text::new("Cadangan", "Backup"),
            Self::Drill => Text::new("Uji pemulihan", "Restore drill"),
        }
    }

    pub const fn about(self) -> Text {
        match self {
            Self::Verify => Text::new(
                "Memeriksa seluruh catatan, data, berkas dan titik periksa stasiun.",
                "Checks the whole log, the data, the files and the checkpoints of the station.",
            ),
            Self::Backup => Text::new(
                "Membuat satu berkas tersandi dengan semua yang diperlukan stasiun. Hanya yang terbaru disimpan di sini; unduh dan simpan di luar stasiun.",
                "Makes one encrypted file with all the station needs. Only the newest is kept here; download it and keep it away from the station.",
            ),
            Self::Drill => Text::new(
                "Membuat cadangan, memulihkannya di tempat sementara, dan memeriksa hasilnya. Tidak ada yang tersisa.",
                "Makes a backup, restores it in a temporary place, and checks what came out. Nothing of it stays.",
            ),
        }
    }

    pub const fn button(self) -> Text {
        match self {
            Self::Verify => Text::new("Periksa sekarang", "Verify now"),
            Self::Backup => Text::new("Buat cadangan", "Make a backup"),
            Self::Drill => Text::new("Uji sekarang", "Drill now"),
        }
    }

    /// What came of it, and whether all is well.
    pub fn run(self, at: &mut Access<'_>) -> actions::Result<(bool, Text)> {
        Ok(match self {
            Self::Verify => verdict(&custody::verify(at, None, None)?),
            Self::Backup => verdict(&custody::keep_backup(at)?.report),
            Self::Drill => verdict(&custody::drill_restore(at)?),
        })
    }
}

fn verdict(report: &Report) -> (bool, Text) {
    let Report {
        events,
        persons,
        lots,
        photos,
        ..
    } = report;
    let text = match report.findings.first() {
        None => text!(
            "Utuh: {events} peristiwa, {persons} data anak, {lots} lot, {photos} foto.",
            "Sound: {events} events, {persons} children's data, {lots} lots, {photos} photos."
        ),
        Some(first) => {
            let found = report.findings.len() as u64 + report.more;
            text!(
                "TIDAK UTUH: {found} temuan; yang pertama: {first}.",
                "NOT SOUND: {found} findings; the first: {first}."
            )
        }
    };
    (report.is_clean(), text)
}

/// Where a job stands, or how it ended.
#[derive(Debug, Clone)]
pub struct Last {
    pub by: String,
    pub at: Timestamp,
    /// What came of it, once it ended, and whether all is well.
    pub ended: Option<(bool, Text)>,
}

/// The newest run of each job since the station started.
#[derive(Default)]
pub struct Jobs(Mutex<BTreeMap<Job, Last>>);

impl Jobs {
    pub fn all(&self) -> MutexGuard<'_, BTreeMap<Job, Last>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `false` while another one runs.
    pub fn begin(&self, job: Job, by: String, at: Timestamp) -> bool {
        let mut all = self.all();
        let is_free = all.values().all(|last| last.ended.is_some());
        if is_free {
            let ended = None;
            all.insert(job, Last { by, at, ended });
        }
        is_free
    }

    pub fn end(&self, job: Job, at: Timestamp, ended: (bool, Text)) {
        if let Some(last) = self.all().get_mut(&job) {
            last.at = at;
            last.ended = Some(ended);
        }
    }
}

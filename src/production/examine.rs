//! Everything that can be said of a batch without the ledger: rules, photos, and whether each
//! card can be set. `check`, `render` and the daemon all ask here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::config::{Config, QrSource};
use crate::domain::card::Kind;
use crate::domain::fields::{RawRecord, RawValue};
use crate::domain::hex::hex;
use crate::domain::nik::Nik;
use crate::domain::record::Record;
use crate::domain::rules::{self, Circumstances, Problem, Rule, Severity, Subject, judge};
use crate::intake::{Batch, PhotoError};
use crate::production::in_order::in_order;
use crate::render::PT_PER_MM;
use crate::render::compose::misfits;
use crate::render::content::{CardContent, Issue, values};
use crate::render::layout::Layout;
use crate::render::photo::{self, Background, Prepared, Target};
use crate::render::press::Press;

/// What is known of one row.
pub struct Examined {
    /// Its place in the drop, from 1.
    pub row: u32,
    /// The record and what was made of it, unless a block stopped it.
    pub passed: Option<Passed>,
    /// Everything that is wrong or odd.
    pub problems: Vec<Problem>,
    /// Whose problems those are.
    pub subject: Subject,
}

/// A record that may become a card.
pub struct Passed {
    pub record: Record,
    /// The kind of card due on the day.
    pub kind: Kind,
    pub photo: Option<Prepared>,
    /// Its digest in hexadecimal.
    pub photo_sha256: Option<String>,
}

/// Examines batches on one day.
pub struct Examiner<'a> {
    pub config: &'a Config,
    /// The layouts by kind.
    pub layouts: &'a BTreeMap<Kind, Layout>,
    /// Who issues, and on which day.
    pub issue: Issue<'a>,
    /// How pages are made.
    pub press: Press,
    pub now: Timestamp,
    pub zone: TimeZone,
}

/// Finds the bytes of a photo by the path in the record.
pub type Photos<'a> = &'a (dyn Fn(&str) -> Result<Vec<u8>, PhotoError> + Sync);

/// What is done with a row on the thread that examined it.
pub type Finish<'a, T> = &'a (dyn Fn(Examined) -> Result<T, std::io::Error> + Sync);

/// Takes a row as it is done, in order; a failure ends the examination.
pub type Take<'a, T, E> = &'a mut dyn FnMut(T) -> Result<(), E>;

impl<'a> Examiner<'a> {
    /// Examines as the station would at `now`.
    pub fn new(
        config: &'a Config,
        layouts: &'a BTreeMap<Kind, Layout>,
        zone: TimeZone,
        now: Timestamp,
    ) -> Self {
        let day = now.to_zoned_datetime(zone.clone()).date();
        Self {
            config,
            layouts,
            issue: config.issue(day),
            press: config.press(),
            now,
            zone,
        }
    }

    /// Examines every row on all cores and hands each on in order.
    ///
    /// # Errors
    /// The disk's, from `photos`, `finish` or `take`.
    pub fn examine<T: Send, E: From<std::io::Error>>(
        &self,
        batch: &Batch,
        photos: Photos<'_>,
        finish: Finish<'_, T>,
        take: Take<'_, T, E>,
    ) -> Result<(), E> {
        let known = self.circumstances(&batch.manifest);
        in_order(
            &batch.rows,
            |raw| finish(self.row(raw, &known, photos)?),
            take,
        )
    }

    fn circumstances(&self, manifest: &RawRecord) -> Circumstances {
        Circumstances {
            today: self.issue.day,
            now: self.now,
            zone: self.zone.clone(),
            region: self.config.office.kode_wilayah.clone(),
            approval_days: self.config.rules.approval_days,
            batch: manifest.clone(),
        }
    }

    fn row(
        &self,
        raw: &RawRecord,
        known: &Circumstances,
        photos: Photos<'_>,
    ) -> Result<Examined, std::io::Error> {
        let verdict = judge(raw, known);
        let (subject, mut problems) = (verdict.subject, verdict.problems);
        let broken =
            |rule: &'static Rule, field: &str, detail: &str| rule.broken(&subject, field, detail);

        // A record that is blocked has its photo looked at too: the sender mends all at once.
        let path = match (&verdict.record, raw.values.get("foto")) {
            (Some(record), _) => record.foto.as_deref(),
            (None, Some(RawValue::Text(path))) => Some(path.as_str()),
            (None, _) => None,
        };
        let mut prepared = None;
        if let Some(path) = path {
            match photos(path) {
                Ok(bytes) => match photo::prepare(
                    &bytes,
                    &photo_target(self.layouts, self.press, self.config),
                ) {
                    Ok(photo) => prepared = Some(photo),
                    Err(fault) => problems.push(broken(fault.rule(), "foto", &fault.detail())),
                },
                Err(PhotoError::Rule(rule)) => problems.push(broken(rule, "foto", "")),
                Err(PhotoError::Io(error)) => return Err(error),
            }
        }
        let kind = verdict
            .record
            .as_ref()
            .and_then(|record| record.kind_on(self.issue.day));
        if let (Some(record), Some(kind)) = (&verdict.record, kind) {
            if let (Some(photo), Kind::From5) = (&prepared, kind)
                && photo.background != cloth_of(record.tanggal_lahir)
            {
                problems.push(broken(&rules::PHOTO_BACKGROUND, "foto", ""));
            }
            if record.qr.is_none() && self.config.card.qr == QrSource::Supplied {
                problems.push(broken(&rules::FIELD_MISSING, "qr", ""));
            }
            for misfit in self.misfits(record, kind) {
                problems.push(broken(misfit.rule, misfit.field, &misfit.detail));
            }
        }
        let blocked = problems
            .iter()
            .any(|problem| problem.severity == Severity::Block);
        let passed = match (verdict.record, kind) {
            (Some(record), Some(kind)) if !blocked => {
                let photo_sha256 = prepared.as_ref().map(|photo| hex(&photo.sha256));
                Some(Passed {
                    record,
                    kind,
                    photo: prepared,
                    photo_sha256,
                })
            }
            _ => None,
        };
        Ok(Examined {
            row: raw.row,
            passed,
            problems,
            subject,
        })
    }

    fn misfits(&self, record: &Record, kind: Kind) -> Vec<crate::render::compose::Misfit> {
        let Some(layout) = self.layouts.get(&kind) else {
            return Vec::new();
        };
        let qr = record.qr.as_deref().unwrap_or(TOKEN_SHAPE);
        let content = CardContent {
            mark: String::new(),
            kind,
            values: values(record, kind, self.issue),
            photo: None,
            qr: qr.to_owned(),
        };
        misfits(layout, &content, &self.press)
    }
}

/// What a code of the office's own looks like, before there is one.
const TOKEN_SHAPE: &str = "KIA:00000000000000000000000000";

/// Red cloth for odd birth years, blue for even, as offices ask (press reports).
pub fn cloth_of(birth: Date) -> Background {
    if birth.year() % 2 == 0 {
        Background::Blue
    } else {
        Background::Red
    }
}

/// The photo box of the layouts in printer dots. A layout without one still has photos checked
/// against the ordinary 2 × 3 cm.
pub fn photo_target(layouts: &BTreeMap<Kind, Layout>, press: Press, config: &Config) -> Target {
    let area = layouts
        .get(&Kind::From5)
        .and_then(Layout::photo_area)
        .unwrap_or([20.0, 30.0]);
    let at = |dpi: u32| {
        area.map(|side| (side * PT_PER_MM / 72.0 * f64::from(dpi)).round().max(1.0) as u32)
    };
    let [width, height] = at(press.dpi);
    let [min_width, min_height] = at(300);
    Target {
        min_width,
        min_height,
        quality: config.print.photo_quality,
        ..Target::new(width, height)
    }
}

/// Which rows of a batch carry the same picture for different children: all of them, since
/// nobody can tell whose it is.
#[derive(Default)]
pub struct SharedPhotos {
    rows: BTreeMap<String, Vec<(usize, Nik)>>,
}

impl SharedPhotos {
    /// Notes the picture of the row at `index`.
    pub fn note(&mut self, index: usize, passed: &Passed) {
        if let Some(sha256) = &passed.photo_sha256 {
            self.rows
                .entry(sha256.clone())
                .or_default()
                .push((index, passed.record.nik.clone()));
        }
    }

    /// The indices of rows whose picture another child's row carries too.
    pub fn shared(&self) -> impl Iterator<Item = usize> {
        let several = |rows: &&Vec<(usize, Nik)>| rows.iter().any(|(_, nik)| *nik != rows[0].1);
        self.rows
            .values()
            .filter(several)
            .flatten()
            .map(|(index, _)| *index)
    }
}

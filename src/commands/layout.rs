//! `layout check` and `layout preview`.

mod longest;

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use jiff::civil::Date;
use longest::Likelihood;

use super::workbench::Workbench;
use super::{Outcome, demo_children};
use crate::cli::{LayoutCommand, ModeArg};
use crate::domain::card::Kind;
use crate::domain::record::Record;
use crate::render::compose::{Composed, Misfit, compose, compose_fixed};
use crate::render::content::{CardContent, Photo, values};
use crate::render::document::Document;
use crate::render::layout::{Layout, Mode};
use crate::render::press::Press;
use crate::render::{photo, raster};
use crate::station::assets::LoadError;
use crate::station::{photo_target, preview};

pub fn run(command: &LayoutCommand) -> Result<Outcome> {
    match command {
        LayoutCommand::Check { name, station } => check(name, station.as_ref()),
        LayoutCommand::Preview {
            name,
            out,
            mode,
            on_blank,
            dpi,
            station,
        } => {
            let mode = if *on_blank { &ModeArg::Overlay } else { mode };
            let bench = workbench(station.as_ref())?;
            let layout = bench.layout(name)?;
            let press = Press {
                mode: (*mode).into(),
                ..bench.config.press()
            };
            let pdf = raster::open(Arc::new(sample_pdf(&layout, &bench, &press)?))?;
            let sides = preview::sides(&pdf, None, *dpi, on_blank.then_some(&layout.blank))?;
            let picture = raster::stacked(&sides, *dpi / 12);
            std::fs::write(out, raster::png(&picture)?)
                .with_context(|| format!("`{}` cannot be written", out.display()))?;
            println!(
                "{}: {} x {} px",
                out.display(),
                picture.width(),
                picture.height()
            );
            Ok(Outcome::Done)
        }
    }
}

/// Reads the layout, sets a card of it in both modes, and tries the longest values on it.
fn check(name: &str, station: Option<&PathBuf>) -> Result<Outcome> {
    let bench = workbench(station)?;
    let layout = match bench.layout(name) {
        Ok(layout) => layout,
        Err(LoadError::Layout(mistake)) => {
            println!("{mistake}");
            return Ok(Outcome::Refused);
        }
        Err(other) => return Err(other.into()),
    };
    let sample = demo_children::sample(layout.kind, bench.day);
    let photo = sample_photo(&layout, &bench, sample.tanggal_lahir);
    // Both modes mostly say the same: each finding is said once.
    let mut found = BTreeSet::new();
    for mode in [Mode::Full, Mode::Overlay] {
        let press = Press {
            mode,
            ..bench.config.press()
        };
        for side in [0, 1] {
            if let Err(misfit) = compose_fixed(&layout, side, &press) {
                let side = ["front", "back"][side];
                let what = format!("teks tetap di [[{side}]] (a fixed text)");
                found.insert((Finding::Error, what, reason(&misfit)));
            }
        }
        let mut set = |finding: Finding, long: &str, record: &Record| -> Result<()> {
            let misfits = set(&layout, &bench, &press, record, photo.clone()).err();
            for misfit in misfits.unwrap_or_default() {
                let what = format!("`{}`{long}", misfit.field);
                found.insert((finding, what, reason(&misfit)));
            }
            Ok(())
        };
        set(Finding::Error, "", &sample)?;
        for (likelihood, long, record) in longest::records(&sample) {
            let long = format!(", nilai panjang (long value): {long}");
            set(Finding::Longest(likelihood), &long, &record)?;
        }
    }
    for (finding, what, why) in &found {
        println!("{name}: {}: {what}: {why}", finding.word());
    }
    let refused = found.iter().any(|(finding, ..)| finding.refuses());
    if !refused {
        println!(
            "{name}: baik, kartu {} (sound, cards of kind {})",
            layout.kind, layout.kind
        );
    }
    Ok(Outcome::refused_if(refused))
}

/// What kind of thing `layout check` found; the gravest is said first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Finding {
    /// Even an ordinary card does not fit.
    Error,
    /// A long value does not.
    Longest(Likelihood),
}

impl Finding {
    const fn word(self) -> &'static str {
        match self {
            Self::Error => "galat (error)",
            Self::Longest(Likelihood::Realistic) => "tidak muat (does not fit)",
            Self::Longest(Likelihood::Widest) => "peringatan (warning)",
        }
    }

    /// Whether a layout with such a finding must be mended before it is used.
    fn refuses(self) -> bool {
        self != Self::Longest(Likelihood::Widest)
    }
}

fn reason(misfit: &Misfit) -> String {
    let Misfit { rule, detail, .. } = misfit;
    if detail.is_empty() {
        rule.code.to_owned()
    } else {
        format!("{} ({detail})", rule.code)
    }
}

/// A workbench on which somebody signs, so that the card is whole.
fn workbench(station: Option<&PathBuf>) -> Result<Workbench> {
    let mut bench = Workbench::open(station)?;
    if bench.config.officials.is_empty() {
        bench.config.officials.push(demo_children::official());
    }
    Ok(bench)
}

/// The PDF of one made-up child's card.
fn sample_pdf(layout: &Layout, bench: &Workbench, press: &Press) -> Result<Vec<u8>> {
    let day = bench.day;
    let record = demo_children::sample(layout.kind, day);
    let photo = sample_photo(layout, bench, record.tanggal_lahir);
    let card = set(layout, bench, press, &record, photo).map_err(|misfits| {
        let fields: Vec<&str> = misfits.iter().map(|misfit| misfit.field).collect();
        anyhow::anyhow!("the sample card does not fit: {}", fields.join(", "))
    })?;
    let mut document = Document::new(Cursor::new(Vec::new()), [layout], *press, &layout.name, day)?;
    document.add(&card)?;
    Ok(document.finish()?.0.into_inner())
}

/// The drawn portrait as the layout's photo box wants it.
fn sample_photo(layout: &Layout, bench: &Workbench, birth: Date) -> Option<Photo> {
    if layout.kind != Kind::From5 {
        return None;
    }
    let layouts = [(layout.kind, layout.clone())].into();
    let target = photo_target(&layouts, bench.config.press(), &bench.config);
    let photo = photo::prepare(&demo_children::portrait(7, birth), &target).ok()?;
    Some(Photo::from(photo))
}

/// Sets the card of a record today, or says what does not fit.
fn set(
    layout: &Layout,
    bench: &Workbench,
    press: &Press,
    record: &Record,
    photo: Option<Photo>,
) -> std::result::Result<Composed, Vec<Misfit>> {
    let content = CardContent {
        mark: "CONTOH".to_owned(),
        kind: layout.kind,
        values: values(record, layout.kind, bench.issue()),
        photo,
        qr: "KIA:CONTOH0CONTOH0CONTOH0CONTO".to_owned(),
    };
    compose(layout, &content, press)
}

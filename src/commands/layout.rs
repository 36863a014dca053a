//! `layout check` and `layout preview`.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use jiff::Timestamp;

use super::{Outcome, demo_children};
use crate::cli::LayoutCommand;
use crate::config::{Config, Paths};
use crate::domain::card::Kind;
use crate::domain::office::{Official, signing_on};
use crate::render::compose::{Misfit, Press, compose, compose_fixed};
use crate::render::content::{CardContent, Issue, Photo, values};
use crate::render::document::Document;
use crate::render::layout::{Layout, Mode};
use crate::render::{photo, raster};
use crate::station::{assets, photo_target};

pub fn run(command: &LayoutCommand) -> Result<Outcome> {
    match command {
        LayoutCommand::Check { name, station } => {
            let (config, layout) = load(name, station.as_ref())?;
            let mut bad = false;
            for mode in [Mode::Full, Mode::Overlay] {
                let press = Press {
                    mode,
                    ..config.press()
                };
                for side in [0, 1] {
                    bad |= compose_fixed(&layout, side, &press).is_err();
                }
                if let Err(misfits) = set(&layout, &config, &press) {
                    bad = true;
                    for Misfit { field, rule, .. } in misfits {
                        println!("{name}: `{field}`: {}", rule.message);
                    }
                }
            }
            if !bad {
                println!(
                    "{name}: baik, kartu {} (sound, cards of kind {})",
                    layout.kind, layout.kind
                );
            }
            Ok(Outcome::refused_if(bad))
        }
        LayoutCommand::Preview {
            name,
            out,
            mode,
            dpi,
            station,
        } => {
            let (config, layout) = load(name, station.as_ref())?;
            let press = Press {
                mode: (*mode).into(),
                ..config.press()
            };
            let pdf = Arc::new(sample_pdf(&layout, &config, &press)?);
            let sides = [
                raster::page(Arc::clone(&pdf), 0, *dpi)?,
                raster::page(pdf, 1, *dpi)?,
            ];
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

fn load(name: &str, station: Option<&PathBuf>) -> Result<(Config, Layout)> {
    let paths = station.map(Paths::new);
    let mut config = match &paths {
        Some(paths) => Config::read(&paths.config())?,
        None => Config::default(),
    };
    if config.officials.is_empty() {
        config.officials.push(demo_children::official());
    }
    let layouts = paths.map(|paths| paths.layouts());
    Ok((config, assets::load(layouts.as_deref(), name)?))
}

/// The PDF of one made-up child's card.
fn sample_pdf(layout: &Layout, config: &Config, press: &Press) -> Result<Vec<u8>> {
    let card = set(layout, config, press).map_err(|misfits| {
        let fields: Vec<&str> = misfits.iter().map(|misfit| misfit.field).collect();
        anyhow::anyhow!("the sample card does not fit: {}", fields.join(", "))
    })?;
    let day = today(config)?;
    let mut document = Document::new(Cursor::new(Vec::new()), [layout], *press, &layout.name, day)?;
    document.add(&card)?;
    Ok(document.finish()?.0.into_inner())
}

fn set(
    layout: &Layout,
    config: &Config,
    press: &Press,
) -> std::result::Result<crate::render::compose::Composed, Vec<Misfit>> {
    let day = today(config).unwrap_or_default();
    let official: Option<&Official> = signing_on(&config.officials, day);
    let record = demo_children::sample(layout.kind, day);
    let issue = Issue {
        office: &config.office,
        official,
        day,
        under5: config.card.under5_until,
    };
    let layouts = [(layout.kind, layout.clone())].into();
    let portrait = demo_children::portrait(7, record.tanggal_lahir);
    let photo = photo::prepare(&portrait, &photo_target(&layouts, *press, config)).ok();
    let photo = photo
        .filter(|_| layout.kind == Kind::From5)
        .map(|photo| Photo {
            jpeg: Arc::from(photo.jpeg),
            width: photo.width,
            height: photo.height,
        });
    let content = CardContent {
        kind: layout.kind,
        values: values(&record, layout.kind, issue),
        photo,
        qr: "KIA:CONTOH0CONTOH0CONTOH0CONTO".to_owned(),
    };
    compose(layout, &content, press)
}

fn today(config: &Config) -> Result<jiff::civil::Date> {
    Ok(Timestamp::now().to_zoned_datetime(config.zone()?).date())
}

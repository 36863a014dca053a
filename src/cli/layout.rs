//! `layout check` and `layout preview`.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::Outcome;
use crate::cli::args::{LayoutCommand, ModeArg};
use crate::context;
use crate::production::assets::LoadError;
use crate::production::samples;
use crate::production::specimen::{findings, pictures};
use crate::render::raster;

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
            let context = signed(station.as_ref())?;
            let (layout, day) = (context.layout(name)?, context.today());
            let sides = pictures(
                &layout,
                &context.config,
                day,
                (*mode).into(),
                *on_blank,
                *dpi,
            )?;
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

/// The station, or the defaults, and somebody who signs.
fn signed(station: Option<&PathBuf>) -> Result<context::Context> {
    let mut context = context::Context::open(station.map(PathBuf::as_path))?;
    samples::sign(&mut context.config);
    Ok(context)
}

/// Reads the layout, sets a card of it in both modes, and tries the longest values on it.
fn check(name: &str, station: Option<&PathBuf>) -> Result<Outcome> {
    let context = signed(station)?;
    let layout = match context.layout(name) {
        Ok(layout) => layout,
        Err(LoadError::Layout(mistake)) => {
            println!("{mistake}");
            return Ok(Outcome::Refused);
        }
        Err(other) => return Err(other.into()),
    };
    let found = findings(&layout, &context.config, context.today());
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

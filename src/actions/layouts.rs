//! The card layouts as they are on the disk now: drawn, or with what is wrong in its place.

use std::time::SystemTime;

use super::{Access, Failure, Result, Rule};
use crate::config::Config;
use crate::context::Context;
use crate::domain::card::Kind;
use crate::production::assets::LoadError;
use crate::production::samples;
use crate::production::specimen::{findings, pictures};
use crate::render::layout::{LayoutError, Mode};
use crate::render::raster;
use crate::text;

/// Dots an inch of the pictures.
const DPI: u32 = 150;

/// How many lines of the file are shown around a mistake.
const AROUND: usize = 3;

/// One layout as it stands.
#[derive(Debug)]
pub struct Shown {
    pub kind: Kind,
    pub name: String,
    /// Changes with every change of a file, so that browsers fetch the pictures again.
    pub version: u64,
    pub drawn: std::result::Result<Vec<Finding>, Mistake>,
}

/// What a check of a sound layout says.
#[derive(Debug)]
pub struct Finding {
    /// Whether cards would be refused for it.
    pub refuses: bool,
    pub what: String,
    pub why: String,
}

/// What is wrong, and the lines around it.
#[derive(Debug)]
pub struct Mistake {
    pub text: String,
    pub lines: Vec<(usize, String)>,
    pub line: usize,
}

/// The settings, and somebody who signs.
fn signed(context: &Context) -> Config {
    let mut config = context.config.clone();
    samples::sign(&mut config);
    config
}

/// The layouts of the settings as their files are now.
pub fn view(at: &Access<'_>) -> Result<Vec<Shown>> {
    at.permit(Rule::LayoutView)?;
    let config = signed(at.context);
    let shown = |(&kind, name): (&Kind, &String)| Shown {
        kind,
        name: name.clone(),
        version: version(at.context, name),
        drawn: drawn(at.context, &config, name),
    };
    let named = at.context.config.card.layouts.iter();
    Ok(named.map(shown).collect())
}

/// Front and back of the card of a made-up child.
pub fn picture(at: &Access<'_>, kind: Kind, side: usize, mode: Mode) -> Result<Vec<u8>> {
    at.permit(Rule::LayoutView)?;
    let missing = || {
        Failure::Missing(text!(
            "Tidak ada layout KIA {kind}.",
            "There is no layout of the kind {kind}."
        ))
    };
    let config = signed(at.context);
    let name = at.context.config.card.layouts.get(&kind);
    let layout = at.context.layout(name.ok_or_else(missing)?);
    let layout = layout.map_err(Failure::broken)?;
    let today = at.context.date(at.now);
    let sides = pictures(&layout, &config, today, mode, false, DPI);
    let sides = sides.map_err(Failure::broken)?;
    raster::png(sides.get(side).ok_or_else(missing)?).map_err(Failure::broken)
}

fn drawn(
    context: &Context,
    config: &Config,
    name: &str,
) -> std::result::Result<Vec<Finding>, Mistake> {
    match context.layout(name) {
        Ok(layout) => {
            let findings = findings(&layout, config, context.today()).into_iter();
            let told = findings.map(|(finding, what, why)| Finding {
                refuses: finding.refuses(),
                what: format!("{}: {what}", finding.word()),
                why,
            });
            Ok(told.collect())
        }
        Err(LoadError::Layout(mistake)) => Err(told(&mistake)),
        Err(other) => Err(Mistake {
            text: crate::domain::chain(&other),
            lines: Vec::new(),
            line: 0,
        }),
    }
}

fn told(mistake: &LayoutError) -> Mistake {
    let source = std::fs::read_to_string(&mistake.file).unwrap_or_default();
    let first = mistake.line.saturating_sub(AROUND + 1);
    let lines = source.lines().enumerate().skip(first).take(2 * AROUND + 1);
    Mistake {
        text: mistake.to_string(),
        lines: lines.map(|(at, line)| (at + 1, line.to_owned())).collect(),
        line: mistake.line,
    }
}

/// The newest change of a file in the layout's folder, in milliseconds.
fn version(context: &Context, name: &str) -> u64 {
    let folder = context.paths.layouts().join(name);
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let times = entries.filter_map(|entry| entry.ok()?.metadata().ok()?.modified().ok());
    let newest = times
        .max()
        .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    newest.map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX))
}

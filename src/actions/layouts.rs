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

//! `preview`: a card or a lot as pictures, from the very PDF that is printed.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use image::RgbImage;

use super::{Outcome, reader, station};
use crate::cli;
use crate::config::Paths;
use crate::domain::ids::{CardId, LotId};
use crate::ledger::{Lot, Reader};
use crate::render::proof;
use crate::render::raster::{self, Pdf};
use crate::station::assets;

pub fn run(args: &cli::Preview) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let ledger = reader(&paths)?;
    if let Ok(card) = args.what.parse::<CardId>() {
        let stands = ledger
            .card(card)?
            .with_context(|| format!("no card is called {card}"))?;
        let Some(lot) = stands.lot else {
            bail!("{card} is in no PDF yet: it is {}", stands.state);
        };
        let (lot, pdf) = open(&paths, &ledger, lot)?;
        let blank = blank(args, &paths, &lot)?;
        let sides = sides(&pdf, Some(&card.to_string()), args.dpi, blank.as_ref())?;
        let picture = raster::stacked(&sides, args.dpi / 12);
        write(&args.out, &picture)?;
        println!("{}: {card}, lot {}", args.out.display(), lot.lot);
        return Ok(Outcome::Done);
    }
    let lot = args.what.parse::<LotId>().map_err(|_| {
        anyhow::anyhow!(
            "`{}` is neither a card (K000123-0) nor a lot (L00012)",
            args.what
        )
    })?;
    let (lot, pdf) = open(&paths, &ledger, lot)?;
    let blank = blank(args, &paths, &lot)?;
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("`{}` cannot be made", args.out.display()))?;
    let mut marks: Vec<String> = Vec::new();
    for place in proof::places(&pdf, args.dpi)? {
        if !marks.contains(&place.mark) {
            marks.push(place.mark);
        }
    }
    for (position, mark) in (1..).zip(&marks) {
        let sides = sides(&pdf, Some(mark), args.dpi, blank.as_ref())?;
        let name = format!("{}-{position:03}-{mark}.png", lot.lot);
        write(
            &args.out.join(name),
            &raster::stacked(&sides, args.dpi / 12),
        )?;
    }
    println!(
        "{}/: {} kartu (cards), lot {}",
        args.out.display(),
        marks.len(),
        lot.lot
    );
    Ok(Outcome::Done)
}

type Blank = [Option<Arc<RgbImage>>; 2];

/// The scans of the blank that the lot's layout names, if they were asked for.
fn blank(args: &cli::Preview, paths: &Paths, lot: &Lot) -> Result<Option<Blank>> {
    if !args.on_blank {
        return Ok(None);
    }
    let layout = assets::load(Some(&paths.layouts()), &lot.layout)?;
    Ok(Some(layout.blank))
}

fn open(paths: &Paths, ledger: &Reader, lot: LotId) -> Result<(Lot, Pdf)> {
    let (lot, _) = ledger
        .lot(lot)?
        .with_context(|| format!("no lot is called {lot}"))?;
    let path = paths.lots().join(&lot.pdf);
    let bytes =
        std::fs::read(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    Ok((lot, raster::open(Arc::new(bytes))?))
}

fn write(path: &Path, picture: &RgbImage) -> Result<()> {
    std::fs::write(path, raster::png(picture)?)
        .with_context(|| format!("`{}` cannot be written", path.display()))
}

/// Front and back of the card with this mark, or of the first one, on the scan of a blank or on
/// white.
pub(super) fn sides(
    pdf: &Pdf,
    mark: Option<&str>,
    dpi: u32,
    blank: Option<&Blank>,
) -> Result<Vec<RgbImage>> {
    let places = proof::places(pdf, dpi)?;
    let first = places.first().map(|place| place.mark.as_str());
    let mark = mark.or(first).unwrap_or_default();
    let mut sides = BTreeMap::new();
    for place in places.iter().filter(|place| place.mark == mark) {
        let mut picture = raster::card(pdf, place, dpi)?;
        if let Some(scan) = blank.and_then(|blank| blank[place.side].as_ref()) {
            picture = raster::on_blank(&picture, scan);
        }
        sides.insert(place.side, picture);
    }
    if sides.is_empty() {
        bail!("the PDF does not show {mark}");
    }
    Ok(sides.into_values().collect())
}

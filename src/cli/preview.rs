//! `preview`: a card or a lot as pictures, from the very PDF that is printed.

use std::path::Path;

use anyhow::{Context, Result};
use image::RgbImage;

use super::{Outcome, perform, reader, station, write_private};
use crate::actions::cards;
use crate::cli::args;
use crate::config::Paths;
use crate::domain::ids::{CardId, LotId};
use crate::ledger::Lot;
use crate::production::assets;
use crate::production::preview::{Blank, open, open_of, sides};
use crate::render::proof;
use crate::render::raster;

pub fn run(args: &args::Preview) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let ledger = reader(&paths)?;
    let seen = |cards: &[CardId]| {
        perform(&args.station, args.asker.user.as_deref(), |at| {
            cards::show_pictures(at, cards)
        })
    };
    if let Ok(card) = args.what.parse::<CardId>() {
        let (lot, pdf) = open_of(&paths, &ledger, card)?;
        let blank = blank(args, &paths, &lot)?;
        if seen(&[card])?.is_none() {
            return Ok(Outcome::Refused);
        }
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
    let cards = ledger.lot(lot.lot)?.map(|(_, cards)| cards);
    let cards = cards.into_iter().flatten().map(|place| place.card.card);
    if seen(&cards.collect::<Vec<_>>())?.is_none() {
        return Ok(Outcome::Refused);
    }
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

/// The scans of the blank that the lot's layout names, if they were asked for.
fn blank(args: &args::Preview, paths: &Paths, lot: &Lot) -> Result<Option<Blank>> {
    if !args.on_blank {
        return Ok(None);
    }
    let layout = assets::load(Some(&paths.layouts()), &lot.layout)?;
    Ok(Some(layout.blank))
}

fn write(path: &Path, picture: &RgbImage) -> Result<()> {
    write_private(path, &raster::png(picture)?)
}

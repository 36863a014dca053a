//! `calibrate print`, `set` and `show`: how far a printer misses, and what makes up for it.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::{Context, Result, bail};

use super::{Outcome, perform, print_json, station};
use crate::actions::printers;
use crate::cli::args::{self, CalibrateCommand, SideArg};
use crate::config::DEFAULT_PRINTER;
use crate::context;
use crate::domain::card::Kind;
use crate::domain::job::Side;
use crate::production::assets;
use crate::render::adjust::Adjust;
use crate::render::calibration::{fit, layout_source};
use crate::render::compose::compose;
use crate::render::content::{CardContent, Values};
use crate::render::document::Document;
use crate::render::layout::Mode;
use crate::render::press::Press;

pub fn run(command: &CalibrateCommand) -> Result<Outcome> {
    match command {
        CalibrateCommand::Print(args) => print(args),
        CalibrateCommand::Set(args) => set(args),
        CalibrateCommand::Show(args) => {
            let (_, config) = station(args)?;
            if args.json {
                print_json(&config.calibrations)?;
                return Ok(Outcome::Done);
            }
            for (printer, calibration) in &config.calibrations.0 {
                for (side, adjust) in [
                    ("depan (front)", calibration.front),
                    ("belakang (back)", calibration.back),
                ] {
                    println!("{printer}  {side}: {}", said(&adjust));
                }
                let day = calibration.measured.map(|day| day.to_string());
                println!(
                    "  diukur (measured) {} oleh (by) {}",
                    day.unwrap_or_default(),
                    calibration.by
                );
            }
            if config.calibrations.0.is_empty() {
                println!("belum ada kalibrasi (no printer was calibrated)");
            }
            Ok(Outcome::Done)
        }
    }
}

fn said(adjust: &Adjust) -> String {
    format!(
        "{:+.3} mm ke kanan (right), {:+.3} mm ke bawah (down), {:+.3} derajat (degrees clockwise), {:+.3} %",
        adjust.right,
        adjust.down,
        adjust.clockwise,
        (adjust.scale - 1.0) * 100.0
    )
}

/// Writes the card, or the sheet full of it, that shows how far the printer misses.
fn print(args: &args::CalibratePrint) -> Result<Outcome> {
    let context = context::Context::open(Some(&args.station.station))?;
    let mut press = Press {
        mode: Mode::Full,
        ..context.config.press_of(args.printer.as_deref())?
    };
    if !args.applied {
        press.adjust = [Adjust::NONE; 2];
    }
    let printer = args.printer.as_deref().unwrap_or(DEFAULT_PRINTER);
    let layout = assets::built_from(&layout_source(printer))?;
    let today = context.today();
    let out = File::create(&args.out)
        .with_context(|| format!("`{}` cannot be written", args.out.display()))?;
    let mut document = Document::new(BufWriter::new(out), [&layout], press, "KALIBRASI", today)?;
    let cards = press.sheet.map_or(1, |sheet| sheet.slots());
    for card in 1..=cards {
        let content = CardContent {
            mark: format!("KALIBRASI-{card}"),
            kind: Kind::Under5,
            values: Values::new(),
            photo: None,
            qr: "KALIBRASI".to_owned(),
        };
        let composed = compose(&layout, &content, &press)
            .map_err(|misfits| anyhow::anyhow!("the calibration card does not fit: {misfits:?}"))?;
        document.add(&composed)?;
    }
    let (mut out, _) = document.finish()?;
    out.flush()?;
    println!(
        "{}: cetak, ukur silang A B C D tiap sisi, lalu `kia-station calibrate set` (print it, measure the crosses, then set)",
        args.out.display()
    );
    Ok(Outcome::Done)
}

/// Keeps what the measures of a side ask for.
fn set(args: &args::CalibrateSet) -> Result<Outcome> {
    let context = context::Context::open(Some(&args.station.station))?;
    let printer = args.printer.as_deref().unwrap_or(DEFAULT_PRINTER);
    context.config.press_of(Some(printer))?;
    let adjust = match (args.none, fit(&args.measured)) {
        (true, _) => Adjust::NONE,
        (false, Ok(adjust)) => adjust,
        (false, Err(unlikely)) => bail!("{unlikely}"),
    };
    let side = match args.side {
        SideArg::Front => Side::Front,
        SideArg::Back => Side::Back,
    };
    let kept = perform(&args.station, Some(&args.actor.user()), |at| {
        printers::calibrate(at, printer, side, adjust)
    })?;
    if kept.is_none() {
        return Ok(Outcome::Refused);
    }
    println!("{printer}: {}", said(&adjust));
    Ok(Outcome::Done)
}

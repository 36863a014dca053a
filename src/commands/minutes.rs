//! `stock minutes`: the paper of a destruction, for signing.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Outcome, reader, station};
use crate::cli;
use crate::config::{Config, Paths};
use crate::documents::typeset;
use crate::domain::card::SpoilReason;
use crate::ledger::Destruction;
use crate::station::{assets, write_new};

/// Writes the minutes with this number, at any time.
pub fn run(args: &cli::Minutes) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let destruction = reader(&paths)?
        .destruction(args.number)?
        .with_context(|| format!("there are no minutes with the number {}", args.number))?;
    write(&paths, &config, &destruction, &args.out)?;
    println!("{}", args.out.display());
    Ok(Outcome::Done)
}

/// Writes the minutes as PDF.
pub fn write(paths: &Paths, config: &Config, of: &Destruction, out: &Path) -> Result<()> {
    let (file, template) = assets::paper(&paths.layouts(), "berita-acara-pemusnahan")
        .context("the template of the minutes cannot be read")?;
    let day = of.at.to_zoned_datetime(config.zone()?).date();
    let data = data(config, of, day);
    let pdf = typeset(&file, &template, &assets::fonts(), &data, day).context(
        "the minutes cannot be typeset; mend the template, or take it away to use the built-in one",
    )?;
    write_new(out, |file| std::io::Write::write_all(file, &pdf))
        .with_context(|| format!("`{}` cannot be written", out.display()))
}

/// What the template reads.
fn data(config: &Config, of: &Destruction, day: jiff::civil::Date) -> Value {
    let cards = of.cards.iter().map(|item| {
        let record = item.record.as_ref();
        let address = record.map(|r| {
            format!(
                "{}, RT {} RW {}, {}, {}",
                r.alamat, r.rt, r.rw, r.desa, r.kecamatan
            )
        });
        let code = item.card.reason.as_deref().unwrap_or_default();
        let reason = SpoilReason::from_code(code).map_or(code, |reason| reason.meaning().0);
        json!({
            "nomor": item.card.card,
            "nama": record.map(|r| &r.nama),
            "alamat": address,
            "seri": item.serial,
            "sebab": reason,
        })
    });
    let blanks = of
        .blanks
        .iter()
        .map(|(kind, count)| json!({ "jenis": kind, "jumlah": count }));
    let official = config.official_on(day).ok();
    json!({
        "nomor": of.minutes,
        "tanggal": { "tahun": day.year(), "bulan": day.month(), "hari": day.day() },
        "kantor": {
            "provinsi": config.office.provinsi,
            "kabupaten": config.office.kabupaten,
            "dinas": config.office.dinas,
            "tempat": config.office.tempat_terbit,
        },
        "petugas": of.actor.trim_start_matches("operator:"),
        "pejabat": {
            "nama": official.map_or("", |official| official.nama.as_str()),
            "jabatan": official.map_or_else(|| "KEPALA DINAS".to_owned(), |o| o.title()),
        },
        "saksi": of.witnesses,
        "blanko": blanks.collect::<Vec<_>>(),
        "kartu": cards.collect::<Vec<_>>(),
    })
}

//! `register`: the register of a period, as a table or as paper.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::{
    Outcome, print_json, private_file, reader, showing, station, stationery, taking_out,
    write_private,
};
use crate::cli::args::{self, SheetFormat};
use crate::domain::audit::AuditCode;
use crate::reports::Reports;

pub fn run(args: &args::Register) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from > to
    {
        bail!("--from {from} is after --to {to}");
    }
    let day = |day: Option<Date>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    let detail = format!("{} {}", day(args.from), day(args.to));
    match args.full {
        true => {
            let user = args.asker.user.as_deref();
            taking_out(
                &paths,
                user,
                AuditCode::RegisterExported,
                &format!("{detail} full"),
            )?;
        }
        false => showing(&paths, &args.asker, |tx| {
            tx.audit(AuditCode::RegisterExported, None, Some(&detail))
        })?,
    }
    let ledger = reader(&paths)?;
    let reports = Reports::new(&ledger, &config, Timestamp::now())?;
    let register = reports.register(args.from, args.to, args.full)?;
    let Some(out) = &args.out else {
        if args.format != SheetFormat::Csv || args.station.json {
            bail!("say with --out which file to write");
        }
        register.csv(std::io::stdout().lock())?;
        return Ok(Outcome::Done);
    };
    let mut written = vec![out.clone()];
    match args.format {
        SheetFormat::Csv => register.csv(BufWriter::new(private_file(out)?))?,
        SheetFormat::Xlsx => register.xlsx(BufWriter::new(private_file(out)?))?,
        SheetFormat::Pdf => {
            written.clear();
            let stationery = stationery(&paths)?;
            register.volumes::<anyhow::Error>(&stationery, |volume, pdf| {
                let path = volume_path(out, volume);
                write_private(&path, &pdf)?;
                written.push(path);
                Ok(())
            })?;
        }
    }
    if args.station.json {
        print_json(&json!({ "files": written }))?;
    } else {
        for path in written {
            println!("buku register: {} (register)", path.display());
        }
    }
    Ok(Outcome::Done)
}

/// The file of a volume: the first under the name that was asked for, the others numbered.
fn volume_path(out: &Path, volume: u32) -> PathBuf {
    if volume == 1 {
        return out.to_owned();
    }
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    let ending = out.extension().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!("{stem}-jilid-{volume:03}.{ending}"))
}

//! `register`: the register of a period, as a table or as paper.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde_json::json;

use super::{Outcome, perform, print_json, private_file, write_private};
use crate::actions::exports::{self, RegisterPart};
use crate::actions::{self, Failure};
use crate::cli::args::{self, SheetFormat};
use crate::context::Context;
use crate::reports::Register;

pub fn run(args: &args::Register) -> Result<Outcome> {
    if args.out.is_none() && (args.format != SheetFormat::Csv || args.station.json) {
        bail!("say with --out which file to write");
    }
    let part = RegisterPart {
        from: args.from,
        to: args.to,
        full: args.full,
    };
    let format = match args.format {
        SheetFormat::Csv => "csv",
        SheetFormat::Xlsx => "xlsx",
        SheetFormat::Pdf => "pdf",
    };
    let written = perform(&args.station, args.asker.user.as_deref(), |at| {
        let context = at.context;
        exports::register(at, part, format, |register| match &args.out {
            None => {
                register.csv(std::io::stdout().lock())?;
                Ok(Vec::new())
            }
            Some(out) => write(context, register, args.format, out),
        })
    })?;
    let Some(written) = written else {
        return Ok(Outcome::Refused);
    };
    if args.station.json {
        print_json(&json!({ "files": written }))?;
    } else {
        for path in written {
            println!("buku register: {} (register)", path.display());
        }
    }
    Ok(Outcome::Done)
}

fn write(
    context: &Context,
    register: &Register<'_>,
    format: SheetFormat,
    out: &Path,
) -> actions::Result<Vec<PathBuf>> {
    let file = || {
        private_file(out)
            .map(BufWriter::new)
            .map_err(Failure::Broken)
    };
    let mut written = vec![out.to_owned()];
    match format {
        SheetFormat::Csv => register.csv(file()?)?,
        SheetFormat::Xlsx => register.xlsx(file()?)?,
        SheetFormat::Pdf => {
            written.clear();
            let stationery = exports::stationery(context)?;
            register.volumes::<Failure>(&stationery, |volume, pdf| {
                let path = volume_path(out, volume);
                write_private(&path, &pdf).map_err(Failure::Broken)?;
                written.push(path);
                Ok(())
            })?;
        }
    }
    Ok(written)
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

//! The papers of a pack, and the scans of those that were signed.

use std::fs::{self, File};
use std::io::Read;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde_json::json;

use super::super::{
    Outcome, acting, print_json, reader, refuse, showing, station, write_private, writer,
};
use crate::actions::pack_papers::HandoverError;
use crate::actions::pack_papers::HandoverWords;
use crate::actions::pack_papers::MOST_BYTES;
use crate::actions::pack_papers::attach as keep;
use crate::actions::pack_papers::pack_papers;
use crate::cli::args;
use crate::domain::account::Right;
use crate::reports::papers::Receiver;

pub fn attach(args: &args::PackAttach) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let file = args.file.display();
    let mut scan = Vec::new();
    // One byte more than is taken tells a file that is too large.
    File::open(&args.file)
        .and_then(|open| open.take(MOST_BYTES as u64 + 1).read_to_end(&mut scan))
        .with_context(|| format!("`{file}` cannot be read"))?;
    let who = acting(&mut ledger, &args.person.user, Right::Work)?;
    let kept = keep(
        &mut ledger,
        &paths,
        &who,
        Timestamp::now(),
        args.pack,
        &scan,
    );
    let name = match kept {
        Ok(name) => name,
        Err(HandoverError::Ledger(error)) => return refuse(error, args.station.json),
        Err(error) => return Err(anyhow::Error::from(error).context(format!("`{file}`"))),
    };
    if args.station.json {
        print_json(&json!({ "pack": args.pack, "file": name }))?;
    } else {
        println!("{} berkas disimpan: handover/{name} (file kept)", args.pack);
    }
    Ok(Outcome::Done)
}

pub fn documents(args: &args::PackDocuments) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let ledger = reader(&paths)?;
    let words = HandoverWords {
        number: args.number.as_deref(),
        on: args.on,
        receiver: Receiver {
            name: args.receiver.as_deref(),
            nip: args.receiver_nip.as_deref(),
            title: args.receiver_title.as_deref(),
        },
    };
    let made = pack_papers(&ledger, &paths, &config, args.pack, words, Timestamp::now());
    let papers = match made {
        Ok(papers) => papers,
        Err(HandoverError::Ledger(error)) => return refuse(error, args.station.json),
        Err(error) => return Err(error.into()),
    };
    let detail = format!("{} bast tanda-terima label", args.pack);
    showing(&paths, &args.asker, |tx| {
        tx.audit("pack-papers-exported", None, Some(&detail))
    })?;
    let out = args.out.display();
    fs::create_dir_all(&args.out).with_context(|| format!("`{out}` cannot be made"))?;
    let mut written = Vec::new();
    for (what, pdf) in [
        ("bast", &papers.bast),
        ("tanda-terima", &papers.receipts),
        ("label", &papers.labels),
    ] {
        let path = args.out.join(format!("{}-{what}.pdf", args.pack));
        write_private(&path, pdf)?;
        written.push(path);
    }
    if args.station.json {
        print_json(&json!({ "pack": args.pack, "files": written }))?;
    } else {
        for path in &written {
            println!("{}", path.display());
        }
    }
    Ok(Outcome::Done)
}

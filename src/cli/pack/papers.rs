//! The papers of a pack, and the scans of those that were signed.

use std::fs::{self, File};
use std::io::Read;

use anyhow::{Context, Result};
use serde_json::json;

use super::super::{Outcome, perform, print_json, write_private};
use crate::actions::pack_papers::{HandoverWords, MOST_BYTES};
use crate::actions::packs;
use crate::cli::args;
use crate::reports::papers::Receiver;

pub fn attach(args: &args::PackAttach) -> Result<Outcome> {
    let file = args.file.display();
    let mut scan = Vec::new();
    // One byte more than is taken tells a file that is too large.
    File::open(&args.file)
        .and_then(|open| open.take(MOST_BYTES as u64 + 1).read_to_end(&mut scan))
        .with_context(|| format!("`{file}` cannot be read"))?;
    let user = Some(args.person.user.as_str());
    let kept = perform(&args.station, user, |at| {
        packs::attach(at, args.pack, &scan)
    })?;
    let Some((name, text)) = kept else {
        return Ok(Outcome::Refused);
    };
    if args.station.json {
        print_json(&json!({ "pack": args.pack, "file": name }))?;
    } else {
        println!("{} {text}: handover/{name}", args.pack);
    }
    Ok(Outcome::Done)
}

pub fn documents(args: &args::PackDocuments) -> Result<Outcome> {
    let words = HandoverWords {
        number: args.number.as_deref(),
        on: args.on,
        receiver: Receiver {
            name: args.receiver.as_deref(),
            nip: args.receiver_nip.as_deref(),
            title: args.receiver_title.as_deref(),
        },
    };
    let papers = perform(&args.station, args.asker.user.as_deref(), |at| {
        packs::papers(at, args.pack, words, "bast tanda-terima label")
    })?;
    let Some(papers) = papers else {
        return Ok(Outcome::Refused);
    };
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

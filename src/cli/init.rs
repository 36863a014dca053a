//! `init`: a station folder.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, Result};

use super::{Outcome, reader};
use crate::cli::args;
use crate::config::{Paths, SAMPLE};
use crate::context::Clock;
use crate::ledger::{self, Ledger, Signer};
use crate::production::ACTOR;
use crate::production::assets;

pub fn run(args: &args::Init) -> Result<Outcome> {
    let paths = make(&args.dir, SAMPLE)?;
    let dir = paths.root.display();
    println!("Stasiun siap di {dir}. The station is ready in {dir}.");
    for key in reader(&paths)?.signing_keys()? {
        println!(
            "Kunci tanda tangan stasiun; catat di luar stasiun. Its public key, to be noted elsewhere:"
        );
        println!("  {key}");
    }
    println!();
    println!("Berikutnya / next:");
    println!("  1. isi pejabat penanda tangan di {dir}/station.toml (who signs: [[officials]])");
    println!("  2. kia-station run --station {dir}");
    println!("  3. letakkan rekaman di {dir}/incoming (drop records there)");
    Ok(Outcome::Done)
}

/// Makes what is missing of a station; what is there stays as it is.
pub fn make(dir: &Path, settings: &str) -> Result<Paths> {
    let paths = Paths::new(dir);
    let folders = paths.intake();
    // Personal data lie in these folders: nobody reads them but the station's user, and in
    // `incoming/` the senders of its group.
    let folder = |dir: &Path, mode: u32| {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(dir)
            .with_context(|| format!("`{}` cannot be made", dir.display()))
    };
    fs::create_dir_all(dir).with_context(|| format!("`{}` cannot be made", dir.display()))?;
    folder(&folders.incoming, 0o770)?;
    for dir in [
        folders.work,
        folders.accepted,
        folders.rejected,
        paths.ledger(),
        paths.lots(),
        paths.photos(),
        paths.handover(),
        paths.uploads(),
    ] {
        folder(&dir, 0o700)?;
    }
    write_if_absent(&paths.config(), settings.as_bytes())?;
    for (file, data) in assets::FILES {
        let path = paths.layouts().join(file);
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir)
                .with_context(|| format!("`{}` cannot be made", dir.display()))?;
        }
        write_if_absent(&path, data)?;
    }
    let now = Clock::system().now();
    match Ledger::create(&paths.ledger(), now) {
        Ok(mut ledger) => {
            let signer = Signer::of(&paths.ledger())?;
            ledger.write(ACTOR, now, |tx| tx.know_signer(&signer))?;
            Ok(paths)
        }
        Err(ledger::Error::Exists(_)) => Ok(paths),
        Err(error) => Err(error).context("the ledger cannot be made"),
    }
}

fn write_if_absent(path: &Path, data: &[u8]) -> Result<()> {
    let context = || format!("`{}` cannot be written", path.display());
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o644)
        .open(path)
    {
        Ok(mut file) => file.write_all(data).with_context(context),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error).with_context(context),
    }
}

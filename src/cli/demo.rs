//! `demo`: a station with made-up children, from drop to log.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Outcome, confirm, init, log, reader};
use crate::actions::exports::{self, LogPart};
use crate::actions::{Access, Failure, Operator};
use crate::cli::args;
use crate::config::SAMPLE;
use crate::context;
use crate::daemon::Station;
use crate::domain::card::SpoilReason;
use crate::domain::hex::hex;
use crate::domain::rules::Severity;
use crate::intake::Summary;
use crate::production::lock::Lock;
use crate::production::samples::{Child, official, portrait};

/// Says that a folder is a demo and may be replaced.
const MARK: &str = ".kia-demo";

pub fn run(args: &args::Demo) -> Result<Outcome> {
    let dir = &args.dir;
    if dir.exists() {
        let empty = fs::read_dir(dir)?.next().is_none();
        if !empty && !dir.join(MARK).exists() {
            bail!(
                "`{}` exists and is no demo; name another folder",
                dir.display()
            );
        }
        fs::remove_dir_all(dir)
            .with_context(|| format!("`{}` cannot be replaced", dir.display()))?;
    }
    let paths = init::make(dir, &settings())?;
    fs::write(dir.join(MARK), "")?;
    let context = Arc::new(context::Context::open(Some(dir))?);
    drop_children(&paths.intake().incoming, context.today())?;

    let _lock = Lock::take(&paths.lock())?;
    let mut station = Station::open(Arc::clone(&context))?;
    let progress = station.run_once()?;
    drop(station);

    println!("KIRIMAN (drops)");
    for report in &progress.drops {
        say(report);
    }
    println!("\nSIAP CETAK (print-ready)");
    for lot in &progress.lots {
        let pdf = paths.lots().join(&lot.pdf);
        println!(
            "  {}  KIA {}  {} kartu  {}",
            lot.lot,
            lot.kind,
            lot.cards,
            pdf.display()
        );
    }

    // The demo's operator: everything came out good, but one card of the first lot was smudged.
    let mut spoiled = Vec::new();
    for (i, lot) in progress.lots.iter().enumerate() {
        if i == 0 {
            let (_, cards) = reader(&paths)?
                .lot(lot.lot)?
                .context("the lot that was just made is missing")?;
            spoiled.extend(cards.last().map(|card| card.card.card));
        }
        let said = args::Confirm {
            lot: lot.lot,
            all: true,
            card: Vec::new(),
            spoiled: if i == 0 { spoiled.clone() } else { Vec::new() },
            reason: (i == 0).then_some(SpoilReason::Buram),
            on: None,
            actor: args::Actor {
                user: Some("demo".to_owned()),
            },
            station: args::StationArg {
                station: dir.clone(),
                json: false,
            },
        };
        if i == 0 {
            println!("\nKONFIRMASI OPERATOR (the operator confirms)");
        }
        confirm::run(&said)?;
    }
    // The spoiled card is made again by the next look at the queue.
    let again = Station::open(Arc::clone(&context))?.run_once()?;
    for lot in &again.lots {
        println!("  kartu pengganti di lot {} (the card made again)", lot.lot);
    }

    println!("\nLOG SERAH TERIMA (handover log)\n");
    let mut at = Access::new(&context, Operator::Unnamed);
    let told = log::print(&context, |take| {
        exports::printed_log(&mut at, LogPart::default(), take)
    });
    if let Err(Failure::Broken(error)) = told {
        return Err(error);
    }

    let dir = dir.display();
    println!("\nCOBA BERIKUTNYA (try next)");
    println!("  kia-station status --station {dir}");
    if let Some(card) = spoiled.first() {
        println!("  kia-station card {card} --station {dir}");
    }
    println!("  kia-station ledger verify --station {dir}");
    println!("  kia-station layout preview kia-5-17 --out kartu.png");
    println!("  kia-station init stasiun        # stasiun sendiri (a station of your own)");
    Ok(Outcome::Done)
}

/// The sample settings with a made-up official.
fn settings() -> String {
    let who = official();
    format!(
        "{SAMPLE}\n[[officials]]\nsejak = {}\nnama = \"{}\"\nnip = \"{}\"\njabatan = \"{}\"\n",
        who.sejak, who.nama, who.nip, who.jabatan
    )
}

/// Drops children as upstream would: single records that are renamed in, a batch folder with its
/// manifest, and a table with rows that are wrong on purpose.
fn drop_children(incoming: &Path, today: jiff::civil::Date) -> Result<()> {
    let ages = [8, 2, 11, 6, 14, 4, 16, 9, 1, 12, 7, 3];
    let child = |n: usize| Child::new(n, ages[n % ages.len()], today);

    for (n, &age) in ages.iter().enumerate().take(4) {
        let child = child(n);
        let photo = (age >= 5).then(|| format!("anak-{n}.jpg"));
        if let Some(photo) = &photo {
            fs::write(incoming.join(photo), portrait(n, child.birth))?;
        }
        let temporary = incoming.join(format!("anak-{n}.json.tmp"));
        fs::write(
            &temporary,
            serde_json::to_vec_pretty(&child.record(photo.as_deref()))?,
        )?;
        fs::rename(&temporary, incoming.join(format!("anak-{n}.json")))?;
    }

    let batch = incoming.join("SDN-2-CURUP-TENGAH");
    fs::create_dir_all(batch.join("foto"))?;
    let mut lines = String::new();
    let mut files = Vec::new();
    for (n, &age) in ages.iter().enumerate().skip(4) {
        let child = child(n);
        let photo = (age >= 5).then(|| format!("foto/{}.jpg", child.number));
        if let Some(photo) = &photo {
            let jpeg = portrait(n, child.birth);
            files.push(listed(photo, &jpeg));
            fs::write(batch.join(photo), jpeg)?;
        }
        lines.push_str(&child.record(photo.as_deref()).to_string());
        lines.push('\n');
    }
    fs::write(batch.join("records.jsonl"), &lines)?;
    files.push(listed("records.jsonl", lines.as_bytes()));
    fs::write(
        batch.join("batch.json"),
        serde_json::to_vec_pretty(&json!({ "files": files }))?,
    )?;

    // One row is good; the others are the mistakes that offices see most.
    let table = incoming.join("SMPN-1-kiriman-salah");
    fs::create_dir_all(&table)?;
    let mut rows = Vec::new();
    let spoil: [(&str, Value); 6] = [
        ("nama", json!("RANI KUSUMA")),
        ("nik", json!("1.70209E+15")),
        ("nama", json!("RAFKA 2 PUTRA")),
        ("tanggal_lahir", json!("2001-02-03")),
        ("status_kawin", json!("KAWIN")),
        ("foto", json!("foto-yang-tidak-ada.jpg")),
    ];
    for (i, (field, value)) in spoil.into_iter().enumerate() {
        let n = 20 + i;
        let child = Child::new(n, 10, today);
        let photo = format!("{n}.jpg");
        fs::write(table.join(&photo), portrait(n, child.birth))?;
        let mut record = child.record(Some(&photo));
        record[field] = value;
        rows.push(record);
    }
    fs::write(table.join("records.csv"), csv_of(&rows)?)?;
    fs::write(table.join(".done"), "")?;
    Ok(())
}

fn listed(path: &str, data: &[u8]) -> Value {
    json!({ "path": path, "size": data.len(), "sha256": hex(&Sha256::digest(data)) })
}

/// The records as the table a school would send.
fn csv_of(records: &[Value]) -> Result<Vec<u8>> {
    let columns = [
        "nik",
        "no_kk",
        "nama",
        "tempat_lahir",
        "tanggal_lahir",
        "jenis_kelamin",
        "gol_darah",
        "agama",
        "kewarganegaraan",
        "no_akta",
        "nama_kepala_keluarga",
        "alamat",
        "rt",
        "rw",
        "desa",
        "kecamatan",
        "status_kawin",
        "foto",
    ];
    let nested = [
        ("sekolah", "/sekolah/nama"),
        ("npsn", "/sekolah/npsn"),
        ("kelas", "/sekolah/kelas"),
        ("disetujui_oleh", "/persetujuan/oleh"),
        ("disetujui_pada", "/persetujuan/pada"),
    ];
    let mut table = csv::WriterBuilder::new()
        .delimiter(b';')
        .from_writer(Vec::new());
    table.write_record(
        columns
            .iter()
            .copied()
            .chain(nested.iter().map(|(name, _)| *name)),
    )?;
    for record in records {
        let plain = columns
            .iter()
            .map(|column| record[*column].as_str().unwrap_or_default());
        let deep = nested.iter().map(|(_, path)| {
            record
                .pointer(path)
                .and_then(Value::as_str)
                .unwrap_or_default()
        });
        table.write_record(plain.chain(deep))?;
    }
    Ok(table.into_inner()?)
}

fn say(report: &Summary) {
    println!(
        "  {}: {} diterima (accepted), {} ditolak (rejected)",
        report.drop, report.accepted, report.rejected
    );
    for problem in report
        .problems
        .iter()
        .filter(|problem| problem.severity == Severity::Block)
    {
        let row = problem
            .row
            .map(|row| format!("baris {row}, "))
            .unwrap_or_default();
        println!(
            "      {row}{}: {} [{}]",
            problem.field, problem.pesan, problem.code
        );
    }
    if report.rejected > 0 {
        println!(
            "      dikembalikan di rejected/{}/ (sent back, with reasons.json)",
            report.drop
        );
    }
}

//! The papers of a pack, and the scans of those that were signed.

use std::fs::{DirBuilder, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{Access, Failure, Result, Rule};
use crate::config::Paths;
use crate::context::Context;
use crate::domain::hex::hex;
use crate::domain::ids::PackId;
use crate::domain::office::signing_on;
use crate::domain::pack::{PackRefusal, PackState};
use crate::ledger::{self, NewFile, Reader};
use crate::production::assets;
use crate::production::photos::write_new;
use crate::render::qr::Qr;
use crate::reports::papers::{PackPapers, PaperCard, Receiver, Shipment, TypesetError};

/// What an office says of a handover that the ledger does not know.
#[derive(Debug, Clone, Copy, Default)]
pub struct HandoverWords<'a> {
    /// The number of the minutes; else the pack's.
    pub number: Option<&'a str>,
    /// The day of the handover; else the day the pack was sent, or today.
    pub on: Option<Date>,
    /// Who takes the pack.
    pub receiver: Receiver<'a>,
}

/// The papers of a pack as PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Papers {
    /// The minutes of the handover with the list of all cards.
    pub bast: Vec<u8>,
    /// A list for each class that those who take the cards sign.
    pub receipts: Vec<u8>,
    /// The labels of the envelope and of the shipment.
    pub labels: Vec<u8>,
}

/// The most bytes of a scan.
pub const MOST_BYTES: usize = 64 << 20;

/// Typesets the papers of a pack that is sealed or was sent: the cards that lie in it, and those
/// that left the office with it.
pub(super) fn typeset(
    ledger: &Reader,
    context: &Context,
    pack: PackId,
    words: HandoverWords<'_>,
    now: Timestamp,
) -> Result<Papers> {
    let config = &context.config;
    let found = ledger.pack(pack)?;
    let (pack, cards) = found.ok_or(ledger::Error::Pack(PackRefusal::NoPack(pack)))?;
    if pack.state == PackState::Open {
        return Err(ledger::Error::Pack(PackRefusal::StillOpen(pack.pack)).into());
    }
    let date = words.on.or(pack.sent_on).unwrap_or(context.date(now));
    let number = pack.pack.to_string();
    let on_papers = cards.iter().filter(|card| card.place.is_on_papers());
    // The class of one that was moved here is a class of its old school: it comes last, in none.
    let (moved, own): (Vec<_>, Vec<_>) = on_papers.partition(|card| card.place.moved);
    let on_papers = own.into_iter().chain(moved);
    let papers = PackPapers {
        pack: pack.pack,
        number: words.number.unwrap_or(&number),
        date,
        office: &config.office,
        official: signing_on(&config.officials, date),
        destination: &pack.destination,
        receiver: words.receiver,
        shipment: pack
            .carrier
            .zip(pack.sent_on)
            .map(|(carrier, on)| Shipment {
                carrier,
                number: pack.shipment.as_deref(),
                on,
            }),
        cards: on_papers
            .map(|card| PaperCard {
                card: card.card.card,
                name: card.record.as_ref().map(|record| record.nama.as_str()),
                class: card
                    .card
                    .sekolah
                    .kelas
                    .as_deref()
                    .filter(|_| !card.place.moved),
                kind: card.card.kind,
            })
            .collect(),
        code: &pack.code,
        code_svg: &Qr::encode(pack.code.as_bytes())
            .map_err(Failure::broken)?
            .svg(),
    };
    let stationery = assets::stationery(&context.paths.layouts()).map_err(Failure::broken)?;
    let typeset = || -> std::result::Result<Papers, TypesetError> {
        Ok(Papers {
            bast: papers.bast(&stationery)?,
            receipts: papers.receipts(&stationery)?,
            labels: papers.labels(&stationery)?,
        })
    };
    typeset().map_err(Failure::broken)
}

/// Keeps the scan of a signed paper in the pack's folder under its digest, for the station's user
/// alone, and enters it; returns its path inside the folder of handovers.
pub(super) fn attach(at: &mut Access<'_>, pack: PackId, scan: &[u8]) -> Result<String> {
    let ending = ending(scan).filter(|_| scan.len() <= MOST_BYTES);
    let ending = ending.ok_or(Failure::refused(
        "Pilih satu hasil pindai: PDF, JPEG atau PNG, paling besar 64 MiB.",
        "Choose one scan: a PDF, JPEG or PNG of at most 64 MiB.",
    ))?;
    let sha256 = hex(&Sha256::digest(scan));
    let name = format!("{sha256}.{ending}");
    // The ledger judges before the file is written, and enters it once it is safe: what is
    // entered is there, and what is refused leaves nothing behind.
    at.read(Rule::PackAttach, |ledger| {
        Ok(ledger.can_attach(pack, &sha256)?)
    })?;
    write_scan(&at.context.paths, pack, &name, scan).map_err(Failure::broken)?;
    at.write(Rule::PackAttach, |tx| {
        let file = NewFile {
            name: &name,
            sha256: &sha256,
            bytes: scan.len() as u64,
        };
        Ok(tx.attach_to_pack(pack, file)?)
    })?;
    Ok(format!("{pack}/{name}"))
}

fn write_scan(paths: &Paths, pack: PackId, name: &str, scan: &[u8]) -> io::Result<()> {
    let folder = paths.handover().join(pack.to_string());
    let mut private = DirBuilder::new();
    private.recursive(true).mode(0o700).create(&folder)?;
    write_new(&folder.join(name), |file| {
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(scan)
    })?;
    // The pack's folder and the folder of handovers may be new.
    File::open(paths.handover())?.sync_all()?;
    File::open(&paths.root)?.sync_all()
}

/// The ending of a scan by its first bytes.
fn ending(scan: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 3] = [
        (b"%PDF-", "pdf"),
        (b"\xff\xd8\xff", "jpg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
    ];
    let kind = KINDS.into_iter().find(|(first, _)| scan.starts_with(first));
    kind.map(|(_, ending)| ending)
}

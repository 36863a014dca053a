//! The draft of a written notice of a breach (UU 27/2022, article 46: within 3 × 24 hours, with the
//! data concerned, when and how it happened, and what is done about it).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use serde_json::{Value, json};

use crate::actions::exports::begins;
use crate::actions::{Access, Failure, Result, Rule};
use crate::config::Config;
use crate::domain::audit::AuditCode;
use crate::domain::card::Kind;
use crate::domain::ids::CardId;
use crate::domain::text::Explain as _;
use crate::ledger::{self, Reader};

/// A breach that lasted these days, and whom it concerns.
#[derive(Debug)]
pub struct Breach {
    from: Date,
    to: Date,
    /// With every child's name and address.
    full: bool,
    concerned: Concerned,
}

/// Whose data the station held in the period, and what it did.
#[derive(Debug, Default, Serialize)]
struct Concerned {
    children: usize,
    cards: usize,
    /// Cards with a photo on them, whose photo was held as well.
    with_photo: usize,
    by_district: BTreeMap<String, u64>,
    by_school: BTreeMap<String, u64>,
    /// Kind of event → how many.
    events: BTreeMap<String, u64>,
    actors: BTreeSet<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    names: Vec<Named>,
    /// Cards of which no name is left, with `--full`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    erased: Vec<CardId>,
}

/// A child to be written to.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Named {
    nama: String,
    nama_kepala_keluarga: String,
    alamat: String,
}

/// Gathers whose data the station held from the first day to the last, both counted.
pub fn breach(at: &mut Access<'_>, from: Date, to: Date, full: bool) -> Result<Breach> {
    at.permit(Rule::BreachReport)?;
    if to < from {
        return Err(Failure::refused(
            "Hari terakhir sebelum hari pertama.",
            "The last day is before the first.",
        ));
    }
    let after = to.checked_add(1.day()).map_err(Failure::broken)?;
    let (since, until) = (begins(at.context, from)?, begins(at.context, after)?);
    at.write(Rule::BreachReport, |tx| {
        let names = if full { ", full" } else { "" };
        let detail = format!("{from} to {to}{names}");
        Ok(tx.audit(AuditCode::BreachReport, None, Some(&detail))?)
    })?;
    at.read(Rule::BreachReport, |ledger| {
        Ok(Breach {
            concerned: gather(ledger, since, until, full)?,
            from,
            to,
            full,
        })
    })
}

impl Breach {
    /// For a script.
    pub fn json(&self) -> Value {
        json!({ "from": self.from, "to": self.to, "concerned": self.concerned })
    }

    /// The draft of the notice.
    pub fn text(&self, config: &Config) -> String {
        let mut text = String::new();
        // A string takes whatever is written to it.
        let _ = notice(&mut text, self, config);
        text
    }
}

fn gather(
    ledger: &Reader,
    since: Timestamp,
    until: Timestamp,
    full: bool,
) -> ledger::Result<Concerned> {
    let mut concerned = Concerned::default();
    let mut children = BTreeSet::new();
    let mut names = BTreeSet::new();
    for card in ledger.held_between(since, until)? {
        concerned.cards += 1;
        concerned.with_photo += usize::from(card.kind == Kind::From5);
        if children.insert(ledger.child_of(card.card)?) {
            *concerned
                .by_district
                .entry(card.kecamatan.clone())
                .or_default() += 1;
            let school = card.sekolah.nama.clone().unwrap_or_else(|| "-".to_owned());
            *concerned.by_school.entry(school).or_default() += 1;
        }
        if !full {
            continue;
        }
        match ledger.person(card.card)? {
            None => concerned.erased.push(card.card),
            Some(person) => {
                let r = person.record;
                names.insert(Named {
                    alamat: format!(
                        "{} RT {}/RW {}, {}, {}",
                        r.alamat, r.rt, r.rw, r.desa, r.kecamatan
                    ),
                    nama: r.nama,
                    nama_kepala_keluarga: r.nama_kepala_keluarga,
                });
            }
        }
    }
    concerned.children = children.len();
    concerned.names = names.into_iter().collect();
    let (last, _) = ledger.head()?;
    ledger.entries(1, last, |entry| -> ledger::Result<()> {
        if (since..until).contains(&entry.at) {
            let value = serde_json::to_value(&entry.event).unwrap_or_default();
            let kind = value["kind"].as_str().unwrap_or_default();
            let kind = match value["what"].as_str() {
                Some(what) if kind == "audited" => format!("audited {what}"),
                _ => kind.to_owned(),
            };
            *concerned.events.entry(kind).or_default() += 1;
            concerned.actors.insert(entry.actor);
        }
        Ok(())
    })?;
    Ok(concerned)
}

/// The draft, for a person to finish: what nobody but the office can know stands in brackets.
fn notice(text: &mut String, breach: &Breach, config: &Config) -> fmt::Result {
    let concerned = &breach.concerned;
    write!(
        text,
        "PEMBERITAHUAN TERTULIS KEGAGALAN PELINDUNGAN DATA PRIBADI (written notice of a breach, draft)\n\
         UU 27/2022 Pasal 46: paling lambat 3 x 24 jam, kepada orang tua/wali anak dan lembaga yang berwenang\n\n\
         {}\n{}\n\nTanggal: [........]   Nomor: [........]\n\n\
         1. DATA PRIBADI YANG TERUNGKAP (the data concerned)\n\
         Dari {} sampai {} stasiun cetak KIA menyimpan data {} anak ({} kartu), di antaranya {} kartu berfoto.\n\
         Jenis data: NIK, nomor KK, nama, tempat dan tanggal lahir, jenis kelamin, golongan darah, agama,\n\
         kewarganegaraan, nomor akta kelahiran, nama kepala keluarga, alamat, sekolah dan kelas, foto.\n\
         Data anak adalah data pribadi yang bersifat spesifik (Pasal 4).\n",
        config.office.dinas,
        config.office.kabupaten,
        breach.from,
        breach.to,
        concerned.children,
        concerned.cards,
        concerned.with_photo
    )?;
    for (title, counts) in [
        (
            "Menurut kecamatan (children by district)",
            &concerned.by_district,
        ),
        ("Menurut sekolah (children by school)", &concerned.by_school),
    ] {
        writeln!(text, "\n{title}:")?;
        for (name, count) in counts {
            writeln!(text, "  {name}: {count}")?;
        }
    }
    text.push_str(
        "\n2. KAPAN DAN BAGAIMANA (when and how)\n\
         [........ diisi kantor: bagaimana data terungkap, sejak kapan diketahui]\n\
         Yang tercatat di buku stasiun selama itu (what the log holds for the period):\n",
    );
    for (kind, count) in &concerned.events {
        write!(text, "  {kind}: {count}")?;
        let audited = kind.strip_prefix("audited ");
        if let Some(code) = audited.and_then(AuditCode::from_code) {
            write!(text, ", {}", code.text().id)?;
        }
        text.push('\n');
    }
    let actors: Vec<&str> = concerned.actors.iter().map(String::as_str).collect();
    writeln!(
        text,
        "Pelaku menurut buku (who acted): {}",
        actors.join(", ")
    )?;
    text.push_str(
        "\n3. UPAYA PENANGANAN DAN PEMULIHAN (what is done about it)\n\
         [........ diisi kantor: akses ditutup, kunci dan sandi diganti, pemulihan]\n\n\
         4. YANG DAPAT DIHUBUNGI (whom to ask)\n[........]\n",
    );
    if breach.full {
        writeln!(text, "\nLAMPIRAN: anak yang diberi tahu (whom to notify)")?;
        for (number, child) in (1..).zip(&concerned.names) {
            writeln!(
                text,
                "  {number}. {}; keluarga {}; {}",
                child.nama, child.nama_kepala_keluarga, child.alamat
            )?;
        }
        if !concerned.erased.is_empty() {
            writeln!(
                text,
                "  {} kartu yang datanya sudah dihapus sejak itu; namanya ada pada pengirim (erased since; the sender has the names)",
                concerned.erased.len()
            )?;
            for card in &concerned.erased {
                writeln!(text, "    {card}")?;
            }
        }
    }
    Ok(())
}

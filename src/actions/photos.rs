//! The photo desk: what a child's photo was before it was prepared, another picture for a card that
//! is not printed yet, and pictures that two children share.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::returned::{self, name_of};
use super::{Access, Audit, Failure, Result, Rule};
use crate::config::Paths;
use crate::context::Context;
use crate::domain::audit::AuditCode;
use crate::domain::card::{Evidence, State};
use crate::domain::fields::RawValue;
use crate::domain::hex::hex;
use crate::domain::ids::CardId;
use crate::domain::nik::{Nik, mask_dates_and_numbers_in};
use crate::domain::reason::Reason;
use crate::domain::rules::{self, Problem, Subject};
use crate::domain::text::Text;
use crate::intake::{
    InPlace, Mappings, PhotoError, REASONS, Report, given_name, photo_in_place, read_in_place,
};
use crate::ledger::{self, Card, Person, Reader, Tx};
use crate::production::examine::{cloth_of, photo_target};
use crate::production::photos::{PhotoStore, write_new};
use crate::production::tokens::new_token;
use crate::render::photo::{self, Adjustment, Background, Fault, Prepared, Target, background_of};
use crate::text;

/// A card with its photo.
#[derive(Debug)]
pub struct CardPhoto {
    pub card: Card,
    pub person: Person,
    /// The cloth behind the child, where the picture could be read.
    pub cloth: Option<Background>,
    /// The cloth of the child's birth year.
    pub due: Background,
}

impl CardPhoto {
    fn new(context: &Context, card: Card, person: Person) -> Self {
        Self {
            cloth: person.photo.as_deref().and_then(|it| cloth_on(context, it)),
            due: cloth_of(person.record.tanggal_lahir),
            card,
            person,
        }
    }

    pub fn is_off(&self) -> bool {
        self.cloth.is_some_and(|cloth| cloth != self.due)
    }
}

/// The cloth on a prepared photo; it is decoded once.
fn cloth_on(context: &Context, sha256: &str) -> Option<Background> {
    if let Some(cloth) = context.cloths.get(sha256) {
        return Some(cloth);
    }
    let jpeg = store(context).ok()?.read(sha256).ok()?;
    let cloth = background_of(&jpeg).ok()?;
    context.cloths.keep(sha256, cloth);
    Some(cloth)
}

fn store(context: &Context) -> Result<PhotoStore> {
    PhotoStore::open(context.paths.photos()).map_err(Failure::broken)
}

fn target(context: &Context) -> Result<Target> {
    let layouts = context.layouts().map_err(Failure::broken)?;
    Ok(photo_target(
        layouts,
        context.config.press(),
        &context.config,
    ))
}

/// The photos that are about to be printed, `most` of them from `offset` on, and the rows that came
/// back because two children share a picture.
pub fn list(
    at: &mut Access<'_>,
    offset: u32,
    most: u32,
) -> Result<(Vec<CardPhoto>, Vec<SharedPhoto>)> {
    let context = at.context;
    let audit = |_: &_| Audit::bare(AuditCode::PhotosListed);
    at.view(Rule::PhotoList, audit, |ledger| {
        let waiting = ledger.waiting_photos(offset, most)?.into_iter();
        let waiting = waiting.map(|(card, person)| CardPhoto::new(context, card, person));
        Ok((waiting.collect(), shared_photos(context, ledger)?))
    })
}

/// Views what `work` makes of a card and its photo.
fn look<T>(
    at: &mut Access<'_>,
    card: CardId,
    work: impl FnOnce(&Context, &Reader, Card, Person) -> Result<T>,
) -> Result<T> {
    let context = at.context;
    let audit = |_: &T| Audit {
        code: AuditCode::PhotoViewed,
        card: Some(card),
        detail: None,
    };
    at.view(Rule::PhotoView, audit, |ledger| {
        let found = ledger.card(card)?.zip(ledger.person(card)?);
        let (found, person) = found.ok_or_else(|| no_photo(card))?;
        work(context, ledger, found, person)
    })
}

fn no_photo(card: CardId) -> Failure {
    Failure::Missing(text!(
        "Tidak ada foto kartu {card}.",
        "There is no photo of card {card}."
    ))
}

/// What the desk shows of one photo.
#[derive(Debug)]
pub struct Desk {
    pub photo: CardPhoto,
    /// Whether the sender's own file is still there, and not only the prepared picture.
    pub is_whole: bool,
    /// Width over height of the layout's photo box.
    pub ratio: f64,
}

pub fn view(at: &mut Access<'_>, card: CardId) -> Result<Desk> {
    look(at, card, |context, ledger, card, person| {
        let (_, is_whole) = source(context, ledger, card.card, &person)?;
        let target = target(context)?;
        Ok(Desk {
            photo: CardPhoto::new(context, card, person),
            is_whole,
            ratio: f64::from(target.width) / f64::from(target.height),
        })
    })
}

/// The picture of a card as it will be printed.
pub fn prepared(at: &mut Access<'_>, card: CardId) -> Result<Vec<u8>> {
    look(at, card, |context, _, card, person| {
        let sha256 = person.photo.ok_or_else(|| no_photo(card.card))?;
        store(context)?.read(&sha256).map_err(Failure::broken)
    })
}

/// The picture that a card's photo was made from, a JPEG or PNG file.
pub fn original(at: &mut Access<'_>, card: CardId) -> Result<Vec<u8>> {
    look(at, card, |context, ledger, card, person| {
        Ok(source(context, ledger, card.card, &person)?.0)
    })
}

/// The picture that a card's photo was made from, and whether it is whole: the sender's file where
/// it is still there and surely this card's, else the prepared picture itself.
fn source(
    context: &Context,
    ledger: &Reader,
    card: CardId,
    person: &Person,
) -> Result<(Vec<u8>, bool)> {
    let sha256 = person.photo.as_ref().ok_or_else(|| no_photo(card))?;
    if let Ok(bytes) = std::fs::read(source_of(&context.paths, sha256)) {
        return Ok((bytes, true));
    }
    let target = target(context)?;
    for bytes in sent(context, ledger, card, person)? {
        // A name proves nothing; that it makes the very same picture does.
        let digest = hex(&Sha256::digest(&bytes));
        let made = context.made_of.get(&digest).unwrap_or_else(|| {
            let made = photo::prepare(&bytes, &target).ok();
            let made = made.map(|made| hex(&made.sha256));
            context.made_of.keep(&digest, made.clone());
            made
        });
        if made.as_ref() == Some(sha256) {
            return Ok((bytes, true));
        }
    }
    let bytes = store(context)?.read(sha256).map_err(Failure::broken)?;
    Ok((bytes, false))
}

/// Files that may be what the sender sent for this card.
fn sent(context: &Context, ledger: &Reader, card: CardId, person: &Person) -> Result<Vec<Vec<u8>>> {
    let drop = ledger.card(card)?.map(|card| card.drop);
    let drop = drop.map(|drop| ledger.drop(&drop)).transpose()?.flatten();
    let (Some(foto), Some(drop)) = (&person.record.foto, drop) else {
        return Ok(Vec::new());
    };
    let accepted = context.paths.intake().accepted;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(accepted).map_err(Failure::broken)? {
        let entry = entry.map_err(Failure::broken)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !may_be(&name, &drop.outcome.name) {
            continue;
        }
        match photo_in_place(&entry.path(), foto, &context.config.intake.limits) {
            Ok(bytes) => found.push(bytes),
            Err(PhotoError::Rule(_)) => {}
            Err(PhotoError::Io(error)) => return Err(Failure::broken(error)),
        }
    }
    Ok(found)
}

/// Where the file that a picture was made of by hand is kept.
fn source_of(paths: &Paths, sha256: &str) -> PathBuf {
    paths.photos().join(format!("{sha256}.asal"))
}

/// Whether what lies in `accepted/` under this name may be the drop that the ledger has under
/// `kept`: numbers are masked there, and the folder may hold it under a name with a number.
fn may_be(name: &str, kept: &str) -> bool {
    let is = |name: &str| mask_dates_and_numbers_in(name) == kept;
    is(name) || is(&given_name(name))
}

/// What a person wants of a photo.
pub enum Change {
    /// Another part of the same picture: its middle, its width, its turn.
    Adjust((f64, f64), f64, f64),
    Replace(Vec<u8>),
}

/// Gives a card another picture, and returns the card that has it. One that was held for want of a
/// good photo waits for its lot again, and so does one that a printer has not been given yet. One
/// that is in a PDF for a person to print is withdrawn, and a new card takes its place: the PDF may
/// have been printed.
pub fn change(at: &mut Access<'_>, card: CardId, change: Change) -> Result<(CardId, Text)> {
    at.permit(Rule::PhotoChange)?;
    let (context, target) = (at.context, target(at.context)?);
    let (original, made, replaced) = match change {
        Change::Replace(bytes) => {
            let made = photo::prepare(&bytes, &target);
            (bytes, made, true)
        }
        Change::Adjust(middle, width, turn) => {
            let part = Adjustment::new(middle, width, turn).ok_or(Failure::refused(
                "Angkanya bukan bagian dari foto.",
                "That is no part of the photo.",
            ))?;
            let (bytes, _) = at.read(Rule::PhotoChange, |ledger| {
                let person = ledger.person(card)?.ok_or(ledger::Error::Erased(card))?;
                source(context, ledger, card, &person)
            })?;
            let made = photo::prepare_adjusted(&bytes, &target, &part);
            (bytes, made, false)
        }
    };
    let made = made.map_err(|fault| bad(&fault))?;
    let sha256 = keep(context, &original, &made).map_err(Failure::broken)?;
    at.write(Rule::PhotoChange, |tx| {
        let stands = tx.card(card)?.ok_or(ledger::Error::NoCard(card))?;
        let step = |tx: &mut Tx<'_>, to| {
            tx.move_card(card, to, Evidence::Operator, Some(Reason::PhotoChanged))
        };
        let lot = stands.lot.filter(|_| stands.state == State::Rendered);
        let printer = lot.map(|lot| tx.printer_of(lot)).transpose()?.flatten();
        let done = match replaced {
            true => Text::new("Foto diganti.", "The photo was replaced."),
            false => Text::new("Potongan foto disimpan.", "The part was kept."),
        };
        if let (Some(lot), None) = (lot, printer) {
            let token = new_token().map_err(|_| ledger::Error::Randomness)?;
            let new = tx.withdraw(card, Reason::PhotoChanged, Some(&token))?;
            tx.change_photo(new, &sha256, replaced)?;
            let told = text!(
                "{} Kartu {new} menggantikan {card}, yang ada di PDF lot {lot}: bila {card} keluar, nyatakan rusak.", done.id;
                "{} Card {new} takes the place of {card}, which is in the PDF of lot {lot}: if {card} comes out, say that it is spoiled.", done.en
            );
            return Ok((new, told));
        }
        if lot.is_some() {
            step(tx, State::Held)?;
        }
        tx.change_photo(card, &sha256, replaced)?;
        let for_photo = stands.reason.is_some_and(Reason::is_of_photo);
        if lot.is_some() || (stands.state == State::Held && for_photo) {
            step(tx, State::Accepted)?;
        }
        Ok((card, done))
    })
}

/// What the sender or operator reads of a bad picture.
fn bad(fault: &Fault) -> Failure {
    let Problem { pesan, message, .. } =
        (fault.rule()).broken(&Subject::default(), "foto", &fault.detail());
    Failure::Refused((pesan, message).into())
}

/// Keeps a picture made by hand and what it was made of; gives its digest.
fn keep(context: &Context, original: &[u8], made: &Prepared) -> anyhow::Result<String> {
    let sha256 = hex(&made.sha256);
    write_new(&source_of(&context.paths, &sha256), |file| {
        file.write_all(original)
    })?;
    let store = PhotoStore::open(context.paths.photos())?;
    store.keep(&sha256, &made.jpeg)?;
    store.sync()?;
    context.cloths.keep(&sha256, made.background);
    Ok(sha256)
}

/// A row that came back because another child's row, or card, carries the same picture.
#[derive(Debug, Clone)]
pub struct SharedPhoto {
    /// The folder in `rejected/`.
    pub folder: String,
    /// The row in the drop.
    pub row: u32,
    pub nik: Nik,
    pub nama: String,
    /// Where its picture lies, as the record says.
    pub foto: String,
    /// Whether a person has let it pass already.
    pub allowed: bool,
}

/// The most folders of `rejected/` that are looked through, the newest first.
const LOOKED_AT: usize = 200;

/// Every row in `rejected/` that came back for a picture that two children share; folders that
/// cannot be read any more are passed over.
fn shared_photos(context: &Context, ledger: &Reader) -> Result<Vec<SharedPhoto>> {
    let mappings = Mappings::read(&context.paths.mappings()).map_err(Failure::broken)?;
    let mut found = Vec::new();
    for folder in returned::newest(&context.paths, LOOKED_AT) {
        if let Some((shared, _)) = shared_in(context, &folder, &mappings, ledger)? {
            found.extend(shared);
        }
    }
    Ok(found)
}

/// The rows of one folder that share a picture, and the drop they are of; `None` without any, and
/// for a drop that cannot be read any more.
fn shared_in(
    context: &Context,
    folder: &Path,
    mappings: &Mappings,
    ledger: &Reader,
) -> Result<Option<(Vec<SharedPhoto>, InPlace)>> {
    let Some(report) = Report::read(folder) else {
        return Ok(None);
    };
    let shared = (report.problems().iter()).filter(|it| it.code == rules::PHOTO_SHARED.code);
    let shared: BTreeMap<u32, &Problem> = shared.filter_map(|it| Some((it.row?, it))).collect();
    if shared.is_empty() {
        return Ok(None);
    }
    let limits = &context.config.intake.limits;
    let Ok(read) = read_in_place(&drop_in(folder), limits, mappings) else {
        return Ok(None);
    };
    // What came back may hold the refused rows alone, numbered anew in the same order.
    let here = read.batch.rows.iter().map(|raw| raw.row);
    let unreadable = read.batch.unreadable.iter().filter_map(|it| it.row);
    let here: BTreeSet<u32> = here.chain(unreadable).collect();
    let refused = report.refused_rows();
    let sent: BTreeMap<u32, u32> = match here.len() == refused.len() {
        true => here.into_iter().zip(refused).collect(),
        false => here.into_iter().map(|row| (row, row)).collect(),
    };
    let mut found = Vec::new();
    for raw in &read.batch.rows {
        let Some(problem) = sent.get(&raw.row).and_then(|row| shared.get(row)) else {
            continue;
        };
        let text = |field: &str| match raw.values.get(field) {
            Some(RawValue::Text(text)) => text.clone(),
            _ => String::new(),
        };
        let Ok(nik) = Nik::parse(&text("nik")) else {
            continue;
        };
        // Whatever the numbers say, it is another child's row then.
        if problem.nik.as_deref() != Some(&nik.masked()) {
            continue;
        }
        found.push(SharedPhoto {
            folder: name_of(folder),
            row: raw.row,
            allowed: ledger.is_allowed(rules::PHOTO_SHARED.code, &nik)?,
            nik,
            nama: text("nama"),
            foto: text("foto"),
        });
    }
    Ok(Some((found, read)))
}

/// One row of a folder of `rejected/`, named by its key, that shares its picture, and its drop.
fn shared_row(
    context: &Context,
    ledger: &Reader,
    key: &str,
    row: u32,
) -> Result<(SharedPhoto, InPlace)> {
    let no_row = || Failure::Missing(Text::new("Baris ini tidak ada.", "There is no such row."));
    let folder = returned::folder(&context.paths, key).ok_or_else(no_row)?;
    let mappings = Mappings::read(&context.paths.mappings()).map_err(Failure::broken)?;
    let found = shared_in(context, &folder, &mappings, ledger)?;
    let (shared, read) = found.ok_or_else(no_row)?;
    let shared = shared.into_iter().find(|shared| shared.row == row);
    Ok((shared.ok_or_else(no_row)?, read))
}

/// The picture of a row that came back because two children share it.
pub fn shared(at: &mut Access<'_>, key: &str, row: u32) -> Result<Vec<u8>> {
    let context = at.context;
    let audit = |_: &Vec<u8>| Audit::of(AuditCode::SharedPhotoViewed, format!("{key} {row}"));
    at.view(Rule::PhotoView, audit, |ledger| {
        let (shared, read) = shared_row(context, ledger, key, row)?;
        match read.photo(&shared.foto, &context.config.intake.limits) {
            Ok(bytes) => Ok(bytes),
            Err(PhotoError::Io(error)) => Err(Failure::broken(error)),
            Err(PhotoError::Rule(_)) => Err(Failure::Missing(Text::new(
                "Fotonya tidak ada lagi.",
                "The picture is gone.",
            ))),
        }
    })
}

/// Lets one child pass a rule that asks for a decision.
pub fn allow(at: &mut Access<'_>, rule: &str, nik: &str, reason: &str) -> Result<Text> {
    at.permit(Rule::ExceptionAllow)?;
    let no_nik = |_| Failure::refused("Ini bukan NIK.", "That is no NIK.");
    let_pass(at, rule, &Nik::parse(nik).map_err(no_nik)?, reason)
}

fn let_pass(at: &mut Access<'_>, rule: &str, nik: &Nik, reason: &str) -> Result<Text> {
    at.write(Rule::ExceptionAllow, |tx| {
        tx.allow(rule, nik, reason)?;
        Ok(text!(
            "{nik} dikecualikan dari aturan {rule}; masukkan kirimannya lagi.",
            "{nik} is exempt from the rule {rule}; take the drop in again."
        ))
    })
}

/// Lets the child of a row pass that came back because two share a picture.
pub fn allow_shared(at: &mut Access<'_>, key: &str, row: u32, reason: &str) -> Result<Text> {
    let context = at.context;
    let (shared, _) = at.read(Rule::ExceptionAllow, |ledger| {
        shared_row(context, ledger, key, row)
    })?;
    let_pass(at, rules::PHOTO_SHARED.code, &shared.nik, reason)
}

/// Drops again what lies in a folder of `rejected/`: it goes through every rule anew, and to
/// `accepted/` or back here.
pub fn drop_again(at: &mut Access<'_>, folder: &str) -> Result<Text> {
    let context = at.context;
    at.write(Rule::DropAgain, |tx| {
        tx.audit(AuditCode::DropAgain, None, None)?;
        put_back(&context.paths, folder)?;
        Ok(Text::new(
            "Kiriman dimasukkan lagi.",
            "The drop was taken in again.",
        ))
    })
}

fn put_back(paths: &Paths, folder: &str) -> Result<()> {
    let is_name = Path::new(folder).components().count() == 1 && !folder.starts_with('.');
    let from = paths.intake().rejected.join(folder);
    if !is_name || !from.is_dir() {
        return Err(Failure::Missing(Text::new(
            "Kiriman ini tidak ada di rejected/.",
            "There is no such drop in rejected/.",
        )));
    }
    let incoming = paths.intake().incoming;
    let what = drop_in(&from);
    if what == from {
        return move_new(&from, &incoming.join(given_name(folder)));
    }
    // The pictures first: a record beside a picture that is not there yet would only wait.
    let entries = std::fs::read_dir(&from).map_err(Failure::broken)?;
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()
        .map_err(Failure::broken)?;
    files.retain(|file| !TOLD.contains(&name_of(file).as_str()));
    files.sort_by_key(|file| *file == what);
    for file in files {
        move_new(&file, &incoming.join(name_of(&file)))?;
    }
    std::fs::remove_dir_all(from).map_err(Failure::broken)
}

/// What the station has put beside a drop that went back.
const TOLD: [&str; 3] = [REASONS, "alasan.csv", "alasan.xlsx"];

/// What was dropped, inside the folder it went back in: the folder itself where it was one.
fn drop_in(folder: &Path) -> PathBuf {
    let name = name_of(folder);
    // A sender's own `X~2.json` lies in a folder of that very name.
    let mut files = [given_name(&name), name]
        .into_iter()
        .map(|name| folder.join(name));
    files
        .find(|file| file.is_file())
        .unwrap_or_else(|| folder.to_owned())
}

fn move_new(from: &Path, to: &Path) -> Result<()> {
    if to.symlink_metadata().is_ok() {
        return Err(Failure::refused(
            "Di incoming/ sudah ada kiriman dengan nama ini; tunggu sampai selesai.",
            "There is a drop of this name in incoming/; wait for its end.",
        ));
    }
    std::fs::rename(from, to).map_err(Failure::broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drop_is_found_again_under_a_masked_name_and_under_a_numbered_one() {
        let kept = mask_dates_and_numbers_in;
        for name in [
            "SDN-2_20261124",
            "20261124.zip",
            "a~b.csv",
            "1702094503180003.json",
        ] {
            assert!(may_be(name, &kept(name)), "{name}");
        }
        assert!(may_be("20261124~2.zip", &kept("20261124.zip")));
        assert!(may_be("SDN-2~3", "SDN-2"));
        assert!(may_be("data~2.csv", "data~2.csv"));
        assert!(!may_be("a~b.csv", "a") && !may_be("SDN-3", "SDN-2"));
    }
}

//! Every rule for every role: who may, what is entered, and that a denial is entered too. A rule
//! without a row does not compile.

use std::fs;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::uploads::{StageId, Staging};
use super::*;
use crate::config::{Config, Paths};
use crate::context::{Clock, Context};
use crate::domain::account::Role;
use crate::domain::card::{Evidence, Kind, SpoilReason, State};
use crate::domain::hex::hex;
use crate::domain::ids::{CardId, LotId, PackId};
use crate::domain::job::{Ended, Side};
use crate::domain::mapping::Mapping;
use crate::domain::pack::{Carrier, Destination, ReturnReason};
use crate::domain::reason::Reason;
use crate::domain::reprint::{ReprintEvidence, ReprintReason};
use crate::domain::stock::Movement;
use crate::domain::text::{Explain, Lang};
use crate::intake::{Inbox, Look};
use crate::ledger::testing::{child, new_card, new_lot, now};
use crate::ledger::{self, Ledger, NewCard, NewMovement, Tx};
use crate::production::photos::PhotoStore;
use crate::production::{assets, samples};
use crate::render::compose::compose;
use crate::render::content::{CardContent, Issue, values};
use crate::render::document::Document;

/// How an action with a rule is tried.
struct Row {
    /// What must be at the station first.
    given: fn(&mut Tx<'_>) -> ledger::Result<()>,
    act: fn(&mut Access<'_>) -> Result<()>,
    /// The events that one who may leaves behind, in order; the audit's by their codes.
    entered: &'static [&'static str],
}

fn row(rule: Rule) -> Row {
    match rule {
        Rule::Scan => Row {
            given: printed,
            act: |at| {
                let mut scanning = scanning::Scanning::default();
                scanning::answer(at, &mut scanning, "NIHIL").map(drop)
            },
            entered: &["card-scanned"],
        },
        Rule::WorkView => Row {
            given: nothing,
            act: |at| {
                let (paths, config) = (&at.context.paths, &at.context.config);
                let inbox = Inbox::new(paths.intake(), config.intake.clone());
                let mut inbox = inbox.map_err(Failure::broken)?;
                worklist::view(at, worklist::Incoming::look(&mut inbox)).map(drop)
            },
            entered: &[],
        },
        Rule::CardList => Row {
            given: accepted,
            act: |at| cards::list(at, &cards::Filter::Latest(None), 0).map(drop),
            entered: &[],
        },
        Rule::CardSearch => Row {
            given: accepted,
            act: |at| cards::search(at, "contoh", 0).map(drop),
            entered: &["cards-searched"],
        },
        Rule::CardView => Row {
            given: accepted,
            act: |at| cards::view_all(at, child(1).nik.as_str()).map(drop),
            entered: &["card-viewed"],
        },
        Rule::CardPicture => Row {
            given: printed,
            act: |at| {
                write_pdf(at.context);
                cards::picture(at, card(1), 0, 72).map(drop)
            },
            entered: &["picture-viewed"],
        },
        Rule::CardNumbers => Row {
            given: accepted,
            act: |at| cards::numbers(at, card(1)).map(drop),
            entered: &["nik-shown"],
        },
        Rule::CardHold => Row {
            given: accepted,
            act: |at| cards::hold(at, card(1)).map(drop),
            entered: &["card-moved"],
        },
        Rule::CardRelease => Row {
            given: held,
            act: |at| cards::release(at, card(1)).map(drop),
            entered: &["card-moved"],
        },
        Rule::CardSettle => Row {
            given: unconfirmed,
            act: |at| cards::settle(at, card(1), cards::Said::Good).map(drop),
            entered: &["card-moved"],
        },
        Rule::CardSpoil => Row {
            given: printed,
            act: |at| cards::spoil(at, card(1), SpoilReason::Macet, None, None).map(drop),
            entered: &["card-moved", "card-accepted"],
        },
        Rule::CardReprint => Row {
            given: printed,
            act: |at| {
                let grounds = cards::Grounds {
                    reason: ReprintReason::Rusak,
                    evidence: ReprintEvidence::OldCard,
                    reference: None,
                };
                cards::reprint(at, card(1), grounds, None).map(drop)
            },
            entered: &["reprint-granted", "card-moved", "card-accepted"],
        },
        Rule::LotView => Row {
            given: rendered,
            act: |at| lots::view(at, LotId::new(1)).map(drop),
            entered: &[],
        },
        Rule::LotConfirm => Row {
            given: rendered,
            act: |at| {
                let said = lots::Outcomes {
                    lot: LotId::new(1),
                    all: true,
                    good: &[],
                    spoiled: &[],
                    on: None,
                };
                lots::confirm(at, said).map(drop)
            },
            entered: &["card-moved"],
        },
        Rule::LotAgain => Row {
            given: unproved,
            act: |at| lots::again(at, LotId::new(1), &[]).map(drop),
            entered: &["card-moved"],
        },
        Rule::Calibrate => Row {
            given: nothing,
            act: |at| {
                printers::calibrate(at, "p1", Side::Front, crate::render::adjust::Adjust::NONE)
            },
            entered: &[],
        },
        Rule::PrinterTurn => Row {
            given: fronts,
            act: |at| printers::turn_stack(at, "p1").map(drop),
            entered: &["stack-turned"],
        },
        Rule::PackList => Row {
            given: nothing,
            act: |at| packs::list(at, None, None).map(drop),
            entered: &[],
        },
        Rule::PackView => Row {
            given: open_pack,
            act: |at| packs::view(at, &pack().to_string()).map(drop),
            entered: &["pack-viewed"],
        },
        Rule::PackGather => Row {
            given: verified,
            act: |at| packs::gather(at, None).map(drop),
            entered: &["pack-made", "card-put-in"],
        },
        Rule::PackFill => Row {
            given: open_pack,
            act: |at| packs::remove(at, pack(), &[card(1)]).map(drop),
            entered: &["card-taken-out"],
        },
        Rule::PackClose => Row {
            given: open_pack,
            act: |at| packs::close(at, pack(), false).map(drop),
            entered: &["pack-closed", "card-moved"],
        },
        Rule::PackCloseUnscanned => Row {
            given: unscanned,
            act: |at| packs::close(at, pack(), true).map(drop),
            entered: &["pack-closed", "card-moved"],
        },
        Rule::PackSend => Row {
            given: closed_pack,
            act: |at| packs::send(at, pack(), Carrier::Petugas, None, None).map(drop),
            entered: &["pack-sent", "card-moved"],
        },
        Rule::PackReceive => Row {
            given: sent_pack,
            act: |at| {
                let all = packs::Arrived::AllBut(&[]);
                packs::receive(at, pack(), all, &[], None).map(drop)
            },
            entered: &["pack-received", "card-moved"],
        },
        Rule::PackReturn => Row {
            given: sent_pack,
            act: |at| packs::give_back(at, pack(), None, ReturnReason::Lain).map(drop),
            entered: &["card-moved"],
        },
        Rule::PackMove => Row {
            given: verified,
            act: |at| packs::relocate(at, &[card(1)], packs::MoveTo::School("10700001")).map(drop),
            entered: &["pack-made", "card-put-in"],
        },
        Rule::PackRedeliver => Row {
            given: returned_pack,
            act: |at| packs::redeliver(at, pack()).map(drop),
            entered: &["pack-made", "card-put-in"],
        },
        Rule::PackAttach => Row {
            given: closed_pack,
            act: |at| packs::attach(at, pack(), b"%PDF-1.7").map(drop),
            entered: &["pack-file-attached"],
        },
        Rule::PackPapers => Row {
            given: closed_pack,
            act: |at| packs::papers(at, pack(), Default::default(), "bast").map(drop),
            entered: &["pack-papers-exported"],
        },
        Rule::StockView => Row {
            given: nothing,
            act: |at| stock::view(at).map(drop),
            entered: &[],
        },
        Rule::StockMove => Row {
            given: nothing,
            act: |at| stock::move_blanks(at, BLANKS).map(drop),
            entered: &["stock-moved"],
        },
        Rule::StockCount => Row {
            given: blanks,
            act: |at| stock::count(at, "blank", 7).map(drop),
            entered: &["stock-counted"],
        },
        Rule::StockDestroy => Row {
            given: faulty_blanks,
            act: |at| {
                let witnesses = ["Budi".to_owned()];
                let occasion = stock::Occasion {
                    witnesses: &witnesses,
                    media: "blank",
                    blanks: 3,
                };
                stock::destroy(at, occasion, &[]).map(drop)
            },
            entered: &["destroyed"],
        },
        Rule::StockRecord => Row {
            given: destruction,
            act: |at| stock::destruction_record(at, 1).map(drop),
            entered: &["minutes-exported"],
        },
        Rule::BatchList => Row {
            given: nothing,
            act: |at| batches::list(at, &staging(at)).map(drop),
            entered: &[],
        },
        Rule::BatchUpload => Row {
            given: nothing,
            act: batches::uploaded,
            entered: &["batch-uploaded"],
        },
        Rule::BatchView => Row {
            given: nothing,
            act: |at| batches::view(at, &staging(at), &upload()).map(drop),
            entered: &["batch-viewed"],
        },
        Rule::BatchReturns => Row {
            given: nothing,
            act: |at| batches::returned(at, &returned::key("SDN-1")).map(drop),
            entered: &["return-list-exported"],
        },
        Rule::BatchSubmit => Row {
            given: nothing,
            act: |at| batches::submit(at, &staging(at), &upload(), Some(0), false).map(drop),
            entered: &[],
        },
        Rule::BatchApprove => Row {
            given: nothing,
            act: |at| batches::submit(at, &staging(at), &upload(), Some(1), true).map(drop),
            entered: &["batch-approved"],
        },
        Rule::BatchDiscard => Row {
            given: nothing,
            act: |at| batches::discard(at, &staging(at), &upload()).map(drop),
            entered: &["batch-discarded"],
        },
        Rule::ColumnsSave => Row {
            given: nothing,
            act: |at| {
                let table = at.context.paths.root.join("t.csv");
                let meaning = |seen: Look| Mapping {
                    sender: None,
                    columns: [("Nama Siswa".to_owned(), "nama".to_owned())].into(),
                    constants: Default::default(),
                    headers: seen.headers,
                };
                batches::save_columns(at, &table, meaning).map(drop)
            },
            entered: &["columns-saved"],
        },
        Rule::DayView => Row {
            given: nothing,
            act: |at| day::view(at, None).map(drop),
            entered: &[],
        },
        Rule::DayClose => Row {
            given: blanks,
            act: |at| day::close(at, COUNT, None).map(drop),
            entered: &["day-closed", "signing-key-made", "checkpoint-made"],
        },
        Rule::DayReport => Row {
            given: closed_day,
            act: |at| day::report(at, "blank", None).map(drop),
            entered: &["day-report-exported"],
        },
        Rule::PhotoList => Row {
            given: nothing,
            act: |at| photos::list(at, 0, 10).map(drop),
            entered: &["photos-listed"],
        },
        Rule::PhotoView => Row {
            given: with_photo,
            act: |at| photos::prepared(at, card(1)).map(drop),
            entered: &["photo-viewed"],
        },
        Rule::PhotoChange => Row {
            given: with_photo,
            act: |at| {
                let part = photos::Change::Adjust((0.5, 0.5), 0.9, 1.0);
                photos::change(at, card(1), part).map(drop)
            },
            entered: &["photo-changed"],
        },
        Rule::ExceptionAllow => Row {
            given: nothing,
            act: |at| {
                let nik = child(1).nik;
                photos::allow(at, "photo-shared", nik.as_str(), "kembar").map(drop)
            },
            entered: &["exception-allowed"],
        },
        Rule::DropAgain => Row {
            given: nothing,
            act: |at| photos::drop_again(at, "SDN-1").map(drop),
            entered: &["drop-again"],
        },
        Rule::ReportView => Row {
            given: printed,
            act: |at| exports::view_report(at, exports::Subject::Daily, None).map(drop),
            entered: &[],
        },
        Rule::ReportTake => Row {
            given: printed,
            act: |at| export_report(at, exports::Subject::Daily),
            entered: &["report-exported"],
        },
        Rule::ReportNames => Row {
            given: printed,
            act: |at| export_report(at, exports::Subject::Plan(6, true)),
            entered: &["report-exported"],
        },
        Rule::Register => Row {
            given: printed,
            act: |at| register(at, false),
            entered: &["register-exported"],
        },
        Rule::RegisterFull => Row {
            given: printed,
            act: |at| register(at, true),
            entered: &["register-exported"],
        },
        Rule::PrintedLog => Row {
            given: printed,
            act: |at| exports::printed_log(at, exports::LogPart::default(), |_| Ok(())),
            entered: &["printed-log-exported"],
        },
        Rule::TrailView => Row {
            given: nothing,
            act: |at| custody::trail(at, &ledger::TrailFilter::default()).map(drop),
            entered: &[],
        },
        Rule::CheckpointTake => Row {
            given: signed,
            act: |at| custody::checkpoint(at, "2026-11-24.json").map(drop),
            entered: &["checkpoint-exported"],
        },
        Rule::LedgerVerify => Row {
            given: nothing,
            act: |at| custody::verify(at, None, None).map(drop),
            entered: &[],
        },
        Rule::CheckpointMake => Row {
            given: nothing,
            act: |at| custody::make_checkpoint(at).map(drop),
            entered: &["signing-key-made", "checkpoint-made"],
        },
        Rule::LogExport => Row {
            given: nothing,
            act: |at| {
                let out = TempDir::new().unwrap();
                custody::export_log(at, (1, None), &out.path().join("log")).map(drop)
            },
            entered: &["signing-key-made", "log-export"],
        },
        Rule::BackupMake => Row {
            given: nothing,
            act: |at| {
                let out = TempDir::new().unwrap();
                custody::make_backup(at, &out.path().join("backup"), None).map(drop)
            },
            entered: &["backup"],
        },
        Rule::Restore => Row {
            given: nothing,
            act: |at| custody::take_over(at, false).map(drop),
            entered: &["restored"],
        },
        Rule::RestoreDrill => Row {
            given: nothing,
            act: |at| match custody::drill_restore(at)?.findings.as_slice() {
                [] => Ok(()),
                found => panic!("{found:?}"),
            },
            entered: &["restore-drill"],
        },
        Rule::SubjectReport => Row {
            given: printed,
            act: |at| privacy::subject(at, child(1).nik.as_str()).map(drop),
            entered: &["subject-report"],
        },
        Rule::BreachReport => Row {
            given: printed,
            act: |at| {
                let day = jiff::civil::date(2026, 11, 24);
                privacy::breach(at, day, day, true).map(drop)
            },
            entered: &["breach-report"],
        },
        Rule::Purge => Row {
            given: printed,
            act: |at| {
                let seen = privacy::purge::review(at, true)?;
                privacy::purge::purge(at, &seen)
            },
            entered: &[],
        },
        Rule::LayoutView => Row {
            given: nothing,
            act: |at| layouts::view(at).map(drop),
            entered: &[],
        },
        Rule::LogOut => Row {
            given: nothing,
            act: |at| sessions::log_out(at, None),
            entered: &["logout"],
        },
        Rule::AccountList => Row {
            given: nothing,
            act: |at| accounts::list(at).map(drop),
            entered: &[],
        },
        Rule::AccountMake => Row {
            given: nothing,
            act: |at| accounts::make(at, "ratna", Role::Supervisor, PASSWORD).map(drop),
            entered: &["account-set"],
        },
        Rule::AccountChange => Row {
            given: people,
            act: |at| {
                let change = accounts::Change {
                    active: Some(false),
                    ..accounts::Change::default()
                };
                accounts::change(at, "ratna", change).map(drop)
            },
            entered: &["account-set"],
        },
        Rule::PasswordOwn => Row {
            given: people,
            act: |at| accounts::set_password(at, "siti", PASSWORD).map(drop),
            entered: &["password-set"],
        },
        Rule::PasswordOther => Row {
            given: people,
            act: |at| accounts::set_password(at, "ratna", PASSWORD).map(drop),
            entered: &["password-set"],
        },
        Rule::SenderList => Row {
            given: nothing,
            act: |at| senders::list(at).map(drop),
            entered: &[],
        },
        Rule::SenderMake => Row {
            given: nothing,
            act: |at| senders::make(at, "siak").map(drop),
            entered: &["sender-set"],
        },
        Rule::SenderClose => Row {
            given: |tx| tx.open_sender("siak", "hash"),
            act: |at| senders::close(at, "siak").map(drop),
            entered: &["sender-set"],
        },
    }
}

/// A printer that cannot turn its cards.
const PRINTER: &str = "[[printers]]\nname = \"p1\"\nfolder = \"out\"\nduplex = \"none\"\n";

const BLANKS: NewMovement<'static> = NewMovement {
    media: "blank",
    movement: Movement::Received,
    count: 50,
    batch: None,
    serials: None,
    note: None,
};

fn card(number: u64) -> CardId {
    CardId::new(number)
}

fn pack() -> PackId {
    PackId::new(1)
}

/// A picture and its digest.
static PORTRAIT: LazyLock<(String, Vec<u8>)> = LazyLock::new(|| {
    let jpeg = samples::portrait(1, jiff::civil::date(2018, 6, 15));
    (hex(&Sha256::digest(&jpeg)), jpeg)
});

fn with_photo(tx: &mut Tx<'_>) -> ledger::Result<()> {
    let record = child(1);
    let new = NewCard {
        photo: Some(&PORTRAIT.0),
        ..new_card(&record)
    };
    tx.accept(new).map(drop)
}

fn export_report(at: &mut Access<'_>, subject: exports::Subject) -> Result<()> {
    exports::export_report(at, subject, None, exports::Format::Csv).map(drop)
}

fn register(at: &mut Access<'_>, full: bool) -> Result<()> {
    let (from, to) = (None, None);
    let part = exports::RegisterPart { from, to, full };
    exports::register(at, part, "csv", |register| {
        Ok(register.csv(std::io::sink())?)
    })
}

fn signed(tx: &mut Tx<'_>) -> ledger::Result<()> {
    let key = TempDir::new().unwrap();
    let signer = ledger::Signer::of(key.path())?;
    tx.checkpoint(jiff::civil::date(2026, 11, 24), &signer)
        .map(drop)
}

fn staging(at: &Access<'_>) -> Staging {
    let (paths, config) = (&at.context.paths, &at.context.config);
    let limits = config.intake.limits.clone();
    Staging::open(paths.uploads(), paths.intake().incoming, limits).unwrap()
}

fn upload() -> StageId {
    StageId::parse("u1").unwrap()
}

const PASSWORD: &str = "kereta senja biru";

fn people(tx: &mut Tx<'_>) -> ledger::Result<()> {
    tx.make_account("siti", Role::Supervisor, "$argon2id$")?;
    tx.make_account("ratna", Role::Supervisor, "$argon2id$")
}

fn nothing(_: &mut Tx<'_>) -> ledger::Result<()> {
    Ok(())
}

fn accepted(tx: &mut Tx<'_>) -> ledger::Result<()> {
    tx.accept(new_card(&child(1))).map(drop)
}

fn held(tx: &mut Tx<'_>) -> ledger::Result<()> {
    accepted(tx)?;
    let by = Evidence::Operator;
    tx.move_card(card(1), State::Held, by, Some(Reason::Operator))
        .map(drop)
}

fn unconfirmed(tx: &mut Tx<'_>) -> ledger::Result<()> {
    rendered(tx)?;
    tx.move_card(card(1), State::Unconfirmed, Evidence::Station, None)
        .map(drop)
}

fn rendered(tx: &mut Tx<'_>) -> ledger::Result<()> {
    accepted(tx)?;
    let lot: LotId = tx.next_lot()?;
    tx.make_lot(new_lot(lot, &[card(1)], "L00001.pdf"))
        .map(drop)
}

/// Its lot failed the proof.
fn unproved(tx: &mut Tx<'_>) -> ledger::Result<()> {
    rendered(tx)?;
    let by = Evidence::Station;
    tx.move_card(card(1), State::Held, by, Some(Reason::LotHeld))
        .map(drop)
}

/// The front is out of a printer that cannot turn it.
fn fronts(tx: &mut Tx<'_>) -> ledger::Result<()> {
    rendered(tx)?;
    tx.assign_lot(LotId::new(1), Some("p1"))?;
    let job = tx.next_job_name(card(1))?;
    tx.begin_job(ledger::NewJob {
        card: card(1),
        job: &job,
        printer: "p1",
        media: None,
        side: Side::Front,
        sha256: &hex(&Sha256::digest(b"front")),
    })?;
    tx.job_sent(&job)?;
    tx.end_job(&job, Ended::Printed, None, ledger::Remake::No)
        .map(drop)
}

fn printed(tx: &mut Tx<'_>) -> ledger::Result<()> {
    rendered(tx)?;
    tx.move_card(card(1), State::Printed, Evidence::Operator, None)
        .map(drop)
}

/// Writes the PDF of [`printed`].
fn write_pdf(context: &Context) {
    let (kind, press) = (Kind::Under5, context.config.press());
    let layout = &context.layouts().unwrap()[&kind];
    let issue = Issue {
        office: &context.config.office,
        official: None,
        day: context.today(),
        under5: context.config.card.under5_until,
    };
    let content = CardContent {
        mark: card(1).to_string(),
        kind,
        values: values(&child(1), kind, issue),
        photo: None,
        qr: "CODE".to_owned(),
    };
    let card = compose(layout, &content, &press).unwrap();
    let mut pdf = Document::new(Vec::new(), [layout], press, "L00001", issue.day).unwrap();
    pdf.add(&card).unwrap();
    fs::create_dir_all(context.paths.lots()).unwrap();
    let file = context.paths.lots().join("L00001.pdf");
    fs::write(file, pdf.finish().unwrap().0).unwrap();
}

fn verified(tx: &mut Tx<'_>) -> ledger::Result<()> {
    printed(tx)?;
    tx.move_card(card(1), State::Verified, Evidence::Scan, None)
        .map(drop)
}

fn fill(tx: &mut Tx<'_>) -> ledger::Result<()> {
    let record = child(1);
    let school = record.sekolah.unwrap_or_default();
    let to = Destination::of(&school, &record.kecamatan, &record.desa);
    let pack = tx.pack_for(&to, "CODE")?;
    tx.put_in_pack(pack, card(1))
}

fn unscanned(tx: &mut Tx<'_>) -> ledger::Result<()> {
    printed(tx)?;
    fill(tx)
}

fn open_pack(tx: &mut Tx<'_>) -> ledger::Result<()> {
    verified(tx)?;
    fill(tx)
}

fn closed_pack(tx: &mut Tx<'_>) -> ledger::Result<()> {
    open_pack(tx)?;
    tx.close_pack(pack(), false).map(drop)
}

fn sent_pack(tx: &mut Tx<'_>) -> ledger::Result<()> {
    closed_pack(tx)?;
    let today = jiff::civil::date(2026, 11, 24);
    tx.send_pack(pack(), Carrier::Petugas, None, today)
        .map(drop)
}

fn returned_pack(tx: &mut Tx<'_>) -> ledger::Result<()> {
    sent_pack(tx)?;
    tx.return_from_pack(pack(), &[card(1)], ReturnReason::Lain)
}

fn blanks(tx: &mut Tx<'_>) -> ledger::Result<()> {
    tx.move_stock(BLANKS)
}

const COUNT: day::Count<'static> = day::Count {
    media: "blank",
    counted: 50,
    explanation: None,
};

fn closed_day(tx: &mut Tx<'_>) -> ledger::Result<()> {
    blanks(tx)?;
    let date = jiff::civil::date(2026, 11, 24);
    tx.close_day(ledger::Close {
        media: COUNT.media,
        date,
        counted: COUNT.counted,
        explained: None,
    })?;
    let keys = TempDir::new().unwrap();
    let signer = ledger::Signer::of(keys.path())?;
    tx.checkpoint(date, &signer).map(drop)
}

fn faulty_blanks(tx: &mut Tx<'_>) -> ledger::Result<()> {
    blanks(tx)?;
    tx.move_stock(NewMovement {
        movement: Movement::Spoiled,
        count: 3,
        ..BLANKS
    })
}

fn destruction(tx: &mut Tx<'_>) -> ledger::Result<()> {
    faulty_blanks(tx)?;
    let faulty = [("blank".to_owned(), 3)].into_iter().collect();
    tx.destroy(&["Budi".to_owned()], &faulty).map(drop)
}

/// A station with what `row` is given. Its folder vanishes with the first of the pair.
fn station(row: &Row) -> (TempDir, Context) {
    let dir = TempDir::new().unwrap();
    let paths = Paths::new(dir.path());
    fs::create_dir_all(paths.ledger()).unwrap();
    fs::create_dir_all(paths.handover()).unwrap();
    let folders = paths.intake();
    for folder in [&folders.incoming, &folders.accepted, &folders.rejected] {
        fs::create_dir_all(folder).unwrap();
    }
    let (went_back, uploaded) = (folders.rejected.join("SDN-1"), paths.uploads().join("u1"));
    fs::create_dir(&went_back).unwrap();
    fs::write(went_back.join("alasan.csv"), "NIK").unwrap();
    fs::create_dir_all(uploaded.join("drop")).unwrap();
    let stage = r#"{ "name": "SDN 1", "at": "2026-11-24T08:00:00Z" }"#;
    fs::write(uploaded.join("stage.json"), stage).unwrap();
    let checked = r#"{ "unapproved": 1, "photos": {} }"#;
    fs::write(uploaded.join("checked.json"), checked).unwrap();
    fs::write(paths.root.join("t.csv"), "Nama Siswa,NIK\nA,1\n").unwrap();
    let store = PhotoStore::open(paths.photos()).unwrap();
    store.keep(&PORTRAIT.0, &PORTRAIT.1).unwrap();
    store.sync().unwrap();
    for (name, bytes) in assets::FILES {
        let file = paths.layouts().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    let mut ledger = Ledger::create(&paths.ledger(), now()).unwrap();
    ledger.write("station", now(), row.given).unwrap();
    let context = Context::new(
        paths,
        Config::parse("station.toml", PRINTER).unwrap(),
        Clock::new(now),
    )
    .unwrap();
    (dir, context)
}

fn last(context: &Context) -> u64 {
    context.read(|ledger| ledger.head()).unwrap().0
}

/// What was entered after the event `since`, the oldest first.
fn entered(context: &Context, since: u64) -> Vec<String> {
    let mut names = Vec::new();
    let mut each = |entry: ledger::Entry| -> ledger::Result<()> {
        let event = serde_json::to_value(&entry.event).unwrap();
        let code = event.get("what").filter(|_| event["kind"] == "audited");
        names.push(code.unwrap_or(&event["kind"]).as_str().unwrap().to_owned());
        Ok(())
    };
    let all = |ledger: &ledger::Reader| ledger.entries(since + 1, u64::MAX >> 1, &mut each);
    context.read(all).unwrap();
    names
}

/// What is wrong with a rule for a role, if anything.
fn fault(rule: Rule, role: Role) -> Option<String> {
    let row = row(rule);
    let (_dir, context) = station(&row);
    let before = last(&context);
    let user = "siti".to_owned();
    let done = (row.act)(&mut Access::new(&context, Operator::Proved { user, role }));
    let events = entered(&context, before);
    let right = match (&done, role.may(rule.right())) {
        (Ok(()), true) => events == row.entered,
        (Err(denied @ Failure::Denied(it)), false) => {
            let (told, what) = (denied.text().unwrap(), rule.text());
            let named = |lang| told.of(lang).contains(what.of(lang));
            *it == rule
                && events == ["step-denied"]
                && named(Lang::Indonesian)
                && named(Lang::English)
        }
        _ => false,
    };
    (!right).then(|| format!("{role} {rule:?}: {done:?}, entered {events:?}"))
}

#[test]
fn a_role_does_what_its_right_allows_and_nothing_else_and_both_are_entered() {
    let pairs = Rule::ALL
        .iter()
        .flat_map(|rule| Role::ALL.map(|role| (*rule, role)));
    let faults: Vec<String> = pairs.filter_map(|(rule, role)| fault(rule, role)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Before there are accounts a claimed name suffices; once there are, it does not.
#[test]
fn a_name_without_proof_counts_only_while_there_are_no_accounts() {
    for &rule in Rule::ALL {
        let row = row(rule);
        let (_dir, context) = station(&row);
        let claimed = Operator::Claimed("siti".to_owned());
        let is_free = !context.read(|ledger| ledger.has_accounts()).unwrap();
        let done = (row.act)(&mut Access::new(&context, claimed.clone()));
        assert_eq!(done.is_ok(), is_free, "{rule:?}: {done:?}");

        let (_dir, context) = station(&row);
        let account = |tx: &mut Tx<'_>| tx.make_account("budi", Role::Supervisor, "$argon2id$");
        context.write("console", now(), account).unwrap();
        let before = last(&context);
        let refused = (row.act)(&mut Access::new(&context, claimed)).unwrap_err();
        assert!(
            matches!(refused, Failure::Refused(_)),
            "{rule:?}: {refused:?}"
        );
        assert!(entered(&context, before).is_empty(), "{rule:?}");
    }
}

#[test]
fn the_first_account_is_made_by_whoever_holds_the_console_and_no_other_is() {
    let (_dir, context) = station(&row(Rule::AccountMake));
    let mut at = Access::new(&context, Operator::Unnamed);
    let first = accounts::make(&mut at, "siti", Role::Operator, PASSWORD);
    assert!(matches!(first, Err(Failure::Refused(_))), "{first:?}");
    accounts::make(&mut at, "budi", Role::Supervisor, PASSWORD).unwrap();
    let second = accounts::make(&mut at, "siti", Role::Operator, PASSWORD);
    assert!(matches!(second, Err(Failure::Refused(_))), "{second:?}");
    let all = context.read(|ledger| ledger.accounts()).unwrap();
    assert_eq!(all.len(), 1);
}

#[test]
fn a_password_is_proved_once_more_before_it_is_changed_at_an_open_page() {
    let (_dir, context) = station(&row(Rule::AccountMake));
    let mut at = Access::new(&context, Operator::Unnamed);
    accounts::make(&mut at, "budi", Role::Supervisor, PASSWORD).unwrap();
    let before = last(&context);
    let (user, role) = ("budi".to_owned(), Role::Supervisor);
    let mut at = Access::new(&context, Operator::Proved { user, role });
    accounts::prove_again(&mut at, PASSWORD).unwrap();
    let wrong = accounts::prove_again(&mut at, "bulan di atas sawah").unwrap_err();
    assert!(matches!(wrong, Failure::Refused(_)), "{wrong:?}");
    assert_eq!(entered(&context, before), ["login-denied"]);
}

#[test]
fn a_photo_is_decoded_for_its_cloth_once() {
    let (_dir, context) = station(&row(Rule::PhotoView));
    let claimed = Operator::Claimed("siti".to_owned());
    let mut at = Access::new(&context, claimed);
    let mut cloth = || photos::list(&mut at, 0, 10).unwrap().0[0].cloth;
    let seen = cloth();
    assert!(seen.is_some());
    fs::remove_dir_all(context.paths.photos()).unwrap();
    assert_eq!(cloth(), seen);
}

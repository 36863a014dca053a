//! What is at a station before an action is tried.

use super::*;

/// A printer that cannot turn its cards.
pub(super) const PRINTER: &str =
    "[[printers]]\nname = \"p1\"\nfolder = \"out\"\nduplex = \"none\"\n";

pub(super) const BLANKS: NewMovement<'static> = NewMovement {
    media: "blank",
    movement: Movement::Received,
    count: 50,
    batch: None,
    serials: None,
    note: None,
};

pub(super) fn card(number: u64) -> CardId {
    CardId::new(number)
}

pub(super) fn pack() -> PackId {
    PackId::new(1)
}

/// A picture and its digest.
pub(super) static PORTRAIT: LazyLock<(String, Vec<u8>)> = LazyLock::new(|| {
    let jpeg = samples::portrait(1, jiff::civil::date(2018, 6, 15));
    (hex(&Sha256::digest(&jpeg)), jpeg)
});

pub(super) fn with_photo(tx: &mut Tx<'_>) -> ledger::Result<()> {
    let record = child(1);
    let new = NewCard {
        photo: Some(&PORTRAIT.0),
        ..new_card(&record)
    };
    tx.accept(new).map(drop)
}

pub(super) fn export_report(at: &mut Access<'_>, subject: exports::Subject) -> Result<()> {
    exports::export_report(at, subject, None, exports::Format::Csv).map(drop)
}

pub(super) fn register(at: &mut Access<'_>, full: bool) -> Result<()> {
    let (from, to) = (None, None);
    let part = exports::RegisterPart { from, to, full };
    exports::register(at, part, "csv", |register| {
        Ok(register.csv(std::io::sink())?)
    })
}

pub(super) fn signed(tx: &mut Tx<'_>) -> ledger::Result<()> {
    let key = TempDir::new().unwrap();
    let signer = ledger::Signer::of(key.path())?;
    tx.checkpoint(jiff::civil::date(2026, 11, 24), &signer)
        .map(drop)
}

pub(super) fn staging(at: &Access<'_>) -> Staging {
    let (paths, config) = (&at.context.paths, &at.context.config);
    let limits = config.intake.limits.clone();
    Staging::open(paths.uploads(), paths.intake().incoming, limits).unwrap()
}

pub(super) fn upload() -> StageId {
    StageId::parse("u1").unwrap()
}

pub(super) const PASSWORD: &str = "kereta senja biru";

pub(super) fn people(tx: &mut Tx<'_>) -> ledger::Result<()> {
    tx.make_account("siti", Role::Supervisor, "$argon2id$")?;
    tx.make_account("ratna", Role::Supervisor, "$argon2id$")
}

pub(super) fn nothing(_: &mut Tx<'_>) -> ledger::Result<()> {
    Ok(())
}

pub(super) fn accepted(tx: &mut Tx<'_>) -> ledger::Result<()> {
    tx.accept(new_card(&child(1))).map(drop)
}

pub(super) fn held(tx: &mut Tx<'_>) -> ledger::Result<()> {
    accepted(tx)?;
    let by = Evidence::Operator;
    tx.move_card(card(1), State::Held, by, Some(Reason::Operator))
        .map(drop)
}

pub(super) fn unconfirmed(tx: &mut Tx<'_>) -> ledger::Result<()> {
    rendered(tx)?;
    tx.move_card(card(1), State::Unconfirmed, Evidence::Station, None)
        .map(drop)
}

pub(super) fn rendered(tx: &mut Tx<'_>) -> ledger::Result<()> {
    accepted(tx)?;
    let lot: LotId = tx.next_lot()?;
    tx.make_lot(new_lot(lot, &[card(1)], "L00001.pdf"))
        .map(drop)
}

/// Its lot failed the proof.
pub(super) fn unproved(tx: &mut Tx<'_>) -> ledger::Result<()> {
    rendered(tx)?;
    let by = Evidence::Station;
    tx.move_card(card(1), State::Held, by, Some(Reason::LotHeld))
        .map(drop)
}

/// The front is out of a printer that cannot turn it.
pub(super) fn fronts(tx: &mut Tx<'_>) -> ledger::Result<()> {
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

pub(super) fn printed(tx: &mut Tx<'_>) -> ledger::Result<()> {
    rendered(tx)?;
    tx.move_card(card(1), State::Printed, Evidence::Operator, None)
        .map(drop)
}

/// Writes the PDF of [`printed`].
pub(super) fn write_pdf(context: &Context) {
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

pub(super) fn verified(tx: &mut Tx<'_>) -> ledger::Result<()> {
    printed(tx)?;
    tx.move_card(card(1), State::Verified, Evidence::Scan, None)
        .map(drop)
}

pub(super) fn fill(tx: &mut Tx<'_>) -> ledger::Result<()> {
    let record = child(1);
    let school = record.sekolah.unwrap_or_default();
    let to = Destination::of(&school, &record.kecamatan, &record.desa);
    let pack = tx.pack_for(&to, "CODE")?;
    tx.put_in_pack(pack, card(1))
}

pub(super) fn unscanned(tx: &mut Tx<'_>) -> ledger::Result<()> {
    printed(tx)?;
    fill(tx)
}

pub(super) fn open_pack(tx: &mut Tx<'_>) -> ledger::Result<()> {
    verified(tx)?;
    fill(tx)
}

pub(super) fn closed_pack(tx: &mut Tx<'_>) -> ledger::Result<()> {
    open_pack(tx)?;
    tx.close_pack(pack(), false).map(drop)
}

pub(super) fn sent_pack(tx: &mut Tx<'_>) -> ledger::Result<()> {
    closed_pack(tx)?;
    let today = jiff::civil::date(2026, 11, 24);
    tx.send_pack(pack(), Carrier::Petugas, None, today)
        .map(drop)
}

pub(super) fn returned_pack(tx: &mut Tx<'_>) -> ledger::Result<()> {
    sent_pack(tx)?;
    tx.return_from_pack(pack(), &[card(1)], ReturnReason::Lain)
}

pub(super) fn blanks(tx: &mut Tx<'_>) -> ledger::Result<()> {
    tx.move_stock(BLANKS)
}

pub(super) const COUNT: day::Count<'static> = day::Count {
    media: "blank",
    counted: 50,
    explanation: None,
};

pub(super) fn closed_day(tx: &mut Tx<'_>) -> ledger::Result<()> {
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

pub(super) fn faulty_blanks(tx: &mut Tx<'_>) -> ledger::Result<()> {
    blanks(tx)?;
    tx.move_stock(NewMovement {
        movement: Movement::Spoiled,
        count: 3,
        ..BLANKS
    })
}

pub(super) fn destruction(tx: &mut Tx<'_>) -> ledger::Result<()> {
    faulty_blanks(tx)?;
    let faulty = [("blank".to_owned(), 3)].into_iter().collect();
    tx.destroy(&["Budi".to_owned()], &faulty).map(drop)
}

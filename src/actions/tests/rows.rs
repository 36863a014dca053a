//! A row for each rule; a rule without one does not compile.

use super::*;

pub(super) fn row(rule: Rule) -> Row {
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

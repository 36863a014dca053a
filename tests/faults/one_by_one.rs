//! Each fault by itself, and what is said of the card.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use kia_station::domain::ids::CardId;
use kia_station::printer::folder::FolderPrinter;
use kia_station::printer::ipp::{AddressError, IppPrinter};
use kia_station::printer::submit::{Doubt, NotPrinted, Outcome, Step, Submission};
use kia_station::printer::{DeviceState, Failure, JobState, NewJob, NotTaken, Printer, Sides};

use crate::fake::{Fake, Fault, Persona};
use crate::journal::MemoryJournal;

/// Only stalled requests wait for it.
const LIMIT: Duration = Duration::from_secs(3);
const DOCUMENT: &[u8] = b"%PDF-1.4 one card";

const PLAIN: Persona = Persona::PLAIN;
const QUEUE: Persona = Persona::QUEUE;

/// One card on its way to one printer.
struct Desk {
    fake: Fake,
    printer: IppPrinter,
    journal: MemoryJournal,
    submission: Submission,
}

impl Desk {
    fn new(persona: Persona, seed: u64) -> Self {
        let fake = Fake::start(seed, persona);
        let printer = IppPrinter::new(&fake.uri(), LIMIT, !persona.remembers).unwrap();
        let mut journal = MemoryJournal::new(seed);
        let submission = begin(&mut journal);
        Self {
            fake,
            printer,
            journal,
            submission,
        }
    }

    fn step(&mut self) -> Step {
        self.submission
            .step(&self.printer, &mut self.journal)
            .unwrap()
    }

    /// The station dies and starts anew.
    fn dies(&mut self) {
        self.submission = Submission::resume(self.journal.open().unwrap());
    }

    /// What is said of the card, the cards that came out, the documents taken.
    fn settle(mut self) -> (Outcome, u32, u32) {
        let outcome = settle(&mut self.submission, &self.printer, &mut self.journal);
        self.fake.run_dry();
        let (out, documents) = (self.fake.came_out("kia:1"), self.fake.documents("kia:1"));
        (outcome, out, documents)
    }
}

fn begin(journal: &mut MemoryJournal) -> Submission {
    Submission::begin(
        journal,
        CardId::new(1),
        Sides::Front,
        None,
        DOCUMENT.to_vec(),
    )
    .unwrap()
}

fn settle(
    submission: &mut Submission,
    printer: &dyn Printer,
    journal: &mut MemoryJournal,
) -> Outcome {
    for _ in 0..200 {
        if let Step::Ended(outcome) = submission.step(printer, journal).unwrap() {
            return outcome;
        }
    }
    panic!("{submission:?} never ends");
}

fn new_job(name: &str) -> NewJob {
    NewJob {
        name: name.to_owned(),
        sides: Sides::Front,
        media: None,
    }
}

const BROKEN_OFF: Outcome = Outcome::NotPrinted(NotPrinted::BrokenOff);
const NEVER_BEGAN: Outcome = Outcome::NotPrinted(NotPrinted::NeverBegan);
const GONE: Outcome = Outcome::Unconfirmed(Doubt::Gone);

#[test]
fn a_printer_is_given_no_card_whose_sides_it_cannot_print() {
    let Desk { fake, printer, .. } = Desk::new(PLAIN, 1);
    printer.device().unwrap();
    let refused = printer.create(&NewJob {
        sides: Sides::ShortEdge,
        ..new_job("kia:1")
    });
    assert!(matches!(
        refused,
        Err(Failure::NotTaken(NotTaken::Refused(_)))
    ));
    assert!(printer.create(&new_job("kia:2")).is_ok());
    drop(fake);
}

#[test]
fn without_faults_every_card_is_printed_once_and_none_is_unconfirmed() {
    for persona in [PLAIN, QUEUE] {
        for seed in 0..20 {
            let settled = Desk::new(persona, seed).settle();
            assert_eq!(settled, (Outcome::Printed, 1, 1));
        }
    }
}

#[test]
fn a_card_whose_printing_broke_off_is_unconfirmed_whether_or_not_it_came_out() {
    let broken_off = Outcome::Unconfirmed(Doubt::BrokenOff);
    for (fault, says) in [(Fault::Abort, broken_off), (Fault::PowerLoss, GONE)] {
        let mut came_out = BTreeSet::new();
        for seed in 0..20 {
            let desk = Desk::new(PLAIN, seed);
            desk.fake.plan(&[fault]);
            let (outcome, out, _) = desk.settle();
            assert_eq!(outcome, says);
            came_out.insert(out);
        }
        assert_eq!(came_out, BTreeSet::from([0, 1]), "{fault:?}");
    }
}

#[test]
fn a_queue_that_prints_a_card_twice_and_reports_one_is_not_believed() {
    let mut came_out = BTreeSet::new();
    for seed in 0..20 {
        let desk = Desk::new(QUEUE, seed);
        desk.fake.plan(&[Fault::PowerLoss]);
        let (outcome, out, documents) = desk.settle();
        assert_eq!(outcome, Outcome::Unconfirmed(Doubt::Unwatched));
        assert_eq!(documents, 1);
        came_out.insert(out);
    }
    assert_eq!(came_out, BTreeSet::from([1, 2]));
}

#[test]
fn cards_that_ran_out_are_filled_in_and_the_card_is_printed() {
    let mut desk = Desk::new(PLAIN, 1);
    desk.step();
    desk.step();
    desk.fake.plan(&[Fault::MediaOut]);
    desk.step();
    let device = desk.printer.device().unwrap();
    assert_eq!(device.state, DeviceState::Stopped);
    assert!(!device.is_ready());
    let complaint = device.reasons[0].to_string();
    assert_eq!(complaint, "kartu kosong (out of cards)");
    let printer = desk.printer.clone();
    assert_eq!(desk.settle(), (Outcome::Printed, 1, 1));
    // It went away with its desk.
    assert_eq!(printer.device().unwrap().state, DeviceState::Unreachable);
}

#[test]
fn a_busy_printer_has_not_taken_the_card() {
    let desk = Desk::new(PLAIN, 1);
    desk.fake.plan(&[Fault::Busy]);
    let (outcome, out, _) = desk.settle();
    let busy = matches!(&outcome, Outcome::NotPrinted(NotPrinted::NotTaken(why)) if matches!(why, NotTaken::Busy(_)));
    assert!(busy, "{outcome:?}");
    assert_eq!(out, 0);
}

#[test]
fn a_lost_reply_to_create_job_leaves_no_job_behind_and_prints_nothing() {
    for fault in [Fault::LostBefore, Fault::LostAfter] {
        let mut desk = Desk::new(PLAIN, 1);
        desk.fake.plan(&[fault]);
        let outcome = settle(&mut desk.submission, &desk.printer, &mut desk.journal);
        assert_eq!(outcome, BROKEN_OFF);
        assert_eq!(desk.printer.find("kia:1").unwrap(), []);
        assert_eq!(desk.fake.documents("kia:1"), 0);
    }
}

#[test]
fn a_document_whose_reply_was_lost_is_asked_for_and_never_sent_again() {
    for (fault, says) in [
        (Fault::LostAfter, (Outcome::Printed, 1, 1)),
        (Fault::Stall, (Outcome::Printed, 1, 1)),
        (Fault::LostBefore, (NEVER_BEGAN, 0, 0)),
        // The late document meets a job that was asked for, cancelled and asked for again.
        (Fault::Late, (NEVER_BEGAN, 0, 0)),
    ] {
        let mut desk = Desk::new(PLAIN, 1);
        assert_eq!(desk.step(), Step::Moved);
        desk.fake.late_by(4);
        desk.fake.plan(&[fault]);
        assert_eq!(desk.settle(), says, "{fault:?}");
    }
}

#[test]
fn a_station_that_died_takes_up_each_step_and_sends_nothing_twice() {
    for (steps, says) in [
        (0, (BROKEN_OFF, 0, 0)),
        (1, (NEVER_BEGAN, 0, 0)),
        (2, (Outcome::Printed, 1, 1)),
    ] {
        let mut desk = Desk::new(PLAIN, 1);
        for _ in 0..steps {
            desk.step();
        }
        desk.dies();
        assert_eq!(desk.settle(), says, "after {steps} steps");
    }
    // What a queue did while nobody watched, nobody knows.
    let mut desk = Desk::new(QUEUE, 1);
    desk.step();
    desk.step();
    desk.dies();
    let unwatched = Outcome::Unconfirmed(Doubt::Unwatched);
    assert_eq!(desk.settle(), (unwatched, 1, 1));
}

#[test]
fn a_queue_that_restarted_and_says_that_a_job_never_began_is_not_believed() {
    let mut came_out = BTreeSet::new();
    for seed in 0..20 {
        let mut desk = Desk::new(QUEUE, seed);
        desk.step();
        // The run that sends the document dies before the ledger hears of it.
        let job = desk.journal.job(1).unwrap();
        desk.printer.send(&job, DOCUMENT).unwrap();
        desk.fake.plan(&[Fault::PowerLoss]);
        while desk.fake.fired().is_empty() {
            desk.printer.device().unwrap();
        }
        // A person cancels at the printer what is to be printed once more.
        desk.fake.pace(0);
        while desk.printer.cancel(&job).is_err() {}
        let seen = desk.printer.job(&job).unwrap();
        assert!(seen.state == JobState::Canceled && seen.never_began());
        desk.dies();
        let (outcome, out, _) = desk.settle();
        assert_eq!(outcome, Outcome::Unconfirmed(Doubt::BrokenOff));
        came_out.insert(out);
    }
    assert_eq!(came_out, BTreeSet::from([0, 1]));
}

fn is_other(failure: &Failure) -> bool {
    matches!(failure, Failure::NotTaken(NotTaken::OtherJob { .. }))
}

#[test]
fn a_number_that_another_job_answers_to_is_never_taken_for_ours() {
    // Where no uuid is told, the name alone says so.
    for tells_uuid in [true, false] {
        let persona = Persona {
            tells_uuid,
            ..PLAIN
        };
        let Desk { fake, printer, .. } = Desk::new(persona, 1);
        let ours = printer.create(&new_job("kia:1")).unwrap();
        assert_eq!(ours.uuid.is_some(), tells_uuid);
        fake.plan(&[Fault::Restart, Fault::LostBefore]);
        while matches!(printer.find("kia:1"), Err(Failure::Unknown(_))) {}
        while printer.create(&new_job("kia:2")).unwrap().id < ours.id {}
        assert!(is_other(&printer.job(&ours).unwrap_err()));
        assert!(is_other(&printer.cancel(&ours).unwrap_err()));
    }
}

#[test]
fn a_job_of_our_name_with_another_uuid_is_not_ours() {
    let Desk { fake, printer, .. } = Desk::new(PLAIN, 1);
    let ours = printer.create(&new_job("kia:1")).unwrap();
    fake.plan(&[Fault::WrongUuid]);
    let mut answers = (0..3).map(|_| printer.job(&ours));
    let failure = answers.find_map(Result::err).unwrap();
    assert!(is_other(&failure), "{failure}");
}

#[test]
fn a_printer_that_prints_in_one_step_is_refused_with_the_reason() {
    let desk = Desk::new(
        Persona {
            two_phase: false,
            ..PLAIN
        },
        1,
    );
    let (Outcome::NotPrinted(why), 0, 0) = desk.settle() else {
        panic!("it was handed a card")
    };
    assert!(why.to_string().contains("no Create-Job"), "{why}");
}

#[test]
fn a_printer_that_is_not_there_has_taken_nothing() {
    // The discard port, where nobody listens.
    let nobody = IppPrinter::new("ipp://127.0.0.1:9/", LIMIT, true).unwrap();
    assert_eq!(nobody.device().unwrap().state, DeviceState::Unreachable);
    let failure = nobody.create(&new_job("kia:1")).unwrap_err();
    let unreachable = matches!(failure, Failure::NotTaken(NotTaken::Unreachable(_)));
    assert!(unreachable, "{failure}");
}

#[test]
fn addresses_that_ask_for_tls_or_do_not_read_are_refused() {
    let new = |address| IppPrinter::new(address, LIMIT, true).map(|_| ());
    let tls = new("ipps://kartu.local/");
    assert!(matches!(tls, Err(AddressError::Tls(_))));
    assert!(matches!(new("kartu"), Err(AddressError::Form(_))));
    assert_eq!(new("ipp://kartu.local/ipp/print"), Ok(()));
}

#[test]
fn a_file_that_was_taken_from_the_folder_is_unconfirmed_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let printer = FolderPrinter::new(folder.path());
    let mut journal = MemoryJournal::new(1);
    let mut submission = begin(&mut journal);
    let waiting = loop {
        if let Step::Wait(job) = submission.step(&printer, &mut journal).unwrap() {
            break job.unwrap();
        }
    };
    assert_eq!(waiting.state, JobState::Pending);
    let file = folder.path().join("kia-1.pdf");
    assert_eq!(fs::read(&file).unwrap(), DOCUMENT);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(printer.find("kia:1").unwrap().len(), 1);
    assert_eq!(printer.device().unwrap().queued, Some(1));

    let failure = printer.create(&new_job("kia:1")).unwrap_err();
    let refused = matches!(failure, Failure::NotTaken(NotTaken::Refused(_)));
    assert!(refused, "{failure}");

    fs::remove_file(file).unwrap();
    let outcome = settle(&mut submission, &printer, &mut journal);
    assert_eq!(outcome, GONE);
}

#[test]
fn a_folder_job_of_a_run_that_died_before_sending_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let printer = FolderPrinter::new(folder.path());
    let mut journal = MemoryJournal::new(1);
    begin(&mut journal).step(&printer, &mut journal).unwrap();
    let mut resumed = Submission::resume(journal.open().unwrap());
    let outcome = settle(&mut resumed, &printer, &mut journal);
    assert_eq!(outcome, BROKEN_OFF);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

//! The hand-over against real servers.

use std::thread;
use std::time::{Duration, Instant};

use kia_station::domain::ids::CardId;
use kia_station::printer::ipp::IppPrinter;
use kia_station::printer::submit::{Doubt, NotPrinted, Outcome, Step, Submission};
use kia_station::printer::{DeviceState, JobState, NewJob, Printer, Sides};

use crate::journal::MemoryJournal;
use crate::servers::{Cups, IppEve, MEDIA, WAITS};

const LIMIT: Duration = Duration::from_secs(60);
const DOCUMENT: &[u8] = b"%PDF-1.4\n%%EOF\n";
const JOB: &str = "kia:1";

fn begin(journal: &mut MemoryJournal, sides: Sides) -> Submission {
    let media = Some(MEDIA.to_owned());
    Submission::begin(journal, CardId::new(1), sides, media, DOCUMENT.to_vec()).unwrap()
}

/// Steps until this holds, or to the end.
fn step_until(
    submission: &mut Submission,
    printer: &IppPrinter,
    journal: &mut MemoryJournal,
    mut holds: impl FnMut(&Step) -> bool,
) -> Step {
    let began = Instant::now();
    loop {
        let step = submission.step(printer, journal).unwrap();
        if holds(&step) || matches!(step, Step::Ended(_)) {
            return step;
        }
        assert!(
            began.elapsed() < Duration::from_secs(300),
            "stands at {step:?}"
        );
        if matches!(step, Step::Wait(_)) {
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn outcome(
    submission: &mut Submission,
    printer: &IppPrinter,
    journal: &mut MemoryJournal,
) -> Outcome {
    match step_until(submission, printer, journal, |_| false) {
        Step::Ended(outcome) => outcome,
        step => panic!("{step:?} is no end"),
    }
}

fn prints(step: &Step) -> bool {
    matches!(step, Step::Wait(Ok(job)) if job.state == JobState::Processing)
}

fn eve(test: &str, print: &str) -> Option<(IppEve, IppPrinter)> {
    let eve = IppEve::start(test, print)?;
    let printer = IppPrinter::new(&eve.uri(), LIMIT, true).unwrap();
    Some((eve, printer))
}

fn cups(test: &str, print: &str) -> Option<(Cups, IppPrinter)> {
    let cups = Cups::start(test, print)?;
    let printer = IppPrinter::new(&cups.uri(), LIMIT, false).unwrap();
    Some((cups, printer))
}

#[test]
fn ippeveprinter_prints_one_card_of_one_and_of_two_sides() {
    for sides in [Sides::Front, Sides::LongEdge] {
        let Some((eve, printer)) = eve("a card at ippeveprinter", "came_out") else {
            return;
        };
        let mut journal = MemoryJournal::new(1);
        let mut submission = begin(&mut journal, sides);
        assert_eq!(
            outcome(&mut submission, &printer, &mut journal),
            Outcome::Printed
        );
        assert_eq!(eve.came_out(JOB), 1);
    }
}

#[test]
fn ippeveprinter_tells_of_cards_run_out_and_an_open_cover_in_words() {
    let print = format!(
        "echo 'STATE: media-empty-error,cover-open-warning' >&2\n{WAITS}\
         echo 'STATE: none' >&2\ncame_out"
    );
    let Some((eve, printer)) = eve("out of cards at ippeveprinter", &print) else {
        return;
    };
    let mut journal = MemoryJournal::new(1);
    let mut submission = begin(&mut journal, Sides::Front);
    let mut told = Vec::new();
    step_until(&mut submission, &printer, &mut journal, |_| {
        told = printer.device().unwrap().reasons;
        !told.is_empty()
    });
    // In an order of its own.
    let mut told: Vec<String> = told.iter().map(ToString::to_string).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "kartu kosong (out of cards)",
            "penutup terbuka (cover open)"
        ]
    );
    assert!(!printer.device().unwrap().is_ready());
    eve.open();
    assert_eq!(
        outcome(&mut submission, &printer, &mut journal),
        Outcome::Printed
    );
    assert_eq!(eve.came_out(JOB), 1);
    assert!(printer.device().unwrap().is_ready());
}

#[test]
fn a_card_that_ippeveprinter_aborts_is_unconfirmed_though_it_came_out() {
    let Some((eve, printer)) = eve("an abort at ippeveprinter", "came_out; exit 1") else {
        return;
    };
    let mut journal = MemoryJournal::new(1);
    let outcome = outcome(
        &mut begin(&mut journal, Sides::Front),
        &printer,
        &mut journal,
    );
    assert_eq!(outcome, Outcome::Unconfirmed(Doubt::BrokenOff));
    assert_eq!(eve.came_out(JOB), 1);
}

#[test]
fn ippeveprinter_killed_in_the_middle_counts_from_one_and_is_not_believed() {
    let print = format!("{WAITS}came_out");
    let Some((mut eve, printer)) = eve("ippeveprinter killed", &print) else {
        return;
    };
    let mut journal = MemoryJournal::new(1);
    let mut submission = begin(&mut journal, Sides::Front);
    assert!(prints(&step_until(
        &mut submission,
        &printer,
        &mut journal,
        prints
    )));
    eve.kill();
    assert_eq!(printer.device().unwrap().state, DeviceState::Unreachable);
    eve.switch_on();
    // Another child's card takes the number.
    let other = NewJob {
        name: "kia:2".to_owned(),
        sides: Sides::Front,
        media: None,
    };
    assert_eq!(printer.create(&other).unwrap().id, 1);
    let outcome = outcome(&mut submission, &printer, &mut journal);
    assert_eq!(outcome, Outcome::Unconfirmed(Doubt::Gone));
}

#[test]
fn an_empty_job_at_ippeveprinter_is_withdrawn_by_the_next_run() {
    let Some((eve, printer)) = eve("an empty job at ippeveprinter", "came_out") else {
        return;
    };
    let mut journal = MemoryJournal::new(1);
    assert_eq!(
        begin(&mut journal, Sides::Front)
            .step(&printer, &mut journal)
            .unwrap(),
        Step::Moved
    );
    assert_eq!(printer.find(JOB).unwrap().len(), 1);
    let mut resumed = Submission::resume(journal.open().unwrap());
    let outcome = outcome(&mut resumed, &printer, &mut journal);
    assert_eq!(outcome, Outcome::NotPrinted(NotPrinted::NeverBegan));
    assert_eq!(printer.find(JOB).unwrap(), []);
    assert_eq!(eve.came_out(JOB), 0);
}

#[test]
fn a_cups_queue_prints_one_card_and_counts_no_impressions() {
    let Some((cups, printer)) = cups("a card at cupsd", "came_out") else {
        return;
    };
    assert!(printer.device().unwrap().is_ready());
    let mut journal = MemoryJournal::new(1);
    let mut submission = begin(&mut journal, Sides::Front);
    assert_eq!(
        outcome(&mut submission, &printer, &mut journal),
        Outcome::Printed
    );
    assert_eq!(cups.came_out(JOB), 1);
    // Why a count of 0 proves nothing.
    let uri = cups.uri();
    let reference = journal.job(1).unwrap();
    let job = IppPrinter::new(&uri, LIMIT, false)
        .unwrap()
        .job(&reference)
        .unwrap();
    assert_eq!((job.state, job.impressions), (JobState::Completed, Some(0)));
}

#[test]
fn a_card_that_a_cups_queue_aborts_is_unconfirmed_though_it_came_out() {
    let Some((cups, printer)) = cups("an abort at cupsd", "came_out; exit 1") else {
        return;
    };
    let mut journal = MemoryJournal::new(1);
    let outcome = outcome(
        &mut begin(&mut journal, Sides::Front),
        &printer,
        &mut journal,
    );
    assert_eq!(outcome, Outcome::Unconfirmed(Doubt::BrokenOff));
    assert_eq!(cups.came_out(JOB), 1);
}

#[test]
fn cupsd_killed_in_the_middle_prints_again_and_is_not_believed() {
    // The station watches on, or starts anew: the same.
    for restarts in [false, true] {
        let print = format!("{WAITS}came_out");
        let Some((mut cups, printer)) = cups("cupsd killed", &print) else {
            return;
        };
        let mut journal = MemoryJournal::new(1);
        let mut submission = begin(&mut journal, Sides::Front);
        assert!(prints(&step_until(
            &mut submission,
            &printer,
            &mut journal,
            prints
        )));
        cups.kill();
        if restarts {
            submission = Submission::resume(journal.open().unwrap());
        } else {
            let seen = step_until(&mut submission, &printer, &mut journal, |step| {
                matches!(step, Step::Wait(Err(_)))
            });
            assert!(matches!(seen, Step::Wait(Err(_))), "{seen:?}");
        }
        // What it was printing comes out without it.
        cups.open();
        cups.wait_for_card(JOB);
        cups.switch_on();
        let outcome = outcome(&mut submission, &printer, &mut journal);
        assert_eq!(outcome, Outcome::Unconfirmed(Doubt::Unwatched));
        assert_eq!(
            cups.came_out(JOB),
            2,
            "cupsd no longer prints an interrupted job again"
        );
    }
}

use std::convert::Infallible;
use std::fs;

use super::*;
use crate::printer::folder::FolderPrinter;

/// Keeps what it is told; a test looks at it and takes it away.
#[derive(Default)]
struct Notes(Vec<&'static str>);

impl Journal for Notes {
    type Error = Infallible;

    fn begin(&mut self, card: CardId, sides: Sides, _: [u8; 32]) -> Result<Attempt, Infallible> {
        Ok(Attempt {
            job_name: "kia:1".to_owned(),
            card,
            sides,
        })
    }

    fn created(&mut self, _: &Attempt, _: &JobRef) -> Result<(), Infallible> {
        self.0.push("created");
        Ok(())
    }

    fn sent(&mut self, _: &Attempt) -> Result<(), Infallible> {
        self.0.push("sent");
        Ok(())
    }

    fn ended(&mut self, _: &Attempt, _: &Outcome) -> Result<(), Infallible> {
        self.0.push("ended");
        Ok(())
    }
}

#[test]
fn a_power_cut_while_a_folder_is_sent_to_never_prints_a_card_again() {
    let dir = tempfile::tempdir().unwrap();
    let folder = FolderPrinter::new(dir.path());
    let mut journal = Notes::default();
    let (card, sides) = (CardId::new(1), Sides::Front);
    let mut submission =
        Submission::begin(&mut journal, card, sides, None, b"page".to_vec()).unwrap();
    submission.step(&folder, &mut journal).unwrap();
    // The journal has it even where the file never gets its name.
    let part = dir.path().join(".kia-1.part");
    fs::create_dir(dir.path().join("kia-1.pdf")).unwrap();
    submission.step(&folder, &mut journal).unwrap();
    assert_eq!(journal.0, ["created", "sent"]);

    // The power cut takes the name back; the other program has read the file.
    fs::remove_dir(dir.path().join("kia-1.pdf")).unwrap();
    fs::write(&part, "page").unwrap();
    let job = folder.find("kia:1").unwrap().remove(0).at;
    let mut resumed = Submission::resume(Open {
        attempt: submission.attempt().clone(),
        kept: Kept::Sent(job),
    });
    resumed.step(&folder, &mut journal).unwrap();
    let ended = resumed.step(&folder, &mut journal).unwrap();
    assert_eq!(ended, Step::Ended(Outcome::Unconfirmed(Doubt::BrokenOff)));
    assert!(!part.exists());
}

#[test]
fn a_count_that_is_not_that_of_one_card_is_doubted() {
    let job = |impressions, sheets, reason: &str| Job {
        at: JobRef {
            id: 1,
            uuid: None,
            uri: String::new(),
            name: "kia:1".to_owned(),
        },
        state: JobState::Completed,
        reasons: vec![reason.to_owned()],
        message: None,
        documents: Some(1),
        began: None,
        impressions,
        sheets,
    };
    let doubt = Outcome::Unconfirmed(Doubt::Mismatch);
    for (impressions, sheets, reason, outcome) in [
        (None, None, "none", &Outcome::Printed),
        (Some(0), Some(0), "none", &Outcome::Printed),
        (Some(2), Some(1), "none", &Outcome::Printed),
        (Some(1), Some(1), "none", &doubt),
        (Some(3), Some(1), "none", &doubt),
        (Some(2), Some(2), "none", &doubt),
        (None, Some(2), "none", &doubt),
        (Some(2), Some(1), "media-jam", &doubt),
        (Some(2), Some(1), "job-completed-with-errors", &doubt),
    ] {
        let said = verdict(&job(impressions, sheets, reason), Sides::LongEdge, true);
        assert_eq!(
            said.as_ref(),
            Some(outcome),
            "{impressions:?} {sheets:?} {reason}"
        );
    }
}

//! The end of a drop, and approvals of batches.

use super::facts::{BatchApproved, DropOutcome};
use crate::domain::nik::mask_dates_and_numbers_in as mask_numbers;
use crate::ledger::error::Result;
use crate::ledger::event::Event;
use crate::ledger::tx::Tx;

impl Tx<'_> {
    /// Enters that a drop was taken to its end.
    ///
    /// # Errors
    /// `Error::Counts` when the counts do not add up, `Error::DropFinished` when it was
    /// entered before.
    pub fn finish_drop(&mut self, outcome: &DropOutcome) -> Result<()> {
        let event = Event::DropFinished(DropOutcome {
            name: mask_numbers(&outcome.name),
            ..outcome.clone()
        });
        self.whole(|tx| tx.append(&event))
    }
}

impl Tx<'_> {
    /// Enters that a supervisor approved an uploaded batch. The same batch approved again by the
    /// same person is no news.
    ///
    /// # Errors
    /// [`crate::ledger::Error::BatchApproved`] when somebody else has approved it.
    pub fn approve_batch(&mut self, approved: &BatchApproved) -> Result<()> {
        if let Some(before) = self.batch_approval(&approved.upload)?
            && before.approver == approved.approver
        {
            return Ok(());
        }
        let event = Event::BatchApproved(BatchApproved {
            name: mask_numbers(&approved.name),
            ..approved.clone()
        });
        self.whole(|tx| tx.append(&event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Error;
    use crate::ledger::testing::Station;

    #[test]
    fn a_batch_is_approved_once_and_by_one_person() {
        let mut station = Station::new();
        let approved = |approver: &str| BatchApproved {
            upload: "20260101T000000000-00000001".into(),
            name: "kelas 1702094503180003".into(),
            records: 3,
            approver: approver.into(),
        };
        let mut approve = |approver| {
            station.write(|tx| {
                tx.approve_batch(&approved(approver))?;
                Ok(tx.head.0)
            })
        };
        let first = approve("sari").unwrap();
        assert_eq!(approve("sari").unwrap(), first, "nothing new is written");
        assert!(matches!(approve("budi"), Err(Error::BatchApproved(_))));
        let kept = station.ledger.batch_approval(&approved("sari").upload);
        let kept = kept.unwrap().unwrap();
        assert_eq!((kept.approver.as_str(), kept.records), ("sari", 3));
        assert_eq!(kept.name, "kelas 170209********03");
    }
}

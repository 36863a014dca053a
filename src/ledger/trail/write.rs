//! The audit of what people see and take out.

use super::facts::Audited;
use crate::domain::audit::AuditCode;
use crate::domain::ids::CardId;
use crate::domain::nik::mask_dates_and_numbers_in as mask_numbers;
use crate::ledger::error::Result;
use crate::ledger::event::Event;
use crate::ledger::tx::Tx;

impl Tx<'_> {
    /// Enters that the actor saw, took out, overrode or was denied something.
    /// `detail` holds no name.
    pub fn audit(
        &mut self,
        what: AuditCode,
        card: Option<CardId>,
        detail: Option<&str>,
    ) -> Result<()> {
        let event = Event::Audited(Audited {
            what,
            card,
            detail: detail.map(mask_numbers),
        });
        self.whole(|tx| tx.append(&event))
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::audit::AuditCode;
    use crate::ledger::testing::{Station, now};
    use crate::ledger::{Audited, Event};

    #[test]
    fn an_audit_event_stands_in_the_history_of_its_card_with_long_numbers_masked() {
        let mut station = Station::new();
        let card = station.accept(1..=1)[0];
        let audit = |tx: &mut crate::ledger::Tx<'_>| {
            tx.audit(
                AuditCode::SubjectReport,
                Some(card),
                Some("surat 1702194503180001"),
            )
        };
        station.ledger.write("operator:siti", now(), audit).unwrap();
        let last = station.ledger.history(card).unwrap().pop().unwrap();
        let Event::Audited(Audited { what, detail, .. }) = last.event else {
            panic!("{:?}", last.event);
        };
        assert_eq!(
            (what, &*last.actor),
            (AuditCode::SubjectReport, "operator:siti")
        );
        assert!(!detail.unwrap().contains("1702194503180001"));
    }
}

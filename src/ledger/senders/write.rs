//! Writing of senders and of what they send.

use rusqlite::params;

use super::facts::SenderSet;
use crate::domain::audit::AuditCode;
use crate::ledger::error::{Error, Result};
use crate::ledger::event::Event;
use crate::ledger::tx::Tx;

impl Tx<'_> {
    /// Lets a new or a closed sender send. `token` is the hash of its token.
    ///
    /// # Errors
    /// [`Error::SenderTaken`] when it may send already, [`Error::UserName`].
    pub fn open_sender(&mut self, sender: &str, token: &str) -> Result<()> {
        if self.sender(sender)?.is_some_and(|sender| sender.active) {
            return Err(Error::SenderTaken(sender.to_owned()));
        }
        self.whole(|tx| {
            tx.append(&Event::SenderSet(SenderSet {
                sender: sender.to_owned(),
                active: true,
            }))?;
            tx.db
                .prepare_cached(
                    "INSERT INTO sender_tokens (token, sender, set_at) VALUES (?, ?, ?)",
                )?
                .execute(params![token, sender, tx.at])?;
            Ok(())
        })
    }

    /// Lets a sender send no more: its token is forgotten.
    ///
    /// # Errors
    /// [`Error::NoSender`].
    pub fn close_sender(&mut self, sender: &str) -> Result<()> {
        if !self.sender(sender)?.is_some_and(|sender| sender.active) {
            return Err(Error::NoSender(sender.to_owned()));
        }
        self.whole(|tx| {
            tx.append(&Event::SenderSet(SenderSet {
                sender: sender.to_owned(),
                active: false,
            }))?;
            tx.db
                .prepare_cached("DELETE FROM sender_tokens WHERE sender = ?")?
                .execute([sender])?;
            Ok(())
        })
    }

    /// Enters that a sender sent a record, which is the drop `name` from now on
    /// ([`submission_name`](crate::ledger::Reader::submission_name)).
    ///
    /// # Errors
    /// The database's, when the request is entered already.
    pub fn submit(&mut self, sender: &str, id: &str, revisi: u32, name: &str) -> Result<()> {
        self.whole(|tx| {
            tx.audit(AuditCode::RecordSubmitted, None, Some(name))?;
            let request = tx.key.request(id);
            tx.db
                .prepare_cached("INSERT INTO submissions (sender, request_hash, revisi, submission, at) VALUES (?, ?, ?, ?, ?)")?
                .execute(params![sender, request, revisi, name, tx.at])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::testing::{Station, files, now};
    use crate::ledger::{DropOutcome, Ledger, verify};

    fn write<T>(ledger: &mut Ledger, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        ledger.write("console", now(), work)
    }

    #[test]
    fn a_closed_sender_has_no_token_and_gets_another_one() {
        let mut station = Station::new();
        let ledger = &mut station.ledger;
        write(ledger, |tx| tx.open_sender("siak", "t1")).unwrap();
        let taken = write(ledger, |tx| tx.open_sender("siak", "t2"));
        assert!(matches!(taken, Err(Error::SenderTaken(_))));
        let of = |ledger: &Ledger, token| ledger.sender_of_token(token).unwrap();
        assert_eq!(of(ledger, "t1").unwrap().sender, "siak");
        write(ledger, |tx| tx.close_sender("siak")).unwrap();
        assert!(of(ledger, "t1").is_none());
        let twice = write(ledger, |tx| tx.close_sender("siak"));
        assert!(matches!(twice, Err(Error::NoSender(_))));
        write(ledger, |tx| tx.open_sender("siak", "t2")).unwrap();
        assert!(of(ledger, "t1").is_none() && of(ledger, "t2").is_some());
        let odd = write(ledger, |tx| tx.open_sender("SIAK pusat", "t3"));
        assert!(matches!(odd, Err(Error::UserName(_))));
        let report = verify(&station.ledger, &files(station.path())).unwrap();
        assert_eq!(report.findings, []);
    }

    #[test]
    fn a_submission_is_its_senders_own_and_names_its_drop_for_ever() {
        let mut station = Station::new();
        let ledger = &mut station.ledger;
        for (sender, token) in [("siak", "t1"), ("lain", "t2")] {
            write(ledger, |tx| tx.open_sender(sender, token)).unwrap();
        }
        let name = ledger.submission_name("siak", "A-1", 1, b"content");
        for other in [
            ledger.submission_name("lain", "A-1", 1, b"content"),
            ledger.submission_name("siak", "A-2", 1, b"content"),
            ledger.submission_name("siak", "A-1", 2, b"content"),
            ledger.submission_name("siak", "A-1", 1, b"other"),
        ] {
            assert_ne!(name, other);
        }
        assert!(name[4..].bytes().all(|letter| letter.is_ascii_lowercase()));
        write(ledger, |tx| tx.submit("siak", "A-1", 1, &name)).unwrap();
        assert!(write(ledger, |tx| tx.submit("siak", "A-1", 1, "api-other")).is_err());
        let found = ledger.submitted("siak", "A-1", 1).unwrap().unwrap();
        assert_eq!(found.name, name);
        assert!(ledger.submission("siak", &name).unwrap().is_some());
        assert!(ledger.submission("lain", &name).unwrap().is_none());
        for drop in ["D1", "D2"] {
            let outcome = DropOutcome {
                drop: drop.to_owned(),
                name: name.clone(),
                received: 1,
                accepted: 1,
                rejected: 0,
                unchanged: u32::from(drop == "D2"),
                problems: Default::default(),
            };
            write(ledger, |tx| tx.finish_drop(&outcome)).unwrap();
        }
        let drop = ledger.drop_named(&name).unwrap().unwrap();
        assert_eq!(drop.outcome.drop, "D1");
        let report = verify(&station.ledger, &files(station.path())).unwrap();
        assert_eq!(report.findings, []);
    }
}

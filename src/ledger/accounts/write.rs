//! Writing of accounts and passwords.

use rusqlite::params;

use super::facts::AccountSet;
use crate::domain::account::Role;
use crate::ledger::error::{Error, Result};
use crate::ledger::event::Event;
use crate::ledger::tx::Tx;

impl Tx<'_> {
    /// Makes an account with its password, a PHC string of argon2id.
    ///
    /// # Errors
    /// [`Error::UserTaken`], [`Error::UserName`]; [`Error::NoSupervisor`] when the first account
    /// is not a supervisor's.
    pub fn make_account(&mut self, user: &str, role: Role, password: &str) -> Result<()> {
        if self.account(user)?.is_some() {
            return Err(Error::UserTaken(user.to_owned()));
        }
        self.whole(|tx| {
            tx.append(&Event::AccountSet(AccountSet {
                user: user.to_owned(),
                role,
                active: true,
            }))?;
            tx.keep_password(user, password)
        })
    }

    /// Gives an account another role, or closes or opens it. Its sessions end.
    ///
    /// # Errors
    /// [`Error::NoUser`]; [`Error::NoSupervisor`] when nobody would be left who decides.
    pub fn change_account(&mut self, user: &str, role: Role, active: bool) -> Result<()> {
        if self.account(user)?.is_none() {
            return Err(Error::NoUser(user.to_owned()));
        }
        self.whole(|tx| {
            tx.append(&Event::AccountSet(AccountSet {
                user: user.to_owned(),
                role,
                active,
            }))?;
            tx.end_sessions(user)
        })
    }

    /// Gives an account another password, a PHC string of argon2id. Its sessions end.
    ///
    /// # Errors
    /// [`Error::NoUser`].
    pub fn set_password(&mut self, user: &str, password: &str) -> Result<()> {
        if self.account(user)?.is_none() {
            return Err(Error::NoUser(user.to_owned()));
        }
        self.whole(|tx| {
            tx.append(&Event::PasswordSet {
                user: user.to_owned(),
            })?;
            tx.keep_password(user, password)?;
            tx.end_sessions(user)
        })
    }

    fn keep_password(&self, user: &str, password: &str) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO credentials (user, password, set_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (user) DO UPDATE SET password = ?2, set_at = ?3",
            )?
            .execute(params![user, password, self.at])?;
        Ok(())
    }

    fn end_sessions(&self, user: &str) -> Result<()> {
        self.db
            .prepare_cached("DELETE FROM sessions WHERE user = ?")?
            .execute([user])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::testing::{Station, files, now};
    use crate::ledger::{Ledger, verify};

    fn write<T>(ledger: &mut Ledger, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        ledger.write("console", now(), work)
    }

    #[test]
    fn the_station_is_never_without_a_supervisor() {
        let mut station = Station::new();
        let ledger = &mut station.ledger;
        let first = write(ledger, |tx| tx.make_account("siti", Role::Operator, "x"));
        assert!(matches!(first, Err(Error::NoSupervisor)));
        assert!(!ledger.has_accounts().unwrap());
        write(ledger, |tx| tx.make_account("budi", Role::Supervisor, "x")).unwrap();
        write(ledger, |tx| tx.make_account("siti", Role::Operator, "y")).unwrap();
        for (role, active) in [(Role::Operator, true), (Role::Supervisor, false)] {
            let gone = write(ledger, |tx| tx.change_account("budi", role, active));
            assert!(matches!(gone, Err(Error::NoSupervisor)));
        }
        write(ledger, |tx| {
            tx.change_account("siti", Role::Supervisor, true)
        })
        .unwrap();
        write(ledger, |tx| tx.change_account("budi", Role::Auditor, false)).unwrap();
        let budi = ledger.account("budi").unwrap().unwrap();
        assert_eq!((budi.role, budi.active), (Role::Auditor, false));
        let again = write(ledger, |tx| tx.make_account("budi", Role::Operator, "x"));
        assert!(matches!(again, Err(Error::UserTaken(_))));
        let odd = write(ledger, |tx| tx.make_account("a:b", Role::Operator, "x"));
        assert!(matches!(odd, Err(Error::UserName(_))));
        let report = verify(&station.ledger, &files(station.path())).unwrap();
        assert_eq!(report.findings, []);
    }

    #[test]
    fn a_new_password_and_a_change_of_role_end_the_sessions() {
        let mut station = Station::new();
        let ledger = &mut station.ledger;
        write(ledger, |tx| {
            tx.make_account("budi", Role::Supervisor, "one")
        })
        .unwrap();
        ledger.begin_session("t1", "budi", "c", now()).unwrap();
        assert!(ledger.session("t1").unwrap().is_some());
        write(ledger, |tx| tx.set_password("budi", "two")).unwrap();
        assert_eq!(ledger.password("budi").unwrap().as_deref(), Some("two"));
        assert!(ledger.session("t1").unwrap().is_none());
        ledger.begin_session("t2", "budi", "c", now()).unwrap();
        write(ledger, |tx| {
            tx.change_account("budi", Role::Supervisor, true)
        })
        .unwrap();
        assert!(ledger.session("t2").unwrap().is_none());
        ledger.begin_session("t3", "budi", "c", now()).unwrap();
        ledger.end_session("t3").unwrap();
        assert!(ledger.session("t3").unwrap().is_none());
        let nobody = write(ledger, |tx| tx.set_password("siti", "x"));
        assert!(matches!(nobody, Err(Error::NoUser(_))));
    }
}

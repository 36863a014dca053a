//! Reading of accounts, and the sessions of the page.

use jiff::Timestamp;
use rusqlite::{Row, params};
use serde::Serialize;

use crate::domain::account::Role;
use crate::ledger::Ledger;
use crate::ledger::columns::{stamp, time, word};
use crate::ledger::error::Result;
use crate::ledger::reader::Reader;

/// A person who may log in, or could once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    pub user: String,
    /// What the person is here.
    pub role: Role,
    /// Whether the account is open.
    pub active: bool,
    /// When it was made.
    pub made_at: Timestamp,
    /// When role or state changed last.
    pub changed_at: Timestamp,
}

impl Account {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            user: row.get(0)?,
            role: word(row, 1, Role::from_name)?,
            active: row.get(2)?,
            made_at: time(row, 3)?,
            changed_at: time(row, 4)?,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub account: Account,
    /// A digest of what the browser said of itself when it logged in.
    pub client: String,
    /// When it logged in.
    pub begun_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
}

const ACCOUNT: &str = "accounts.user, role, active, made_at, changed_at";

impl Reader {
    /// Whether anybody has an account: until then names are claimed, not proved.
    pub fn has_accounts(&self) -> Result<bool> {
        self.one("SELECT 1 FROM accounts LIMIT 1", [], |_| Ok(()))
            .map(|found| found.is_some())
    }

    /// Every account by name.
    pub fn accounts(&self) -> Result<Vec<Account>> {
        self.all(
            &format!("SELECT {ACCOUNT} FROM accounts ORDER BY user"),
            [],
            Account::read,
        )
    }

    pub fn account(&self, user: &str) -> Result<Option<Account>> {
        self.one(
            &format!("SELECT {ACCOUNT} FROM accounts WHERE user = ?"),
            [user],
            Account::read,
        )
    }

    /// The PHC string of a user's password.
    pub fn password(&self, user: &str) -> Result<Option<String>> {
        self.one(
            "SELECT password FROM credentials WHERE user = ?",
            [user],
            |row| row.get(0),
        )
    }

    /// What a browser shows in which `user` has logged in with the present password.
    pub fn browser(&self, user: &str) -> Result<Option<String>> {
        let password = self.password(user)?;
        Ok(password.map(|password| self.key.browser(user, &password)))
    }

    /// The session whose token hashes to `token`, with its account as it is now.
    pub fn session(&self, token: &str) -> Result<Option<Session>> {
        self.one(
            &format!(
                "SELECT {ACCOUNT}, client, begun_at, seen_at
                 FROM sessions JOIN accounts USING (user) WHERE token = ?"
            ),
            [token],
            |row| {
                Ok(Session {
                    account: Account::read(row)?,
                    client: row.get(5)?,
                    begun_at: time(row, 6)?,
                    seen_at: time(row, 7)?,
                })
            },
        )
    }
}

/// Sessions are no history: they are written beside the log.
impl Ledger {
    /// Begins a session; `token` is the hash of its token.
    pub fn begin_session(
        &mut self,
        token: &str,
        user: &str,
        client: &str,
        at: Timestamp,
    ) -> Result<()> {
        let at = stamp(at);
        self.db
            .prepare_cached("INSERT INTO sessions (token, user, client, begun_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?4)")?
            .execute(params![token, user, client, at])?;
        Ok(())
    }

    /// Says that a session is in use.
    pub fn touch_session(&mut self, token: &str, at: Timestamp) -> Result<()> {
        self.db
            .prepare_cached("UPDATE sessions SET seen_at = ? WHERE token = ?")?
            .execute(params![stamp(at), token])?;
        Ok(())
    }

    pub fn end_session(&mut self, token: &str) -> Result<()> {
        self.db
            .prepare_cached("DELETE FROM sessions WHERE token = ?")?
            .execute([token])?;
        Ok(())
    }

    /// Ends every session that was begun, or used last, before these times.
    pub fn end_old_sessions(&mut self, begun: Timestamp, seen: Timestamp) -> Result<()> {
        self.db
            .prepare_cached("DELETE FROM sessions WHERE begun_at < ? OR seen_at < ?")?
            .execute(params![stamp(begun), stamp(seen)])?;
        Ok(())
    }
}

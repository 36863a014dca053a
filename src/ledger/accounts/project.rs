//! Accounts.

use rusqlite::{Connection, params};

use super::facts::AccountSet;
use crate::domain::account::{Role, is_user_name};
use crate::ledger::error::{Error, Result};

pub fn account_set(db: &Connection, at: &str, set: &AccountSet) -> Result<()> {
    if !is_user_name(&set.user) {
        return Err(Error::UserName(set.user.clone()));
    }
    db.prepare_cached(
        "INSERT INTO accounts (user, role, active, made_at, changed_at) VALUES (?1, ?2, ?3, ?4, ?4)
         ON CONFLICT (user) DO UPDATE SET role = ?2, active = ?3, changed_at = ?4",
    )?
    .execute(params![set.user, set.role.name(), set.active, at])?;
    let supervised: bool = db
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM accounts WHERE active AND role = ?)")?
        .query_row([Role::Supervisor.name()], |row| row.get(0))?;
    if !supervised {
        return Err(Error::NoSupervisor);
    }
    Ok(())
}

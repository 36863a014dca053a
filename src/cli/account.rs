//! `account`: who may do what.

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::{Outcome, perform, print_json};
use crate::actions::accounts::{self, Change, Changed};
use crate::actions::{self, Access, Failure};
use crate::cli::args::{AccountAdd, AccountCommand, AccountOf, AccountSet, StationArg};
use crate::domain::text::Explain;

pub fn run(command: &AccountCommand) -> Result<Outcome> {
    match command {
        AccountCommand::Add(args) => add(args),
        AccountCommand::Set(args) => set(args),
        AccountCommand::Password(args) => password(args),
        AccountCommand::List(args) => list(args),
    }
}

fn add(args: &AccountAdd) -> Result<Outcome> {
    let (user, role) = (&args.user, args.role.into());
    change(&args.station, args.by.as_deref(), |at| {
        accounts::make(at, user, role, &new_password(user)?)
    })
}

fn set(args: &AccountSet) -> Result<Outcome> {
    let what = Change {
        role: args.role.map(Into::into),
        active: (args.open || args.closed).then_some(args.open),
        password: None,
    };
    change(&args.station, Some(&args.by), |at| {
        accounts::change(at, &args.user, what)
    })
}

fn password(args: &AccountOf) -> Result<Outcome> {
    change(&args.station, Some(&args.by), |at| {
        accounts::set_password(at, &args.user, &new_password(&args.user)?)
    })
}

fn change(
    station: &StationArg,
    by: Option<&str>,
    act: impl FnOnce(&mut Access<'_>) -> actions::Result<Changed>,
) -> Result<Outcome> {
    match perform(station, by, act)? {
        None => return Ok(Outcome::Refused),
        Some(done) if station.json => print_json(&done.account)?,
        Some(done) => println!("{}", done.text),
    }
    Ok(Outcome::Done)
}

fn list(station: &StationArg) -> Result<Outcome> {
    let listed = perform(station, None, |at| accounts::list(at))?;
    let Some(accounts) = listed else {
        return Ok(Outcome::Refused);
    };
    if station.json {
        print_json(&json!({ "accounts": accounts }))?;
        return Ok(Outcome::Done);
    }
    if accounts.is_empty() {
        println!("belum ada akun; `account add NAMA --role supervisor` (no accounts yet)");
    }
    for account in accounts {
        let state = match account.active {
            true => "",
            false => "  ditutup (closed)",
        };
        println!("{:16} {}{state}", account.user, account.role.text().id);
    }
    Ok(Outcome::Done)
}

/// A new password: from the environment for a script, else typed twice.
fn new_password(user: &str) -> actions::Result<String> {
    ask(user).map_err(Failure::Broken)
}

fn ask(user: &str) -> Result<String> {
    if let Ok(password) = std::env::var("KIA_NEW_PASSWORD") {
        return Ok(password);
    }
    let ask = |text: &str| {
        rpassword::prompt_password(text).context("no terminal to type the password at")
    };
    let first = ask(&format!("kata sandi baru untuk {user} (new password): "))?;
    if ask("sekali lagi (once more): ")? != first {
        bail!("kata sandi tidak sama (the passwords differ)");
    }
    Ok(first)
}

//! `account`: who may do what.

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde_json::json;

use super::{Outcome, acting, print_json, reader, refuse, station, writer};
use crate::actions::accounts;
use crate::cli::args::{AccountAdd, AccountCommand, AccountOf, AccountSet, StationArg};
use crate::domain::account::Right;
use crate::ledger::{Error, Reader};

pub fn run(command: &AccountCommand) -> Result<Outcome> {
    match command {
        AccountCommand::Add(args) => add(args),
        AccountCommand::Set(args) => set(args),
        AccountCommand::Password(args) => password(args),
        AccountCommand::List(args) => list(args),
    }
}

/// Who set up the first account: whoever holds the console holds the station's folder.
const CONSOLE: &str = "console";

fn add(args: &AccountAdd) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let by = match (&args.by, ledger.has_accounts()?) {
        (Some(by), true) => acting(&mut ledger, by, Right::Decide)?,
        (None, true) => bail!("a supervisor adds accounts: --as USER"),
        (_, false) => CONSOLE.to_owned(),
    };
    let hash = accounts::hash(&args.user, &new_password(&args.user)?)?;
    let made = ledger.write(&by, Timestamp::now(), |tx| {
        tx.make_account(&args.user, args.role.into(), &hash)
    });
    tell(made, &ledger, &args.user, &args.station)
}

fn set(args: &AccountSet) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &args.by, Right::Decide)?;
    let Some(now) = ledger.account(&args.user)? else {
        return refuse(Error::NoUser(args.user.clone()), args.station.json);
    };
    let role = args.role.map_or(now.role, Into::into);
    let active = (now.active || args.open) && !args.closed;
    let done = ledger.write(&by, Timestamp::now(), |tx| {
        tx.change_account(&args.user, role, active)
    });
    tell(done, &ledger, &args.user, &args.station)
}

fn password(args: &AccountOf) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let right = match args.user == args.by {
        true => Right::Look,
        false => Right::Decide,
    };
    let by = acting(&mut ledger, &args.by, right)?;
    let hash = accounts::hash(&args.user, &new_password(&args.user)?)?;
    let done = ledger.write(&by, Timestamp::now(), |tx| {
        tx.set_password(&args.user, &hash)
    });
    tell(done, &ledger, &args.user, &args.station)
}

fn tell(
    done: Result<(), Error>,
    ledger: &Reader,
    user: &str,
    station: &StationArg,
) -> Result<Outcome> {
    if let Err(error) = done {
        return refuse(error, station.json);
    }
    let account = ledger.account(user)?.context("the account was kept")?;
    if station.json {
        print_json(&account)?;
    } else {
        let state = match account.active {
            true => "",
            false => ", ditutup (closed)",
        };
        println!("akun {user}: {}{state}", account.role.text());
    }
    Ok(Outcome::Done)
}

fn list(args: &StationArg) -> Result<Outcome> {
    let (paths, _) = station(args)?;
    let accounts = reader(&paths)?.accounts()?;
    if args.json {
        print_json(&json!({ "accounts": accounts }))?;
        return Ok(Outcome::Done);
    }
    if accounts.is_empty() {
        println!("belum ada akun; `account add NAMA --role supervisor` (no accounts yet)");
    }
    for account in accounts {
        let state = if account.active {
            ""
        } else {
            "  ditutup (closed)"
        };
        println!("{:16} {}{state}", account.user, account.role.text().id);
    }
    Ok(Outcome::Done)
}

/// A new password: from the environment for a script, else typed twice.
fn new_password(user: &str) -> Result<String> {
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

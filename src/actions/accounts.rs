//! Who somebody is: accounts, passwords as argon2id and the proof of one, and tokens that are kept
//! as hashes.

use std::ops::Deref;
use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use sha2::{Digest, Sha256};

use super::{Access, Audit, Failure, Operator, Rule};
use crate::context::Context;
use crate::domain::account::{Right, Role, check_password};
use crate::domain::audit::AuditCode;
use crate::domain::hex::hex;
use crate::domain::text::{Explain, Text};
use crate::ledger::{self, Account, Reader, Tx};
use crate::text;

pub use crate::domain::account::actor;

/// What is said of a wrong name or password; which of them is not told.
pub const WRONG: Text = Text::new("Nama atau kata sandi salah.", "Wrong name or password.");

/// An account as it is after an action.
#[derive(Debug)]
pub struct Changed {
    pub account: Account,
    pub text: Text,
}

fn changed(tx: &Tx<'_>, user: &str) -> super::Result<Changed> {
    let no_user = || ledger::Error::NoUser(user.to_owned());
    let account = tx.account(user)?.ok_or_else(no_user)?;
    let role = account.role.text();
    let state = match account.active {
        true => Text::new("terbuka", "open"),
        false => Text::new("ditutup", "closed"),
    };
    let text = text!(
        "Akun {user} disimpan: {}, {}.", role.id, state.id;
        "The account {user} is saved: {}, {}.", role.en, state.en
    );
    Ok(Changed { account, text })
}

/// Lists every account by name.
pub fn list(at: &Access<'_>) -> super::Result<Vec<Account>> {
    at.read(Rule::AccountList, |ledger| Ok(ledger.accounts()?))
}

/// Makes an account. The first is made by whoever holds the console, and is a supervisor's.
pub fn make(at: &mut Access<'_>, user: &str, role: Role, password: &str) -> super::Result<Changed> {
    at.permit(Rule::AccountMake)?;
    let hash = hash(user, password)?;
    at.set_up(Rule::AccountMake, |tx| {
        tx.make_account(user, role, &hash)?;
        Ok(Changed {
            text: text!("Akun {user} dibuat.", "The account {user} is made."),
            ..changed(tx, user)?
        })
    })
}

/// What an account becomes; the rest stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change<'a> {
    pub role: Option<Role>,
    pub active: Option<bool>,
    pub password: Option<&'a str>,
}

/// Changes an account. Its sessions end.
pub fn change(at: &mut Access<'_>, user: &str, change: Change<'_>) -> super::Result<Changed> {
    at.permit(Rule::AccountChange)?;
    let hash = change.password.map(|new| hash(user, new)).transpose()?;
    at.write(Rule::AccountChange, |tx| {
        let no_user = || ledger::Error::NoUser(user.to_owned());
        let now = tx.account(user)?.ok_or_else(no_user)?;
        let (role, active) = (
            change.role.unwrap_or(now.role),
            change.active.unwrap_or(now.active),
        );
        if (now.role, now.active) != (role, active) {
            tx.change_account(user, role, active)?;
        }
        if let Some(hash) = hash {
            tx.set_password(user, &hash)?;
        }
        changed(tx, user)
    })
}

/// Gives an account another password. Its sessions end, this one too where it is one's own.
pub fn set_password(at: &mut Access<'_>, user: &str, new: &str) -> super::Result<Changed> {
    let rule = match at.user() == Some(user) {
        true => Rule::PasswordOwn,
        false => Rule::PasswordOther,
    };
    at.permit(rule)?;
    let hash = hash(user, new)?;
    at.write(rule, |tx| {
        tx.set_password(user, &hash)?;
        changed(tx, user)
    })
}

/// Proves once more who acts, where a session stands open: it is no proof of the person before it.
pub fn prove_again(at: &mut Access<'_>, password: &str) -> super::Result<()> {
    let user = at.user().unwrap_or_default().to_owned();
    if at
        .context
        .read(|ledger| prove(ledger, &user, password))?
        .is_some()
    {
        return Ok(());
    }
    at.enter(&[Audit::of(AuditCode::LoginDenied, "password")])?;
    Err(Failure::Refused(WRONG))
}

/// 19 MiB, two passes, one lane: what OWASP's cheat sheet asks of argon2id at the least.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("constants within the limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The PHC string of a new password. Refuses a weak one.
pub fn hash(user: &str, password: &str) -> super::Result<String> {
    check_password(user, password).map_err(|weak| Failure::Refused(weak.text()))?;
    let hash = hasher().hash_password(password.as_bytes());
    Ok(hash.map_err(Failure::broken)?.to_string())
}

/// What a password is compared with where there is no account, so that the time tells nothing.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    let hash = hasher().hash_password(b"nobody's");
    hash.map(|hash| hash.to_string()).unwrap_or_default()
});

/// The open account of this name and password.
pub fn prove(ledger: &Reader, user: &str, password: &str) -> ledger::Result<Option<Account>> {
    let account = ledger.account(user)?.filter(|account| account.active);
    let kept = match &account {
        Some(_) => ledger.password(user)?,
        None => None,
    };
    let text = kept.as_deref().unwrap_or(&NOBODY);
    let fits = PasswordHash::new(text)
        .is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok());
    Ok(account.filter(|_| fits && kept.is_some()))
}

/// Who acts at the console. Once there are accounts, the name must be proved by its password.
pub fn authenticate(
    context: &Context,
    user: Option<&str>,
    password: impl FnOnce(&str) -> anyhow::Result<String>,
) -> super::Result<Operator> {
    // A damaged ledger can still be verified.
    let Some(user) = user else {
        return Ok(Operator::Unnamed);
    };
    if !context.read(|ledger| Ok::<_, Failure>(ledger.has_accounts()?))? {
        return Ok(Operator::Claimed(user.to_owned()));
    }
    let password = password(user).map_err(Failure::Broken)?;
    if let Some(Account { user, role, .. }) =
        context.read(|ledger| prove(ledger, user, &password))?
    {
        return Ok(Operator::Proved { user, role });
    }
    let detail = format!("console {}", actor(user));
    context.write("console", context.now(), |tx| {
        tx.audit(AuditCode::LoginDenied, None, Some(&detail))
    })?;
    Err(Failure::Refused(WRONG))
}

/// A second person, who agrees. Only [`countersign`] makes one.
#[derive(Debug)]
pub struct Second(String);

impl Deref for Second {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Proves the second person of an action, as the first is proved.
pub fn countersign(
    at: &Access<'_>,
    name: &str,
    password: impl FnOnce(&str) -> anyhow::Result<String>,
) -> super::Result<Second> {
    if actor(name) == at.actor() {
        return Err(ledger::Error::SecondPerson.into());
    }
    let context = at.context;
    if !context.read(|ledger| Ok::<_, Failure>(ledger.has_accounts()?))? {
        return Ok(Second(name.to_owned()));
    }
    let password = password(name).map_err(Failure::Broken)?;
    let (code, why) = match context.read(|ledger| prove(ledger, name, &password))? {
        Some(account) if account.role.may(Right::Work) => return Ok(Second(name.to_owned())),
        Some(_) => (
            AuditCode::StepDenied,
            text!(
                "{name} bukan petugas, jadi tidak boleh menyetujui.",
                "{name} does not work here and may not agree."
            ),
        ),
        None => (
            AuditCode::LoginDenied,
            Text::new(
                "Nama atau kata sandi orang kedua salah.",
                "Wrong name or password of the second person.",
            ),
        ),
    };
    let shown: String = name.chars().take(32).collect();
    let detail = format!("second {shown}");
    context.write(&at.actor(), at.now, |tx| {
        tx.audit(code, None, Some(&detail))
    })?;
    Err(Failure::Refused(why))
}

/// How the ledger names a program that sends records.
pub fn sender_actor(sender: &str) -> String {
    format!("sender:{sender}")
}

/// A new token of 256 random bits, in hexadecimal digits.
///
/// # Errors
/// When the system gives no randomness.
pub fn new_token() -> Result<String, ledger::Error> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).map_err(|_| ledger::Error::Randomness)?;
    Ok(hex(&bits))
}

/// How the ledger keeps a token. It is as good as random, so that a fast hash does, and looking it
/// up by its hash tells nothing by the time it takes.
pub fn hashed(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

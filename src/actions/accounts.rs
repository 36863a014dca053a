//! Who somebody is: passwords as argon2id and the proof of one, and tokens that are kept as hashes.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use sha2::{Digest, Sha256};

use super::{Failure, Operator};
use crate::context::Context;
use crate::domain::account::{Right, Role, WeakPassword, check_password};
use crate::domain::audit::AuditCode;
use crate::domain::hex::hex;
use crate::domain::text::Text;
use crate::ledger::{self, Account, Reader};

pub use crate::domain::account::actor;

/// Why somebody may not.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// There is no such open account, or this is not its password; which of them is not told.
    #[error("nama atau kata sandi salah (wrong name or password)")]
    Login,
    /// The account's role may not do this.
    #[error("akun {user} adalah {role} dan tidak boleh melakukan ini (may not do this)")]
    Role { user: String, role: Role },
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

impl Denied {
    /// What is said of a wrong name or password.
    pub const LOGIN: Text = Text::new("Nama atau kata sandi salah.", "Wrong name or password.");

    /// The short code of the audit.
    pub const fn code(&self) -> AuditCode {
        match self {
            Self::Login => AuditCode::LoginDenied,
            Self::Role { .. } | Self::Ledger(_) => AuditCode::StepDenied,
        }
    }
}

/// Why a password was not made.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// It is too weak.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// The system gave no random salt.
    #[error("the password cannot be hashed")]
    Hash(argon2::password_hash::Error),
}

/// 19 MiB, two passes, one lane: what OWASP's cheat sheet asks of argon2id at the least.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("constants within the limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The PHC string of a new password.
///
/// # Errors
/// A weak password; a system without random numbers.
pub fn hash(user: &str, password: &str) -> Result<String, PasswordError> {
    check_password(user, password)?;
    Ok(hasher()
        .hash_password(password.as_bytes())
        .map_err(PasswordError::Hash)?
        .to_string())
}

/// What a password is compared with where there is no account, so that the time tells nothing.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    let hash = hasher().hash_password(b"nobody's");
    hash.map(|hash| hash.to_string()).unwrap_or_default()
});

/// Proves that `user` knows the password of an open account.
///
/// # Errors
/// [`Denied::Login`], or what the ledger says.
pub fn prove(ledger: &Reader, user: &str, password: &str) -> Result<Account, Denied> {
    let account = ledger.account(user)?.filter(|account| account.active);
    let kept = match &account {
        Some(_) => ledger.password(user)?,
        None => None,
    };
    let text = kept.as_deref().unwrap_or(&NOBODY);
    let fits = PasswordHash::new(text)
        .is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok());
    match account {
        Some(account) if fits && kept.is_some() => Ok(account),
        _ => Err(Denied::Login),
    }
}

/// Who acts at the console. Once there are accounts, the name must be proved by its password.
pub fn authenticate(
    context: &Context,
    user: Option<&str>,
    password: impl FnOnce(&str) -> anyhow::Result<String>,
) -> super::Result<Operator> {
    let has_accounts = context.read(|ledger| Ok::<_, Failure>(ledger.has_accounts()?))?;
    let user = match user {
        Some(user) if has_accounts => user,
        Some(user) => return Ok(Operator::Claimed(user.to_owned())),
        None => return Ok(Operator::Unnamed),
    };
    let password = password(user).map_err(Failure::Broken)?;
    let proved = context.read(|ledger| prove(ledger, user, &password));
    match proved {
        Ok(account) => Ok(Operator::Proved {
            user: account.user,
            role: account.role,
        }),
        Err(Denied::Ledger(error)) => Err(error.into()),
        Err(denied) => {
            let detail = format!("console {}", actor(user));
            context.write("console", context.now(), |tx| -> super::Result<()> {
                Ok(tx.audit(denied.code(), None, Some(&detail))?)
            })?;
            Err(Failure::Refused(Denied::LOGIN))
        }
    }
}

/// That the account may do this.
///
/// # Errors
/// [`Denied::Role`].
pub fn permit(account: &Account, right: Right) -> Result<(), Denied> {
    if account.role.may(right) {
        return Ok(());
    }
    Err(Denied::Role {
        user: account.user.clone(),
        role: account.role,
    })
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

/// A new token of a sender; its beginning lets those who search for lost secrets know it.
///
/// # Errors
/// As [`new_token`].
pub fn new_sender_token() -> Result<String, ledger::Error> {
    Ok(format!("kia_{}", new_token()?))
}

/// How the ledger keeps a token. It is as good as random, so that a fast hash does, and looking it
/// up by its hash tells nothing by the time it takes.
pub fn hashed(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

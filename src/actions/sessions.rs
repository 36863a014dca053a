//! Sessions of the page: opaque tokens, kept as hashes, bound to the browser that logged in.

use jiff::SignedDuration;

use super::accounts::{WRONG, actor, hashed, new_token, prove};
use super::{Access, Failure, Result, Rule};
use crate::config::WebSettings;
use crate::context::Context;
use crate::domain::audit::AuditCode;
use crate::ledger::{self, Account};

/// How often the use of a session is written down at the most.
const TOUCH: SignedDuration = SignedDuration::from_mins(1);

/// How long a session holds without use, and altogether.
fn limits(web: &WebSettings) -> (SignedDuration, SignedDuration) {
    (
        SignedDuration::from_mins(i64::from(web.idle_minutes)),
        SignedDuration::from_hours(i64::from(web.session_hours)),
    )
}

/// A session that was begun.
#[derive(Debug)]
pub struct Begun {
    pub token: String,
    /// What the browser shows next time, so that others' guesses do not keep its user out.
    pub browser: String,
}

/// Whether a browser shows that `user` has logged in with it since the password was set.
pub fn knows(context: &Context, user: &str, browser: Option<&str>) -> Result<bool> {
    let Some(browser) = browser else {
        return Ok(false);
    };
    let known = context.read(|ledger| ledger.browser(user))?;
    // Compared by their hashes, so that the time tells nothing.
    Ok(known.is_some_and(|known| hashed(&known) == hashed(browser)))
}

/// Begins a session of who proves to be `user`. `client` is a digest of what the
/// browser says of itself. Of names that there are not, the audit keeps as many as `keeps_stranger`
/// lets it.
pub fn log_in(
    context: &Context,
    user: &str,
    password: &str,
    client: &str,
    keeps_stranger: impl FnOnce() -> bool,
) -> Result<Begun> {
    let now = context.now();
    let (known, proved) = context.read(|ledger| -> ledger::Result<_> {
        let known = ledger.account(user)?.is_some();
        Ok((known, prove(ledger, user, password)?))
    })?;
    if proved.is_none() {
        if known || keeps_stranger() {
            context.write("page", now, |tx| {
                tx.audit(AuditCode::LoginDenied, None, Some(user))
            })?;
        }
        return Err(Failure::Refused(WRONG));
    }
    let token = new_token()?;
    let (idle, whole) = limits(&context.config.web);
    context.with_ledger(|ledger| -> ledger::Result<()> {
        ledger.end_old_sessions(now - whole, now - idle)?;
        ledger.begin_session(&hashed(&token), user, client, now)?;
        ledger.write(&actor(user), now, |tx| {
            tx.audit(AuditCode::Login, None, None)
        })
    })?;
    let browser = context.read(|ledger| ledger.browser(user))?;
    Ok(Begun {
        token,
        browser: browser.unwrap_or_default(),
    })
}

/// The account of a session, named by the hash of its token. One that is too old or of a closed
/// account ends; one that another browser shows ends too, and is entered. `by_hand` says that a
/// person asked, which keeps it in use.
pub fn account(
    context: &Context,
    token: &str,
    client: &str,
    by_hand: bool,
) -> Result<Option<Account>> {
    let now = context.now();
    let Some(session) = context.read(|ledger| ledger.session(token))? else {
        return Ok(None);
    };
    let (idle, whole) = limits(&context.config.web);
    let unused = now.duration_since(session.seen_at);
    let is_stolen = session.client != client;
    let has_ended =
        !session.account.active || unused > idle || now.duration_since(session.begun_at) > whole;
    if is_stolen || has_ended {
        context.with_ledger(|ledger| ledger.end_session(token))?;
        if is_stolen {
            context.write(&actor(&session.account.user), now, |tx| {
                tx.audit(AuditCode::SessionRefused, None, None)
            })?;
        }
        return Ok(None);
    }
    if by_hand && unused > TOUCH {
        context.with_ledger(|ledger| ledger.touch_session(token, now))?;
    }
    Ok(Some(session.account))
}

/// Ends a session, named by the hash of its token.
pub fn log_out(at: &mut Access<'_>, token: Option<&str>) -> Result<()> {
    at.permit(Rule::LogOut)?;
    if let Some(token) = token {
        at.context.with_ledger(|ledger| ledger.end_session(token))?;
    }
    at.write(Rule::LogOut, |tx| {
        Ok(tx.audit(AuditCode::Logout, None, None)?)
    })
}

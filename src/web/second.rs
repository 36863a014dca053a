//! The second person of a step, who proves with name and password on the same form who agrees.

use std::sync::Arc;
use std::time::Instant;

use maud::{Markup, html};

use super::app::App;
use super::error::PageError;
use super::page;
use super::session::User;
use crate::actions::accounts::{self, Denied};
use crate::domain::account::{Right, is_user_name};
use crate::domain::text::Lang;
use crate::ledger;

/// Proves the second person; none when no name was given. What is denied is kept in the log, and
/// counts as a failed login of that name does.
///
/// # Errors
/// A refusal that says why.
pub async fn second(
    app: &Arc<App>,
    user: &User,
    name: &str,
    password: String,
) -> Result<Option<String>, PageError> {
    let name = name.trim().to_lowercase();
    if name.is_empty() {
        return Ok(None);
    }
    if name == user.name {
        return Err(ledger::Error::SecondPerson.into());
    }
    let key = format!("user {name}");
    if is_user_name(&name) && !app.logins.tries(&[&key], Instant::now()) {
        return Err(PageError::Slow);
    }
    let who = name.clone();
    let proved = app
        .read(move |_, ledger| -> Result<_, PageError> {
            let proved = accounts::prove(ledger, &who, &password)
                .and_then(|account| accounts::permit(&account, Right::Work));
            match proved {
                Err(Denied::Ledger(error)) => Err(error.into()),
                proved => Ok(proved),
            }
        })
        .await?;
    let Err(denied) = proved else {
        app.logins.succeeded(&[&key]);
        return Ok(Some(name));
    };
    let detail = format!("second {}", page::shortened(&name, 32));
    let what = denied.code();
    app.write(user, move |tx| tx.audit(what, None, Some(&detail)))
        .await?;
    Err(match denied {
        Denied::Role { .. } => {
            // The password was right.
            app.logins.succeeded(&[&key]);
            PageError::refused(
                format!("{name} bukan petugas, jadi tidak boleh menyetujui."),
                format!("{name} does not work here and may not agree."),
            )
        }
        _ => PageError::refused(
            "Nama atau kata sandi orang kedua salah.",
            "Wrong name or password of the second person.",
        ),
    })
}

/// The fields of a form that name and prove the second person.
pub fn fields(lang: Lang, needed: bool) -> Markup {
    html! {
        fieldset.second {
            legend {
                (lang.t("Orang kedua yang menyetujui", "Second person, who agrees"))
                @if !needed { " " small { (lang.t("(boleh kosong)", "(may stay empty)")) } }
            }
            label { (lang.t("Nama", "Name"))
                input name="second" autocomplete="off" autocapitalize="none" required[needed]; }
            label { (lang.t("Kata sandinya", "Their password"))
                input type="password" name="second_password" autocomplete="off" required[needed]; }
        }
    }
}

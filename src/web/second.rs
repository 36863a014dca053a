//! The second person of a step, who proves with name and password on the same form who agrees.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::Uri;
use maud::{Markup, html};

use super::action::{Posted, Then, page_of, perform, with_access};
use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::limit::Key;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::accounts::{Second, countersign};
use crate::actions::{self, Access, Rule};
use crate::domain::account::is_user_name;
use crate::domain::text::Lang;

/// An action behind a form that may name a second person.
pub type ActOfTwo = fn(&Posted, &mut Access<'_>, Option<&Second>) -> actions::Result<Then>;

impl Routes {
    /// As [`Routes::action`], with the second person of the form's [`fields`].
    pub(super) fn action_of_two(self, path: &'static str, rule: Rule, act: ActOfTwo) -> Self {
        self.post(
            path,
            Needs::Rule(rule),
            async move |State(app): State<Arc<App>>, user: User, uri: Uri, posted: Posted| {
                let back = page_of(&uri);
                let password = posted.value("second_password").to_owned();
                match second(&app, &user, posted.value("second"), password).await {
                    Err(error) => page::refused(&app, &user, &back, error),
                    Ok(second) => {
                        let act = move |at: &mut Access<'_>| act(&posted, at, second.as_ref());
                        perform(&app, &user, &back, act).await
                    }
                }
            },
        )
    }
}

/// Proves the second person of an action; none when no name was given.
///
/// # Errors
/// A refusal that says why.
pub async fn second(
    app: &Arc<App>,
    user: &User,
    name: &str,
    password: String,
) -> Result<Option<Second>, PageError> {
    let name = name.trim().to_lowercase();
    if name.is_empty() {
        return Ok(None);
    }
    // Counted for who asks: the named one can still log in elsewhere.
    let second = if is_user_name(&name) { &name } else { "nobody" };
    let keys = [Key::person(format!("second {second} of {}", user.name))];
    let _turn = app.turns.wait().await.ok_or(PageError::Slow)?;
    if name != user.name && !app.logins.tries(&keys, Instant::now()) {
        return Err(PageError::Slow);
    }
    let second = with_access(app, user, move |at| {
        countersign(at, &name, |_| Ok(password))
    })
    .await?;
    app.logins.succeeded(&keys);
    Ok(Some(second))
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

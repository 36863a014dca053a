//! Who may do what.

use std::sync::Arc;
use std::time::Instant;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::app::App;
use super::error::PageError;
use super::page;
use super::session::User;
use crate::actions::accounts::{self, PasswordError};
use crate::domain::account::Role;
use crate::domain::audit::AuditCode;
use crate::ledger::{self, Error};

const HERE: &str = "/accounts";

pub async fn list(State(app): State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let accounts = app.read(|_, ledger| ledger.accounts()).await?;
    let lang = user.lang;
    let content = html! {
        h1 { (lang.t("Akun", "Accounts")) }
        table {
            thead { tr {
                th { (lang.t("Nama", "Name")) } th { (lang.t("Peran", "Role")) }
                th { (lang.t("Keadaan", "State")) } th { (lang.t("Ubah", "Change")) }
            } }
            tbody {
                @for account in &accounts {
                    tr {
                        td { (account.user) }
                        td { (account.role.text().of(lang)) }
                        td {
                            @if account.active { (lang.t("terbuka", "open")) }
                            @else { span.bad { (lang.t("ditutup", "closed")) } }
                        }
                        td {
                            form.line method="post" action={ "/accounts/" (account.user) } {
                                select name="role" aria-label=(lang.t("Peran", "Role")) {
                                    @for role in Role::ALL {
                                        option value=(role) selected[role == account.role] { (role.text().of(lang)) }
                                    }
                                }
                                select name="active" aria-label=(lang.t("Keadaan", "State")) {
                                    option value="true" selected[account.active] { (lang.t("terbuka", "open")) }
                                    option value="false" selected[!account.active] { (lang.t("ditutup", "closed")) }
                                }
                                input type="password" name="password" autocomplete="new-password"
                                    placeholder=(lang.t("kata sandi baru (boleh kosong)", "new password (may stay empty)"));
                                button { (lang.t("Simpan", "Save")) }
                            }
                        }
                    }
                }
            }
        }
        h2 { (lang.t("Akun baru", "New account")) }
        form.line method="post" action=(HERE) {
            label { (lang.t("Nama", "Name")) input name="user" autocapitalize="none" required; }
            label { (lang.t("Peran", "Role"))
                select name="role" {
                    @for role in Role::ALL { option value=(role) { (role.text().of(lang)) } }
                }
            }
            label { (lang.t("Kata sandi (10 huruf atau lebih)", "Password (10 characters or more)"))
                input type="password" name="password" autocomplete="new-password" required; }
            button.primary { (lang.t("Buat", "Make")) }
        }
    };
    Ok(page::page(
        &app,
        &user,
        lang.t("Akun", "Accounts"),
        false,
        &content,
    ))
}

/// What the form of a new account sends.
#[derive(Deserialize)]
pub struct New {
    user: String,
    role: Role,
    password: String,
}

/// Hashes a new password away from the threads that answer.
async fn hash(app: &Arc<App>, user: &str, password: String) -> Result<String, PageError> {
    let user = user.to_owned();
    app.read(move |_, _| match accounts::hash(&user, &password) {
        Err(PasswordError::Weak(weak)) => Err(PageError::Refused(weak.text())),
        hash => hash.map_err(PageError::broken),
    })
    .await
}

pub async fn make(
    State(app): State<Arc<App>>,
    user: User,
    Form(new): Form<New>,
) -> Result<Response, PageError> {
    let name = new.user.trim().to_lowercase();
    let made = async {
        let hash = hash(&app, &name, new.password).await?;
        let made = name.clone();
        app.write(&user, move |tx| tx.make_account(&made, new.role, &hash))
            .await
    };
    match made.await {
        Ok(()) => Ok(page::done(
            &app,
            &user,
            HERE,
            (
                format!("Akun {name} dibuat."),
                format!("The account {name} was made."),
            ),
        )),
        Err(error) => page::refused(&app, &user, HERE, error),
    }
}

/// What the form of an account sends.
#[derive(Deserialize)]
pub struct Change {
    role: Role,
    active: bool,
    password: String,
}

pub async fn change(
    State(app): State<Arc<App>>,
    user: User,
    Path(name): Path<String>,
    Form(change): Form<Change>,
) -> Result<Response, PageError> {
    let changed = async {
        let hash = match change.password.is_empty() {
            true => None,
            false => Some(hash(&app, &name, change.password).await?),
        };
        let name = name.clone();
        app.write(&user, move |tx| {
            let now = tx.account(&name)?.ok_or(Error::NoUser(name.clone()))?;
            if (now.role, now.active) != (change.role, change.active) {
                tx.change_account(&name, change.role, change.active)?;
            }
            hash.map_or(Ok(()), |hash| tx.set_password(&name, &hash))
        })
        .await
    };
    match changed.await {
        Ok(()) => Ok(page::done(
            &app,
            &user,
            HERE,
            (
                format!("Akun {name} disimpan."),
                format!("The account {name} was saved."),
            ),
        )),
        Err(error) => page::refused(&app, &user, HERE, error),
    }
}

pub async fn own(State(app): State<Arc<App>>, user: User) -> Markup {
    let lang = user.lang;
    let title = lang.t("Ganti kata sandi", "Change the password");
    let content = html! {
        h1 { (title) }
        form.card method="post" action="/password" {
            label { (lang.t("Kata sandi sekarang", "Present password"))
                input type="password" name="old" autocomplete="current-password" required; }
            label { (lang.t("Kata sandi baru (10 huruf atau lebih)", "New password (10 characters or more)"))
                input type="password" name="new" autocomplete="new-password" required; }
            button.primary { (lang.t("Ganti", "Change")) }
        }
    };
    page::page(&app, &user, title, false, &content)
}

/// What the form of the own password sends.
#[derive(Deserialize)]
pub struct Own {
    old: String,
    new: String,
}

/// `POST /password`. All sessions of the user end, this one too.
pub async fn set_own(
    State(app): State<Arc<App>>,
    user: User,
    Form(own): Form<Own>,
) -> Result<Response, PageError> {
    let changed = async {
        let (name, key) = (user.name.clone(), format!("user {}", user.name));
        if !app.logins.tries(&[&key], Instant::now()) {
            return Err(PageError::Slow);
        }
        let proved = app
            .read(move |_, ledger| accounts::prove(ledger, &name, &own.old))
            .await;
        if let Err(error) = proved {
            app.write(&user, |tx| {
                tx.audit(AuditCode::LoginDenied, None, Some("password"))
            })
            .await?;
            return Err(error);
        }
        app.logins.succeeded(&[&key]);
        let hash = hash(&app, &user.name, own.new).await?;
        let name = user.name.clone();
        app.write(&user, move |tx| -> ledger::Result<()> {
            tx.set_password(&name, &hash)
        })
        .await
    };
    match changed.await {
        Ok(()) => Ok(Redirect::to("/login").into_response()),
        Err(error) => page::refused(&app, &user, "/password", error),
    }
}

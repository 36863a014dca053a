//! Who may do what.

use std::sync::Arc;
use std::time::Instant;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::action::{Then, perform, with_access};
use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::limit::Key;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::Rule;
use crate::actions::accounts;
use crate::domain::account::Role;
use crate::domain::text::Explain;

const HERE: &str = "/accounts";

pub fn routes(routes: Routes) -> Routes {
    let (make_rule, own_rule) = (
        Needs::Rule(Rule::AccountMake),
        Needs::Rule(Rule::PasswordOwn),
    );
    routes
        .get(HERE, make_rule, list)
        .post(HERE, make_rule, make)
        .post("/accounts/{user}", Needs::Rule(Rule::AccountChange), change)
        .get("/password", own_rule, own)
        .post("/password", own_rule, set_own)
}

async fn list(State(app): State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let accounts = with_access(&app, &user, |at| accounts::list(at)).await?;
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
struct New {
    user: String,
    role: Role,
    password: String,
}

async fn make(
    State(app): State<Arc<App>>,
    user: User,
    Form(new): Form<New>,
) -> Result<Response, PageError> {
    let name = new.user.trim().to_lowercase();
    perform(&app, &user, HERE, move |at| {
        let made = accounts::make(at, &name, new.role, &new.password)?;
        Ok(Then::Page(HERE.to_owned(), made.text))
    })
    .await
}

/// What the form of an account sends.
#[derive(Deserialize)]
struct Change {
    role: Role,
    active: bool,
    password: String,
}

async fn change(
    State(app): State<Arc<App>>,
    user: User,
    Path(name): Path<String>,
    Form(change): Form<Change>,
) -> Result<Response, PageError> {
    perform(&app, &user, HERE, move |at| {
        let change = accounts::Change {
            role: Some(change.role),
            active: Some(change.active),
            password: Some(&*change.password).filter(|new| !new.is_empty()),
        };
        let changed = accounts::change(at, &name, change)?;
        Ok(Then::Page(HERE.to_owned(), changed.text))
    })
    .await
}

async fn own(State(app): State<Arc<App>>, user: User) -> Markup {
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
struct Own {
    old: String,
    new: String,
}

/// `POST /password`. All sessions of the user end, this one too.
async fn set_own(
    State(app): State<Arc<App>>,
    user: User,
    Form(own): Form<Own>,
) -> Result<Response, PageError> {
    let keys = [Key::person(format!("own password of {}", user.name))];
    let turn = app.turns.wait().await.ok_or(PageError::Slow)?;
    if !app.logins.tries(&keys, Instant::now()) {
        return Err(PageError::Slow);
    }
    let (here, name) = (Arc::clone(&app), user.name.clone());
    let changed = with_access(&app, &user, move |at| {
        accounts::prove_again(at, &own.old)?;
        here.logins.succeeded(&keys);
        accounts::set_password(at, &name, &own.new)
    });
    let changed = changed.await;
    drop(turn);
    match changed {
        Ok(_) => Ok(Redirect::to("/login").into_response()),
        Err(error) => page::refused(&app, &user, "/password", error),
    }
}

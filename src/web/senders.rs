//! Which programs may send records.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::action::{Then, perform, with_access};
use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::{Rule, senders};
use crate::ledger::Sender;

const HERE: &str = "/senders";

pub fn routes(routes: Routes) -> Routes {
    routes
        .get(HERE, Needs::Rule(Rule::SenderMake), list)
        .post(HERE, Needs::Rule(Rule::SenderMake), make)
        .post(
            "/senders/{sender}/close",
            Needs::Rule(Rule::SenderClose),
            close,
        )
}

async fn list(State(app): State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let senders = with_access(&app, &user, |at| senders::list(at)).await?;
    Ok(shown(&app, &user, &senders, None))
}

fn shown(app: &App, user: &User, senders: &[Sender], token: Option<(&str, &str)>) -> Markup {
    let lang = user.lang;
    let title = lang.t("Pengirim", "Senders");
    let content = html! {
        h1 { (title) }
        p.soft { (lang.t(
            "Program yang boleh mengirim data lewat jaringan, masing-masing dengan tokennya.",
            "Programs that may send records over the network, each with its token.")) }
        @if let Some((sender, token)) = token {
            div.notice.good role="status" {
                p { (lang.t("Token pengirim ", "The token of ")) strong { (sender) } ": "
                    (lang.t("simpan sekarang, ia tidak ditampilkan lagi.", "keep it now, it is not shown again.")) }
                pre #token { (token) }
            }
        }
        table {
            thead { tr {
                th { (lang.t("Nama", "Name")) } th { (lang.t("Keadaan", "State")) }
                th { (lang.t("Sejak", "Since")) } th { (lang.t("Ubah", "Change")) }
            } }
            tbody { @for sender in senders { tr {
                td { (sender.sender) }
                td {
                    @if sender.active { (lang.t("terbuka", "open")) }
                    @else { span.bad { (lang.t("ditutup", "closed")) } }
                }
                td { (app.local(sender.changed_at)) }
                td { @if sender.active {
                    form method="post" action={ "/senders/" (sender.sender) "/close" } {
                        button data-confirm=(lang.t("Tutup pengirim ini?", "Close this sender?")) { (lang.t("Tutup", "Close")) }
                    }
                } }
            } } }
        }
        h2 { (lang.t("Pengirim baru, atau token baru untuk yang ditutup", "A new sender, or a new token for a closed one")) }
        form.line method="post" action=(HERE) {
            label { (lang.t("Nama", "Name")) input name="sender" autocapitalize="none" required; }
            button.primary { (lang.t("Beri token", "Give a token")) }
        }
    };
    page::page(app, user, title, false, &content)
}

/// What the form of a new sender sends.
#[derive(Deserialize)]
struct New {
    sender: String,
}

/// `POST /senders`. The token stands on the page that answers, and nowhere else.
async fn make(
    State(app): State<Arc<App>>,
    user: User,
    Form(new): Form<New>,
) -> Result<Response, PageError> {
    let sender = new.sender.trim().to_lowercase();
    let name = sender.clone();
    let made = with_access(&app, &user, move |at| {
        let token = senders::make(at, &name)?;
        Ok((token, senders::list(at)?))
    });
    match made.await {
        Ok((token, senders)) => {
            Ok(shown(&app, &user, &senders, Some((&sender, &token))).into_response())
        }
        Err(error) => page::refused(&app, &user, HERE, error),
    }
}

async fn close(
    State(app): State<Arc<App>>,
    user: User,
    Path(sender): Path<String>,
) -> Result<Response, PageError> {
    perform(&app, &user, HERE, move |at| {
        Ok(Then::Page(HERE.to_owned(), senders::close(at, &sender)?))
    })
    .await
}

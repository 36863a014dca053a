//! The register (*buku register*) of a period as a file.

use std::io::{Cursor, Write};
use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{HERE, REGISTER, chips, denied};
use crate::domain::account::Right;
use crate::domain::audit::AuditCode;
use crate::ledger::Reader;
use crate::production::assets::stationery;
use crate::reports::{self, Register, Reports, VOLUME};
use crate::web::app::App;
use crate::web::error::PageError;
use crate::web::page;
use crate::web::session::User;

pub async fn form(State(app): State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let lang = user.lang;
    let today = app.today();
    let content = html! {
        (chips(lang, REGISTER))
        h1 { (lang.t("Buku register", "Register")) }
        p { (lang.t("Setiap kartu yang keluar dari printer, menurut urutannya, selama satu periode.",
                    "Every card that came out of a printer, in its order, of a period.")) }
        form.card.panel method="post" action={ (HERE) "/" (REGISTER) } data-file {
            div.line {
                label { (lang.t("Dari (kosong: dari kartu pertama)", "From (empty: from the first card)"))
                    input type="date" name="from" value=(today.first_of_month()) max=(today); }
                label { (lang.t("Sampai", "To")) input type="date" name="to" value=(today) max=(today); }
            }
            @if user.may(Right::Audit) {
                label.row { input type="checkbox" name="full" value="yes";
                    (lang.t("NIK lengkap (dicatat siapa yang mengunduh)", "Whole NIKs (who takes them out is kept)")) }
            }
            div.line {
                @for (format, word) in [("csv", "CSV"), ("xlsx", "Excel"), ("pdf", "PDF")] {
                    button name="format" value=(format) { (lang.t("Unduh", "Download")) " " (word) }
                }
            }
            p.soft {
                (lang.t("PDF lebih dari ", "As PDF, more than ")) (VOLUME)
                (lang.t(" kartu datang sebagai ZIP dengan beberapa jilid.", " cards come as a ZIP of several volumes."))
            }
        }
    };
    let title = lang.t("Buku register", "Register");
    Ok(page::page(&app, &user, title, false, &content))
}

/// What the form sends.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    format: String,
    full: Option<String>,
}

/// `POST /reports/register`: the file. Whoever takes it out is entered.
pub async fn give(
    State(app): State<Arc<App>>,
    user: User,
    Form(wanted): Form<Wanted>,
) -> Result<Response, PageError> {
    let full = wanted.full.is_some();
    if full && !user.may(Right::Audit) {
        return denied(&app, &user).await;
    }
    let detail = |from: &str, to: &str| {
        let nik = if full { " full" } else { "" };
        format!("{from} {to} {}{nik}", wanted.format)
    };
    let detail = detail(&wanted.from, &wanted.to);
    let format = wanted.format.clone();
    let made = async {
        let (from, to) = (page::day(Some(&wanted.from))?, page::day(Some(&wanted.to))?);
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(PageError::refused(
                "Tanggal awal sesudah tanggal akhir.",
                "The first day is after the last.",
            ));
        }
        app.read(move |app, ledger| written(app, ledger, (from, to), full, &format))
            .await
    };
    let (bytes, ending) = match made.await {
        Ok(made) => made,
        Err(error) => return page::refused(&app, &user, &format!("{HERE}/{REGISTER}"), error),
    };
    app.write(&user, move |tx| {
        tx.audit(AuditCode::RegisterExported, None, Some(&detail))
    })
    .await?;
    Ok(page::attachment(bytes, &format!("buku-register.{ending}")))
}

fn written(
    app: &App,
    ledger: &Reader,
    (from, to): (Option<Date>, Option<Date>),
    full: bool,
    format: &str,
) -> Result<(Vec<u8>, &'static str), PageError> {
    let reports = Reports::new(ledger, &app.config, Timestamp::now())?;
    let register = reports.register(from, to, full)?;
    let mut bytes = Cursor::new(Vec::new());
    let ending = match format {
        "csv" => {
            register.csv(&mut bytes)?;
            "csv"
        }
        "xlsx" => {
            register.xlsx(&mut bytes)?;
            "xlsx"
        }
        "pdf" => return volumes(app, &register),
        _ => return Err(PageError::NotFound),
    };
    Ok((bytes.into_inner(), ending))
}

/// The one volume there is as PDF, or all of them in a ZIP.
fn volumes(app: &App, register: &Register<'_>) -> Result<(Vec<u8>, &'static str), PageError> {
    let papers = stationery(&app.paths.layouts()).map_err(PageError::broken)?;
    let mut first = Vec::new();
    let mut book: Option<ZipWriter<Cursor<Vec<u8>>>> = None;
    register.volumes::<Stopped>(&papers, |number, pdf| {
        if number == 1 {
            first = pdf;
            return Ok(());
        }
        let book = match &mut book {
            Some(book) => book,
            None => {
                let mut new = ZipWriter::new(Cursor::default());
                put(&mut new, 1, &std::mem::take(&mut first))?;
                book.insert(new)
            }
        };
        put(book, number, &pdf)
    })?;
    match book {
        None => Ok((first, "pdf")),
        Some(book) => {
            let whole = book.finish().map_err(Stopped::from)?;
            Ok((whole.into_inner(), "zip"))
        }
    }
}

fn put(book: &mut ZipWriter<Cursor<Vec<u8>>>, number: u32, pdf: &[u8]) -> Result<(), Stopped> {
    let name = format!("buku-register-jilid-{number:03}.pdf");
    book.start_file(name, SimpleFileOptions::default())?;
    Ok(book.write_all(pdf).map_err(zip::result::ZipError::from)?)
}

/// Why the volumes end early.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error(transparent)]
    Report(#[from] reports::Error),
    #[error(transparent)]
    Ledger(#[from] crate::ledger::Error),
    #[error("the volumes cannot be put into a ZIP")]
    Zip(#[from] zip::result::ZipError),
}

impl From<Stopped> for PageError {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Report(error) => error.into(),
            Stopped::Ledger(error) => error.into(),
            stopped @ Stopped::Zip(_) => Self::broken(stopped),
        }
    }
}

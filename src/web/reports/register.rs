//! The register (*buku register*) of a period as a file.

use std::io::{Cursor, Write};
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{HERE, REGISTER, chips};
use crate::actions::exports::{self, Format, RegisterPart};
use crate::actions::{self, Failure, Rule};
use crate::context::Context;
use crate::reports::{Register, VOLUME};
use crate::web::action::{Posted, Then, perform};
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
            @if user.may(Rule::RegisterFull) {
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

/// `POST /reports/register`: the file.
pub async fn give(
    State(app): State<Arc<App>>,
    user: User,
    it: Posted,
) -> Result<Response, PageError> {
    let format = Format::from_ending(it.value("format")).ok_or(PageError::NotFound)?;
    perform(&app, &user, &format!("{HERE}/{REGISTER}"), move |at| {
        let part = RegisterPart {
            from: it.day("from")?,
            to: it.day("to")?,
            full: it.has("full"),
        };
        let context = at.context;
        let (bytes, ending) = exports::register(at, part, format.ending(), |register| {
            written(context, register, format)
        })?;
        Ok(Then::File(format!("buku-register.{ending}"), bytes))
    })
    .await
}

fn written(
    context: &Context,
    register: &Register<'_>,
    format: Format,
) -> actions::Result<(Vec<u8>, &'static str)> {
    let mut bytes = Cursor::new(Vec::new());
    match format {
        Format::Csv => register.csv(&mut bytes)?,
        Format::Xlsx => register.xlsx(&mut bytes)?,
        _ => return volumes(context, register),
    }
    Ok((bytes.into_inner(), format.ending()))
}

/// The one volume there is as PDF, or all of them in a ZIP.
fn volumes(context: &Context, register: &Register<'_>) -> actions::Result<(Vec<u8>, &'static str)> {
    let papers = exports::stationery(context)?;
    let mut first = Vec::new();
    let mut book: Option<ZipWriter<Cursor<Vec<u8>>>> = None;
    register.volumes::<Failure>(&papers, |number, pdf| {
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
            let whole = book.finish().map_err(Failure::broken)?;
            Ok((whole.into_inner(), "zip"))
        }
    }
}

fn put(book: &mut ZipWriter<Cursor<Vec<u8>>>, number: u32, pdf: &[u8]) -> actions::Result<()> {
    let name = format!("buku-register-jilid-{number:03}.pdf");
    book.start_file(name, SimpleFileOptions::default())
        .map_err(Failure::broken)?;
    book.write_all(pdf).map_err(Failure::broken)
}

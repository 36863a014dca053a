//! What the columns of a school's own table stand for, remembered for the next time.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};

use super::named;
use crate::actions::batches;
use crate::actions::uploads::{Checked, Stage, StageError};
use crate::domain::fields::FIELDS;
use crate::domain::mapping::{How, IGNORED, Mapping, Target, may_stand_for};
use crate::domain::text::Lang;
use crate::intake::Look;
use crate::web::action::{Then, perform};
use crate::web::app::App;
use crate::web::error::PageError;
use crate::web::session::User;

/// The form in which a person says what each column is. It stands open while something is missing.
pub fn form(stage: &Stage, look: &Look, checked: &Checked, lang: Lang) -> Markup {
    let all_known = look
        .suggestions
        .iter()
        .all(|column| column.how == How::Exact);
    let open = !look.missing.is_empty() && (checked.report.accepted() == 0 || !all_known);
    html! {
        details.panel open[open] {
            summary { (lang.t("Kolom tabel ini", "The columns of this table"))
                @if !look.missing.is_empty() {
                    " " span.tag.bad { (lang.t("belum ada: ", "missing: ")) (look.missing.join(", ")) }
                }
            }
            p.soft { (lang.t("Pilih arti setiap kolom sekali saja; tabel berikutnya dengan judul kolom yang sama langsung dibaca.",
                             "Say once what each column is; the next table with the same headers is read at once.")) }
            form method="post" action={ "/batches/" (stage.id.as_str()) "/columns" } {
                label { (lang.t("Pengirim", "Sender")) input name="sender" maxlength="80"
                    value=(look.mapping.as_ref().and_then(|saved| saved.sender.as_deref()).unwrap_or_default()); }
                div.scroll { table {
                    thead { tr { th { (lang.t("Judul kolom", "Header")) } th { (lang.t("Contoh isi", "Samples")) } th { (lang.t("Artinya", "Stands for")) } } }
                    tbody { @for (at, column) in look.suggestions.iter().enumerate() { tr {
                        td { (column.header) }
                        td.soft { (samples(look, at)) }
                        td { (choice(look, at, lang)) }
                    } } }
                } }
                h3 { (lang.t("Isi yang sama untuk semua baris", "The same for all rows")) }
                div.line {
                    @for field in ["kecamatan", "desa", "kewarganegaraan", "agama", "sekolah.nama", "sekolah.npsn", "sekolah.kelas"] {
                        label { (field) input name={ "constant." (field) }
                            value=(look.mapping.as_ref().and_then(|saved| saved.constants.get(field)).map_or("", String::as_str)); }
                    }
                }
                p { button { (lang.t("Simpan dan periksa lagi", "Keep and check again")) } }
            }
        }
    }
}

/// The first values of a column; long runs of digits stay masked.
fn samples(look: &Look, at: usize) -> String {
    let values = look.samples.iter().filter_map(|row| row.get(at));
    let values = values.filter(|value| !value.is_empty()).take(2);
    let values: Vec<String> = values
        .map(|value| crate::domain::nik::mask_numbers_in(value))
        .collect();
    values.join(" · ")
}

fn choice(look: &Look, at: usize, lang: Lang) -> Markup {
    let column = &look.suggestions[at];
    let saved = look
        .mapping
        .as_ref()
        .and_then(|saved| saved.target(&column.header));
    let chosen = match saved {
        Some(Target::Field(field)) => Some(field),
        Some(Target::Ignored) => Some(IGNORED),
        None => column.field,
    };
    let is_guess = saved.is_none() && !matches!(column.how, How::Exact | How::None);
    html! {
        select name={ "column." (at) } aria-label=(column.header) {
            option value="" selected[chosen.is_none()] { (lang.t("(tidak dipakai)", "(not used)")) }
            option value=(IGNORED) selected[chosen == Some(IGNORED)] { (lang.t("(lewati tanpa peringatan)", "(pass over without a warning)")) }
            @for field in FIELDS.iter().filter(|field| may_stand_for(&column.header, field.name)) { option value=(field.name) selected[chosen == Some(field.name)] { (field.name) } }
        }
        @if is_guess { " " span.tag.warn { (lang.t("saran", "suggested")) } }
    }
}

/// `POST /batches/{id}/columns`: fields `column.N`, `constant.NAME` and `sender`.
pub async fn save_columns(
    State(app): State<Arc<App>>,
    user: User,
    Path(id): Path<String>,
    Form(said): Form<BTreeMap<String, String>>,
) -> Result<Response, PageError> {
    let (id, here) = (named(&id)?, Arc::clone(&app));
    let back = format!("/batches/{}", id.as_str());
    perform(&app, &user, &back.clone(), move |at| {
        let table = here.batches.staging.table(&id);
        let table = table.ok_or(StageError::Missing)?;
        let text = batches::save_columns(at, &table, |look| mapping(look, &said))?;
        here.batches.forget(&id);
        Ok(Then::Page(back, text))
    })
    .await
}

/// What a person has said of the columns.
fn mapping(look: Look, said: &BTreeMap<String, String>) -> Mapping {
    let text = |key: &str| {
        let value = said.get(key).map(|value| value.trim().to_owned());
        value.filter(|value| !value.is_empty())
    };
    let headers = look.headers.iter().enumerate();
    let columns =
        headers.filter_map(|(at, header)| Some((header.clone(), text(&format!("column.{at}"))?)));
    let constants = said.keys().filter_map(|key| {
        let field = key.strip_prefix("constant.")?;
        Some((field.to_owned(), text(key)?))
    });
    Mapping {
        sender: text("sender"),
        columns: columns.collect(),
        constants: constants.collect(),
        headers: look.headers,
    }
}

//! The photo desk: every photo that is about to be printed, and what a person does about it.

use std::sync::Arc;

use axum::Form;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::action::{Then, perform, with_access};
use super::app::App;
use super::cards;
use super::error::PageError;
use super::frame;
use super::guard::Needs;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::photos::{self, CardPhoto, Change, Desk, SharedPhoto};
use crate::actions::{Access, Result as Done, Rule, returned};
use crate::domain::card::State as CardState;
use crate::domain::ids::CardId;
use crate::domain::text::{Explain, Lang};
use crate::render::photo::Background;

const HERE: &str = "/photos";

/// Photos on a page.
const SHOWN: u32 = 48;

/// A photo of a phone, and the form around it.
const PHOTO_BYTES: usize = 24 * 1024 * 1024;

pub fn routes(routes: Routes) -> Routes {
    let (look, change) = (Needs::Rule(Rule::PhotoView), Needs::Rule(Rule::PhotoChange));
    routes
        .get("/photos", Needs::Rule(Rule::PhotoList), list)
        .get("/photos/{card}", look, one)
        .post("/photos/{card}", change, adjust)
        .get("/photos/{card}/now.jpg", look, now)
        .get("/photos/{card}/original", look, original)
        .upload("/photos/{card}/replace", change, PHOTO_BYTES, replace)
        .get("/photos/shared/{key}/{row}", look, shared)
        .post(
            "/photos/shared/allow",
            Needs::Rule(Rule::ExceptionAllow),
            allow,
        )
        .post("/photos/shared/again", Needs::Rule(Rule::DropAgain), again)
}

fn cloth(lang: Lang, cloth: Background) -> &'static str {
    match cloth {
        Background::Red => lang.t("merah", "red"),
        Background::Blue => lang.t("biru", "blue"),
        Background::Other => lang.t("lain", "another colour"),
    }
}

/// Which photos are listed.
#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    page: u32,
    /// Only those before the other cloth.
    cloth: Option<String>,
}

async fn list(
    State(app): State<Arc<App>>,
    user: User,
    Query(listed): Query<Listed>,
) -> Result<Markup, PageError> {
    let offset = listed.page.min(100_000) * SHOWN;
    let (mut waiting, shared) =
        with_access(&app, &user, move |at| photos::list(at, offset, SHOWN)).await?;
    let lang = user.lang;
    let full = waiting.len() == SHOWN as usize;
    if listed.cloth.is_some() {
        waiting.retain(CardPhoto::is_off);
    }
    let next = listed.page + 1;
    let only = if listed.cloth.is_some() {
        "&cloth=off"
    } else {
        ""
    };
    let title = lang.t("Foto", "Photos");
    let content = html! {
        h1 { (title) }
        (shared_section(&shared, &user))
        h2 { (lang.t("Foto yang akan dicetak", "Photos about to be printed")) }
        p {
            @if listed.cloth.is_some() { a href="/photos" { (lang.t("Semua", "All")) } }
            @else { a href="/photos?cloth=off" { (lang.t("Hanya yang latarnya lain", "Only those before another cloth")) } }
        }
        @if waiting.is_empty() { p.soft { (lang.t("Tidak ada.", "None.")) } }
        ul.photos {
            @for photo in &waiting { li {
                a href={ "/photos/" (photo.card.card) } {
                    img src={ "/photos/" (photo.card.card) "/now.jpg" } alt=(photo.card.card) loading="lazy";
                    (photo.person.record.nama)
                }
                br; small { (photo.card.sekolah.nama.as_deref().unwrap_or_default()) " " (photo.card.sekolah.kelas.as_deref().unwrap_or_default()) }
                @if photo.card.state == CardState::Held { br; span.tag.warn { (lang.t("ditahan", "held")) } }
                @if photo.is_off() { br; span.tag.warn { (lang.t("latar lain", "other cloth")) } }
            } }
        }
        @if full || listed.page > 0 {
            p {
                @if listed.page > 0 { a.button href={ "/photos?page=" (listed.page - 1) (only) } { (lang.t("Sebelumnya", "Back")) } " " }
                @if full { a.button href={ "/photos?page=" (next) (only) } { (lang.t("Berikutnya", "Next")) } }
            }
        }
    };
    Ok(page::page(&app, &user, title, false, &content))
}

fn shared_section(shared: &[SharedPhoto], user: &User) -> Markup {
    let lang = user.lang;
    html! {
        @if !shared.is_empty() {
            h2 { (lang.t("Satu foto, dua anak", "One picture, two children")) }
            p { (lang.t(
                "Baris ini dikembalikan karena fotonya sama dengan foto anak lain. Minta foto yang benar; bila memang sama (kembar difoto sekali), penyelia mengizinkannya lalu kirimannya dimasukkan lagi.",
                "These rows went back because their picture is another child's too. Ask for the right photo; if it is right (twins photographed once), a supervisor lets it pass and the drop is taken in again.")) }
            @for row in shared {
                div.pair {
                    img src={ "/photos/shared/" (returned::key(&row.folder)) "/" (row.row) } alt="";
                    div {
                        strong { (row.nama) } br; (row.nik.masked()) br;
                        small { "rejected/" (row.folder) " · " (lang.t("baris", "row")) " " (row.row) }
                        @if row.allowed { p { span.tag.good { (lang.t("diizinkan", "allowed")) } } }
                        @else if user.may(Rule::ExceptionAllow) {
                            form.line method="post" action="/photos/shared/allow" {
                                input type="hidden" name="folder" value=(row.folder);
                                input type="hidden" name="row" value=(row.row);
                                label { (lang.t("Alasan", "Reason")) input name="reason" required maxlength="120"; }
                                button { (lang.t("Izinkan foto ini", "Let this picture pass")) }
                            }
                        } @else { p.soft { (lang.t("Penyelia dapat mengizinkannya.", "A supervisor may let it pass.")) } }
                        form.line method="post" action="/photos/shared/again" {
                            input type="hidden" name="folder" value=(row.folder);
                            button { (lang.t("Masukkan kiriman ini lagi", "Take this drop in again")) }
                        }
                    }
                }
            }
        }
    }
}

/// A picture; its kind by its first bytes.
fn picture(bytes: Vec<u8>) -> Response {
    let kind = match bytes.first() {
        Some(0x89) => "image/png",
        _ => "image/jpeg",
    };
    (
        [(header::CONTENT_TYPE, HeaderValue::from_static(kind))],
        bytes,
    )
        .into_response()
}

/// Answers with a picture of a card.
async fn pictured(
    app: &Arc<App>,
    user: &User,
    card: &str,
    look: fn(&mut Access<'_>, CardId) -> Done<Vec<u8>>,
) -> Result<Response, PageError> {
    let card = cards::named(card)?;
    let bytes = with_access(app, user, move |at| look(at, card)).await?;
    Ok(picture(bytes))
}

/// `GET /photos/{card}/now.jpg`: as it will be printed.
async fn now(
    State(app): State<Arc<App>>,
    user: User,
    Path(card): Path<String>,
) -> Result<Response, PageError> {
    pictured(&app, &user, &card, photos::prepared).await
}

/// `GET /photos/{card}/original`: what it was made from.
async fn original(
    State(app): State<Arc<App>>,
    user: User,
    Path(card): Path<String>,
) -> Result<Response, PageError> {
    pictured(&app, &user, &card, photos::original).await
}

async fn one(
    State(app): State<Arc<App>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Markup, PageError> {
    let id = cards::named(&id)?;
    let desk = with_access(&app, &user, move |at| photos::view(at, id)).await?;
    let Desk {
        photo,
        is_whole,
        ratio,
    } = &desk;
    let CardPhoto {
        card, person, due, ..
    } = photo;
    let lang = user.lang;
    let changeable = matches!(
        card.state,
        CardState::Accepted | CardState::Held | CardState::Rendered
    );
    let title = lang.t("Foto", "Photo");
    let content = html! {
        h1 { (title) ": " (person.record.nama) }
        p {
            a href={ "/cards/" (id) } { (id) } " · " (person.record.nik.masked()) " · "
            (card.sekolah.nama.as_deref().unwrap_or_default()) " " (card.sekolah.kelas.as_deref().unwrap_or_default())
            " · " (card.state.text().of(lang))
        }
        @if let (CardState::Held, Some(reason)) = (card.state, card.reason) {
            p.notice.warn { (reason.text().of(lang)) }
        }
        @if let Some(seen) = photo.cloth.filter(|_| photo.is_off()) {
            p.notice.warn {
                (lang.t("Latar foto ", "The cloth is ")) (cloth(lang, seen))
                (lang.t("; anak kelahiran ", "; of a child born in ")) (person.record.tanggal_lahir.year())
                (lang.t(" biasanya berlatar ", " it is usually ")) (cloth(lang, *due)) "."
            }
        }
        @if let (CardState::Rendered, Some(lot)) = (card.state, card.lot) {
            p.notice.warn {
                (lang.t("Kartu ini sudah di dalam PDF lot ", "This card is in the PDF of lot ")) (lot)
                (lang.t("; bila fotonya diubah, kartu dari PDF itu jangan dipakai dan kartunya dibuat lagi.",
                        "; once its photo is changed, what that PDF shows of it must not be used, and the card is made anew."))
            }
        }
        @if !is_whole {
            p.notice.warn { (lang.t("File asli pengirim tidak ada lagi; hanya foto yang sudah dipotong yang bisa diatur.",
                                    "The sender's file is gone; only the cropped picture can be adjusted.")) }
        }
        div.crop {
            @if changeable {
                canvas #frame width="300" data-ratio=(ratio) data-photo={ "/photos/" (id) "/original" } tabindex="0"
                    aria-label=(lang.t("Geser foto dengan tetikus atau tombol panah, perbesar dengan + dan -", "Move the photo by mouse or arrows, zoom by + and -")) {}
                div.controls {
                    label { (lang.t("Perbesar", "Zoom")) input #zoom type="range" min="0.1" max="1" step="0.001" value="1"; }
                    label { (lang.t("Luruskan", "Straighten")) input #tilt type="range" min="-15" max="15" step="0.25" value="0"; }
                    p {
                        button #left type="button" { "⟲ 90°" } " " button #right type="button" { "⟳ 90°" } " "
                        button #reset type="button" { (lang.t("Semula", "Reset")) }
                    }
                    form #adjust method="post" action={ "/photos/" (id) } {
                        details { summary { (lang.t("Angka", "Numbers")) }
                            @for (name, text, value) in [("x", lang.t("Tengah, ke kanan (0-1)", "Middle, across (0-1)"), "0.5"), ("y", lang.t("Tengah, ke bawah (0-1)", "Middle, down (0-1)"), "0.5"), ("width", lang.t("Lebar (0-1)", "Width (0-1)"), "1"), ("turn", lang.t("Putaran (derajat)", "Turn (degrees)"), "0")] {
                                label { (text) input name=(name) value=(value) inputmode="decimal" required; }
                            }
                        }
                        button.primary { (lang.t("Simpan potongan ini", "Keep this part")) }
                    }
                    form.line method="post" enctype="multipart/form-data" action={ "/photos/" (id) "/replace" } {
                        label { (lang.t("Ganti dengan file lain (JPEG atau PNG)", "Replace by another file (JPEG or PNG)"))
                            input type="file" name="photo" accept="image/jpeg,image/png" required; }
                        button { (lang.t("Ganti foto", "Replace the photo")) }
                    }
                }
            }
            figure {
                img.now src={ "/photos/" (id) "/now.jpg?" (person.photo.as_deref().unwrap_or_default().get(..8).unwrap_or_default()) } alt=(lang.t("Foto sekarang", "The photo now"));
                figcaption { (lang.t("Sekarang pada kartu", "Now on the card")) }
            }
        }
        @if !changeable {
            p { (lang.t("Kartu ini sudah dicetak atau tidak berlaku lagi; fotonya tidak bisa diubah.",
                        "This card is printed already, or void; its photo cannot be changed.")) }
        }
        (frame::script("photo.js"))
    };
    Ok(page::page(&app, &user, title, false, &content))
}

/// What the form of the frame sends.
#[derive(Deserialize)]
struct Frame {
    x: f64,
    y: f64,
    width: f64,
    turn: f64,
}

async fn change(
    app: &Arc<App>,
    user: &User,
    card: CardId,
    wanted: Change,
) -> Result<Response, PageError> {
    perform(app, user, &format!("/photos/{card}"), move |at| {
        let (card, text) = photos::change(at, card, wanted)?;
        Ok(Then::Page(format!("/photos/{card}"), text))
    })
    .await
}

async fn adjust(
    State(app): State<Arc<App>>,
    user: User,
    Path(card): Path<String>,
    Form(Frame { x, y, width, turn }): Form<Frame>,
) -> Result<Response, PageError> {
    let card = cards::named(&card)?;
    change(&app, &user, card, Change::Adjust((x, y), width, turn)).await
}

async fn replace(
    State(app): State<Arc<App>>,
    user: User,
    Path(card): Path<String>,
    mut form: Multipart,
) -> Result<Response, PageError> {
    let card = cards::named(&card)?;
    match sent(&mut form).await {
        Ok(bytes) => change(&app, &user, card, Change::Replace(bytes)).await,
        Err(error) => page::refused(
            &app,
            &user,
            &format!("/photos/{card}"),
            PageError::upload(error),
        ),
    }
}

/// The file in the form; nothing where none was chosen.
async fn sent(form: &mut Multipart) -> Result<Vec<u8>, MultipartError> {
    let mut bytes = Vec::new();
    while let Some(field) = form.next_field().await? {
        if field.name() == Some("photo") {
            bytes = field.bytes().await?.to_vec();
        }
    }
    Ok(bytes)
}

/// `GET /photos/shared/{key}/{row}`: the picture of this row of a drop that went back.
async fn shared(
    State(app): State<Arc<App>>,
    user: User,
    Path((key, row)): Path<(String, u32)>,
) -> Result<Response, PageError> {
    let bytes = with_access(&app, &user, move |at| photos::shared(at, &key, row)).await?;
    Ok(picture(bytes))
}

/// What lets a shared picture pass.
#[derive(Deserialize)]
struct Allowed {
    folder: String,
    row: u32,
    reason: String,
}

async fn allow(
    State(app): State<Arc<App>>,
    user: User,
    Form(allowed): Form<Allowed>,
) -> Result<Response, PageError> {
    perform(&app, &user, HERE, move |at| {
        let Allowed {
            folder,
            row,
            reason,
        } = allowed;
        let text = photos::allow_shared(at, &returned::key(&folder), row, &reason)?;
        Ok(Then::Page(HERE.to_owned(), text))
    })
    .await
}

/// A folder of `rejected/`.
#[derive(Deserialize)]
struct Folder {
    folder: String,
}

async fn again(
    State(app): State<Arc<App>>,
    user: User,
    Form(form): Form<Folder>,
) -> Result<Response, PageError> {
    perform(&app, &user, HERE, move |at| {
        let text = photos::drop_again(at, &form.folder)?;
        Ok(Then::Page(HERE.to_owned(), text))
    })
    .await
}

//! The photo desk: every photo that is about to be printed, and what a person does about it.

use std::sync::Arc;

use axum::Form;
use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::app::App;
use super::batches::back;
use super::cards;
use super::error::PageError;
use super::frame;
use super::page;
use super::session::User;
use crate::actions::accounts;
use crate::actions::history;
use crate::actions::photos::{
    Change, DeskError, SharedPhoto, drop_again, shared_photo, shared_photos,
};
use crate::domain::account::Right;
use crate::domain::audit::AuditCode;
use crate::domain::card::State as CardState;
use crate::domain::ids::CardId;
use crate::domain::rules;
use crate::domain::text::Lang;
use crate::ledger::{self, Card, Person, Reader};
use crate::production::examine::cloth_of;
use crate::render::photo::{Adjustment, Background, background_of};

/// Somebody saw a child's photo.
const VIEWED: AuditCode = AuditCode::PhotoViewed;

/// Photos on a page.
const SHOWN: u32 = 48;

impl From<DeskError> for PageError {
    fn from(error: DeskError) -> Self {
        match (error.refusal(), error) {
            (Some(text), _) => Self::Refused(text),
            (None, DeskError::Ledger(error)) => error.into(),
            (None, error) => Self::broken(error),
        }
    }
}

/// One photo that waits.
struct Waiting {
    card: Card,
    person: Person,
    /// The cloth behind the child, where the picture could be read, and the one of the birth year.
    cloth: (Option<Background>, Background),
}

impl Waiting {
    fn is_off(&self) -> bool {
        self.cloth.0.is_some_and(|cloth| cloth != self.cloth.1)
    }
}

fn cloth(lang: Lang, cloth: Background) -> &'static str {
    match cloth {
        Background::Red => lang.t("merah", "red"),
        Background::Blue => lang.t("biru", "blue"),
        Background::Other => lang.t("lain", "another colour"),
    }
}

/// A card with its person, while its data are there.
fn known(ledger: &Reader, card: CardId) -> Result<(Card, Person), PageError> {
    let found = ledger.card(card)?.zip(ledger.person(card)?);
    found.ok_or(PageError::NotFound)
}

/// Which photos are listed.
#[derive(Deserialize)]
pub struct Listed {
    #[serde(default)]
    page: u32,
    /// Only those before the other cloth.
    cloth: Option<String>,
}

pub async fn list(
    State(app): State<Arc<App>>,
    user: User,
    Query(listed): Query<Listed>,
) -> Result<Markup, PageError> {
    let offset = listed.page.min(100_000) * SHOWN;
    let (mut waiting, shared) = app
        .read(move |app, ledger| -> Result<_, PageError> {
            let desk = &app.photos;
            let waiting = ledger.waiting_photos(offset, SHOWN)?.into_iter();
            let waiting = waiting.map(|(card, person)| {
                let jpeg = desk.prepared(&person).ok().flatten();
                let seen = jpeg.and_then(|jpeg| background_of(&jpeg).ok());
                let due = cloth_of(person.record.tanggal_lahir);
                Waiting {
                    card,
                    person,
                    cloth: (seen, due),
                }
            });
            let waiting: Vec<_> = waiting.collect();
            Ok((waiting, shared_photos(&app.paths, &app.config, ledger)?))
        })
        .await?;
    app.write(&user, |tx| tx.audit(AuditCode::PhotosListed, None, None))
        .await?;
    let lang = user.lang;
    let full = waiting.len() == SHOWN as usize;
    if listed.cloth.is_some() {
        waiting.retain(Waiting::is_off);
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
                    img src={ "/photos/shared/" (back::key(&row.folder)) "/" (row.row) } alt="";
                    div {
                        strong { (row.nama) } br; (row.nik.masked()) br;
                        small { "rejected/" (row.folder) " · " (lang.t("baris", "row")) " " (row.row) }
                        @if row.allowed { p { span.tag.good { (lang.t("diizinkan", "allowed")) } } }
                        @else if user.may(Right::Decide) {
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

/// `GET /photos/{card}/now.jpg`: as it will be printed.
pub async fn now(
    State(app): State<Arc<App>>,
    user: User,
    Path(card): Path<String>,
) -> Result<Response, PageError> {
    let card = cards::named(&card)?;
    cards::note(&app, &user, card, VIEWED).await?;
    app.read(move |app, ledger| -> Result<_, PageError> {
        let (_, person) = known(ledger, card)?;
        let jpeg = app.photos.prepared(&person).map_err(PageError::broken)?;
        Ok(picture(jpeg.ok_or(PageError::NotFound)?))
    })
    .await
}

/// `GET /photos/{card}/original`: what it was made from.
pub async fn original(
    State(app): State<Arc<App>>,
    user: User,
    Path(card): Path<String>,
) -> Result<Response, PageError> {
    let card = cards::named(&card)?;
    cards::note(&app, &user, card, VIEWED).await?;
    app.read(move |app, ledger| -> Result<_, PageError> {
        let (_, person) = known(ledger, card)?;
        let original = app.photos.original(ledger, card, &person)?;
        Ok(picture(original.ok_or(PageError::NotFound)?.bytes))
    })
    .await
}

pub async fn one(
    State(app): State<Arc<App>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Markup, PageError> {
    let id = cards::named(&id)?;
    let (card, person, whole, ratio, seen) = app
        .read(move |app, ledger| -> Result<_, PageError> {
            let (card, person) = known(ledger, id)?;
            let desk = &app.photos;
            let original = desk.original(ledger, id, &person)?;
            let whole = original.ok_or(PageError::NotFound)?.is_whole;
            let jpeg = desk.prepared(&person).ok().flatten();
            let seen = jpeg.and_then(|jpeg| background_of(&jpeg).ok());
            Ok((card, person, whole, desk.ratio(), seen))
        })
        .await?;
    cards::note(&app, &user, id, VIEWED).await?;
    let lang = user.lang;
    let due = cloth_of(person.record.tanggal_lahir);
    let changeable = matches!(
        card.state,
        CardState::Accepted | CardState::Held | CardState::Rendered
    );
    let reason = card.reason.as_deref().unwrap_or_default();
    let title = lang.t("Foto", "Photo");
    let content = html! {
        h1 { (title) ": " (person.record.nama) }
        p {
            a href={ "/cards/" (id) } { (id) } " · " (person.record.nik.masked()) " · "
            (card.sekolah.nama.as_deref().unwrap_or_default()) " " (card.sekolah.kelas.as_deref().unwrap_or_default())
            " · " (lang.t(card.state.indonesian(), card.state.name()))
        }
        @if card.state == CardState::Held {
            p.notice.warn { (history::advice(reason).map_or(reason.into(), |advice| advice.into(lang))) }
        }
        @if let Some(seen) = seen.filter(|seen| *seen != due) {
            p.notice.warn {
                (lang.t("Latar foto ", "The cloth is ")) (cloth(lang, seen))
                (lang.t("; anak kelahiran ", "; of a child born in ")) (person.record.tanggal_lahir.year())
                (lang.t(" biasanya berlatar ", " it is usually ")) (cloth(lang, due)) "."
            }
        }
        @if let (CardState::Rendered, Some(lot)) = (card.state, card.lot) {
            p.notice.warn {
                (lang.t("Kartu ini sudah di dalam PDF lot ", "This card is in the PDF of lot ")) (lot)
                (lang.t("; bila fotonya diubah, kartu dari PDF itu jangan dipakai dan kartunya dibuat lagi.",
                        "; once its photo is changed, what that PDF shows of it must not be used, and the card is made anew."))
            }
        }
        @if !whole {
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
pub struct Frame {
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
    text: (&'static str, &'static str),
) -> Result<Response, PageError> {
    let held = Arc::clone(app);
    let actor = accounts::actor(&user.name);
    let changed = app
        .with_ledger(move |ledger| held.photos.change(ledger, &actor, card, &wanted))
        .await;
    let here = format!("/photos/{card}");
    match changed {
        Ok(()) => Ok(page::done(app, user, &here, text)),
        Err(error) => page::refused(app, user, &here, error),
    }
}

pub async fn adjust(
    State(app): State<Arc<App>>,
    user: User,
    Path(card): Path<String>,
    Form(frame): Form<Frame>,
) -> Result<Response, PageError> {
    let card = cards::named(&card)?;
    let Some(adjustment) = Adjustment::new((frame.x, frame.y), frame.width, frame.turn) else {
        let error = PageError::refused(
            "Angkanya bukan bagian dari foto.",
            "That is no part of the photo.",
        );
        return page::refused(&app, &user, &format!("/photos/{card}"), error);
    };
    let text = ("Potongan foto disimpan.", "The part was kept.");
    change(&app, &user, card, Change::Adjust(adjustment), text).await
}

pub async fn replace(
    State(app): State<Arc<App>>,
    user: User,
    Path(card): Path<String>,
    mut form: Multipart,
) -> Result<Response, PageError> {
    let card = cards::named(&card)?;
    let text = ("Foto diganti.", "The photo was replaced.");
    match sent(&mut form).await {
        Ok(bytes) => change(&app, &user, card, Change::Replace(bytes), text).await,
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
pub async fn shared(
    State(app): State<Arc<App>>,
    user: User,
    Path((key, row)): Path<(String, u32)>,
) -> Result<Response, PageError> {
    let bytes = app.read(move |app, ledger| -> Result<_, PageError> {
        let folder = back::folder(app, &key).ok_or(PageError::NotFound)?;
        let found = shared_photo(&app.paths, &app.config, ledger, &folder, row)?;
        Ok(found.ok_or(PageError::NotFound)?.1)
    });
    let bytes = bytes.await?;
    app.write(&user, |tx| {
        tx.audit(AuditCode::SharedPhotoViewed, None, None)
    })
    .await?;
    Ok(picture(bytes))
}

/// What lets a shared picture pass.
#[derive(Deserialize)]
pub struct Allowed {
    folder: String,
    row: u32,
    reason: String,
}

pub async fn allow(
    State(app): State<Arc<App>>,
    user: User,
    Form(allowed): Form<Allowed>,
) -> Result<Response, PageError> {
    let Some(reason) = page::filled(&allowed.reason) else {
        let error = PageError::refused("Tulis alasannya.", "Write the reason.");
        return page::refused(&app, &user, "/photos", error);
    };
    let (folder, row) = (allowed.folder, allowed.row);
    let found = app
        .read(move |app, ledger| -> Result<_, PageError> {
            let folder = back::folder(app, &back::key(&folder)).ok_or(PageError::NotFound)?;
            let found = shared_photo(&app.paths, &app.config, ledger, &folder, row)?;
            Ok(found.ok_or(PageError::NotFound)?.0)
        })
        .await?;
    let written = app
        .write(&user, move |tx| -> ledger::Result<()> {
            tx.allow(rules::PHOTO_SHARED.code, &found.nik, &reason)
        })
        .await;
    let text = (
        "Foto ini diizinkan; masukkan kirimannya lagi.",
        "The picture may pass; take the drop in again.",
    );
    match written {
        Ok(()) => Ok(page::done(&app, &user, "/photos", text)),
        Err(error) => page::refused(&app, &user, "/photos", error),
    }
}

/// A folder of `rejected/`.
#[derive(Deserialize)]
pub struct Folder {
    folder: String,
}

pub async fn again(
    State(app): State<Arc<App>>,
    user: User,
    Form(form): Form<Folder>,
) -> Result<Response, PageError> {
    let done = app
        .read(move |app, _| {
            drop_again(&app.paths, &form.folder).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => PageError::NotFound,
                std::io::ErrorKind::AlreadyExists => PageError::refused(
                    "Di incoming/ sudah ada kiriman dengan nama ini; tunggu sampai selesai.",
                    "There is a drop of this name in incoming/; wait for its end.",
                ),
                _ => PageError::broken(error),
            })
        })
        .await;
    let text = ("Kiriman dimasukkan lagi.", "The drop was taken in again.");
    match done {
        Ok(()) => {
            app.write(&user, |tx| tx.audit(AuditCode::DropAgain, None, None))
                .await?;
            Ok(page::done(&app, &user, "/photos", text))
        }
        Err(error) => page::refused(&app, &user, "/photos", error),
    }
}

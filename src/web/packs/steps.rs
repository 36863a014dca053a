//! What is done with packs.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::{HERE, named};
use crate::actions::packing::{self, Arrived};
use crate::domain::ids::{CardId, PackId};
use crate::domain::pack::{Carrier, PackRefusal, ReturnReason};
use crate::ledger::{self, Tx};
use crate::web::app::App;
use crate::web::error::PageError;
use crate::web::page;
use crate::web::session::User;

/// Takes a step with a pack and says on the page that `work` names, or on the pack's own where it
/// was refused, what became of it.
async fn step(
    app: &Arc<App>,
    user: &User,
    from: PackId,
    work: impl FnOnce(&mut Tx<'_>) -> ledger::Result<(PackId, (String, String))> + Send + 'static,
) -> Result<Response, PageError> {
    match app.write(user, work).await {
        Ok((to, text)) => Ok(page::done(app, user, &format!("{HERE}/{to}"), text)),
        Err(error) => page::refused(app, user, &format!("{HERE}/{from}"), error),
    }
}

/// Says on the pack's page why its form was refused.
fn refused(app: &App, user: &User, pack: PackId, error: PageError) -> Result<Response, PageError> {
    page::refused(app, user, &format!("{HERE}/{pack}"), error)
}

/// What a form of cards sends: `card` once for each that is ticked, and what its buttons say.
type Fields = Vec<(String, String)>;

fn chosen(fields: &Fields) -> Result<Vec<CardId>, PageError> {
    let cards = fields.iter().filter(|(name, _)| name == "card");
    let cards = cards.map(|(_, text)| {
        let wrong = |_| {
            PageError::refused(
                format!("`{text}` bukan nomor kartu seperti K000123-0."),
                format!("`{text}` is no card number such as K000123-0."),
            )
        };
        text.trim().parse().map_err(wrong)
    });
    cards.collect()
}

/// The cards that are ticked, one at least.
fn some(fields: &Fields) -> Result<Vec<CardId>, PageError> {
    match chosen(fields)? {
        cards if cards.is_empty() => Err(PageError::refused(
            "Centang dulu kartunya pada daftar.",
            "Tick the cards in the list first.",
        )),
        cards => Ok(cards),
    }
}

/// The day of a form, today where none is named; none that has not come.
fn day(app: &App, fields: &Fields) -> Result<Date, PageError> {
    let today = app.today();
    match page::day(page::value(fields, "on"))? {
        Some(day) if day > today => Err(PageError::refused(
            format!("{day} belum tiba."),
            format!("{day} has not come yet."),
        )),
        day => Ok(day.unwrap_or(today)),
    }
}

/// Which school a pack is made for; for each when none is named.
#[derive(Deserialize)]
pub struct Make {
    #[serde(default)]
    school: String,
}

pub async fn make(
    State(app): State<Arc<App>>,
    user: User,
    Form(form): Form<Make>,
) -> Result<Response, PageError> {
    let school = page::filled(&form.school);
    let made = app
        .write(&user, move |tx| packing::gather(tx, school.as_deref()))
        .await;
    match made {
        Ok(packs) => {
            let to = match packs.as_slice() {
                [pack] => format!("{HERE}/{pack}"),
                _ => HERE.to_owned(),
            };
            let n = packs.len();
            let text = (
                format!("{n} paket diisi."),
                format!("{n} packs were filled."),
            );
            Ok(page::done(&app, &user, &to, text))
        }
        Err(error) => page::refused(&app, &user, HERE, error),
    }
}

pub async fn add(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let pack = named(&pack)?;
    each(
        app,
        user,
        pack,
        fields,
        ("masuk", "put in"),
        |tx, pack, card| tx.put_in_pack(pack, card),
    )
    .await
}

pub async fn remove(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let pack = named(&pack)?;
    each(
        app,
        user,
        pack,
        fields,
        ("dikeluarkan", "taken out"),
        |tx, pack, card| tx.take_out(pack, card),
    )
    .await
}

async fn each(
    app: Arc<App>,
    user: User,
    pack: PackId,
    fields: Fields,
    said: (&'static str, &'static str),
    work: fn(&mut Tx<'_>, PackId, CardId) -> ledger::Result<()>,
) -> Result<Response, PageError> {
    let cards = match some(&fields) {
        Ok(cards) => cards,
        Err(error) => return refused(&app, &user, pack, error),
    };
    step(&app, &user, pack, move |tx| {
        for &card in &cards {
            work(tx, pack, card)?;
        }
        let n = cards.len();
        Ok((
            pack,
            (
                format!("{n} kartu {}.", said.0),
                format!("{n} cards {}.", said.1),
            ),
        ))
    })
    .await
}

pub async fn close(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
) -> Result<Response, PageError> {
    seal(&app, &user, named(&pack)?, false).await
}

/// `POST /packs/{pack}/waive`: sealed although some cards were never scanned; whoever does it
/// answers for them.
pub async fn waive(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
) -> Result<Response, PageError> {
    seal(&app, &user, named(&pack)?, true).await
}

async fn seal(
    app: &Arc<App>,
    user: &User,
    pack: PackId,
    waive: bool,
) -> Result<Response, PageError> {
    step(app, user, pack, move |tx| {
        let (mut id, mut en) = ("Paket disegel".to_owned(), "The pack is closed".to_owned());
        let waived = tx.close_pack(pack, waive)?.len();
        if waived > 0 {
            id.push_str(&format!(", {waived} kartu tanpa pindai"));
            en.push_str(&format!(", {waived} cards unscanned"));
        }
        Ok((pack, (id + ".", en + ".")))
    })
    .await
}

pub async fn send(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let pack = named(&pack)?;
    let read = || -> Result<_, PageError> {
        let carrier = page::value(&fields, "via").and_then(Carrier::from_code);
        let carrier = carrier
            .ok_or_else(|| PageError::refused("Pilih cara kirimnya.", "Choose how it is sent."))?;
        let number = page::value(&fields, "number").and_then(page::filled);
        let number = number.map(|number| number.parse()).transpose();
        let number = number.map_err(|refusal: PackRefusal| ledger::Error::from(refusal))?;
        Ok((carrier, number, day(&app, &fields)?))
    };
    let (carrier, number, on) = match read() {
        Ok(read) => read,
        Err(error) => return refused(&app, &user, pack, error),
    };
    let zone = app.zone.clone();
    step(&app, &user, pack, move |tx| {
        let n = packing::send(tx, pack, carrier, number, on, &zone)?;
        let text = (
            format!("{n} kartu dikirim."),
            format!("{n} cards were sent."),
        );
        Ok((pack, text))
    })
    .await
}

/// `POST /packs/{pack}/receive`: all arrived, all but those ticked, only those, or those ticked
/// lie at the school unclaimed.
pub async fn receive(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let pack = named(&pack)?;
    let what = page::value(&fields, "what").unwrap_or_default().to_owned();
    let read = || -> Result<_, PageError> {
        let cards = match what.as_str() {
            "all" => Vec::new(),
            _ => some(&fields)?,
        };
        Ok((cards, day(&app, &fields)?))
    };
    let (cards, on) = match read() {
        Ok(read) => read,
        Err(error) => return refused(&app, &user, pack, error),
    };
    step(&app, &user, pack, move |tx| {
        let (arrived, unclaimed) = match what.as_str() {
            "all" | "except" => (Arrived::AllBut(&cards), &[][..]),
            "unclaimed" => (Arrived::These(&[]), cards.as_slice()),
            _ => (Arrived::These(&cards), &[][..]),
        };
        packing::receive(tx, pack, arrived, unclaimed, on)?;
        let text = (
            "Jawaban sekolah dicatat.",
            "What the school said is entered.",
        );
        Ok((pack, (text.0.to_owned(), text.1.to_owned())))
    })
    .await
}

pub async fn give_back(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let pack = named(&pack)?;
    let read = || -> Result<_, PageError> {
        let reason = page::value(&fields, "reason").and_then(ReturnReason::from_code);
        let reason = reason.ok_or_else(|| {
            PageError::refused("Pilih alasan kembali.", "Choose why they came back.")
        })?;
        Ok((some(&fields)?, reason))
    };
    let (cards, reason) = match read() {
        Ok(read) => read,
        Err(error) => return refused(&app, &user, pack, error),
    };
    step(&app, &user, pack, move |tx| {
        tx.return_from_pack(pack, &cards, reason)?;
        let n = cards.len();
        let text = (
            format!("{n} kartu kembali ke kantor."),
            format!("{n} cards are back in the office."),
        );
        Ok((pack, text))
    })
    .await
}

/// `POST /packs/{pack}/move`: the cards that are ticked go into the pack of another school.
pub async fn relocate(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let pack = named(&pack)?;
    let read = || -> Result<_, PageError> {
        let school = page::value(&fields, "school").and_then(page::filled);
        let school = school.ok_or_else(|| {
            PageError::refused("Isi sekolah tujuannya.", "Name the school they go to.")
        })?;
        Ok((some(&fields)?, school))
    };
    let (cards, school) = match read() {
        Ok(read) => read,
        Err(error) => return refused(&app, &user, pack, error),
    };
    step(&app, &user, pack, move |tx| {
        let mut to = pack;
        for &card in &cards {
            to = packing::move_to_school(tx, card, &school)?;
        }
        let n = cards.len();
        let text = (
            format!("{n} kartu dipindahkan ke paket ini."),
            format!("{n} cards were moved into this pack."),
        );
        Ok((to, text))
    })
    .await
}

pub async fn redeliver(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
) -> Result<Response, PageError> {
    let pack = named(&pack)?;
    step(&app, &user, pack, move |tx| {
        let text = (
            "Yang kembali masuk paket ini.".to_owned(),
            "What came back is in this pack.".to_owned(),
        );
        Ok((packing::redeliver(tx, pack)?, text))
    })
    .await
}

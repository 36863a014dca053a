//! The routes of packs: pages, and forms that become actions.

use std::sync::Arc;

use axum::extract::{Multipart, Path, State};
use axum::response::Response;

use super::{HERE, list, one};
use crate::actions::pack_papers::{HandoverWords, MOST_BYTES};
use crate::actions::packs::{self, Arrived, Changed, MoveTo};
use crate::actions::{Access, Failure, Result, Rule};
use crate::domain::ids::PackId;
use crate::domain::pack::{Carrier, ReturnReason};
use crate::domain::text::Text;
use crate::reports::papers::Receiver;
use crate::web::action::{Posted, Then, perform};
use crate::web::app::App;
use crate::web::error::PageError;
use crate::web::guard::Needs;
use crate::web::router::{FORM_BYTES, Routes};
use crate::web::session::User;

/// A scan of a signed paper, and the form around it.
const SCAN_BYTES: usize = MOST_BYTES + FORM_BYTES;

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/packs", Needs::Rule(Rule::PackList), list)
        .get("/packs/{pack}", Needs::Rule(Rule::PackView), one)
        .get(
            "/packs/{pack}/files/{name}",
            Needs::Rule(Rule::PackPapers),
            scan,
        )
        .upload(
            "/packs/{pack}/files",
            Needs::Rule(Rule::PackAttach),
            SCAN_BYTES,
            attach,
        )
        .action("/packs", Rule::PackGather, gather)
        .action("/packs/{pack}/add", Rule::PackFill, |it, at| {
            changed(packs::add(at, pack(it)?, &it.cards()?))
        })
        .action("/packs/{pack}/remove", Rule::PackFill, |it, at| {
            changed(packs::remove(at, pack(it)?, &it.cards()?))
        })
        .action("/packs/{pack}/close", Rule::PackClose, |it, at| {
            changed(packs::close(at, pack(it)?, false))
        })
        .action("/packs/{pack}/waive", Rule::PackCloseUnscanned, |it, at| {
            changed(packs::close(at, pack(it)?, true))
        })
        .action("/packs/{pack}/send", Rule::PackSend, send)
        .action("/packs/{pack}/receive", Rule::PackReceive, receive)
        .action("/packs/{pack}/return", Rule::PackReturn, give_back)
        .action("/packs/{pack}/move", Rule::PackMove, relocate)
        .action("/packs/{pack}/redeliver", Rule::PackRedeliver, |it, at| {
            changed(packs::redeliver(at, pack(it)?))
        })
        .action("/packs/{pack}/papers", Rule::PackPapers, papers)
}

fn pack(it: &Posted) -> Result<PackId> {
    it.param("pack")
}

/// Shows the one pack that changed, or the list.
fn changed(done: Result<Changed>) -> Result<Then> {
    let Changed { packs, text } = done?;
    let to = match packs.as_slice() {
        [one] => format!("{HERE}/{}", one.pack),
        _ => HERE.to_owned(),
    };
    Ok(Then::Page(to, text))
}

fn gather(it: &Posted, at: &mut Access<'_>) -> Result<Then> {
    changed(packs::gather(at, it.text("school")))
}

fn send(it: &Posted, at: &mut Access<'_>) -> Result<Then> {
    let none = Text::new("Pilih cara kirimnya.", "Choose how it is sent.");
    let carrier = it.choice("via", Carrier::from_code, none)?;
    changed(packs::send(
        at,
        pack(it)?,
        carrier,
        it.text("number"),
        it.day("on")?,
    ))
}

/// All arrived, all but those ticked, only those, or those ticked lie at the school unclaimed.
fn receive(it: &Posted, at: &mut Access<'_>) -> Result<Then> {
    let (what, pack, on) = (it.value("what"), pack(it)?, it.day("on")?);
    let cards = match what {
        "all" => Vec::new(),
        _ => it.cards()?,
    };
    let (arrived, unclaimed) = match what {
        "all" | "except" => (Arrived::AllBut(&cards), &[][..]),
        "unclaimed" => (Arrived::These(&[]), cards.as_slice()),
        _ => (Arrived::These(&cards), &[][..]),
    };
    changed(packs::receive(at, pack, arrived, unclaimed, on))
}

fn give_back(it: &Posted, at: &mut Access<'_>) -> Result<Then> {
    let none = Text::new("Pilih alasan kembali.", "Choose why they came back.");
    let reason = it.choice("reason", ReturnReason::from_code, none)?;
    changed(packs::give_back(at, pack(it)?, Some(&it.cards()?), reason))
}

fn relocate(it: &Posted, at: &mut Access<'_>) -> Result<Then> {
    let none = Text::new("Isi sekolah tujuannya.", "Name the school they go to.");
    let school = it.required("school", none)?;
    changed(packs::relocate(at, &it.cards()?, MoveTo::School(school)))
}

/// One paper. It is posted, so that the receiver's name stands in no address.
fn papers(it: &Posted, at: &mut Access<'_>) -> Result<Then> {
    let (pack, what) = (pack(it)?, it.value("what"));
    let words = HandoverWords {
        number: it.text("number"),
        on: it.day("on")?,
        receiver: Receiver {
            name: it.text("receiver"),
            nip: it.text("nip"),
            title: it.text("title"),
        },
    };
    if !["bast", "tanda-terima", "label"].contains(&what) {
        return Err(Failure::Missing(Text::new(
            "Dokumen ini tidak ada.",
            "There is no such paper.",
        )));
    }
    let papers = packs::papers(at, pack, words, what)?;
    let pdf = match what {
        "bast" => papers.bast,
        "label" => papers.labels,
        _ => papers.receipts,
    };
    Ok(Then::File(format!("{pack}-{what}.pdf"), pdf))
}

async fn attach(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
    mut form: Multipart,
) -> std::result::Result<Response, PageError> {
    let pack: PackId = pack.parse().map_err(|_| PageError::NotFound)?;
    let mut scan = Vec::new();
    while let Some(field) = form.next_field().await.map_err(PageError::upload)? {
        if field.name() == Some("scan") {
            scan = field.bytes().await.map_err(PageError::upload)?.to_vec();
        }
    }
    let here = format!("{HERE}/{pack}");
    perform(&app, &user, &here.clone(), move |at| {
        let (_, text) = packs::attach(at, pack, &scan)?;
        Ok(Then::Page(here, text))
    })
    .await
}

async fn scan(
    State(app): State<Arc<App>>,
    user: User,
    Path((pack, name)): Path<(String, String)>,
) -> std::result::Result<Response, PageError> {
    let pack: PackId = pack.parse().map_err(|_| PageError::NotFound)?;
    let here = format!("{HERE}/{pack}");
    perform(&app, &user, &here, move |at| {
        let bytes = packs::scan(at, pack, &name)?;
        Ok(Then::File(name, bytes))
    })
    .await
}

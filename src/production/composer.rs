//! One card set on its layout on the day it is printed.

use std::io;
use std::sync::Arc;

use crate::domain::card::{Evidence, Kind, State};
use crate::domain::chain;
use crate::domain::reason::Reason;
use crate::ledger::{self, Ledger, NewCard, QueuedCard};
use crate::production::ACTOR;
use crate::production::StationError;
use crate::production::photos::PhotoStore;
use crate::production::tokens::{new_token, qr_payload};
use crate::render::compose::{Composed, compose};
use crate::render::content::{CardContent, Issue, Photo, values};
use crate::render::layout::Layout;
use crate::render::photo;
use crate::render::press::Press;
use crate::render::proof::Expected;

/// Why a card cannot be printed today.
pub enum Aside {
    /// The child changed from one kind to the other while waiting.
    OtherKind(Kind),
    Hold(Reason),
    /// Its photo cannot be read for now: it waits where it is.
    Unread(io::Error),
}

/// Sets cards of one kind on one day; shared by all threads.
pub struct CardComposer<'a> {
    pub layout: &'a Layout,
    pub photos: &'a PhotoStore,
    pub issue: Issue<'a>,
    pub press: Press,
}

impl CardComposer<'_> {
    /// Sets a card, and says what it is to show. Kind and eligibility are judged on the day of
    /// printing, not of the drop.
    pub fn set(&self, queued: &QueuedCard) -> Result<(Composed, Expected), Aside> {
        let (person, kind) = (&queued.person, self.layout.kind);
        match person.record.kind_on(self.issue.day) {
            Some(due) if due == kind => {}
            Some(due) => return Err(Aside::OtherKind(due)),
            None => return Err(Aside::Hold(Reason::TooOld)),
        }
        if person
            .record
            .berlaku_hingga
            .is_some_and(|until| until < self.issue.day)
        {
            return Err(Aside::Hold(Reason::ValidityPast));
        }
        let photo = match (&person.photo, kind) {
            (Some(sha256), Kind::From5) => {
                Some(photo_of(self.photos, sha256).inspect_err(|_| {
                    tracing::error!(card = %queued.card, "a prepared photo cannot be used");
                })?)
            }
            (None, Kind::From5) => return Err(Aside::Hold(Reason::PhotoMissing)),
            (_, Kind::Under5) => None,
        };
        let payload = qr_payload(person.record.qr.as_deref(), person.token.as_deref());
        let content = CardContent {
            mark: queued.card.to_string(),
            kind,
            values: values(&person.record, kind, self.issue),
            photo,
            qr: payload.to_owned(),
        };
        let composed = compose(self.layout, &content, &self.press).map_err(|misfits| {
            let first = misfits.first();
            let reason = first.and_then(|misfit| Reason::from_code(misfit.rule.code));
            Aside::Hold(reason.unwrap_or(Reason::TextDoesNotFit))
        })?;
        let expected = Expected::of(self.layout, &content, &self.press);
        Ok((composed, expected))
    }
}

/// A kept photo as a page shows it.
pub fn photo_of(photos: &PhotoStore, sha256: &str) -> Result<Photo, Aside> {
    let damaged = |error: &dyn std::error::Error| {
        tracing::error!(error = chain(error), "a prepared photo is damaged or gone");
        Aside::Hold(Reason::PhotoDamaged)
    };
    let jpeg = photos.read(sha256).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => damaged(&error),
        io::ErrorKind::NotFound if photos.is_there() => damaged(&error),
        _ => Aside::Unread(error),
    })?;
    let (width, height) = photo::size_of(&jpeg).map_err(|error| damaged(&error))?;
    Ok(Photo {
        jpeg: Arc::from(jpeg),
        width,
        height,
    })
}

/// Takes a card out of the way: held with its reason, or queued again as the other kind. `false`
/// when a person was faster and did something else with it, which stands.
pub fn set_aside(
    ledger: &mut Ledger,
    queued: &QueuedCard,
    aside: &Aside,
    now: jiff::Timestamp,
) -> Result<bool, StationError> {
    let record = &queued.person.record;
    let token = new_token().map_err(|error| StationError::File {
        what: "the system gives no random numbers",
        source: std::io::Error::other(error),
    })?;
    let photo = queued.person.photo.as_deref();
    let done = ledger.write(ACTOR, now, |tx| -> Result<bool, ledger::Error> {
        if !tx.is_as_read(queued)? {
            return Ok(false);
        }
        let hold = |tx: &mut ledger::Tx<'_>, reason: Reason| {
            tx.move_card(queued.card, State::Held, Evidence::Station, Some(reason))
                .map(|_| ())
        };
        match aside {
            Aside::Unread(_) => {}
            Aside::Hold(reason) => hold(tx, *reason)?,
            Aside::OtherKind(Kind::From5) if photo.is_none() => hold(tx, Reason::PhotoMissing)?,
            Aside::OtherKind(kind) => {
                let drop = tx
                    .card(queued.card)?
                    .map(|card| card.drop)
                    .unwrap_or_default();
                tx.move_card(
                    queued.card,
                    State::Cancelled,
                    Evidence::Station,
                    Some(Reason::OtherKind),
                )?;
                tx.accept(NewCard {
                    record,
                    kind: *kind,
                    photo,
                    token: record.qr.is_none().then_some(token.as_str()),
                    drop: &drop,
                    row: None,
                    replaces: Some(queued.card),
                })?;
            }
        }
        Ok(true)
    })?;
    if done {
        tracing::warn!(card = %queued.card, "a card was set aside; `kia-station status` says why");
    }
    Ok(done)
}

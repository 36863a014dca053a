//! Writing: everything that happens in one transaction.

mod accounts;
mod audit;
mod batches;
mod outcome;
mod packs;
mod photos;
mod printing;
mod scanning;
mod senders;
mod stock;
mod trust;

use std::ops::Deref;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::error::{Error, Result};
use super::event::{
    Accepted, DropOutcome, Event, Exception, LotMade, Moved, NO_HASH, Place, chain_hash,
};
use super::key::{is_digest, record_json};
use super::order::Order;
use super::project::{apply, card_id, number};
use super::reader::Reader;
use super::view::stamp;
use crate::domain::card::{Evidence, Kind, SpoilReason, State};
use crate::domain::ids::{CardId, LotId};
use crate::domain::nik::{Nik, mask_dates_and_numbers_in as mask_numbers};
use crate::domain::period::Month;
use crate::domain::record::Record;

pub use outcome::{Reprint, Settlement};
pub use packs::{NewFile, Receipt};
pub use printing::NewJob;
pub use scanning::Scan;
pub use stock::{Close, NewMovement};
pub use trust::RESTORED;

/// One transaction: reads ([`Reader`]'s, of what it has itself written too) and writes. All of it
/// is kept or none.
///
/// A write that returns an error has written nothing, and the transaction may go on.
pub struct Tx<'a> {
    reader: &'a Reader,
    actor: &'a str,
    at: String,
    /// Number and hash of the newest event, read inside the transaction: no other process can
    /// add one before it ends.
    head: (u64, [u8; 32]),
}

/// A record that becomes a card.
#[derive(Debug, Clone, Copy)]
pub struct NewCard<'a> {
    /// The record, as the rules passed it.
    pub record: &'a Record,
    /// The kind due on the day of printing.
    pub kind: Kind,
    /// The SHA-256 of the prepared JPEG, in lower-case hexadecimal digits.
    pub photo: Option<&'a str>,
    /// The opaque text its QR shows, if it shows one of the office's own.
    pub token: Option<&'a str>,
    /// The drop it came with.
    pub drop: &'a str,
    /// The row in the drop.
    pub row: Option<u32>,
    /// The child's card that it takes the place of; that one must be void, spoiled or cancelled
    /// already.
    pub replaces: Option<CardId>,
}

/// What the sender sent for a card, as the ledger compares it with what comes later.
struct Sent {
    content_hash: String,
    /// Whether the card's picture is another than the sender's.
    photo_by_hand: bool,
}

/// A print-ready PDF that lies on the disk, synced.
#[derive(Debug, Clone, Copy)]
pub struct NewLot<'a> {
    /// The number from [`Reader::next_lot`].
    pub lot: LotId,
    /// The kind of its cards.
    pub kind: Kind,
    /// The layout it was rendered with.
    pub layout: &'a str,
    pub mode: &'a str,
    /// The cards in the order of the pages.
    pub cards: &'a [CardId],
    /// The file name in the folder of lots.
    pub pdf: &'a str,
    /// The PDF's SHA-256, in lower-case hexadecimal digits.
    pub sha256: &'a str,
    /// The PDF's size in bytes.
    pub bytes: u64,
}

/// Whether a spoiled card is made again.
#[derive(Debug, Clone, Copy)]
pub enum Remake<'a> {
    /// It is not, until a newer record comes.
    No,
    /// It is, from the same record, with a token of its own.
    Yes {
        /// The new card's [`NewCard::token`]; not used when its code is supplied.
        token: Option<&'a str>,
    },
    /// It is, though a scan had proved it good, because a second person agrees.
    Agreed {
        token: Option<&'a str>,
        /// Who agrees; another than the one who acts.
        second: &'a str,
    },
}

impl Deref for Tx<'_> {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        self.reader
    }
}

impl<'a> Tx<'a> {
    /// A transaction of `reader`'s database has begun.
    pub(super) fn begun(reader: &'a Reader, actor: &'a str, at: Timestamp) -> Result<Self> {
        let last: Option<(i64, [u8; 32], String)> = reader
            .db
            .prepare_cached("SELECT seq, hash, at FROM events ORDER BY seq DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let newest = last.as_ref().and_then(|(_, _, at)| at.parse().ok());
        Ok(Self {
            reader,
            actor,
            at: stamp(in_order(at, newest)),
            head: last.map_or((0, NO_HASH), |(seq, hash, _)| (seq.cast_unsigned(), hash)),
        })
    }

    /// Makes a card of a record; it waits in the queue from then on.
    ///
    /// # Errors
    /// [`Error::LiveCard`] when the child has a live card, [`Error::Replaces`] when the card to
    /// replace is another child's, [`Error::Digest`] when the photo is not named by its digest.
    pub fn accept(&mut self, new: NewCard<'_>) -> Result<CardId> {
        self.accept_attempt(new, 1, None)
    }

    /// `sent` is what the sender sent, where a hand may have changed the picture since.
    fn accept_attempt(
        &mut self,
        new: NewCard<'_>,
        attempt: u32,
        sent: Option<Sent>,
    ) -> Result<CardId> {
        if new.photo.is_some_and(|photo| !is_digest(photo)) {
            return Err(Error::Digest);
        }
        let last: i64 = self
            .db
            .prepare_cached(
                "SELECT max((SELECT coalesce(max(card), 0) FROM cards),
                     (SELECT coalesce(max(cards), 0) FROM restores))",
            )?
            .query_row([], |row| row.get(0))?;
        let card = card_id(last + 1);
        let (key, record) = (&self.reader.key, new.record);
        let json = record_json(record);
        let sent = sent.unwrap_or_else(|| Sent {
            content_hash: key.content(&record.content(new.photo)),
            photo_by_hand: false,
        });
        let school = record.sekolah.clone().unwrap_or_default();
        let event = Event::CardAccepted(Box::new(Accepted {
            card,
            card_kind: new.kind,
            nik_hash: key.nik(&record.nik),
            record_hash: key.record(&json, new.photo, new.token),
            content_hash: sent.content_hash,
            code_hash: (record.qr.as_deref().or(new.token)).map(|code| key.code(code)),
            photo_hash: new.photo.map(|photo| key.photo(photo)),
            request_hash: record.id.as_deref().map(|id| key.request(id)),
            revisi: record.revisi,
            alasan: record.alasan,
            npsn: school.npsn,
            sekolah: school.nama,
            kelas: school.kelas,
            kecamatan: record.kecamatan.clone(),
            desa: record.desa.clone(),
            kode_wilayah: record.kode_wilayah.clone(),
            expires: Some(Month::of(record.expires(new.kind))),
            drop: new.drop.to_owned(),
            row: new.row,
            attempt,
            replaces: new.replaces,
            photo_by_hand: sent.photo_by_hand,
        }));
        let order = Order::of(record);
        self.whole(|tx| {
            tx.append(&event)?;
            tx.db
                .prepare_cached("INSERT INTO persons VALUES (?, ?, ?, ?, ?, ?, ?)")?
                .execute(params![
                    number(card),
                    json,
                    new.photo,
                    new.token,
                    order.school,
                    order.class,
                    order.name
                ])?;
            enqueue(&tx.db, card)
        })?;
        Ok(card)
    }

    /// Moves a card and returns where it stood. `reason` is a short code.
    ///
    /// A card becomes `rendered` for the first time by [`Tx::make_lot`] only; one that comes back
    /// to `rendered` keeps its place, and one that comes back to `accepted` loses it and waits in
    /// the queue again.
    ///
    /// # Errors
    /// [`Error::Move`] when the move is illegal, [`Error::NoCard`], [`Error::NoPlace`],
    /// [`Error::ReasonForm`].
    pub fn move_card(
        &mut self,
        card: CardId,
        to: State,
        evidence: Evidence,
        reason: Option<&str>,
    ) -> Result<State> {
        reason.map_or(Ok(()), check_reason)?;
        self.whole(|tx| {
            tx.step(Moved {
                card,
                to,
                evidence,
                reason: reason.map(str::to_owned),
                second: None,
                place: None,
            })
        })
    }

    /// Appends a move and keeps the queue to it.
    fn step(&mut self, moved: Moved) -> Result<State> {
        let (card, to) = (moved.card, moved.to);
        let from = self.state(card)?.ok_or(Error::NoCard(card))?;
        self.append(&Event::CardMoved(moved))?;
        if from == State::Accepted {
            self.db
                .prepare_cached("DELETE FROM queue WHERE card = ?")?
                .execute([number(card)])?;
        }
        if to == State::Accepted {
            enqueue(&self.db, card)?;
        }
        Ok(from)
    }

    /// Spoils a card that used up its blank; when it is made again, returns the new card.
    ///
    /// # Errors
    /// Those of [`Tx::move_card`] and [`Tx::accept`]; [`Error::Erased`] when the record to make
    /// it from is gone; [`Error::SecondPerson`] when a card that was proved good is made again
    /// and no second person agrees.
    pub fn spoil(
        &mut self,
        card: CardId,
        reason: SpoilReason,
        evidence: Evidence,
        remake: Remake<'_>,
    ) -> Result<Option<CardId>> {
        let proved = self.was_proved(card)?;
        let (again, second) = match remake {
            Remake::No => (None, None),
            Remake::Yes { .. } if proved => return Err(Error::SecondPerson),
            Remake::Yes { token } => (Some(token), None),
            Remake::Agreed { token, second } => (Some(token), Some(self.second(second)?)),
        };
        self.whole(|tx| {
            tx.step(Moved {
                card,
                to: State::Spoiled,
                evidence,
                reason: Some(reason.code().to_owned()),
                second,
                place: None,
            })?;
            again.map(|token| tx.make_again(card, token)).transpose()
        })
    }

    /// The next attempt at a card that is no good any more, from the same record.
    fn make_again(&mut self, card: CardId, token: Option<&str>) -> Result<CardId> {
        let old = self.card(card)?.ok_or(Error::NoCard(card))?;
        let person = self.person(card)?.ok_or(Error::Erased(card))?;
        let new = NewCard {
            record: &person.record,
            kind: old.kind,
            photo: person.photo.as_deref(),
            token: token.filter(|_| person.record.qr.is_none()),
            drop: &old.drop,
            row: old.row,
            replaces: Some(card),
        };
        // The picture on the card may be the desk's; what the sender sent stays what it was.
        let sent = self
            .db
            .prepare_cached("SELECT content_hash, photo_by_hand FROM cards WHERE card = ?")?
            .query_row([number(card)], |row| {
                Ok(Sent {
                    content_hash: row.get(0)?,
                    photo_by_hand: row.get(1)?,
                })
            })?;
        self.accept_attempt(new, old.attempt + 1, Some(sent))
    }

    /// The name of a second person, who must be another than the one who acts.
    fn second(&self, name: &str) -> Result<String> {
        let (_, first) = self.actor.rsplit_once(':').unwrap_or(("", self.actor));
        let name = name.trim();
        if name.is_empty() || name.to_lowercase() == first.trim().to_lowercase() {
            return Err(Error::SecondPerson);
        }
        Ok(name.to_owned())
    }

    /// Enters a print-ready PDF and moves each of its cards to `rendered`. The PDF must lie on
    /// the disk, synced, before.
    ///
    /// # Errors
    /// [`Error::LotTaken`] when another process was faster, [`Error::Move`] when a card is not
    /// waiting any more, [`Error::LotCount`], [`Error::FileName`], [`Error::Digest`].
    pub fn make_lot(&mut self, new: NewLot<'_>) -> Result<()> {
        let cards = u32::try_from(new.cards.len()).map_err(|_| Error::LotCount(new.lot))?;
        self.whole(|tx| {
            tx.append(&Event::LotMade(LotMade {
                lot: new.lot,
                card_kind: new.kind,
                layout: new.layout.to_owned(),
                mode: new.mode.to_owned(),
                cards,
                pdf: new.pdf.to_owned(),
                sha256: new.sha256.to_owned(),
                bytes: new.bytes,
            }))?;
            for (position, &card) in (1..).zip(new.cards) {
                tx.step(Moved {
                    card,
                    to: State::Rendered,
                    evidence: Evidence::Station,
                    reason: None,
                    second: None,
                    place: Some(Place {
                        lot: new.lot,
                        position,
                    }),
                })?;
            }
            Ok(())
        })
    }

    /// Enters that a drop was taken to its end.
    ///
    /// # Errors
    /// [`Error::Counts`] when the counts do not add up, [`Error::DropFinished`] when it was
    /// entered before.
    pub fn finish_drop(&mut self, outcome: &DropOutcome) -> Result<()> {
        let event = Event::DropFinished(DropOutcome {
            name: mask_numbers(&outcome.name),
            ..outcome.clone()
        });
        self.whole(|tx| tx.append(&event))
    }

    /// Enters that a person lets this child's record pass a rule.
    ///
    /// # Errors
    /// [`Error::NoReason`] when the reason is blank.
    pub fn allow(&mut self, rule: &str, nik: &Nik, reason: &str) -> Result<()> {
        if reason.trim().is_empty() {
            return Err(Error::NoReason);
        }
        let event = Event::ExceptionAllowed(Exception {
            rule: rule.to_owned(),
            nik_hash: self.reader.key.nik(nik),
            reason: mask_numbers(reason),
        });
        self.whole(|tx| tx.append(&event))
    }

    /// Erases the personal data of a card that is done: handed over, or not live any more. The
    /// log keeps its hashes. Deleting the photo's file is the caller's, and so is closing the
    /// ledger, which empties the write-ahead log.
    ///
    /// # Errors
    /// [`Error::StillNeeded`], [`Error::NoCard`], [`Error::Erased`], [`Error::ReasonForm`].
    pub fn erase(&mut self, card: CardId, reason: &str) -> Result<()> {
        check_reason(reason)?;
        self.whole(|tx| {
            tx.append(&Event::PersonErased {
                card,
                reason: reason.to_owned(),
            })?;
            tx.db
                .prepare_cached(
                    "UPDATE persons SET record = NULL, photo = NULL, token = NULL, name_key = ''
                     WHERE card = ?",
                )?
                .execute([number(card)])?;
            Ok(())
        })
    }

    /// Adds one event to the log, and to the projections what it means.
    pub(super) fn append(&mut self, event: &Event) -> Result<()> {
        let seq = self.head.0 + 1;
        let body = event.canonical();
        let hash = chain_hash(&self.head.1, seq, &self.at, self.actor, &body);
        apply(&self.db, seq, &self.at, event)?;
        self.db
            .prepare_cached(
                "INSERT INTO events (seq, at, actor, body, prev, hash) VALUES (?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                seq.cast_signed(),
                self.at,
                self.actor,
                body,
                self.head.1,
                hash
            ])?;
        self.head = (seq, hash);
        Ok(())
    }

    /// Does all of `work` or none of it.
    fn whole<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        // SQLite rolls a transaction back by itself when the disk is full. Without this, what
        // follows would be written outside any transaction.
        if self.db.is_autocommit() {
            return Err(Error::Interrupted);
        }
        let head = self.head;
        self.db.prepare_cached("SAVEPOINT step")?.execute([])?;
        let done = work(self);
        if done.is_err() {
            self.head = head;
            if self.db.is_autocommit() {
                return Err(Error::Interrupted);
            }
            self.db.prepare_cached("ROLLBACK TO step")?.execute([])?;
        }
        self.db.prepare_cached("RELEASE step")?.execute([])?;
        done
    }
}

/// How far behind the newest event a step may have been begun: as long as somebody takes to type a
/// password, and as long as one waits for another's transaction. A clock that was further ahead was
/// wrong, and the log does not stay with it until that time has come.
const BEHIND: SignedDuration = SignedDuration::from_hours(1);

/// The time of a transaction begun at `at` after the event of `newest`: later than that one, so that
/// what was counted and printed in the order of time stays in it.
fn in_order(at: Timestamp, newest: Option<Timestamp>) -> Timestamp {
    match newest {
        Some(newest) if at < newest && newest.duration_since(at) <= BEHIND => {
            newest + SignedDuration::from_micros(1)
        }
        _ => at,
    }
}

/// Puts an accepted card into the queue.
fn enqueue(db: &Connection, card: CardId) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO queue SELECT kind, school_key, class_key, name_key, card
         FROM persons JOIN cards USING (card) WHERE card = ?",
    )?
    .execute([number(card)])?;
    Ok(())
}

/// A short code can hold nobody's name or number.
fn check_reason(reason: &str) -> Result<()> {
    let code = (1..=40).contains(&reason.len())
        && reason
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    // Eight digits in a row may be a birth date, more of them a NIK.
    if code && mask_numbers(reason) == reason {
        Ok(())
    } else {
        Err(Error::ReasonForm)
    }
}

#[cfg(test)]
mod tests;

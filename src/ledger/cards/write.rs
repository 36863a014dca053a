//! From a record to a card, and from one state to the next.

use rusqlite::{Connection, params};

use super::facts::{Accepted, Exception, Moved};
use crate::domain::card::{Evidence, Kind, SpoilReason, State};
use crate::domain::ids::CardId;
use crate::domain::nik::{Nik, mask_dates_and_numbers_in as mask_numbers};
use crate::domain::period::Month;
use crate::domain::reason::Reason;
use crate::domain::record::Record;
use crate::ledger::columns::{card_id, number};
use crate::ledger::error::{Error, Result};
use crate::ledger::event::Event;
use crate::ledger::key::{is_digest, record_json};
use crate::ledger::order::Order;
use crate::ledger::tx::{Tx, check_reason};

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

impl Tx<'_> {
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
                .prepare_cached("INSERT INTO persons (card, record, photo, token, school_key, class_key, name_key)
             VALUES (?, ?, ?, ?, ?, ?, ?)")?
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

    /// Moves a card and returns where it stood.
    ///
    /// A card becomes `rendered` for the first time by [`Tx::make_lot`] only; one that comes back
    /// to `rendered` keeps its place, and one that comes back to `accepted` loses it and waits in
    /// the queue again.
    ///
    /// # Errors
    /// [`Error::Move`] when the move is illegal, [`Error::NoCard`], [`Error::NoPlace`].
    pub fn move_card(
        &mut self,
        card: CardId,
        to: State,
        evidence: Evidence,
        reason: Option<Reason>,
    ) -> Result<State> {
        self.whole(|tx| {
            tx.step(Moved {
                card,
                to,
                evidence,
                reason,
                second: None,
                place: None,
            })
        })
    }

    /// Appends a move and keeps the queue to it.
    pub(in crate::ledger) fn step(&mut self, moved: Moved) -> Result<State> {
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
                reason: Some(reason.into()),
                second,
                place: None,
            })?;
            again.map(|token| tx.make_again(card, token)).transpose()
        })
    }

    /// Withdraws a card from a PDF that a person may have printed, and makes it again with a code of
    /// its own: what came out of the PDF is known by the code that was withdrawn. Returns the new
    /// card.
    ///
    /// # Errors
    /// Those of [`Tx::move_card`] and [`Tx::accept`]; [`Error::Erased`].
    pub fn withdraw(
        &mut self,
        card: CardId,
        reason: Reason,
        token: Option<&str>,
    ) -> Result<CardId> {
        self.whole(|tx| {
            tx.move_card(card, State::Cancelled, Evidence::Operator, Some(reason))?;
            tx.make_again(card, token)
        })
    }

    /// The next attempt at a card that is no good any more, from the same record.
    pub(in crate::ledger) fn make_again(
        &mut self,
        card: CardId,
        token: Option<&str>,
    ) -> Result<CardId> {
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
}

/// Puts an accepted card into the queue.
pub(in crate::ledger) fn enqueue(db: &Connection, card: CardId) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO queue (kind, school_key, class_key, name_key, card)
         SELECT kind, school_key, class_key, name_key, card
         FROM persons JOIN cards USING (card) WHERE card = ?",
    )?
    .execute([number(card)])?;
    Ok(())
}

//! The photo desk.

use rusqlite::params;

use super::facts::PhotoChanged;
use crate::domain::ids::CardId;
use crate::ledger::columns::number;
use crate::ledger::error::{Error, Result};
use crate::ledger::event::Event;
use crate::ledger::key::{is_digest, record_json};
use crate::ledger::tx::Tx;

impl Tx<'_> {
    /// Gives a card that waits, or is held, another picture, whose prepared JPEG has the SHA-256
    /// `photo` and lies on the disk, synced. `replaced` says whether it is another photo and not
    /// another part of the same one.
    ///
    /// # Errors
    /// [`Error::PhotoFixed`] when the card has no photo or is in a PDF already;
    /// [`Error::PhotoShared`] when the picture is another child's; [`Error::Erased`],
    /// [`Error::Digest`].
    pub fn change_photo(&mut self, card: CardId, photo: &str, replaced: bool) -> Result<()> {
        if !is_digest(photo) {
            return Err(Error::Digest);
        }
        let person = self.person(card)?.ok_or(Error::Erased(card))?;
        let nik = &person.record.nik;
        if let Some(other) = self.photo_owner(photo, nik)?
            && !self.is_allowed(crate::domain::rules::PHOTO_SHARED.code, nik)?
        {
            return Err(Error::PhotoShared(other));
        }
        let key = &self.reader.key;
        let json = record_json(&person.record);
        let event = Event::PhotoChanged(PhotoChanged {
            card,
            record_hash: key.record(&json, Some(photo), person.token.as_deref()),
            photo_hash: key.photo(photo),
            replaced,
        });
        self.whole(|tx| {
            tx.append(&event)?;
            tx.db
                .prepare_cached("UPDATE persons SET photo = ? WHERE card = ?")?
                .execute(params![photo, number(card)])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::card::{Evidence, SpoilReason, State};
    use crate::domain::reason::Reason;
    use crate::domain::scan::Verdict;
    use crate::ledger::testing::{Station, child, new_card};
    use crate::ledger::{NewCard, Remake};

    fn digest(digit: char) -> String {
        digit.to_string().repeat(64)
    }

    fn with_photo(station: &mut Station, serial: u32, photo: &str) -> CardId {
        station
            .write(|tx| {
                tx.accept(NewCard {
                    photo: Some(photo),
                    ..new_card(&child(serial))
                })
            })
            .unwrap()
    }

    #[test]
    fn a_changed_photo_is_the_cards_and_the_same_record_again_is_still_no_news() {
        let mut station = Station::new();
        let card = with_photo(&mut station, 1, &digest('a'));
        station
            .write(|tx| tx.change_photo(card, &digest('b'), false))
            .unwrap();
        let person = station.ledger.person(card).unwrap().unwrap();
        assert_eq!(person.photo, Some(digest('b')));
        let sent = person.record.content(Some(&digest('a')));
        let standing = station
            .ledger
            .live_card(&person.record.nik, &sent, person.record.id.as_deref())
            .unwrap()
            .unwrap();
        assert!(standing.same_content);
        assert_eq!(station.findings(), []);
        station
            .intruder()
            .execute("UPDATE persons SET photo = ?", [digest('c')])
            .unwrap();
        assert_ne!(station.findings(), []);
    }

    #[test]
    fn what_came_out_of_a_pdf_before_its_photo_was_changed_is_known_as_withdrawn() {
        let mut station = Station::new();
        let accept = |tx: &mut Tx<'_>| {
            tx.accept(NewCard {
                photo: Some(&digest('a')),
                token: Some("old-code"),
                ..new_card(&child(1))
            })
        };
        let old = station.write(accept).unwrap();
        station.render(&[old]);
        let change = |tx: &mut Tx<'_>| {
            let new = tx.withdraw(old, Reason::PhotoChanged, Some("new-code"))?;
            tx.change_photo(new, &digest('b'), true)?;
            Ok(new)
        };
        let new = station.write(change).unwrap();
        station.render(&[new]);
        station.step(new, State::Printed).unwrap();
        let open = station.ledger.status().unwrap().open_lots;
        assert!(open.is_empty() || open.iter().all(|lot| !lot.not_to_use.is_empty()));
        let scan = |tx: &mut Tx<'_>, code| tx.scan(code, None).map(|scan| scan.verdict);
        let verdict = station.write(|tx| scan(tx, "old-code")).unwrap();
        assert!(matches!(verdict, Verdict::Refused(_)), "{verdict:?}");
        let verdict = station.write(|tx| scan(tx, "new-code")).unwrap();
        assert!(matches!(verdict, Verdict::Good { .. }), "{verdict:?}");
        assert_eq!(station.findings(), []);
    }

    #[test]
    fn a_card_made_again_with_a_changed_photo_still_knows_what_the_sender_sent() {
        let mut station = Station::new();
        let card = with_photo(&mut station, 1, &digest('a'));
        station
            .write(|tx| tx.change_photo(card, &digest('b'), false))
            .unwrap();
        station.render(&[card]);
        let spoil = |tx: &mut Tx<'_>, card| {
            let remake = Remake::Yes { token: None };
            tx.spoil(card, SpoilReason::Macet, Evidence::Operator, remake)
        };
        let again = station.write(|tx| spoil(tx, card)).unwrap().unwrap();
        station.render(&[again]);
        let third = station.write(|tx| spoil(tx, again)).unwrap().unwrap();
        let person = station.ledger.person(third).unwrap().unwrap();
        assert_eq!(person.photo, Some(digest('b')));
        let same = |photo: char| {
            let content = person.record.content(Some(&digest(photo)));
            let id = person.record.id.as_deref();
            let found = station.ledger.live_card(&person.record.nik, &content, id);
            found.unwrap().unwrap().same_content
        };
        assert!(same('a') && !same('b'));
        assert_eq!(station.findings(), []);
    }

    #[test]
    fn a_photo_is_changed_before_printing_only_and_never_to_another_childs() {
        let mut station = Station::new();
        let card = with_photo(&mut station, 1, &digest('a'));
        let other = with_photo(&mut station, 2, &digest('b'));
        let shared = station.write(|tx| tx.change_photo(card, &digest('b'), true));
        assert!(matches!(shared, Err(Error::PhotoShared(owner)) if owner == other));
        station
            .write(|tx| tx.allow("photo-shared", &child(1).nik, "kembar"))
            .unwrap();
        station
            .write(|tx| tx.change_photo(card, &digest('b'), true))
            .unwrap();
        let bare = station.accept(3..=3)[0];
        let none = station.write(|tx| tx.change_photo(bare, &digest('d'), true));
        assert!(matches!(none, Err(Error::PhotoFixed(_))));
        station.render(&[card]);
        let late = station.write(|tx| tx.change_photo(card, &digest('d'), true));
        assert!(matches!(late, Err(Error::PhotoFixed(_))));
        station.step(card, State::Held).unwrap();
        station
            .write(|tx| tx.change_photo(card, &digest('d'), true))
            .unwrap();
    }
}

//! Searching: a card by its number, a child by NIK or part of the name, a school and its cards.

use rusqlite::params;

use super::view::{CARD_COLUMNS, CARD_WIDTH, Card, person};
use crate::domain::ids::CardId;
use crate::domain::nik::Nik;
use crate::domain::record::{Record, School};
use crate::ledger::columns::number;
use crate::ledger::error::Result;
use crate::ledger::order::{APART, natural};
use crate::ledger::reader::Reader;

/// How many cards a page of results holds.
pub const PAGE: u32 = 50;

/// The shortest part of a name that is searched for: one letter is in every name.
const SHORTEST: usize = 2;

/// A card that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub card: Card,
    /// Its record, unless erased.
    pub record: Option<Record>,
}

impl Reader {
    /// The cards that a person means by `text`: a card's number, a NIK, or a part of a name in any
    /// case. Names that begin with it come first; a page holds [`PAGE`], and `page` counts from 0.
    /// An erased name is not found, an erased child's NIK is.
    pub fn search(&self, text: &str, page: u32) -> Result<Vec<Found>> {
        let text = text.trim();
        if let Ok(card) = text.parse::<CardId>() {
            let numbers = "SELECT card FROM cards WHERE card = ?1 LIMIT ?3 OFFSET ?2";
            return self.found(numbers, &number(card).to_string(), page);
        }
        if let Ok(nik) = Nik::parse(text) {
            let numbers =
                "SELECT card FROM cards WHERE nik_hash = ?1 ORDER BY card LIMIT ?3 OFFSET ?2";
            return self.found(numbers, &self.key.nik(&nik), page);
        }
        let part = natural(text);
        if part.chars().count() < SHORTEST {
            return Ok(Vec::new());
        }
        self.found(
            "SELECT card FROM persons INDEXED BY persons_by_name
             WHERE name_key <> '' AND instr(name_key, ?1) > 0
             ORDER BY instr(name_key, ?1) > 1, name_key, card LIMIT ?3 OFFSET ?2",
            &part,
            page,
        )
    }

    /// The schools that have a card and whose NPSN is `text` or whose name holds it, by name.
    pub fn schools(&self, text: &str) -> Result<Vec<School>> {
        let (npsn, part) = (text.trim(), natural(text));
        // Jumps from school to school; their cards are not read.
        let keys = self.all(
            "WITH RECURSIVE keys (school) AS (
                 SELECT min(school_key) FROM persons
                 UNION ALL
                 SELECT (SELECT min(school_key) FROM persons WHERE school_key > school)
                 FROM keys WHERE school NOTNULL)
             SELECT school FROM keys WHERE school NOTNULL",
            [],
            |row| row.get::<_, String>(0),
        )?;
        let mut schools = Vec::new();
        for key in keys {
            let Some((name, number_part)) = key.split_once(APART) else {
                continue;
            };
            // Children of no school stand behind all schools.
            if name.starts_with(char::MAX) || !(number_part == npsn || name.contains(&part)) {
                continue;
            }
            schools.extend(self.one(
                "SELECT npsn, sekolah FROM persons JOIN cards USING (card)
                 WHERE school_key = ? LIMIT 1",
                [&key],
                |row| {
                    Ok(School {
                        npsn: row.get(0)?,
                        nama: row.get(1)?,
                        kelas: None,
                    })
                },
            )?);
        }
        Ok(schools)
    }

    /// The cards of a school as [`Reader::schools`] names it, by class and name, a page of them.
    pub fn cards_of_school(&self, school: &School, page: u32) -> Result<Vec<Found>> {
        let name = natural(school.nama.as_deref().unwrap_or_default());
        let key = format!(
            "{name}{APART}{}",
            school.npsn.as_deref().unwrap_or_default()
        );
        self.found(
            "SELECT card FROM persons INDEXED BY persons_in_order WHERE school_key = ?1
             ORDER BY class_key, name_key, card LIMIT ?3 OFFSET ?2",
            &key,
            page,
        )
    }

    /// One page of the cards that `numbers` selects: with `?1` what is looked for, from `?2` on,
    /// `?3` of them.
    fn found(&self, numbers: &str, what: &str, page: u32) -> Result<Vec<Found>> {
        let mut query = self.db.prepare_cached(&format!(
            "WITH found (card) AS MATERIALIZED ({numbers})
             SELECT {CARD_COLUMNS}, record, photo, token
             FROM found CROSS JOIN cards USING (card) JOIN persons USING (card)"
        ))?;
        let mut rows = query.query(params![what, i64::from(page) * i64::from(PAGE), PAGE])?;
        let mut cards = Vec::new();
        while let Some(row) = rows.next()? {
            let card = Card::read(row)?;
            let record = person(row, CARD_WIDTH, card.card)?.map(|person| person.record);
            cards.push(Found { card, record });
        }
        Ok(cards)
    }
}

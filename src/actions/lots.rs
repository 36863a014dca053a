//! What came out of a lot, and what becomes of one that failed its proof.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::cards::spoil_in;
use super::{Access, Failure, Result, Rule};
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::ids::{CardId, LotId};
use crate::domain::reason::Reason;
use crate::domain::text::Text;
use crate::ledger::{self, Card, Lot, LotCard, Reader, Tx};
use crate::text;

/// A lot as it stands.
#[derive(Debug)]
pub struct View {
    pub lot: Lot,
    pub cards: Vec<LotCard>,
    /// The printer of the station that prints it.
    pub printer: Option<String>,
    /// The cards of which nobody has said what came out.
    pub waiting: Vec<CardId>,
}

pub fn view(at: &Access<'_>, id: LotId) -> Result<View> {
    at.read(Rule::LotView, |ledger| {
        let none = || Failure::Missing(text!("Lot {id} tidak ada.", "There is no lot {id}."));
        let (lot, cards) = ledger.lot(id)?.ok_or_else(none)?;
        Ok(View {
            printer: ledger.printer_of(id)?,
            waiting: to_confirm(ledger, id, &cards)?,
            lot,
            cards,
        })
    })
}

/// What a person says of the cards of a lot.
#[derive(Debug, Clone, Copy)]
pub struct Outcomes<'a> {
    pub lot: LotId,
    /// All that wait came out good, but for the spoiled ones.
    pub all: bool,
    /// These came out good; not looked at when all did.
    pub good: &'a [CardId],
    /// These came out and are no good.
    pub spoiled: &'a [(CardId, SpoilReason)],
    /// The day of printing, by which kind and eligibility are judged; today when none is named.
    /// The event still bears the time at which this was said.
    pub on: Option<Date>,
}

/// What was done with the cards of a lot.
#[derive(Debug, Default)]
pub struct Confirmed {
    pub printed: Vec<CardId>,
    /// These are spoiled, each with the card that takes its place.
    pub spoiled: Vec<(CardId, Option<CardId>)>,
    /// These stand where they stood.
    pub refused: Vec<(CardId, Text)>,
    /// These lie in the PDF, with their places, and must not be handed out.
    pub not_to_use: Vec<(u32, CardId)>,
}

impl Confirmed {
    pub fn text(&self) -> Text {
        let (good, bad) = (self.printed.len(), self.spoiled.len());
        let again = self.spoiled.iter().filter(|(_, new)| new.is_some()).count();
        let mut text = text!(
            "{good} kartu tercetak, {bad} rusak, {again} dibuat lagi.",
            "{good} cards printed, {bad} spoiled, {again} made again."
        );
        for (_, why) in &self.refused {
            text.id.to_mut().push_str(&format!(" DITOLAK: {}.", why.id));
            text.en.to_mut().push_str(&format!(" REFUSED: {}.", why.en));
        }
        text
    }

    fn refuse(&mut self, card: CardId, error: ledger::Error) -> Result<()> {
        let why = error.refusal().ok_or(error)?;
        self.refused.push((card, why));
        Ok(())
    }
}

/// The cards of a lot of which a person may say that they came out good: those still of it that
/// nobody took aside. What a printer of the station has not been sent yet did surely not come out
/// of it, one that is in a printer which reports is left to its report, and a card whose back is
/// still to come is no card.
fn to_confirm(ledger: &Reader, lot: LotId, cards: &[LotCard]) -> ledger::Result<Vec<CardId>> {
    let printer = ledger.printer_of(lot)?;
    let driven = printer.is_some();
    let mut reported = BTreeSet::new();
    for job in printer.map_or(Ok(Vec::new()), |printer| ledger.open_jobs(&printer))? {
        // A folder gives its jobs no numbers.
        if job.id.is_some_and(|id| id > 0) {
            reported.insert(job.card);
        }
    }
    let mut waiting = Vec::new();
    for card in cards.iter().map(|card| &card.card) {
        let waits = match card.state {
            State::Rendered | State::Submitting => !driven,
            State::Sent if reported.contains(&card.card) => false,
            State::Sent | State::Unconfirmed => !ledger.is_half_printed(card.card)?,
            _ => false,
        };
        if waits && card.lot == Some(lot) {
            waiting.push(card.card);
        }
    }
    Ok(waiting)
}

/// Enters what came out of a lot. A card that cannot be as it was said is refused alone.
pub fn confirm(at: &mut Access<'_>, said: Outcomes<'_>) -> Result<Confirmed> {
    let (now, zone) = (at.now, &at.context.zone);
    at.write(Rule::LotConfirm, |tx| enter(tx, said, now, zone))
}

fn enter(
    tx: &mut Tx<'_>,
    said: Outcomes<'_>,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Confirmed> {
    let id = said.lot;
    let (lot, cards) = tx.lot(id)?.ok_or(ledger::Error::NoLot(id))?;
    let today = now.to_zoned_datetime(zone.clone()).date();
    let made = lot.at.to_zoned_datetime(zone.clone()).date();
    let day = said.on.unwrap_or(today);
    if day > today || day < made {
        return Err(Failure::Refused(text!(
            "hari cetak harus dari {made}, hari lot ini dibuat, sampai hari ini",
            "--on must be from {made}, when the lot was made, to today"
        )));
    }
    let known: BTreeMap<CardId, &LotCard> =
        cards.iter().map(|card| (card.card.card, card)).collect();
    let spoiled = || said.spoiled.iter().map(|(card, _)| *card);
    let mut named = said.good.iter().copied().chain(spoiled());
    if let Some(card) = named.find(|card| !known.contains_key(card)) {
        return Err(Failure::Refused(text!(
            "kartu {card} bukan dari lot {id}",
            "card {card} is not in lot {id}"
        )));
    }
    let is_spoiled = |card: CardId| spoiled().any(|spoiled| spoiled == card);
    if let Some(both) = said.good.iter().find(|card| is_spoiled(**card)) {
        return Err(Failure::Refused(text!(
            "kartu {both} dinyatakan baik dan rusak sekaligus",
            "card {both} is named both good and spoiled"
        )));
    }
    let good: Vec<CardId> = match said.all {
        true => to_confirm(tx, id, &cards)?
            .into_iter()
            .filter(|card| !is_spoiled(*card))
            .collect(),
        false => said.good.to_vec(),
    };
    let mut done = Confirmed::default();
    for card in good {
        if known[&card].card.lot != Some(id) {
            done.refused.push((card, elsewhere(card, id)));
            continue;
        }
        if tx.is_half_printed(card)? {
            done.refuse(card, ledger::Error::HalfPrinted(card))?;
            continue;
        }
        let record = known[&card].record.as_ref();
        if record.is_some_and(|record| record.kind_on(day) != Some(lot.kind)) {
            let kind = lot.kind;
            let why = text!(
                "pada {day} anak kartu {card} tidak lagi berhak atas kartu {kind}; bila kartu keluar, nyatakan rusak dengan alasan data",
                "on {day} the child of card {card} is due another card than {kind}; if it came out, spoil it for its data"
            );
            done.refused.push((card, why));
            continue;
        }
        match tx.move_card(card, State::Printed, Evidence::Operator, None) {
            Ok(_) => done.printed.push(card),
            Err(error) => done.refuse(card, error)?,
        }
    }
    for &(card, reason) in said.spoiled {
        // What came out is not the card that lives on in another lot.
        let stands = &known[&card].card;
        if stands.lot != Some(id) && stands.state.is_live() {
            done.refused.push((card, elsewhere(card, id)));
            continue;
        }
        match spoil_in(tx, card, reason, None) {
            Ok(again) => done.spoiled.push((card, again)),
            Err(error) => done.refuse(card, error)?,
        }
    }
    let leftover = cards
        .iter()
        .filter(|card| {
            let aside = matches!(card.card.state, State::Cancelled | State::Held);
            aside || card.card.lot != Some(id)
        })
        .filter(|card| !is_spoiled(card.card.card));
    done.not_to_use = leftover
        .map(|card| (card.position, card.card.card))
        .collect();
    Ok(done)
}

/// Why nothing is said of a card that was taken out of the lot since.
fn elsewhere(card: CardId, lot: LotId) -> Text {
    text!(
        "kartu {card} bukan lagi dari lot {lot}: musnahkan yang keluar, dan catat blankonya dengan `stock spoil`",
        "{card} is not of lot {lot} any more: destroy what came out of it, and book its blank with `stock spoil`"
    )
}

/// Puts the held cards of a lot that failed its proof back into the queue, but for those named:
/// the next lot is made of them anew, and proved anew.
pub fn again(at: &mut Access<'_>, lot: LotId, without: &[CardId]) -> Result<Text> {
    at.write(Rule::LotAgain, |tx| {
        let (_, cards) = tx.lot(lot)?.ok_or(ledger::Error::NoLot(lot))?;
        let mut held: Vec<CardId> = cards
            .iter()
            .map(|card| &card.card)
            .filter(|card| is_held_with(card, lot))
            .map(|card| card.card)
            .collect();
        if let Some(card) = without.iter().find(|card| !held.contains(card)) {
            return Err(Failure::Refused(text!(
                "kartu {card} tidak sedang ditahan pada lot {lot}",
                "{card} is not held in lot {lot}"
            )));
        }
        held.retain(|card| !without.contains(card));
        if held.is_empty() {
            return Err(Failure::Refused(text!(
                "Tidak ada kartu lot {lot} yang ditahan.",
                "No card of lot {lot} is held."
            )));
        }
        for &card in &held {
            tx.move_card(
                card,
                State::Accepted,
                Evidence::Operator,
                Some(Reason::LotAgain),
            )?;
        }
        let cards = held.len();
        Ok(text!(
            "{cards} kartu lot {lot} kembali ke antrean.",
            "{cards} cards of lot {lot} are in the queue again."
        ))
    })
}

/// Whether the card is held because its lot failed the proof.
fn is_held_with(card: &Card, lot: LotId) -> bool {
    card.state == State::Held && card.lot == Some(lot) && card.reason.is_some_and(Reason::is_of_lot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::cards::{Said, settle_in};
    use crate::actions::printers::turn;
    use crate::config::Config;
    use crate::domain::job::{Ended, Side};
    use crate::ledger::testing::{Station, now};
    use crate::ledger::{NewJob, Remake};

    const PDF: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

    fn front(tx: &mut Tx<'_>, card: CardId, ended: Ended) -> ledger::Result<()> {
        let job = tx.next_job_name(card)?;
        tx.begin_job(NewJob {
            card,
            job: &job,
            printer: "p1",
            media: None,
            side: Side::Front,
            sha256: PDF,
        })?;
        tx.job_sent(&job)?;
        tx.end_job(&job, ended, None, Remake::No).map(drop)
    }

    /// A lot of three on a printer that cannot turn them: the fronts are out, of the second nobody
    /// knows.
    fn fronts(station: &mut Station) -> (LotId, Vec<CardId>) {
        let cards = station.accept(1..=3);
        let lot = station.render(&cards);
        station
            .write(|tx| {
                tx.assign_lot(lot, Some("p1"))?;
                front(tx, cards[0], Ended::Printed)?;
                front(tx, cards[1], Ended::Unconfirmed)?;
                front(tx, cards[2], Ended::Printed)
            })
            .unwrap();
        (lot, cards)
    }

    fn turn_p1(station: &mut Station) -> Result<u32> {
        let printer = "[[printers]]\nname = \"p1\"\nfolder = \"out\"\nduplex = \"none\"\n";
        let config = Config::parse("station.toml", printer).unwrap();
        station.ledger.write("operator:siti", now(), |tx| {
            turn(tx, &config, now(), &TimeZone::UTC, "p1")
        })
    }

    fn say(station: &mut Station, said: Outcomes<'_>) -> Confirmed {
        station
            .ledger
            .write("operator:siti", now(), |tx| {
                enter(tx, said, now(), &TimeZone::UTC)
            })
            .unwrap()
    }

    fn of(lot: LotId) -> Outcomes<'static> {
        Outcomes {
            lot,
            all: false,
            good: &[],
            spoiled: &[],
            on: None,
        }
    }

    #[test]
    fn a_stack_in_which_a_front_in_doubt_may_lie_is_not_turned_before_that_is_settled() {
        let mut station = Station::new();
        let (_, cards) = fronts(&mut station);
        let refused = turn_p1(&mut station).unwrap_err();
        let Text {
            id: indonesian,
            en: english,
        } = refused.text().unwrap();
        for text in [&indonesian, &english] {
            assert!(text.contains(&cards[1].to_string()), "{text}");
            assert!(text.contains('2'), "{text}");
        }
        assert!(!station.ledger.stack_is_turned("p1").unwrap());
        let spoiled = Said::Spoiled(SpoilReason::Batal);
        station
            .write(|tx| settle_in(tx, cards[1], spoiled))
            .unwrap();
        assert_eq!(turn_p1(&mut station).unwrap(), 2);
    }

    #[test]
    fn a_card_with_its_front_alone_is_no_good_card_whoever_says_so() {
        let mut station = Station::new();
        let (lot, cards) = fronts(&mut station);
        let all = say(
            &mut station,
            Outcomes {
                all: true,
                ..of(lot)
            },
        );
        assert!(all.printed.is_empty() && all.refused.is_empty(), "{all:?}");
        let named = Outcomes {
            good: &cards,
            ..of(lot)
        };
        let named = say(&mut station, named);
        assert!(named.printed.is_empty(), "{named:?}");
        for (card, why) in &named.refused {
            let half = ledger::Error::HalfPrinted(*card).refusal();
            assert_eq!(Some(why), half.as_ref());
        }
        assert_eq!(named.refused.len(), 3);
        assert_eq!(station.ledger.backs_waiting("p1").unwrap().len(), 2);
    }

    #[test]
    fn what_comes_out_of_a_pdf_is_not_the_card_that_lives_on_in_another_lot() {
        let mut station = Station::new();
        let cards = station.accept(1..=1);
        let old = station.render(&cards);
        station.step(cards[0], State::Held).unwrap();
        let held = say(
            &mut station,
            Outcomes {
                all: true,
                ..of(old)
            },
        );
        assert!(
            held.printed.is_empty() && held.refused.is_empty(),
            "{held:?}"
        );
        assert_eq!(held.not_to_use, [(1, cards[0])]);
        station.step(cards[0], State::Accepted).unwrap();
        let new = station.render(&cards);
        let good = Outcomes {
            good: &cards,
            ..of(old)
        };
        let spoiled = Outcomes {
            spoiled: &[(cards[0], SpoilReason::Batal)],
            ..of(old)
        };
        for said in [good, spoiled] {
            let done = say(&mut station, said);
            assert_eq!(done.refused, [(cards[0], elsewhere(cards[0], old))]);
            assert_eq!(
                station.ledger.state(cards[0]).unwrap(),
                Some(State::Rendered)
            );
        }
        let good = Outcomes {
            good: &cards,
            ..of(new)
        };
        assert_eq!(say(&mut station, good).printed, cards);
    }

    #[test]
    fn a_card_that_is_in_a_printer_which_reports_is_not_said_to_be_good_with_all() {
        let mut station = Station::new();
        let cards = station.accept(1..=2);
        let lot = station.render(&cards);
        station
            .write(|tx| {
                tx.assign_lot(lot, Some("p1"))?;
                // A folder gives no numbers and reports nothing.
                for (card, number) in cards.iter().zip([7, 0]) {
                    let job = tx.next_job_name(*card)?;
                    tx.begin_job(NewJob {
                        card: *card,
                        job: &job,
                        printer: "p1",
                        media: None,
                        side: Side::Both,
                        sha256: PDF,
                    })?;
                    tx.job_created(&job, number, None, None)?;
                    tx.job_sent(&job)?;
                }
                Ok(())
            })
            .unwrap();
        let all = Outcomes {
            all: true,
            ..of(lot)
        };
        assert_eq!(say(&mut station, all).printed, cards[1..]);
    }
}

//! `settle`, `spoil` and `reprint`: a person says what became of single cards.

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::{Outcome, acting, agreeing, print_json, refusal, refuse, station, writer};
use crate::cli;
use crate::domain::account::Right;
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::ids::CardId;
use crate::ledger::{self, Remake, Reprint, Settlement, Tx};
use crate::station::new_token;

/// Whether a spoiled card is made again: not when its data are wrong or gone, or when it was not
/// the child's live card. `token` is the new card's.
fn remake<'a>(
    tx: &Tx<'_>,
    card: CardId,
    reason: SpoilReason,
    token: &'a str,
    second: Option<&'a str>,
) -> Result<Remake<'a>, ledger::Error> {
    let live = tx.state(card)?.is_some_and(State::is_live);
    let again = reason.is_made_again() && live && tx.person(card)?.is_some();
    let token = Some(token);
    Ok(match second {
        _ if !again => Remake::No,
        None => Remake::Yes { token },
        Some(second) => Remake::Agreed { token, second },
    })
}

fn fresh_token() -> Result<String, ledger::Error> {
    new_token().map_err(|_| ledger::Error::Randomness)
}

/// Spoils a card on a person's word and makes it again where that is due.
pub(super) fn spoil_card(
    tx: &mut Tx<'_>,
    card: CardId,
    reason: SpoilReason,
    second: Option<&str>,
) -> Result<Option<CardId>, ledger::Error> {
    let token = fresh_token()?;
    let remake = remake(tx, card, reason, &token, second)?;
    tx.spoil(card, reason, Evidence::Operator, remake)
}

pub(super) fn settle(args: &cli::Settle) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let mut settled = Vec::new();
    let mut refused = Vec::new();
    let by = acting(&mut ledger, &args.person.user, Right::Work)?;
    ledger.write(&by, Timestamp::now(), |tx| {
        for &card in &args.cards {
            let token = fresh_token()?;
            let said = match args.reason {
                Some(reason) => Settlement::Spoiled {
                    reason,
                    remake: remake(tx, card, reason, &token, None)?,
                },
                None if args.good => Settlement::Good,
                None => Settlement::NotOut,
            };
            match tx.settle(card, said) {
                Ok(again) => settled.push((card, again)),
                Err(error) => refused.push((card, refusal(error)?)),
            }
        }
        anyhow::Ok(())
    })?;
    if args.station.json {
        print_json(&json!({
            "settled": settled.iter().map(|(card, again)| json!({"card": card, "again": again})).collect::<Vec<_>>(),
            "refused": refused.iter().map(|(card, why)| json!({"card": card, "why": why})).collect::<Vec<_>>(),
        }))?;
    } else {
        for (card, again) in &settled {
            println!("{card} sudah dipastikan (settled){}", made_again(*again));
        }
        for (card, why) in &refused {
            println!("{card} DITOLAK (refused): {why}");
        }
    }
    Ok(Outcome::refused_if(!refused.is_empty()))
}

pub(super) fn spoil(args: &cli::Spoil) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let now = Timestamp::now();
    let by = acting(&mut ledger, &args.person.user, Right::Work)?;
    agreeing(&mut ledger, args.second.as_deref())?;
    let done = ledger.write(&by, now, |tx| {
        if let Some(serial) = &args.serial {
            tx.read_serial(args.card, serial)?;
        }
        spoil_card(tx, args.card, args.reason, args.second.as_deref())
    });
    tell(args.card, done, "rusak (spoiled)", args.station.json)
}

pub(super) fn reprint(args: &cli::Reprint) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let now = Timestamp::now();
    let by = acting(&mut ledger, &args.person.user, Right::Work)?;
    agreeing(&mut ledger, args.second.as_deref())?;
    let done = ledger.write(&by, now, |tx| {
        let token = fresh_token()?;
        tx.reprint(
            args.card,
            Reprint {
                reason: args.reason,
                evidence: args.evidence,
                reference: args.evidence_ref.as_deref(),
                second: args.second.as_deref(),
                token: Some(&token),
            },
        )
    });
    tell(args.card, done, "diganti (replaced)", args.station.json)
}

fn tell(
    card: CardId,
    done: Result<Option<CardId>, ledger::Error>,
    what: &str,
    json: bool,
) -> Result<Outcome> {
    match done {
        Err(error) => refuse(error, json),
        Ok(again) => {
            if json {
                print_json(&json!({ "card": card, "again": again }))?;
            } else {
                println!("{card} {what}{}", made_again(again));
            }
            Ok(Outcome::Done)
        }
    }
}

fn made_again(again: Option<CardId>) -> String {
    again.map_or_else(String::new, |again| {
        format!(", dibuat lagi sebagai {again} (made again)")
    })
}

//! The steps of a single card, and their forms.

use maud::{Markup, html};

use crate::actions::accounts::Second;
use crate::actions::cards::{self, Details, Grounds, Said, is_held_by_hand};
use crate::actions::{Access, Failure, Result, Rule};
use crate::domain::card::{Progress, SpoilReason, State as CardState};
use crate::domain::ids::CardId;
use crate::domain::reason::Reason;
use crate::domain::reprint::{ReprintEvidence, ReprintReason};
use crate::domain::text::{Explain, Lang, Text};
use crate::web::action::{Posted, Then};
use crate::web::router::Routes;
use crate::web::second;

/// The forms of the steps that this card can take now.
pub(super) fn forms(lang: Lang, seen: &Details) -> Markup {
    let card = &seen.card;
    let state = card.state;
    let by_proof = state == CardState::Held && card.reason.is_some_and(Reason::is_of_lot);
    let came_out = state.is_live() && state.progress() == Progress::Printed;
    let spoils = state.may_become(CardState::Spoiled) && state != CardState::Unconfirmed;
    html! {
        @if state == CardState::Unconfirmed { (settle_form(lang, card.card)) }
        @if matches!(state, CardState::Accepted | CardState::Rendered) {
            div.box {
                h3 { (lang.t("Tahan kartu ini", "Hold this card")) }
                p { (lang.t("Kartu tidak dicetak sampai dilepas lagi.", "It is not printed until it is released.")) }
                form method="post" action={ "/cards/" (card.card) "/hold" } { button { (lang.t("Tahan", "Hold")) } }
            }
        }
        @if is_held_by_hand(card) {
            div.box.warn {
                h3 { (lang.t("Ditahan oleh petugas", "Held by a person")) }
                form method="post" action={ "/cards/" (card.card) "/release" } {
                    button.primary { (lang.t("Lepas, antre lagi", "Release into the queue")) }
                }
            }
        }
        @if let (true, Some(lot)) = (by_proof, card.lot) {
            div.box.warn {
                p { (lang.t("Kartu ini ditahan bersama lotnya.", "This card is held with its lot.")) " "
                    a href={ "/lots/" (lot) } { (lot) } }
            }
        }
        @if came_out { (reprint_form(lang, seen)) }
        @if spoils { (spoil_form(lang, seen)) }
    }
}

/// The reasons why a card is no good, as a list to choose from.
///
/// Of a `form` that lies elsewhere the choice may stay open: it counts with its tick only.
pub fn reasons(lang: Lang, name: &str, form: Option<&str>) -> Markup {
    html! {
        select name=(name) form=[form] required[form.is_none()] aria-label=(lang.t("Alasan rusak", "Why it is spoiled")) {
            option value="" { (lang.t("pilih alasan…", "choose why…")) }
            @for reason in SpoilReason::ALL {
                option value=(reason.code()) { (reason.text().of(lang)) }
            }
        }
    }
}

fn settle_form(lang: Lang, card: CardId) -> Markup {
    let to = format!("/cards/{card}/settle");
    html! {
        div.box.bad {
            h3 { (lang.t("Apa yang keluar dari printer?", "What came out of the printer?")) }
            div.choices {
                form method="post" action=(to) { button.primary name="said" value="good" { (lang.t("Keluar, baik", "Came out good")) } }
                form method="post" action=(to) { button name="said" value="not-out" { (lang.t("Tidak keluar, cetak lagi", "Did not come out, print again")) } }
            }
            form.line method="post" action=(to) {
                label { (lang.t("Keluar tetapi rusak", "Came out spoiled")) (reasons(lang, "reason", None)) }
                button.danger name="said" value="spoiled" { (lang.t("Rusak", "Spoiled")) }
            }
        }
    }
}

fn spoil_form(lang: Lang, seen: &Details) -> Markup {
    html! {
        details.box {
            summary { (lang.t("Kartu cacat: nyatakan rusak", "A faulty card: spoil it")) }
            p.soft { (lang.t("Untuk kartu yang keluar cacat dari printer dan masih di kantor. Dibuat lagi bila datanya benar.",
                        "For a card that came out faulty and is still here. It is made again if its data are right.")) }
            form.card method="post" action={ "/cards/" (seen.card.card) "/spoil" } {
                label { (lang.t("Alasan", "Why")) (reasons(lang, "reason", None)) }
                label { (lang.t("Nomor seri blanko (boleh kosong)", "Serial of the blank (may stay empty)"))
                    input name="serial" autocomplete="off"; }
                @if seen.proved { (second::fields(lang, true)) }
                button.danger { (lang.t("Nyatakan rusak", "Spoil")) }
            }
        }
    }
}

const fn reprint_text(reason: ReprintReason) -> Text {
    match reason {
        ReprintReason::Rusak => Text::new(
            "rusak di tangan pemilik, kartu lama diserahkan",
            "damaged, the old card is handed in",
        ),
        ReprintReason::Hilang => {
            Text::new("hilang, ada surat polisi", "lost, with a police letter")
        }
        ReprintReason::Data => Text::new(
            "data salah, kartu lama diserahkan",
            "wrong data, the old card is handed in",
        ),
    }
}

const fn evidence_text(evidence: ReprintEvidence) -> Text {
    match evidence {
        ReprintEvidence::PoliceLetter => Text::new("surat polisi", "police letter"),
        ReprintEvidence::OldCard => Text::new("kartu lama", "the old card"),
    }
}

fn reprint_form(lang: Lang, seen: &Details) -> Markup {
    html! {
        details.box {
            summary { (lang.t("Cetak ulang: ganti kartu ini", "Reprint: replace this card")) }
            form.card method="post" action={ "/cards/" (seen.card.card) "/reprint" } {
                label { (lang.t("Alasan", "Why"))
                    select name="reason" required {
                        option value="" { (lang.t("pilih alasan…", "choose why…")) }
                        @for reason in ReprintReason::ALL {
                            option value=(reason.code()) { (reprint_text(reason).of(lang)) }
                        }
                    }
                }
                label { (lang.t("Bukti yang Anda lihat", "Evidence that you saw"))
                    select name="evidence" required {
                        option value="" { (lang.t("pilih bukti…", "choose…")) }
                        @for evidence in ReprintEvidence::ALL {
                            option value=(evidence.code()) { (evidence_text(evidence).of(lang)) }
                        }
                    }
                }
                label { (lang.t("Nomor surat (tanpa nama)", "Number of the letter (no name)"))
                    input name="reference" maxlength="60" autocomplete="off"; }
                (second::fields(lang, seen.proved))
                button.primary { (lang.t("Cetak ulang", "Reprint")) }
            }
        }
    }
}

/// The routes of the forms.
pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .action("/cards/{card}/hold", Rule::CardHold, |it, at| {
            done(it, cards::hold(at, it.param("card")?))
        })
        .action("/cards/{card}/release", Rule::CardRelease, |it, at| {
            done(it, cards::release(at, it.param("card")?))
        })
        .action("/cards/{card}/settle", Rule::CardSettle, |it, at| {
            let said = match it.value("said") {
                "good" => Said::Good,
                "not-out" => Said::NotOut,
                _ => Said::Spoiled(spoil_reason(it.value("reason"))?),
            };
            let became = cards::settle(at, it.param("card")?, said);
            done(it, became.map(|became| became.text))
        })
        .action_of_two("/cards/{card}/spoil", Rule::CardSpoil, |it, at, second| {
            let (reason, serial) = (spoil_reason(it.value("reason"))?, it.text("serial"));
            let became = cards::spoil(at, it.param("card")?, reason, serial, second);
            done(it, became.map(|became| became.text))
        })
        .action_of_two("/cards/{card}/reprint", Rule::CardReprint, reprint)
}

/// Shows the card's page again, which says what was done.
fn done(it: &Posted, text: Result<Text>) -> Result<Then> {
    let card: CardId = it.param("card")?;
    Ok(Then::Page(format!("/cards/{card}"), text?))
}

/// The reason with this code.
fn spoil_reason(code: &str) -> Result<SpoilReason> {
    SpoilReason::from_code(code).ok_or(Failure::refused(
        "Pilih alasan rusak.",
        "Choose why it is spoiled.",
    ))
}

fn reprint(it: &Posted, at: &mut Access<'_>, second: Option<&Second>) -> Result<Then> {
    let missing = Text::new("Pilih alasan dan bukti.", "Choose reason and evidence.");
    let grounds = Grounds {
        reason: it.choice("reason", ReprintReason::from_code, missing.clone())?,
        evidence: it.choice("evidence", ReprintEvidence::from_code, missing)?,
        reference: it.text("reference"),
    };
    let became = cards::reprint(at, it.param("card")?, grounds, second);
    done(it, became.map(|became| became.text))
}

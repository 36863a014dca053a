//! The board: what needs a person first, then the printers, then where every card stands.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use maud::{Markup, html};

use super::app::App;
use super::error::PageError;
use super::page;
use super::session::User;
use crate::actions::history;
use crate::actions::steps;
use crate::config::{Duplex, PrinterSettings};
use crate::domain::account::Right;
use crate::domain::card::State as CardState;
use crate::domain::chain;
use crate::domain::ids::LotId;
use crate::domain::stock::Forecast;
use crate::domain::text::Lang;
use crate::domain::text::Text;
use crate::intake::{IntakeError, Why};
use crate::ledger::{Card, FinishedDrop, PrinterState, Reader, Status, Waiting};
use crate::printer::{DeviceState, Reason};
use crate::production::LOT_HELD;
use crate::production::StationError;
use crate::production::fault::Fault;
use crate::production::is_proof_code;
use crate::production::printers::{made_today, state_code};
use crate::render::proof::Wrong;

impl From<IntakeError> for PageError {
    fn from(error: IntakeError) -> Self {
        Self::broken(error)
    }
}

/// One printer at work.
pub(super) struct Desk {
    pub settings: PrinterSettings,
    pub state: Option<PrinterState>,
    pub queue: u64,
    pub today: u64,
    pub backs: usize,
    /// Why its stack must not be turned yet.
    pub doubt: Option<Text>,
}

/// All that the board shows.
pub(super) struct Board {
    pub status: Status,
    pub queue: Vec<Waiting>,
    pub forecast: Option<Forecast>,
    pub desks: Vec<Desk>,
    /// What the station cannot do for now.
    pub fault: Option<String>,
    /// Drops in `incoming/` that only wait for their turn.
    pub ready: usize,
    /// The others there, and what each waits for.
    pub waiting: Vec<(String, Why)>,
    pub drops: Vec<FinishedDrop>,
}

pub(super) fn look(app: &App, ledger: &Reader) -> Result<Board, PageError> {
    let fault = Fault::read(&app.paths).map_err(PageError::broken)?;
    let mut fault = fault.map(|fault| fault.what);
    let (ready, waiting) = {
        let mut inbox = app.inbox();
        // A folder that is away is just what the board has to tell.
        match inbox.scan(Instant::now(), &BTreeSet::new()) {
            Ok(ready) => {
                let waiting = inbox.waiting().iter();
                let waiting = waiting.map(|drop| (drop.name.clone(), drop.why));
                (ready.len(), waiting.collect())
            }
            Err(error) => {
                fault.get_or_insert_with(|| chain(&error));
                (0, Vec::new())
            }
        }
    };
    ledger.snapshot(|ledger| {
        let driven = app.config.printers.iter().filter(|p| p.is_driven());
        let desk = |settings: &PrinterSettings| {
            let name = &settings.name;
            Ok::<_, StationError>(Desk {
                state: ledger.printer(name)?,
                queue: ledger.queue_of(name)?,
                today: made_today(ledger, name, &app.zone, app.now())?,
                backs: match settings.duplex {
                    Duplex::None => ledger.backs_waiting(name)?.len(),
                    _ => 0,
                },
                doubt: steps::stack_in_doubt(ledger, name)?.and_then(|doubt| doubt.refusal()),
                settings: settings.clone(),
            })
        };
        Ok(Board {
            status: ledger.status()?,
            queue: ledger.waiting()?,
            forecast: ledger.forecast()?,
            desks: driven.map(desk).collect::<Result<_, _>>()?,
            fault: fault.clone(),
            ready,
            waiting,
            drops: ledger.latest_drops(8)?,
        })
    })
}

pub async fn board(State(app): State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let board = app.read(look).await?;
    let lang = user.lang;
    let content = html! {
        p.notice.bad #offline role="alert" {
            (lang.t("Tidak terhubung ke stasiun; halaman ini mungkin sudah usang.",
                    "Not connected to the station; this page may be old."))
        }
        section #tasks data-live aria-live="polite" { (tasks(&board, &user)) }
        section #flow data-live { (flow(&board, lang)) }
        section #printers data-live { (printers(&board, lang)) }
        section #drops data-live { (drops(&app, &board, lang)) }
    };
    Ok(page::page(
        &app,
        &user,
        lang.t("Papan", "Board"),
        true,
        &content,
    ))
}

/// Something that needs a person: what it is, and what to do.
fn task(class: &str, what: &Markup, action: &Markup) -> Markup {
    html! { div class={ "box " (class) } { div { (what) } div { (action) } } }
}

fn tasks(board: &Board, user: &User) -> Markup {
    let (lang, status) = (user.lang, &board.status);
    let by_proof = |card: &&Card| {
        let reason = card.reason.as_deref().unwrap_or_default();
        reason == LOT_HELD || is_proof_code(reason)
    };
    let (of_lots, alone): (Vec<&Card>, _) = status.need_person.iter().partition(by_proof);
    let mut held: BTreeMap<LotId, Vec<&Card>> = BTreeMap::new();
    for card in of_lots {
        if let Some(lot) = card.lot {
            held.entry(lot).or_default().push(card);
        }
    }
    let works = user.may(Right::Work);
    let shown = alone.iter().take(20);
    let mut tasks: Vec<Markup> = Vec::new();
    if let Some(fault) = &board.fault {
        tasks.push(task(
            "bad",
            &html! {
                strong { (lang.t("Stasiun terhambat", "The station is held up")) } ": " span lang="en" { (fault) } br;
                (lang.t("Ia mencoba lagi sendiri; periksa disk, folder bersama dan sambungannya, atau panggil teknisi.",
                        "It tries again by itself; look at the disk, the shared folder and its connection, or call the technician."))
            },
            &html! {},
        ));
    }
    for desk in &board.desks {
        tasks.extend(trouble(desk, lang, works));
    }
    for (lot, cards) in &held {
        tasks.push(held_lot(*lot, cards, lang, works));
    }
    if let Some(forecast) = board
        .forecast
        .as_ref()
        .filter(|forecast| forecast.is_short())
    {
        let text = forecast.text();
        tasks.push(task(
            "warn",
            &html! { strong { (lang.t("Persediaan kurang", "Supplies are short")) } br; (text.of(lang)) },
            &html! { a.button href="/stock" { (lang.t("Persediaan", "Supplies")) } },
        ));
    }
    for card in shown {
        tasks.push(lone_card(card, lang));
    }
    for lot in &status.open_lots {
        for (position, card) in &lot.not_to_use {
            tasks.push(task(
                "bad",
                &html! {
                    strong { (lang.t("Jangan diserahkan", "Do not hand out")) } ": "
                    (card) ", lot " (lot.lot.lot) ", " (lang.t("urutan", "position")) " " (position) br;
                    (lang.t("Kartu di PDF ini dibatalkan, ditahan, atau dibuat lagi di lot lain; yang keluar dari PDF ini dirusak.",
                            "The card in this PDF was cancelled, held, or made anew in another lot; what comes out of this PDF is to be spoiled."))
                },
                &html! { a.button href={ "/cards/" (card) } { (lang.t("Buka", "Open")) } },
            ));
        }
    }
    for void in &status.void_cards {
        tasks.push(task(
            "bad",
            &html! {
                strong { (lang.t("Tidak berlaku, masih di kantor", "Void, and still in the office")) } ": " (void.card)
                @if let Some(pack) = void.pack { ", " (lang.t("paket", "pack")) " " (pack) } br;
                (lang.t("Kartu baru menggantikannya: keluarkan dari amplop atau tumpukan, lalu musnahkan.",
                        "A newer card takes its place: take it out of its envelope or pile, then destroy it."))
            },
            &html! { a.button href="/stock" { (lang.t("Musnahkan", "Destroy")) } },
        ));
    }
    let quiet = [Why::Settling, Why::NotWhole, Why::Photo];
    for (name, why) in board.waiting.iter().filter(|(_, why)| !quiet.contains(why)) {
        tasks.push(task(
            "warn",
            &html! { strong { "incoming/" (name) } br; (history::why(*why).of(lang)) },
            &html! {},
        ));
    }
    html! {
        h1 {
            @if tasks.is_empty() { (lang.t("Tidak ada yang menunggu Anda", "Nothing waits for you")) }
            @else { (lang.t("Perlu Anda", "Needs you")) " (" (tasks.len() + alone.len().saturating_sub(20)) ")" }
        }
        div.tasks { @for task in &tasks { (task) } }
        @if alone.len() > 20 {
            p { a href="/cards?state=held" { (lang.t("Semua kartu yang ditahan", "All held cards")) } }
        }
    }
}

fn lone_card(card: &Card, lang: Lang) -> Markup {
    let reason = card.reason.as_deref().unwrap_or_default();
    let (title, advice) = match card.state {
        CardState::Unconfirmed => (
            lang.t("Belum pasti keluar", "Not known whether it came out"),
            lang.t(
                "Lihat di printer, lalu nyatakan: baik, rusak, atau tidak keluar.",
                "Look at the printer, then say: good, spoiled, or not out.",
            )
            .into(),
        ),
        _ => (
            lang.t("Ditahan", "Held"),
            history::advice(reason).map_or(reason.into(), |advice| advice.into(lang)),
        ),
    };
    task(
        if card.state == CardState::Unconfirmed {
            "bad"
        } else {
            "warn"
        },
        &html! {
            strong { (title) } ": " (card.card)
            @if let Some(school) = &card.sekolah.nama { " · " (school) " " (card.sekolah.kelas.as_deref().unwrap_or_default()) }
            br; (advice)
        },
        &html! { a.button.primary href={ "/cards/" (card.card) } { (lang.t("Selesaikan", "Settle")) } },
    )
}

fn held_lot(lot: LotId, cards: &[&Card], lang: Lang, works: bool) -> Markup {
    let wrong = cards.iter().filter_map(|card| {
        let wrong = Wrong::from_code(card.reason.as_deref().unwrap_or_default())?;
        Some((card.card, wrong.text().into(lang)))
    });
    task(
        "bad",
        &html! {
            strong { "Lot " (lot) " " (lang.t("ditahan, jangan dicetak", "is held, do not print it")) }
            " (" (cards.len()) " " (lang.t("kartu", "cards")) ")"
            @for (card, why) in wrong { br; a href={ "/cards/" (card) } { (card) } ": " (why) }
        },
        &html! {
            @if works {
                form method="post" action={ "/lots/" (lot) "/again" } {
                    button.primary { (lang.t("Buat lagi", "Make it again")) }
                }
            }
        },
    )
}

/// What is wrong with a printer.
fn trouble(desk: &Desk, lang: Lang, works: bool) -> Vec<Markup> {
    let name = &desk.settings.name;
    let mut found = Vec::new();
    if let Some(state) = &desk.state {
        let stands = [DeviceState::Stopped, DeviceState::Unreachable]
            .into_iter()
            .find(|known| state_code(*known) == state.state);
        let reasons: Vec<Reason> = state
            .reasons
            .iter()
            .filter_map(|code| Reason::parse(code))
            .collect();
        if let Some(stands) = stands {
            found.push(task(
                "bad",
                &html! {
                    strong { "Printer " (name) " " (stands.text().of(lang)) }
                    @for reason in &reasons {
                        br; (reason.text().of(lang)) ": " (reason.advice().of(lang))
                    }
                    @if stands == DeviceState::Unreachable {
                        br; (lang.t("Nyalakan printer, lalu periksa kabel dan jaringannya.",
                                    "Turn the printer on, then check its cable and the network."))
                    }
                    @if let (true, Some(message)) = (reasons.is_empty(), &state.message) { br; (message) }
                },
                &html! {},
            ));
        }
    }
    if let Some(text) = &desk.doubt {
        let text = text.of(lang);
        found.push(task(
            "bad",
            &html! { strong { "Printer " (name) } br; (text) },
            &html! {},
        ));
    } else if desk.backs > 0 {
        found.push(task(
            "warn",
            &html! {
                strong { "Printer " (name) ": " (desk.backs) " " (lang.t("kartu menunggu sisi belakang", "cards wait for their backs")) }
                br; (lang.t("Balik tumpukan, masukkan lagi ke pengumpan, lalu tekan tombol.",
                            "Turn the stack, put it back into the feeder, then press the button."))
            },
            &html! {
                @if works {
                    form method="post" action={ "/printers/" (name) "/turned" } {
                        button.primary { (lang.t("Sudah dibalik", "It is turned")) }
                    }
                }
            },
        ));
    }
    found
}

fn flow(board: &Board, lang: Lang) -> Markup {
    let counts: BTreeMap<CardState, u64> = board.status.states.iter().copied().collect();
    let sum = |states: &[CardState]| {
        states
            .iter()
            .filter_map(|state| counts.get(state))
            .sum::<u64>()
    };
    let queue: u64 = board.queue.iter().map(|kind| kind.cards).sum();
    let steps = [
        (
            lang.t("Masuk", "Incoming"),
            (board.ready + board.waiting.len()) as u64,
            "/batches",
        ),
        (
            lang.t("Antre lot", "Queued"),
            queue,
            "/cards?state=accepted",
        ),
        (
            lang.t("Siap cetak", "Ready to print"),
            sum(&[CardState::Rendered]),
            "/cards?state=rendered",
        ),
        (
            lang.t("Di printer", "At the printer"),
            sum(&[CardState::Submitting, CardState::Sent]),
            "/cards?state=sent",
        ),
        (
            lang.t("Perlu dipindai", "To be scanned"),
            sum(&[CardState::Printed]),
            "/scan",
        ),
        (
            lang.t("Terverifikasi", "Verified"),
            sum(&[CardState::Verified]),
            "/cards?state=verified",
        ),
        (
            lang.t("Dikemas, dikirim", "Packed, sent"),
            sum(&[CardState::Packed, CardState::HandedOver]),
            "/packs",
        ),
        (
            lang.t("Sampai di sekolah", "With the school"),
            sum(&[CardState::Received]),
            "/packs",
        ),
    ];
    html! {
        h2 { (lang.t("Kartu", "Cards")) }
        ul.flow { @for (name, count, to) in steps { li { a href=(to) { (name) b { (count) } } } } }
    }
}

fn printers(board: &Board, lang: Lang) -> Markup {
    html! {
        h2 { (lang.t("Printer", "Printers")) }
        @if board.desks.is_empty() {
            p.soft { (lang.t("Stasiun ini tidak menjalankan printer; cetak lots/*.pdf, lalu nyatakan hasilnya.",
                             "This station drives no printer; print lots/*.pdf, then say what came out.")) }
        }
        div.grid { @for desk in &board.desks { (printer(desk, lang)) } }
        @if let Some(forecast) = &board.forecast {
            @let text = forecast.text();
            p { (text.of(lang)) }
        }
        @if !board.status.open_lots.is_empty() {
            div.scroll { table {
                caption { (lang.t("Lot yang kartunya belum keluar semua", "Lots whose cards are not all out")) }
                thead { tr { th { "Lot" } th { (lang.t("Jenis", "Kind")) } th.num { (lang.t("Belum", "Left")) } th.num { (lang.t("Kartu", "Cards")) } th { "PDF" } } }
                tbody { @for lot in &board.status.open_lots { tr {
                    td { a href={ "/lots/" (lot.lot.lot) } { (lot.lot.lot) } } td { (lot.lot.kind) }
                    td.num { (lot.waiting) } td.num { (lot.lot.cards) } td { "lots/" (lot.lot.pdf) }
                } } }
            } }
        }
    }
}

fn printer(desk: &Desk, lang: Lang) -> Markup {
    let state = desk.state.as_ref();
    let known = [
        DeviceState::Idle,
        DeviceState::Processing,
        DeviceState::Stopped,
        DeviceState::Unreachable,
    ]
    .into_iter()
    .find(|known| state.is_some_and(|state| state_code(*known) == state.state));
    let (class, word) = match known {
        Some(known @ (DeviceState::Idle | DeviceState::Processing)) => {
            ("good", known.text().into(lang))
        }
        Some(known) => ("bad", known.text().into(lang)),
        None => (
            "",
            state.map_or(
                Cow::Borrowed(lang.t("belum ditanya", "not asked yet")),
                |state| state.state.as_str().into(),
            ),
        ),
    };
    html! {
        div.panel {
            h3 { (desk.settings.name) " " span class={ "tag " (class) } { (word) } }
            dl.facts {
                dt { (lang.t("Antrean", "Queue")) } dd { (desk.queue) " " (lang.t("kartu", "cards")) }
                dt { (lang.t("Hari ini", "Today")) }
                dd {
                    (desk.today)
                    @if let Some(cap) = desk.settings.daily_cap {
                        " / " (cap) " "
                        @if desk.today >= u64::from(cap) { span.warn { (lang.t("batas tercapai, lanjut besok", "cap reached, goes on tomorrow")) } }
                        meter min="0" max=(cap) value=(desk.today) {}
                    }
                }
                dt { (lang.t("Blanko", "Blanks")) } dd { (desk.settings.media) }
                @if let Some(state) = state {
                    @for reason in state.reasons.iter().filter_map(|code| Reason::parse(code)) {
                        dt { (lang.t("Pesan", "Says")) } dd { (reason.text().of(lang)) }
                    }
                }
            }
        }
    }
}

fn drops(app: &App, board: &Board, lang: Lang) -> Markup {
    html! {
        h2 { (lang.t("Kiriman terakhir", "Latest drops")) }
        @if board.drops.is_empty() { p.soft { (lang.t("Belum ada kiriman.", "No drops yet.")) } }
        @else {
            div.scroll { table {
                thead { tr {
                    th { (lang.t("Kiriman", "Drop")) } th { (lang.t("Waktu", "Time")) }
                    th.num { (lang.t("Diterima", "Accepted")) } th.num { (lang.t("Ditolak", "Rejected")) } th.num { (lang.t("Jumlah", "Received")) }
                } }
                tbody { @for drop in &board.drops { tr {
                    td { (drop.outcome.name) } td { (app.local(drop.at)) }
                    td.num { (drop.outcome.accepted) }
                    td.num.bad[drop.outcome.rejected > 0] { (drop.outcome.rejected) }
                    td.num { (drop.outcome.received) }
                } } }
            } }
        }
    }
}

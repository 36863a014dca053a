//! What needs a person and what waits where: read once for the board, `status`, `/metrics` and
//! `/healthz`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Instant;

use serde::Serialize;

use super::{Access, Failure, Result, Rule, history, printers};
use crate::config::{Duplex, PrinterSettings};
use crate::context::Context;
use crate::domain::card::State;
use crate::domain::chain;
use crate::domain::device::DeviceState;
use crate::domain::ids::{CardId, LotId, PackId};
use crate::domain::reason::Reason as Why;
use crate::domain::stock::Forecast;
use crate::domain::text::{Explain, Text};
use crate::intake::{self, Inbox};
use crate::ledger::{
    Card, FinishedDrop, OnHand, Pack, PrinterState, Reader, Status, VoidCard, VoidLot, Waiting,
};
use crate::printer::Reason;
use crate::production::fault::Fault;
use crate::production::printers::made_today;
use crate::text;

use Severity::{Bad, Warning};

/// All that waits, and for whom.
#[derive(Debug)]
pub struct Worklist {
    /// What needs a person.
    pub tasks: Vec<Task>,
    pub status: Status,
    pub queue: Vec<Waiting>,
    pub forecast: Option<Forecast>,
    pub printers: Vec<Printer>,
    pub fault: Option<Fault>,
    pub incoming: std::result::Result<Incoming, String>,
    pub overdue: Vec<Pack>,
    pub on_hand: Vec<OnHand>,
    pub drops: Vec<FinishedDrop>,
}

/// A printer that the station drives.
#[derive(Debug)]
pub struct Printer {
    pub settings: PrinterSettings,
    /// Nothing before it was first asked.
    pub state: Option<PrinterState>,
    pub queue: u64,
    pub today: u64,
}

impl Printer {
    /// What it says, in words.
    pub fn reasons(&self) -> Vec<Reason> {
        reasons(self.state.as_ref().map_or(&[], |state| &state.reasons))
    }

    pub fn is_capped(&self) -> bool {
        let cap = self.settings.daily_cap;
        cap.is_some_and(|cap| self.today >= u64::from(cap))
    }
}

fn reasons(codes: &[String]) -> Vec<Reason> {
    codes
        .iter()
        .filter_map(|code| Reason::parse(code))
        .collect()
}

/// What lies in `incoming/`.
#[derive(Debug)]
pub struct Incoming {
    /// Drops that only wait for their turn.
    ready: usize,
    pub waiting: Vec<intake::Waiting>,
}

impl Incoming {
    pub fn count(&self) -> usize {
        self.ready + self.waiting.len()
    }

    /// A look that takes nothing. The error says why the folder cannot be read.
    pub fn look(inbox: &mut Inbox) -> std::result::Result<Self, String> {
        let ready = inbox.scan(Instant::now(), &BTreeSet::new());
        Ok(Self {
            ready: ready.map_err(|error| chain(&error))?.len(),
            waiting: inbox.waiting().to_vec(),
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Something is wrong, or goes wrong if nobody helps.
    Bad,
    Warning,
}

/// Where a task is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The page of a card.
    Card(CardId),
    /// What came of a card must be said.
    Settle(CardId),
    /// A card that comes out of this lot is spoiled.
    Spoil {
        lot: LotId,
        card: CardId,
    },
    /// A held lot is made again.
    Again(LotId),
    /// The stack of this printer is turned.
    Turned(String),
    Supplies,
    /// Cards are destroyed.
    Destroy,
    Pack(PackId),
}

/// Something that needs a person. Its [`Explain::text`] says what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub severity: Severity,
    what: Text,
    /// Why it is so, and what to do.
    pub advice: Vec<Text>,
    pub place: Option<Place>,
}

impl Explain for Task {
    fn text(&self) -> Text {
        self.what.clone()
    }
}

impl Task {
    fn new(severity: Severity, what: Text, advice: impl IntoIterator<Item = Text>) -> Self {
        Self {
            severity,
            what,
            advice: advice.into_iter().collect(),
            place: None,
        }
    }

    fn at(self, place: Place) -> Self {
        Self {
            place: Some(place),
            ..self
        }
    }

    fn fault(fault: &Fault) -> Self {
        let what = Text::new("Stasiun terhambat", "The station is held up");
        let advice = Text::new(
            "Stasiun mencoba lagi sendiri; periksa disk, folder bersama dan sambungannya, atau panggil teknisi.",
            "It tries again by itself; look at the disk, the shared folder and its connection, or call the technician.",
        );
        Self::new(Bad, what, [Text::same(fault.what.clone()), advice])
    }

    fn incoming(why: &str) -> Self {
        let what = Text::new("incoming/ tidak dapat dibaca", "incoming/ cannot be read");
        Self::new(Bad, what, [Text::same(why.to_owned())])
    }

    /// A printer that stands.
    fn printer(printer: &PrinterState) -> Self {
        let (name, state) = (&printer.printer, printer.state.text());
        let what = text!("Printer {name} {}", state.id; "Printer {name}: {}", state.en);
        let reasons = reasons(&printer.reasons);
        let told = reasons.iter().map(|reason| {
            let (what, advice) = (reason.text(), reason.advice());
            text!("{}: {}", what.id, advice.id; "{}: {}", what.en, advice.en)
        });
        let away = (printer.state == DeviceState::Unreachable).then_some(Text::new(
            "Nyalakan printer, lalu periksa kabel dan jaringannya.",
            "Turn the printer on, then check its cable and the network.",
        ));
        // What a printer says in its own words only helps where it says nothing else.
        let message = printer.message.clone().filter(|_| reasons.is_empty());
        let advice = told.chain(away).chain(message.map(Text::same));
        Self::new(Bad, what, advice)
    }

    /// A stack whose backs are not printed yet; `doubt` is why it must not be turned.
    fn stack(printer: &str, backs: usize, doubt: Option<Text>) -> Self {
        if let Some(doubt) = doubt {
            let what = text!(
                "Printer {printer}: tumpukan belum boleh dibalik",
                "Printer {printer}: do not turn the stack yet"
            );
            return Self::new(Bad, what, [doubt]);
        }
        let what = text!(
            "Printer {printer}: {backs} kartu menunggu sisi belakang",
            "Printer {printer}: {backs} cards wait for their backs"
        );
        let advice = Text::new(
            "Balik tumpukan, masukkan lagi ke pengumpan, lalu nyatakan sudah dibalik.",
            "Turn the stack, put it back into the feeder, then say that it is turned.",
        );
        Self::new(Warning, what, [advice]).at(Place::Turned(printer.to_owned()))
    }

    /// A lot that failed its proof.
    fn held_lot(lot: LotId, cards: &[&Card]) -> Self {
        let what = text!(
            "Lot {lot} ditahan, jangan dicetak ({} kartu)", cards.len();
            "Lot {lot} is held, do not print it ({} cards)", cards.len()
        );
        let wrong = cards.iter().filter_map(|card| {
            let why = card.reason.filter(|reason| reason.is_proof())?.text();
            let card = card.card;
            Some(text!("{card}: {}", why.id; "{card}: {}", why.en))
        });
        Self::new(Bad, what, wrong).at(Place::Again(lot))
    }

    fn short(forecast: &Forecast) -> Self {
        let what = Text::new("Persediaan kurang", "Supplies are short");
        Self::new(Warning, what, [forecast.text()]).at(Place::Supplies)
    }

    /// A card that is held or unconfirmed.
    fn card(card: &Card) -> Self {
        let number = card.card;
        let school = card.sekolah.nama.as_deref().map(|school| {
            let class = card.sekolah.kelas.as_deref().unwrap_or_default();
            format!(" · {school} {class}")
        });
        let school = school.unwrap_or_default();
        let why = card.reason.map(|reason| reason.text());
        if card.state == State::Unconfirmed {
            let what = text!(
                "{number} belum pasti keluar{school}",
                "{number}: not known whether it came out{school}"
            );
            let look = Text::new(
                "Lihat di printer, lalu nyatakan: baik, rusak, atau tidak keluar.",
                "Look at the printer, then say: good, spoiled, or not out.",
            );
            let look = (card.reason != Some(Why::Restored)).then_some(look);
            let advice = why.into_iter().chain(look);
            return Self::new(Bad, what, advice).at(Place::Settle(number));
        }
        let what = text!("{number} ditahan{school}", "{number} is held{school}");
        Self::new(Warning, what, why).at(Place::Card(number))
    }

    fn not_to_use(lot: LotId, position: u32, card: CardId) -> Self {
        let what = text!(
            "Jangan diserahkan: {card}, lot {lot} urutan {position}",
            "Do not hand out: {card}, lot {lot} position {position}"
        );
        let advice = Text::new(
            "Kartu di PDF ini dibatalkan, ditahan, atau dibuat lagi di lot lain; bila keluar, nyatakan rusak.",
            "The card in this PDF was cancelled, held, or made anew in another lot; if it comes out, say that it is spoiled.",
        );
        Self::new(Bad, what, [advice]).at(Place::Spoil { lot, card })
    }

    fn void_lot(void: &VoidLot) -> Self {
        let (lot, pdf) = (void.lot, &void.pdf);
        let what = text!(
            "Lot {lot} batal seluruhnya: jangan cetak lots/{pdf}",
            "All cards of lot {lot} were cancelled: do not print lots/{pdf}"
        );
        Self::new(Bad, what, None)
    }

    fn void_card(void: &VoidCard) -> Self {
        let card = void.card;
        let (id, en) = void.pack.map_or_else(Default::default, |pack| {
            (format!(", paket {pack}"), format!(", pack {pack}"))
        });
        let what = text!(
            "{card} tidak berlaku, masih di kantor{id}",
            "{card} is void and still in the office{en}"
        );
        let advice = Text::new(
            "Kartu baru menggantikannya: keluarkan dari amplop atau tumpukan, lalu musnahkan.",
            "A newer card takes its place: take it out of its envelope or pile, then destroy it.",
        );
        Self::new(Bad, what, [advice]).at(Place::Destroy)
    }

    fn overdue(pack: &Pack, days: u32) -> Self {
        let (number, to, left) = (pack.pack, pack.destination.name(), pack.tally.outstanding);
        let what = text!(
            "Paket {number} terlambat: {to}, {left} kartu ditunggu",
            "Pack {number} is overdue: {to}, {left} cards outstanding"
        );
        let advice = text!(
            "Belum dikonfirmasi setelah {days} hari: hubungi sekolah, lalu catat jawabannya.",
            "Not confirmed after {days} days: ask the school, then enter its answer."
        );
        Self::new(Warning, what, [advice]).at(Place::Pack(number))
    }

    /// A drop that is not taken as it is.
    fn waiting(drop: &intake::Waiting) -> Self {
        let what = Text::same(format!("incoming/{}", drop.name));
        Self::new(Warning, what, [history::why(drop.why)])
    }
}

/// How long a lot that nobody may print is told of: by then whoever fetched its PDF has printed it.
const VOID_LOT_DAYS: i64 = 7;

/// How many of the drops that were taken are told of.
const DROPS: u32 = 8;

/// What the person who looks sees.
pub fn view(at: &Access<'_>, incoming: std::result::Result<Incoming, String>) -> Result<Worklist> {
    at.read(Rule::WorkView, |ledger| {
        gather(at.context, ledger, incoming)
    })
}

/// Gathers all of it, in a snapshot of the ledger.
pub(crate) fn gather(
    context: &Context,
    ledger: &Reader,
    incoming: std::result::Result<Incoming, String>,
) -> Result<Worklist> {
    let (config, now) = (&context.config, context.now());
    let fault = Fault::read(&context.paths).map_err(Failure::broken)?;
    let mut status = ledger.status()?;
    let lately = now - jiff::SignedDuration::from_hours(24 * VOID_LOT_DAYS);
    status.void_lots.retain(|lot| lot.since >= lately);
    let mut printers = Vec::new();
    for settings in config.printers.iter().filter(|printer| printer.is_driven()) {
        let name = &settings.name;
        printers.push(Printer {
            state: ledger.printer(name)?,
            queue: ledger.queue_of(name)?,
            today: made_today(ledger, name, &context.zone, now).map_err(Failure::broken)?,
            settings: settings.clone(),
        });
    }
    let days = config.handover.overdue_days;
    let mut work = Worklist {
        tasks: Vec::new(),
        queue: ledger.waiting()?,
        forecast: ledger.forecast()?,
        overdue: ledger.overdue_packs(context.date(now), days)?,
        on_hand: ledger.on_hand()?,
        drops: ledger.latest_drops(DROPS)?,
        status,
        printers,
        fault,
        incoming,
    };
    work.tasks = work.tasks(ledger, days)?;
    Ok(work)
}

impl Worklist {
    /// First what stops everything, then what stops a lot, then single cards.
    fn tasks(&self, ledger: &Reader, overdue_days: u32) -> Result<Vec<Task>> {
        let status = &self.status;
        let mut tasks: Vec<Task> = self.fault.iter().map(Task::fault).collect();
        tasks.extend(self.incoming.as_ref().err().map(|why| Task::incoming(why)));
        for printer in &self.printers {
            let state = printer.state.iter();
            let stands = state.filter(|printer| !printer.state.is_running());
            tasks.extend(stands.map(Task::printer));
            tasks.extend(stack(&printer.settings, ledger)?);
        }
        let (of_lots, alone) = self.held();
        let of_lots = of_lots.iter();
        tasks.extend(of_lots.map(|(lot, cards)| Task::held_lot(*lot, cards)));
        let short = self.forecast.iter().filter(|forecast| forecast.is_short());
        tasks.extend(short.map(Task::short));
        tasks.extend(alone.into_iter().map(Task::card));
        for open in &status.open_lots {
            let cards = open.not_to_use.iter();
            tasks.extend(cards.map(|(place, card)| Task::not_to_use(open.lot.lot, *place, *card)));
        }
        tasks.extend(status.void_lots.iter().map(Task::void_lot));
        tasks.extend(status.void_cards.iter().map(Task::void_card));
        let overdue = self.overdue.iter();
        tasks.extend(overdue.map(|pack| Task::overdue(pack, overdue_days)));
        let waiting = self.incoming.iter().flat_map(|incoming| &incoming.waiting);
        let waiting = waiting.filter(|drop| needs_person(drop.why));
        tasks.extend(waiting.map(Task::waiting));
        Ok(tasks)
    }

    /// The held cards of lots that failed their proof, and all others that need a person.
    fn held(&self) -> (BTreeMap<LotId, Vec<&Card>>, Vec<&Card>) {
        let (mut of_lots, mut alone) = (BTreeMap::<_, Vec<_>>::new(), Vec::new());
        for card in &self.status.need_person {
            match card.lot {
                Some(lot) if card.reason.is_some_and(Why::is_of_lot) => {
                    of_lots.entry(lot).or_default().push(card);
                }
                _ => alone.push(card),
            }
        }
        (of_lots, alone)
    }
}

/// The stack of a printer that cannot turn its cards.
fn stack(printer: &PrinterSettings, ledger: &Reader) -> Result<Option<Task>> {
    if printer.duplex != Duplex::None {
        return Ok(None);
    }
    let backs = ledger.backs_waiting(&printer.name)?.len();
    let doubt = printers::stack_in_doubt(ledger, &printer.name)?;
    let waits = backs > 0 || doubt.is_some();
    Ok(waits.then(|| Task::stack(&printer.name, backs, doubt)))
}

/// Whether a drop that waits for this waits for ever if nobody helps.
pub const fn needs_person(why: intake::Why) -> bool {
    !matches!(
        why,
        intake::Why::Settling | intake::Why::NotWhole | intake::Why::Photo
    )
}

/// Bytes that must be left on the disk: a few lots and their photos.
const ROOM: u64 = 512 << 20;

/// Whether the station is well, for whatever watches it; no data of the office's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    ledger: bool,
    /// `incoming/` can be read.
    incoming: bool,
    /// The disk has room.
    disk: bool,
    /// Nothing keeps the station from its work.
    station: bool,
}

impl Health {
    /// Looks at each. Without a ledger nothing else matters.
    pub fn of(context: &Context) -> Self {
        let Ok(_) = context.read(Reader::head) else {
            return Self::default();
        };
        let paths = &context.paths;
        Self {
            ledger: true,
            incoming: fs::read_dir(paths.intake().incoming).is_ok(),
            disk: rustix::fs::statvfs(&paths.root)
                .is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) >= ROOM),
            station: Fault::read(paths).is_ok_and(|fault| fault.is_none()),
        }
    }

    pub const fn is_well(self) -> bool {
        self.ledger && self.incoming && self.disk && self.station
    }
}

//! Figures for Prometheus, in its text format. None is of a person.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, header};

use super::app::App;
use super::error::PageError;
use crate::actions::worklist::{self, Incoming, Printer, Worklist};
use crate::domain::card::State as CardState;
use crate::ledger::Reader;

const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";

pub async fn metrics(
    State(app): State<Arc<App>>,
) -> Result<([(HeaderName, &'static str); 1], String), PageError> {
    let text = app.read(|app, ledger| {
        let incoming = Incoming::look(&mut app.inbox());
        let work = ledger.snapshot(|ledger| worklist::gather(&app.context, ledger, incoming))?;
        Ok::<_, PageError>(written(&work, ledger)?)
    });
    Ok(([(header::CONTENT_TYPE, KIND)], text.await?))
}

/// One figure with its help, and a value for each value of its label; without a label, one value.
fn family<'a>(
    text: &mut String,
    (name, kind): (&str, &str),
    help: &str,
    label: &str,
    samples: impl IntoIterator<Item = (&'a str, i64)>,
) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (of, value) in samples {
        let _ = match label {
            "" => writeln!(text, "{name} {value}"),
            _ => writeln!(text, "{name}{{{label}=\"{}\"}} {value}", escaped(of)),
        };
    }
}

/// A label's value as the format wants it.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

/// The ledger counts from 0 and never near the end of an `i64`.
fn figure(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

fn written(work: &Worklist, ledger: &Reader) -> crate::ledger::Result<String> {
    let mut text = String::new();
    let to = &mut text;
    let counts: BTreeMap<CardState, u64> = work.status.states.iter().copied().collect();
    let states = CardState::ALL.map(|state| {
        let count = counts.get(&state).copied().unwrap_or_default();
        (state.name(), figure(count))
    });
    family(to, gauge("kia_cards"), "Cards by state.", "state", states);
    let kinds = work.queue.iter();
    let kinds = kinds.map(|waiting| (waiting.kind.name(), figure(waiting.cards)));
    let help = "Cards that wait for a lot, by kind.";
    family(to, gauge("kia_queue_cards"), help, "kind", kinds);
    for (name, help, count) in [
        (
            "kia_incoming_waiting",
            "Names in incoming/ that are not taken yet.",
            work.incoming.as_ref().map_or(0, Incoming::count),
        ),
        (
            "kia_cards_need_person",
            "Cards that are held or unconfirmed.",
            work.status.need_person.len(),
        ),
        (
            "kia_open_lots",
            "Lots whose cards are not all out.",
            work.status.open_lots.len(),
        ),
    ] {
        family(to, gauge(name), help, "", [("", figure(count))]);
    }
    for (name, help, of) in PRINTERS {
        let each = work.printers.iter();
        let each = each.filter_map(|printer| Some((&*printer.settings.name, of(printer)?)));
        family(to, gauge(name), help, "printer", each);
    }
    let stock = ledger.stock()?;
    let blanks = stock.iter().map(|day| (&*day.media, day.closing));
    let help = "Blanks left, by kind.";
    family(to, gauge("kia_blanks"), help, "media", blanks);
    let prints = ledger.ribbons()?.map(|ribbons| ("", ribbons.prints));
    let help = "Prints left on the ribbons.";
    family(to, gauge("kia_ribbon_prints"), help, "", prints);
    let head = [("", figure(ledger.head()?.0))];
    let name = ("kia_events_total", "counter");
    family(to, name, "Events in the log.", "", head);
    Ok(text)
}

const fn gauge(name: &str) -> (&str, &str) {
    (name, "gauge")
}

type OfPrinter = fn(&Printer) -> Option<i64>;

const PRINTERS: [(&str, &str, OfPrinter); 4] = [
    (
        "kia_printer_works",
        "1 where the printer is idle or prints, 0 where it stands.",
        |printer| Some(i64::from(printer.state.as_ref()?.state.is_running())),
    ),
    (
        "kia_printer_queue_cards",
        "Cards that wait for the printer.",
        |printer| Some(figure(printer.queue)),
    ),
    (
        "kia_printer_today_cards",
        "Cards the printer made today.",
        |printer| Some(figure(printer.today)),
    ),
    (
        "kia_printer_daily_cap",
        "Cards a day, at the most.",
        |printer| printer.settings.daily_cap.map(i64::from),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_a_family_without_samples_still_says_what_it_is() {
        let mut text = String::new();
        let samples = [("a\"b\\c\nd", 3)];
        family(&mut text, gauge("kia_x"), "Some.", "printer", samples);
        family(&mut text, gauge("kia_y"), "None.", "", []);
        assert_eq!(
            text,
            "# HELP kia_x Some.\n# TYPE kia_x gauge\nkia_x{printer=\"a\\\"b\\\\c\\nd\"} 3\n\
             # HELP kia_y None.\n# TYPE kia_y gauge\n"
        );
    }
}

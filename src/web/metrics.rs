//! Figures for Prometheus, in its text format. None is of a person.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, header};

use super::app::App;
use super::board::{self, Board};
use super::error::PageError;
use crate::domain::card::State as CardState;
use crate::ledger::Reader;
use crate::printer::DeviceState;
use crate::production::printers::state_code;

const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";

pub async fn metrics(
    State(app): State<Arc<App>>,
) -> Result<([(HeaderName, &'static str); 1], String), PageError> {
    let text = app.read(|app, ledger| {
        let board = board::look(app, ledger)?;
        Ok::<_, PageError>(written(&board, ledger)?)
    });
    Ok(([(header::CONTENT_TYPE, KIND)], text.await?))
}

/// The labels of one figure, and the figure.
type Sample<'a> = (&'a [(&'a str, &'a str)], i64);

/// One figure with its help and its samples.
fn family<'a>(
    text: &mut String,
    kind: &str,
    name: &str,
    help: &str,
    samples: impl IntoIterator<Item = Sample<'a>>,
) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (labels, value) in samples {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
            .collect();
        let _ = match labels.is_empty() {
            true => writeln!(text, "{name} {value}"),
            false => writeln!(text, "{name}{{{}}} {value}", labels.join(",")),
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

fn written(board: &Board, ledger: &Reader) -> crate::ledger::Result<String> {
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, samples: Vec<Sample<'_>>| {
        family(&mut text, "gauge", name, help, samples);
    };
    let counts: BTreeMap<CardState, u64> = board.status.states.iter().copied().collect();
    let states = CardState::ALL.map(|state| {
        let count = counts.get(&state).copied().unwrap_or_default();
        ([("state", state.name())], figure(count))
    });
    let states = states.iter().map(|(labels, count)| (&labels[..], *count));
    gauge("kia_cards", "Cards by state.", states.collect());
    let kinds: Vec<_> = board
        .queue
        .iter()
        .map(|waiting| ([("kind", waiting.kind.name())], figure(waiting.cards)))
        .collect();
    let kinds = kinds.iter().map(|(labels, count)| (&labels[..], *count));
    gauge(
        "kia_queue_cards",
        "Cards that wait for a lot, by kind.",
        kinds.collect(),
    );
    for (name, help, count) in [
        (
            "kia_incoming_waiting",
            "Names in incoming/ that are not taken yet.",
            board.ready + board.waiting.len(),
        ),
        (
            "kia_cards_need_person",
            "Cards that are held or unconfirmed.",
            board.status.need_person.len(),
        ),
        (
            "kia_open_lots",
            "Lots whose cards are not all out.",
            board.status.open_lots.len(),
        ),
    ] {
        gauge(name, help, vec![(&[], figure(count))]);
    }
    printers(board, &mut gauge);
    let stock = ledger.stock()?;
    let blanks: Vec<_> = stock
        .iter()
        .map(|day| ([("media", day.media.as_str())], day.closing))
        .collect();
    let blanks = blanks.iter().map(|(labels, count)| (&labels[..], *count));
    gauge("kia_blanks", "Blanks left, by kind.", blanks.collect());
    let prints = ledger.ribbons()?.map(|ribbons| ribbons.prints);
    gauge(
        "kia_ribbon_prints",
        "Prints left on the ribbons.",
        prints.map(|prints| (&[][..], prints)).into_iter().collect(),
    );
    let head = figure(ledger.head()?.0);
    family(
        &mut text,
        "counter",
        "kia_events_total",
        "Events in the log.",
        [(&[][..], head)],
    );
    Ok(text)
}

fn printers(board: &Board, gauge: &mut impl FnMut(&str, &str, Vec<Sample<'_>>)) {
    let works = [DeviceState::Idle, DeviceState::Processing].map(state_code);
    let named: Vec<_> = board
        .desks
        .iter()
        .map(|desk| ([("printer", desk.settings.name.as_str())], desk))
        .collect();
    let mut each = |name: &str, help: &str, of: &dyn Fn(&board::Desk) -> Option<i64>| {
        let samples = named
            .iter()
            .filter_map(|(labels, desk)| Some((&labels[..], of(desk)?)));
        gauge(name, help, samples.collect());
    };
    each(
        "kia_printer_works",
        "1 where the printer is idle or prints, 0 where it stands.",
        &|desk| {
            let state = desk.state.as_ref()?;
            Some(i64::from(works.contains(&state.state.as_str())))
        },
    );
    each(
        "kia_printer_queue_cards",
        "Cards that wait for the printer.",
        &|desk| Some(figure(desk.queue)),
    );
    each(
        "kia_printer_today_cards",
        "Cards the printer made today.",
        &|desk| Some(figure(desk.today)),
    );
    each(
        "kia_printer_daily_cap",
        "Cards a day, at the most.",
        &|desk| desk.settings.daily_cap.map(i64::from),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_a_family_without_samples_still_says_what_it_is() {
        let mut text = String::new();
        family(
            &mut text,
            "gauge",
            "kia_x",
            "Some.",
            [(&[("printer", "a\"b\\c\nd")][..], 3)],
        );
        family(&mut text, "gauge", "kia_y", "None.", []);
        assert_eq!(
            text,
            "# HELP kia_x Some.\n# TYPE kia_x gauge\nkia_x{printer=\"a\\\"b\\\\c\\nd\"} 3\n\
             # HELP kia_y None.\n# TYPE kia_y gauge\n"
        );
    }
}

//! Charts as SVG: counts in, a picture out that reads on a screen and on black and white paper.
//!
//! Values are told by length, never by colour alone, and every bar carries its figure. Texts are
//! in the papers' own font, with whatever a screen has in its place.

use std::fmt::Display;

use jiff::civil::Date;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::month_name;
use crate::domain::coverage::Share;
use crate::domain::figures::{Percent, grouped};
use crate::domain::pace::Pace;

/// A chart that cannot be drawn.
#[derive(Debug, thiserror::Error)]
#[error("the chart cannot be drawn: {0}")]
pub struct ChartError(String);

impl ChartError {
    fn of(error: impl Display) -> Self {
        Self(error.to_string())
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), ChartError>;

const FONT: &str = "Noto Sans, sans-serif";
/// Prints as a dark grey.
const BAR: RGBColor = RGBColor(31, 78, 121);
/// What lies behind a bar, up to the whole.
const TRACK: RGBColor = RGBColor(226, 230, 235);
const GRID: RGBColor = RGBColor(208, 212, 218);
const INK: RGBColor = RGBColor(24, 24, 24);
const FAINT: RGBColor = RGBColor(84, 88, 94);
/// Pixels; a paper scales the picture to its own width.
const WIDTH: u32 = 960;

fn text(area: &Area<'_>, said: &str, at: (i32, i32), how: (f64, RGBColor, HPos, bool)) -> Drawn {
    let (size, colour, side, strong) = how;
    // The SVG writer divides sizes by this factor.
    let font = (FONT, size * 1.24).into_font();
    let font = if strong {
        font.style(FontStyle::Bold)
    } else {
        font
    };
    let style = TextStyle::from(font)
        .color(&colour)
        .pos(Pos::new(side, VPos::Center));
    area.draw_text(said, &style, at).map_err(ChartError::of)
}

fn bar(area: &Area<'_>, from: (i32, i32), to: (i32, i32), style: ShapeStyle) -> Drawn {
    let bar = Rectangle::new([from, to], style);
    area.draw(&bar).map_err(ChartError::of)
}

fn line(area: &Area<'_>, points: [(i32, i32); 2], style: ShapeStyle) -> Drawn {
    let line = PathElement::new(points.to_vec(), style);
    area.draw(&line).map_err(ChartError::of)
}

/// A level line of dashes, so that it is told from others without its colour.
fn dashes(area: &Area<'_>, y: i32, [from, to]: [i32; 2], [dash, gap]: [i32; 2]) -> Drawn {
    let mut x = from;
    while x < to {
        line(area, [(x, y), ((x + dash).min(to), y)], INK.stroke_width(2))?;
        x += dash + gap;
    }
    Ok(())
}

/// Draws with `paint` on a white sheet of this height.
fn sheet(height: u32, paint: impl FnOnce(&Area<'_>) -> Drawn) -> Result<String, ChartError> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        area.fill(&WHITE).map_err(ChartError::of)?;
        paint(&area)?;
        area.present().map_err(ChartError::of)?;
    }
    Ok(svg)
}

/// Each share as a bar of its percentage, with a line at a hundred; where no share has a target,
/// as a bar of its children.
///
/// # Errors
/// When the drawing library refuses.
pub fn coverage(title: &str, shares: &[Share]) -> Result<String, ChartError> {
    const ROW: i32 = 26;
    const TOP: i32 = 62;
    const LEFT: i32 = 220;
    const RIGHT: i32 = 730;
    let rows = i32::try_from(shares.len()).unwrap_or(0);
    let height = TOP + rows * ROW + 16;
    let known = shares.iter().any(|share| share.percent.is_some());
    let value = |share: &Share| match (known, share.percent) {
        (true, percent) => percent.map_or(0.0, Percent::value),
        (false, _) => share.children as f64,
    };
    let whole = if known { 100.0 } else { 1.0 };
    let scale = shares.iter().map(value).fold(whole, f64::max);
    let place = |value: f64| LEFT + (f64::from(RIGHT - LEFT) * value / scale).round() as i32;
    sheet(height.unsigned_abs(), |area| {
        text(area, title, (16, 22), (17.0, INK, HPos::Left, true))?;
        for (at, share) in (0..).zip(shares) {
            let (top, value) = (TOP + at * ROW, value(share));
            let middle = top + ROW / 2 - 2;
            let name = (13.0, INK, HPos::Right, false);
            text(area, &share.name, (LEFT - 10, middle), name)?;
            if known {
                let end = (place(100.0), top + ROW - 7);
                bar(area, (LEFT, top + 3), end, TRACK.filled())?;
            }
            bar(
                area,
                (LEFT, top + 3),
                (place(value), top + ROW - 7),
                BAR.filled(),
            )?;
            let figure = match (share.percent, share.target) {
                (Some(percent), Some(target)) => {
                    format!(
                        "{percent}   {} dari {}",
                        point(share.children),
                        point(target)
                    )
                }
                _ => format!("{} anak", point(share.children)),
            };
            let how = (13.0, INK, HPos::Left, share.excess() > 0);
            text(area, &figure, (RIGHT + 12, middle), how)?;
        }
        if known {
            let x = place(100.0);
            line(area, [(x, TOP - 6), (x, height - 14)], INK.stroke_width(1))?;
            let whole = (12.0, FAINT, HPos::Center, false);
            text(area, "100 %", (x, TOP - 15), whole)?;
        }
        Ok(())
    })
}

/// The weeks as bars, the running one open, with the mean dotted and the pace that is needed
/// dashed.
///
/// # Errors
/// When the drawing library refuses.
pub fn pace(title: &str, pace: &Pace) -> Result<String, ChartError> {
    const HEIGHT: u32 = 430;
    const LEFT: i32 = 70;
    const RIGHT: i32 = 770;
    const TOP: i32 = 60;
    const BOTTOM: i32 = 376;
    let mean = pace.per_week();
    let top = pace.weeks.iter().map(|week| week.printed as f64);
    let top = top.chain(mean).chain(pace.needed.map(|n| n as f64));
    let step = nice(top.fold(4.0, f64::max) / 4.0);
    let steps = (pace.weeks.iter().map(|week| week.printed as f64))
        .chain(mean)
        .chain(pace.needed.map(|needed| needed as f64))
        .fold(4.0, |most: f64, value| most.max((value / step).ceil()));
    let place = |value: f64| {
        let share = value / (steps * step);
        BOTTOM - (f64::from(BOTTOM - TOP) * share).round() as i32
    };
    let count = i32::try_from(pace.weeks.len()).unwrap_or(1).max(1);
    let column = f64::from(RIGHT - LEFT) / f64::from(count);
    // So many labels that none runs into the next.
    let every = (count + 12) / 13;
    sheet(HEIGHT, |area| {
        text(area, title, (16, 22), (17.0, INK, HPos::Left, true))?;
        for n in 0..=steps as i32 {
            let value = f64::from(n) * step;
            let y = place(value);
            line(area, [(LEFT, y), (RIGHT, y)], GRID.stroke_width(1))?;
            let figure = (12.0, FAINT, HPos::Right, false);
            text(area, &point(value as u64), (LEFT - 8, y), figure)?;
        }
        for (at, week) in (0..).zip(&pace.weeks) {
            let left = LEFT + (column * (f64::from(at) + 0.14)).round() as i32;
            let right = LEFT + (column * (f64::from(at) + 0.86)).round() as i32;
            let (y, middle) = (place(week.printed as f64), (left + right) / 2);
            let open = at + 1 == count;
            let style = if open { WHITE } else { BAR };
            bar(area, (left, y), (right, BOTTOM), style.filled())?;
            if open {
                bar(area, (left, y), (right, BOTTOM), BAR.stroke_width(2))?;
            }
            if column > 24.0 && week.printed > 0 {
                let figure = (11.0, INK, HPos::Center, false);
                text(area, &point(week.printed), (middle, y - 8), figure)?;
            }
            // Counted from the newest week, which always has its label.
            if (count - 1 - at) % every == 0 {
                let label = day_month(week.monday);
                let how = (12.0, FAINT, HPos::Center, false);
                text(area, &label, (middle, BOTTOM + 16), how)?;
            }
        }
        line(area, [(LEFT, BOTTOM), (RIGHT, BOTTOM)], INK.stroke_width(1))?;
        let foot = "minggu yang dimulai pada Senin; batang kosong: minggu berjalan";
        let how = (12.0, FAINT, HPos::Left, false);
        text(area, foot, (LEFT, BOTTOM + 40), how)?;
        let mut places = Vec::new();
        if let Some(mean) = mean {
            let y = place(mean);
            dashes(area, y, [LEFT, RIGHT], [2, 4])?;
            places.push((y, format!("rata-rata {}", point(mean.round() as u64))));
        }
        if let Some(needed) = pace.needed {
            let y = place(needed as f64);
            dashes(area, y, [LEFT, RIGHT], [10, 6])?;
            places.push((y, format!("perlu {}", point(needed))));
        }
        // Two labels never lie on one another.
        places.sort();
        let mut free = TOP - 20;
        for (y, said) in places {
            let at = y.max(free);
            let how = (13.0, INK, HPos::Left, true);
            text(area, &said, (RIGHT + 10, at), how)?;
            free = at + 18;
        }
        Ok(())
    })
}

/// The next of 1, 2, 2.5, 5 times a power of ten, and a whole number.
fn nice(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let found = [1.0, 2.0, 2.5, 5.0, 10.0].map(|n| n * power);
    let mut whole = found.into_iter().filter(|n| *n >= step && n.fract() == 0.0);
    whole.next().unwrap_or(10.0 * power).max(1.0)
}

fn day_month(day: Date) -> String {
    let month: String = month_name(day.month()).chars().take(3).collect();
    format!("{} {month}", day.day())
}

/// A count as people read it.
fn point(count: u64) -> String {
    grouped(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::domain::pace::Week;

    /// The texts of a picture in the order in which they were drawn.
    fn texts(svg: &str) -> Vec<String> {
        let tree = svg.split("<text ").skip(1);
        tree.filter_map(|part| part.split_once('>')?.1.split_once("</text>"))
            .map(|(said, _)| said.trim().to_owned())
            .collect()
    }

    fn share(name: &str, children: u64, target: Option<u64>) -> Share {
        Share {
            name: name.into(),
            of: None,
            children,
            target,
            percent: target.and_then(|target| Percent::of(children, target)),
        }
    }

    #[test]
    fn every_bar_has_its_name_and_its_figures() {
        let shares = [
            share("CURUP & BARU", 1_290, Some(1_000)),
            share("BINDURIANG", 50, Some(200)),
            share("TANPA TARGET", 7, None),
        ];
        let svg = coverage("Cakupan", &shares).unwrap();
        assert_eq!(
            texts(&svg),
            [
                "Cakupan",
                "CURUP &amp; BARU",
                "129,00 %   1.290 dari 1.000",
                "BINDURIANG",
                "25,00 %   50 dari 200",
                "TANPA TARGET",
                "7 anak",
                "100 %"
            ]
        );
        usvg::Tree::from_str(&svg, &usvg::Options::default()).unwrap();
        let counts = coverage("Cakupan", &shares[2..]).unwrap();
        assert_eq!(texts(&counts), ["Cakupan", "TANPA TARGET", "7 anak"]);
    }

    #[test]
    fn the_weeks_carry_their_counts_and_the_lines_their_meaning() {
        let week = |monday, printed| Week {
            monday,
            printed,
            lasting: printed,
        };
        let weeks = vec![
            week(date(2026, 11, 9), 480),
            week(date(2026, 11, 16), 520),
            week(date(2026, 11, 23), 90),
        ];
        let mut counted = Pace::new(date(2026, 11, 24), weeks, 100, None);
        counted.needed = Some(1_250);
        let svg = pace("Laju", &counted).unwrap();
        let said = texts(&svg);
        for wanted in [
            "480",
            "520",
            "90",
            "9 Nov",
            "23 Nov",
            "rata-rata 500",
            "perlu 1.250",
        ] {
            assert!(said.iter().any(|text| text == wanted), "{wanted}: {said:?}");
        }
        let empty = Pace::new(date(2026, 11, 24), Vec::new(), 0, None);
        pace("Laju", &empty).unwrap();
    }

    #[test]
    fn steps_are_whole_and_round() {
        for (step, round) in [
            (1.0, 1.0),
            (1.2, 2.0),
            (21.0, 25.0),
            (130.0, 200.0),
            (501.0, 1000.0),
        ] {
            assert_eq!(nice(step), round);
        }
    }
}

//! How far a printer misses: the card that is printed to see it, and what its measures ask for.
//!
//! The card carries four targets and a scale in mm along every edge. Somebody measures with a
//! ruler where the targets came to lie, from the card's own edges; [`fit`] turns the measures into
//! the move that makes up for the printer's.

use std::fmt::Write as _;

use super::CARD_MM;
use super::adjust::Adjust;

/// The targets by name: mm from the card's left and top edge.
pub const TARGETS: [(char, [f64; 2]); 4] = [
    ('A', [12.0, 12.0]),
    ('B', [73.6, 12.0]),
    ('C', [12.0, 41.98]),
    ('D', [73.6, 41.98]),
];

/// Measures that cannot be of a printer that works.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unlikely {
    #[error("measure at least one target")]
    Nothing,
    /// The measures do not agree with one another.
    #[error("target {target} is {off:.1} mm away from where the others say; measure again")]
    Disagree {
        target: char,
        /// How far, in mm.
        off: f64,
    },
    /// More than a printer ever misses.
    #[error(
        "a shift of {right:.1} and {down:.1} mm, {clockwise:.1} degrees and {percent:.1} % is no \
         printer's; measure again, in mm from the card's left and top edge"
    )]
    TooMuch {
        /// To the right, in mm.
        right: f64,
        down: f64,
        clockwise: f64,
        percent: f64,
    },
}

/// A target, both places in mm from the card's middle.
struct Measured {
    name: char,
    wanted: [f64; 2],
    found: [f64; 2],
}

/// The most that the measures of a ruler may disagree, in mm.
const TOLERANCE: f64 = 0.5;

/// The move that makes up for a printer that puts the targets at these places, in mm from the
/// card's left and top edge: a shift for one target; with two and more also a turn and a scale,
/// by least squares.
///
/// # Errors
/// When the measures disagree, or are no printer's.
pub fn fit(measured: &[(char, [f64; 2])]) -> Result<Adjust, Unlikely> {
    let middle = CARD_MM.map(|side| side / 2.0);
    let from_middle = |at: [f64; 2]| [at[0] - middle[0], at[1] - middle[1]];
    let pairs: Vec<Measured> = measured
        .iter()
        .filter_map(|(name, at)| {
            let (_, wanted) = TARGETS.iter().find(|(target, _)| target == name)?;
            Some(Measured {
                name: *name,
                wanted: from_middle(*wanted),
                found: from_middle(*at),
            })
        })
        .collect();
    if pairs.is_empty() {
        return Err(Unlikely::Nothing);
    }
    let count = pairs.len() as f64;
    let mean = |pick: fn(&Measured) -> [f64; 2]| {
        let sum = pairs.iter().map(pick);
        let sum = sum.fold([0.0; 2], |sum, at| [sum[0] + at[0], sum[1] + at[1]]);
        sum.map(|part| part / count)
    };
    let (wanted, found) = (mean(|pair| pair.wanted), mean(|pair| pair.found));
    // The printer's own move is scale × turn, as a complex number, then a shift.
    let (mut dot, mut cross, mut square) = (0.0, 0.0, 0.0);
    for pair in &pairs {
        let w = [pair.wanted[0] - wanted[0], pair.wanted[1] - wanted[1]];
        let f = [pair.found[0] - found[0], pair.found[1] - found[1]];
        dot += w[0] * f[0] + w[1] * f[1];
        cross += w[0] * f[1] - w[1] * f[0];
        square += w[0] * w[0] + w[1] * w[1];
    }
    let [re, im] = if square > 0.0 {
        [dot / square, cross / square]
    } else {
        [1.0, 0.0]
    };
    let moved = |at: [f64; 2]| [re * at[0] - im * at[1], im * at[0] + re * at[1]];
    let turned = moved(wanted);
    let shift = [found[0] - turned[0], found[1] - turned[1]];
    let off = pairs.iter().map(|pair| {
        let at = moved(pair.wanted);
        let (x, y) = (
            at[0] + shift[0] - pair.found[0],
            at[1] + shift[1] - pair.found[1],
        );
        (pair.name, x.hypot(y))
    });
    if let Some((target, off)) = off.max_by(|a, b| a.1.total_cmp(&b.1))
        && off > TOLERANCE
    {
        return Err(Unlikely::Disagree { target, off });
    }
    // Undone: the shift back first, then turn and scale back.
    let length = re * re + im * im;
    let (re, im) = (re / length, -im / length);
    let adjust = Adjust {
        right: -(re * shift[0] - im * shift[1]),
        down: -(im * shift[0] + re * shift[1]),
        clockwise: im.atan2(re).to_degrees(),
        scale: re.hypot(im),
    };
    let percent = (adjust.scale - 1.0) * 100.0;
    if adjust.right.abs().max(adjust.down.abs()) > 5.0
        || adjust.clockwise.abs() > 3.0
        || percent.abs() > 3.0
    {
        return Err(Unlikely::TooMuch {
            right: adjust.right,
            down: adjust.down,
            clockwise: adjust.clockwise,
            percent,
        });
    }
    let rounded = |value: f64, decimals: f64| (value * decimals).round() / decimals;
    Ok(Adjust {
        right: rounded(adjust.right, 1e3),
        down: rounded(adjust.down, 1e3),
        clockwise: rounded(adjust.clockwise, 1e3),
        scale: rounded(adjust.scale, 1e5),
    })
}

/// The calibration card as a layout: both sides alike but for their names. `title` is printed on
/// it, such as the printer's name.
pub fn layout_source(title: &str) -> String {
    let mut out = String::from(
        "format = \"kia-layout/1\"\nname = \"kalibrasi\"\nkind = \"0-5\"\n\
         [fonts]\nregular = \"fonts/NotoSans-SemiCondensed-kia.ttf\"\n",
    );
    let title: String = title
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_ ".contains(*c))
        .collect();
    for (side, name) in [("front", "DEPAN (front)"), ("back", "BELAKANG (back)")] {
        let mut line = |from: [f64; 2], to: [f64; 2], width: f64| {
            let _ = writeln!(
                out,
                "[[{side}]]\nline = [{:.2}, {:.2}]\nat = [{:.2}, {:.2}]\nline_width = {width}\nonly = \"both\"",
                to[0], to[1], from[0], from[1]
            );
        };
        for axis in [0, 1] {
            let along = |at: f64, across: f64| match axis {
                0 => [at, across],
                _ => [across, at],
            };
            let (length, depth) = (CARD_MM[axis], CARD_MM[1 - axis]);
            for mm in 1..length as u32 {
                let tick = match mm {
                    mm if mm % 10 == 0 => 3.0,
                    mm if mm % 5 == 0 => 2.2,
                    _ => 1.4,
                };
                let mm = f64::from(mm);
                line(along(mm, 0.0), along(mm, tick), 0.1);
                line(along(mm, depth), along(mm, depth - tick), 0.1);
            }
        }
        for (_, [x, y]) in TARGETS {
            line([x - 3.0, y], [x + 3.0, y], 0.1);
            line([x, y - 3.0], [x, y + 3.0], 0.1);
            for (dx, dy) in [(-1.5, -1.5), (1.5, -1.5), (1.5, 1.5), (-1.5, 1.5)] {
                line([x + dx, y], [x, y + dy], 0.1);
            }
        }
        let mut text = |text: &str, at: [f64; 2], width: f64, size: f64| {
            let _ = writeln!(
                out,
                "[[{side}]]\ntext = \"{text}\"\nat = [{:.2}, {:.2}]\nwidth = {width}\nsize = {size}\nalign = \"center\"\nonly = \"both\"",
                at[0], at[1]
            );
        };
        for (name, [x, y]) in TARGETS {
            text(&format!("{name}  {x:.1} ; {y:.1}"), [x, y + 5.4], 20.0, 5.0);
        }
        let middle = CARD_MM[0] / 2.0;
        text(&format!("KALIBRASI {name}"), [middle, 9.0], 50.0, 7.0);
        text(&title, [middle, 12.4], 50.0, 6.0);
        text(
            "Ukur tiap silang dari tepi kiri dan tepi atas kartu, mm",
            [middle, 45.6],
            50.0,
            5.0,
        );
        text(
            "Measure each cross from the card's left and top edge",
            [middle, 48.0],
            50.0,
            4.4,
        );
    }
    out.push_str("[[back]]\nqr = \"{qr}\"\nat = [33.3, 15.0]\narea = [19.0, 19.0]\n");
    out
}

#[cfg(test)]
mod tests {
    use super::super::PT_PER_MM;
    use super::super::card_pt;
    use super::*;
    use kurbo::{Affine, Point};

    /// Where a printer with this fault puts a place of the card, after it was adjusted.
    fn printed(fault: Affine, adjust: &Adjust, at: [f64; 2]) -> [f64; 2] {
        let height = CARD_MM[1];
        let up = Point::new(at[0] * PT_PER_MM, (height - at[1]) * PT_PER_MM);
        let adjusted = adjust.affine(card_pt()) * up;
        let down = Point::new(adjusted.x / PT_PER_MM, height - adjusted.y / PT_PER_MM);
        let there = fault * down;
        [there.x, there.y]
    }

    #[test]
    fn the_measures_of_a_printer_that_misses_give_the_move_that_makes_it_hit() {
        let middle = (CARD_MM[0] / 2.0, CARD_MM[1] / 2.0);
        let about = |inner: Affine| {
            Affine::translate(middle) * inner * Affine::translate((-middle.0, -middle.1))
        };
        for (shift, degrees, scale) in [
            ((0.0, 0.0), 0.0, 1.0),
            ((1.2, -0.7), 0.0, 1.0),
            ((-0.4, 0.9), 0.8, 1.0),
            ((0.3, 0.2), -0.5, 0.994),
        ] {
            let turn = Affine::rotate(f64::to_radians(degrees));
            let fault = Affine::translate(shift) * about(turn * Affine::scale(scale));
            let measured = TARGETS.map(|(name, at)| (name, printed(fault, &Adjust::NONE, at)));
            let adjust = fit(&measured).unwrap();
            for (_, at) in TARGETS {
                let hit = printed(fault, &adjust, at);
                assert!(
                    (hit[0] - at[0]).hypot(hit[1] - at[1]) < 0.005,
                    "{hit:?} {at:?}"
                );
            }
        }
        let one = fit(&[('B', [73.9, 11.5])]).unwrap();
        assert_eq!(
            (one.right, one.down, one.clockwise, one.scale),
            (-0.3, 0.5, 0.0, 1.0)
        );
    }

    #[test]
    fn measures_that_no_printer_makes_are_refused_with_what_to_do() {
        assert_eq!(fit(&[]), Err(Unlikely::Nothing));
        let slipped = TARGETS.map(|(name, at)| {
            (
                name,
                if name == 'C' {
                    [at[0] + 3.0, at[1]]
                } else {
                    at
                },
            )
        });
        assert!(matches!(fit(&slipped), Err(Unlikely::Disagree { .. })));
        let inches = TARGETS.map(|(name, at)| (name, at.map(|side| side / 2.54)));
        assert!(matches!(fit(&inches), Err(Unlikely::TooMuch { .. })));
    }
}

//! Many cards on one sheet: the grid, the backs behind their fronts, and the marks.

use std::fmt::Write as _;

use kurbo::Affine;

use super::adjust::Adjust;
use super::pdf::numbers;
use super::{CARD_MM, PT_PER_MM, card_pt};

/// A sheet of cards, cut after printing.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sheet {
    /// Width and height in mm; A4 upright by default.
    pub size: [f64; 2],
    /// Cards side by side.
    pub columns: u32,
    /// Cards one below the other.
    pub rows: u32,
    /// Between columns and between rows, in mm. Half of it is the bleed.
    pub gutter: [f64; 2],
    /// Along which edge the printer flips the sheet.
    pub flip: Flip,
    /// Whether crop and register marks are printed.
    pub marks: bool,
}

/// Along which edge a sheet is flipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flip {
    /// The long one, as a book's page.
    LongEdge,
    /// The short one, as a calendar's page.
    ShortEdge,
}

/// What a crop mark keeps away from the cut, and how long it is, in mm.
const MARK: [f64; 2] = [2.5, 4.0];

/// What the marks need on each side of the grid, in mm.
const MARGIN: f64 = 8.0;

impl Default for Sheet {
    fn default() -> Self {
        Self {
            size: [210.0, 297.0],
            columns: 2,
            rows: 4,
            gutter: [4.0, 4.0],
            flip: Flip::LongEdge,
            marks: true,
        }
    }
}

impl Sheet {
    /// How many cards it holds.
    pub fn slots(&self) -> usize {
        (self.columns * self.rows) as usize
    }

    /// How far beyond a card's edge is printed, in mm.
    pub fn bleed(&self) -> [f64; 2] {
        self.gutter.map(|gutter| gutter / 2.0)
    }

    /// Whether the grid and its marks fit the sheet; else what is wrong.
    pub fn check(&self) -> Result<(), String> {
        if !(1..=50).contains(&self.columns) || !(1..=50).contains(&self.rows) {
            return Err("columns and rows must be 1 to 50".to_owned());
        }
        if self
            .gutter
            .iter()
            .any(|gutter| !(0.0..=50.0).contains(gutter))
        {
            return Err("gutter must be 0 to 50 mm".to_owned());
        }
        let margin = if self.marks { MARGIN } else { 0.0 };
        for (i, what) in ["wide", "high"].into_iter().enumerate() {
            let needed = self.grid()[i] + 2.0 * margin;
            if !(needed..=2000.0).contains(&self.size[i]) {
                return Err(format!(
                    "the sheet must be {needed:.2} to 2000 mm {what} for this grid, and is {:.2}",
                    self.size[i]
                ));
            }
        }
        Ok(())
    }

    /// Width and height of all cards with the gutters between, in mm.
    fn grid(&self) -> [f64; 2] {
        let counts = [self.columns, self.rows];
        std::array::from_fn(|i| {
            let count = f64::from(counts[i]);
            count * CARD_MM[i] + (count - 1.0) * self.gutter[i]
        })
    }

    /// Whether the flip turns left to right; else it turns top to bottom.
    fn flips_sideways(&self) -> bool {
        (self.flip == Flip::LongEdge) == (self.size[1] >= self.size[0])
    }

    /// The top-left corner of a slot as it lies on a side, in mm from the sheet's. Slots count
    /// from 0 in reading order of the front; the back's lie behind them.
    fn corner(&self, slot: usize, side: usize) -> [f64; 2] {
        let (column, row) = (slot % self.columns as usize, slot / self.columns as usize);
        let steps = [column as f64, row as f64];
        let front: [f64; 2] = std::array::from_fn(|i| {
            (self.size[i] - self.grid()[i]) / 2.0 + steps[i] * (CARD_MM[i] + self.gutter[i])
        });
        let mirrored = |i: usize| self.size[i] - front[i] - CARD_MM[i];
        match (side, self.flips_sideways()) {
            (0, _) => front,
            (_, true) => [mirrored(0), front[1]],
            (_, false) => [front[0], mirrored(1)],
        }
    }

    /// A side of the card in `slot`: from its own pt, counted from its bottom-left corner, to the
    /// sheet's. The card's top-left corner lies on a whole dot, so that codes do.
    ///
    /// A sheet that flips top to bottom has its backs on their heads, so that a cut card turns
    /// over sideways as every card does.
    pub fn place(&self, slot: usize, side: usize, dpi: u32) -> Affine {
        let [width, height] = card_pt();
        let on_its_head = side == 1 && !self.flips_sideways();
        let mut corner = self.corner(slot, side).map(|mm| mm * PT_PER_MM);
        if on_its_head {
            corner = [corner[0] + width, corner[1] + height];
        }
        let dot = 72.0 / f64::from(dpi);
        let [x, y] = corner.map(|at| (at / dot).round() * dot);
        let y = self.size[1] * PT_PER_MM - y;
        if on_its_head {
            Affine::new([-1.0, 0.0, 0.0, -1.0, x, y + height])
        } else {
            Affine::translate((x, y - height))
        }
    }

    /// What the calibration of a side asks of the whole sheet. A plain shift is by whole dots, so
    /// that codes stay on them.
    pub fn adjusted(&self, adjust: &Adjust, dpi: u32) -> Affine {
        let moved = adjust.affine(self.size.map(|mm| mm * PT_PER_MM));
        let dot = 72.0 / f64::from(dpi);
        let shift = moved.translation();
        if moved == Affine::translate(shift) {
            Affine::translate(((shift.x / dot).round() * dot, (shift.y / dot).round() * dot))
        } else {
            moved
        }
    }

    /// The marks as operators: where to cut, outside the grid, and crosses to see how front and
    /// back lie on each other.
    pub(super) fn marks(&self) -> String {
        let mut out = String::from("q 0 G .25 w\n");
        let mut line = |from: [f64; 2], to: [f64; 2]| {
            let pt = |[x, y]: [f64; 2]| numbers(&[x * PT_PER_MM, (self.size[1] - y) * PT_PER_MM]);
            let _ = writeln!(out, "{} m {} l S", pt(from), pt(to));
        };
        let grid = self.grid();
        let start: [f64; 2] = std::array::from_fn(|i| (self.size[i] - grid[i]) / 2.0);
        for axis in [0, 1] {
            let other = 1 - axis;
            let point = |along: f64, across: f64| {
                let mut at = [0.0; 2];
                at[axis] = along;
                at[other] = across;
                at
            };
            let steps = [self.columns, self.rows][axis];
            for step in 0..steps {
                let edge = start[axis] + f64::from(step) * (CARD_MM[axis] + self.gutter[axis]);
                for cut in [edge, edge + CARD_MM[axis]] {
                    for (edge, out) in [(start[other], -1.0), (start[other] + grid[other], 1.0)] {
                        let near = edge + out * MARK[0];
                        line(point(cut, near), point(cut, near + out * MARK[1]));
                    }
                }
            }
            // Behind the middle of the outermost cards: there is no crop mark there.
            let half = CARD_MM[axis] / 2.0;
            for middle in [start[axis] + half, start[axis] + grid[axis] - half] {
                for (edge, out) in [(start[other], -1.0), (start[other] + grid[other], 1.0)] {
                    let centre = edge + out * (MARGIN / 2.0 + 0.5);
                    line(point(middle - 2.0, centre), point(middle + 2.0, centre));
                    line(point(middle, centre - 2.0), point(middle, centre + 2.0));
                }
            }
        }
        out.push_str("Q\n");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the middle of the card's right edge comes to lie, in mm from the sheet's top-left.
    fn right_edge(sheet: &Sheet, slot: usize, side: usize) -> [f64; 2] {
        let [width, height] = card_pt();
        let at = sheet.place(slot, side, 300) * kurbo::Point::new(width, height / 2.0);
        [at.x / PT_PER_MM, sheet.size[1] - at.y / PT_PER_MM]
    }

    #[test]
    fn each_back_lies_behind_its_front_whichever_edge_the_printer_flips() {
        let dot = 25.4 / 300.0;
        for size in [[210.0, 297.0], [297.0, 210.0]] {
            for flip in [Flip::LongEdge, Flip::ShortEdge] {
                let (columns, rows) = if size[0] < size[1] { (2, 4) } else { (3, 3) };
                let sheet = Sheet {
                    size,
                    flip,
                    columns,
                    rows,
                    ..Sheet::default()
                };
                sheet.check().unwrap();
                let sideways = (flip == Flip::LongEdge) == (size[1] > size[0]);
                for slot in 0..sheet.slots() {
                    let [x, y] = right_edge(&sheet, slot, 1);
                    // As one sees it through the sheet from the front.
                    let through = if sideways {
                        [size[0] - x, y]
                    } else {
                        [x, size[1] - y]
                    };
                    // The back's right edge is the front's left edge: a card turns over sideways.
                    let [fx, fy] = right_edge(&sheet, slot, 0);
                    let left = [fx - CARD_MM[0], fy];
                    for (is, wanted) in through.iter().zip(left) {
                        assert!((is - wanted).abs() <= dot, "{slot} {flip:?} {size:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_grid_that_does_not_fit_says_how_large_the_sheet_must_be() {
        let sheet = Sheet {
            columns: 3,
            ..Sheet::default()
        };
        assert_eq!(
            sheet.check().unwrap_err(),
            "the sheet must be 280.80 to 2000 mm wide for this grid, and is 210.00"
        );
    }
}

//! One card set on its layout: the content of both sides, ready for the file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use kurbo::{Affine, Rect};

use super::content::{CardContent, Photo};
use super::font::{Font, UsedGlyphs};
use super::layout::{Align, Ink, Item, Layout, Mode, Row, Style, What};
use super::pdf::{deflate, number, numbers};
use super::press::{Black, Press};
use super::qr::{self, Qr, QrFault};
use super::text::{self, SetText, TextError};
use super::{CARD_MM, PT_PER_MM};
use crate::domain::card::Kind;
use crate::domain::rules::{self, Rule};

/// A card ready to be written.
pub struct Composed {
    /// Whose layout it needs.
    pub kind: Kind,
    /// What names it in the file.
    pub mark: String,
    pub sides: [Side; 2],
    pub photo: Option<Photo>,
    /// Modules on a side of the QR code.
    pub modules: u32,
    /// Its bitmap, as `FlateDecode` wants it.
    pub code: Vec<u8>,
    /// Which glyphs it uses, by the layout's font names.
    pub used: BTreeMap<String, UsedGlyphs>,
}

/// One side of a card, set.
pub struct Side {
    /// The content stream, as `FlateDecode` wants it: a page's on a page of its own, the card's
    /// alone where it comes onto a sheet.
    pub content: Vec<u8>,
    /// Whether it shows the photo.
    pub photo: bool,
    /// Whether it shows the code.
    pub code: bool,
}

/// What does not fit the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The field that does not fit.
    pub field: &'static str,
    /// Which rule it breaks.
    pub rule: &'static Rule,
    /// The detail for the message.
    pub detail: String,
}

/// The names of the two pictures and of the fixed part among a page's resources.
pub const PHOTO: &str = "P";
pub const CODE: &str = "Q";
pub const FIXED: &str = "F";

/// Sets a card, or says everything that does not fit.
pub fn compose(
    layout: &Layout,
    card: &CardContent,
    press: &Press,
) -> Result<Composed, Vec<Misfit>> {
    let (drawn, used) = draw(layout, card, press)?;
    let qr = Qr::encode(card.qr.as_bytes()).map_err(|fault| vec![misfit_of(fault)])?;
    let shows = |side: usize, what: fn(&What) -> bool| {
        printed(layout, side, press.mode).any(|item| what(&item.what))
    };
    let mut side = 0;
    let sides = drawn.map(|drawn| {
        let content = match press.sheet {
            Some(_) => drawn,
            None => placed(&card.mark, side, press.on_page(side), &drawn),
        };
        side += 1;
        Side {
            content: deflate(content.as_bytes()),
            photo: card.photo.is_some() && shows(side - 1, |w| matches!(w, What::Photo { .. })),
            code: shows(side - 1, |w| matches!(w, What::Qr { .. })),
        }
    });
    Ok(Composed {
        kind: card.kind,
        mark: card.mark.clone(),
        sides,
        photo: card.photo.clone(),
        modules: qr.modules,
        code: deflate(&qr.bitmap()),
        used,
    })
}

/// Everything of a card that does not fit; it costs less than [`compose`].
pub fn misfits(layout: &Layout, card: &CardContent, press: &Press) -> Vec<Misfit> {
    draw(layout, card, press).err().unwrap_or_default()
}

/// The operators of both sides, in the card's own pt, and the glyphs they use.
type Drawn = ([String; 2], BTreeMap<String, UsedGlyphs>);

fn draw(layout: &Layout, card: &CardContent, press: &Press) -> Result<Drawn, Vec<Misfit>> {
    let modules = qr::modules(card.qr.as_bytes()).map_err(|fault| vec![misfit_of(fault)])?;
    let (mut misfits, mut used) = (Vec::new(), BTreeMap::new());
    let sides = std::array::from_fn(|side| {
        let mut pen = Pen::new(press, side);
        let _ = writeln!(pen.out, "/F Do\n{}", press.black.fill());
        for item in printed(layout, side, press.mode) {
            if let Err(misfit) = pen.variable(item, card, modules) {
                misfits.push(misfit);
            }
        }
        if press.specimen {
            pen.specimen(layout);
        }
        for (font, glyphs) in pen.used {
            used.entry(font)
                .or_insert_with(UsedGlyphs::new)
                .extend(glyphs);
        }
        pen.out
    });
    if misfits.is_empty() {
        Ok((sides, used))
    } else {
        Err(misfits)
    }
}

/// Operators that draw a side of a card where it belongs, between marks that say which card it is
/// and where it lies: the proof and the previews look there.
pub fn placed(mark: &str, side: usize, at: Affine, draw: &str) -> String {
    let (name, matrix) = (["Front", "Back"][side], numbers(&at.as_coeffs()));
    let (save, restore) = match at == Affine::IDENTITY {
        true => (String::new(), ""),
        false => (format!("q {matrix} cm\n"), "Q\n"),
    };
    format!("/Card<</Id({mark})/Side/{name}/At[{matrix}]>>BDC\n{save}{draw}{restore}EMC\n")
}

/// What is the same on every card of a side: it lies beneath all that changes.
pub struct FixedSide<'a> {
    /// The content stream; artworks are `A0`, `A1`, …, pictures `I0`, `I1`, ….
    pub content: String,
    /// The artworks in the order of their names.
    pub artworks: Vec<&'a super::artwork::Artwork>,
    /// The fixed pictures in the order of their names.
    pub pictures: Vec<&'a super::layout::Picture>,
    /// The glyphs it uses.
    pub used: BTreeMap<String, UsedGlyphs>,
}

/// Sets the fixed part of a side, or says which fixed text does not fit.
pub fn compose_fixed<'a>(
    layout: &'a Layout,
    side: usize,
    press: &Press,
) -> Result<FixedSide<'a>, Misfit> {
    let mut pen = Pen::new(press, side);
    let (mut artworks, mut pictures) = (Vec::new(), Vec::new());
    for item in printed(layout, side, press.mode) {
        match &item.what {
            What::Artwork(artwork) => {
                let below = [item.at[0], CARD_MM[1] - item.at[1]];
                let [x, y] = place(below);
                let _ = writeln!(
                    pen.out,
                    "q 1 0 0 1 {} cm/A{} Do Q",
                    numbers(&[x, y]),
                    artworks.len()
                );
                artworks.push(artwork);
            }
            What::Image { area, picture } => {
                pen.picture(item.at, *area, &format!("I{}", pictures.len()));
                pictures.push(picture);
            }
            What::Rect {
                area,
                fill,
                stroke,
                line_width,
            } => {
                pen.rect(item.at, *area, *fill, *stroke, *line_width);
            }
            What::Line {
                to,
                stroke,
                line_width,
            } => {
                let line = numbers(&place(item.at));
                let end = numbers(&place(*to));
                let width = number(line_width * PT_PER_MM);
                let _ = writeln!(
                    pen.out,
                    "q {}{width} w {line} m {end} l S Q",
                    ink(*stroke, true, press.black)
                );
            }
            What::Text {
                text,
                style,
                align,
                width,
                leading,
            } if text.is_fixed() => {
                let _ = writeln!(pen.out, "{}", press.black.fill());
                pen.text(
                    &text.fill(&BTreeMap::new()),
                    style,
                    *align,
                    item.at,
                    *width,
                    *leading,
                )
                .map_err(|error| misfit("", error))?;
            }
            What::Text { .. } | What::Rows { .. } | What::Photo { .. } | What::Qr { .. } => {}
        }
    }
    Ok(FixedSide {
        content: pen.out,
        artworks,
        pictures,
        used: pen.used,
    })
}

/// Where a code of so many modules lies in its box, in the card's own pt: modules are whole dots,
/// and begin at one unless the card lies askew.
pub fn code_square(
    press: &Press,
    side: usize,
    at: [f64; 2],
    area: [f64; 2],
    modules: u32,
) -> Result<Rect, Misfit> {
    let [left, top] = place(at);
    let [right, bottom] = place([at[0] + area[0], at[1] + area[1]]);
    let outer = Rect::new(left, bottom, right, top);
    let dot = f64::from(press.dpi) / 72.0;
    let to_dots = press.to_dots(side);
    let dots = to_dots
        .unwrap_or(Affine::scale(dot))
        .transform_rect_bbox(outer);
    let available = (dots.width().min(dots.height()) + 1e-6) as u32;
    let module = qr::dots_per_module(modules, available).map_err(misfit_of)?;
    let length = f64::from(modules * module);
    let centred = |low: f64, high: f64| {
        let start = (low + high - length) / 2.0;
        to_dots.map_or(start, |_| start.round())
    };
    let (x, y) = (centred(dots.x0, dots.x1), centred(dots.y0, dots.y1));
    let square = Rect::new(x, y, x + length, y + length);
    Ok(to_dots
        .unwrap_or(Affine::scale(dot))
        .inverse()
        .transform_rect_bbox(square))
}

/// A place on the card, in mm from its top-left corner, in pt from its bottom-left.
pub fn place([x, y]: [f64; 2]) -> [f64; 2] {
    [x * PT_PER_MM, (CARD_MM[1] - y) * PT_PER_MM]
}

pub(super) fn printed(layout: &Layout, side: usize, mode: Mode) -> impl Iterator<Item = &Item> {
    layout.sides[side]
        .iter()
        .filter(move |item| item.only.prints_in(mode))
}

/// Writes operators, and notes the glyphs.
struct Pen<'a> {
    press: &'a Press,
    side: usize,
    out: String,
    used: BTreeMap<String, UsedGlyphs>,
}

impl<'a> Pen<'a> {
    fn new(press: &'a Press, side: usize) -> Self {
        Self {
            press,
            side,
            out: String::with_capacity(4096),
            used: BTreeMap::new(),
        }
    }

    fn variable(&mut self, item: &Item, card: &CardContent, modules: u32) -> Result<(), Misfit> {
        match &item.what {
            What::Text {
                text,
                style,
                align,
                width,
                leading,
            } if !text.is_fixed() => {
                let field = text.first_field().unwrap_or_default();
                self.text(
                    &text.fill(&card.values),
                    style,
                    *align,
                    item.at,
                    *width,
                    *leading,
                )
                .map_err(|error| misfit(field, error))
            }
            What::Rows { .. } => self.rows(item, card),
            What::Photo { area } => {
                if card.photo.is_some() {
                    self.picture(item.at, *area, PHOTO);
                }
                Ok(())
            }
            What::Qr { area } => self.qr(item.at, *area, modules),
            _ => Ok(()),
        }
    }

    fn rows(&mut self, item: &Item, card: &CardContent) -> Result<(), Misfit> {
        let What::Rows {
            rows,
            label,
            labels,
            label_width,
            width,
            pitch,
            leading,
            height,
        } = &item.what
        else {
            return Ok(());
        };
        let room = (width - label_width) * PT_PER_MM;
        let set: Vec<(&Row, SetText)> = rows
            .iter()
            .map(|row| {
                let field = row.value.first_field().unwrap_or_default();
                text::set(
                    &row.value.fill(&card.values),
                    &row.style.font,
                    room,
                    row.style.fit,
                )
                .map(|set| (row, set))
                .map_err(|error| misfit(field, error))
            })
            .collect::<Result<_, _>>()?;
        let more_lines: usize = set.iter().map(|(_, set)| set.lines.len() - 1).sum();
        let total = pitch * (rows.len() - 1) as f64 + leading * more_lines as f64;
        if total > height + 1e-9 {
            let longest = set.iter().max_by_key(|(_, set)| set.lines.len());
            let field = longest
                .and_then(|(row, _)| row.value.first_field())
                .unwrap_or_default();
            return Err(misfit(field, TextError::TooLong));
        }
        let [x, mut y] = item.at;
        for (row, set) in set {
            if labels.prints_in(self.press.mode) {
                self.line(&row.label, label, label.fit.size, [x, y])
                    .and_then(|()| {
                        self.line(":", label, label.fit.size, [x + label_width - 1.0, y])
                    })
                    .map_err(|c| misfit("", TextError::MissingGlyph(c)))?;
            }
            for (i, line) in set.lines.iter().enumerate() {
                let field = row.value.first_field().unwrap_or_default();
                self.line(line, &row.style, set.size, [x + label_width, y])
                    .map_err(|c| misfit(field, TextError::MissingGlyph(c)))?;
                y += if i + 1 < set.lines.len() {
                    *leading
                } else {
                    *pitch
                };
            }
        }
        Ok(())
    }

    fn text(
        &mut self,
        text: &str,
        style: &Style,
        align: Align,
        at: [f64; 2],
        width: f64,
        leading: f64,
    ) -> Result<(), TextError> {
        let set = text::set(text, &style.font, width * PT_PER_MM, style.fit)?;
        for (i, line) in set.lines.iter().enumerate() {
            let natural = style.font.width(line).map_err(TextError::MissingGlyph)?;
            let taken = natural * set.size / PT_PER_MM;
            let x = match align {
                Align::Left => at[0],
                Align::Center => at[0] - taken / 2.0,
                Align::Right => at[0] - taken,
            };
            self.line(line, style, set.size, [x, at[1] + leading * i as f64])
                .map_err(TextError::MissingGlyph)?;
        }
        Ok(())
    }

    fn line(&mut self, text: &str, style: &Style, size: f64, at: [f64; 2]) -> Result<(), char> {
        if text.is_empty() {
            return Ok(());
        }
        let used = self.used.entry(style.font_name.clone()).or_default();
        let glyphs = style.font.encode(text, used)?;
        let place = numbers(&place(at));
        let (font, size) = (&style.font_name, number(size));
        let _ = writeln!(self.out, "BT/{font} {size} Tf {place} Td<{glyphs}>Tj ET");
        Ok(())
    }

    fn picture(&mut self, at: [f64; 2], area: [f64; 2], name: &str) {
        let [x, y] = place([at[0], at[1] + area[1]]);
        let [width, height] = area.map(|side| side * PT_PER_MM);
        let matrix = numbers(&[width, 0.0, 0.0, height, x, y]);
        let _ = writeln!(self.out, "q {matrix} cm/{name} Do Q");
    }

    /// The code on whole printer dots, centred in its box, on white where there is artwork:
    /// nothing tinted lies behind it.
    fn qr(&mut self, at: [f64; 2], area: [f64; 2], modules: u32) -> Result<(), Misfit> {
        let square = code_square(self.press, self.side, at, area, modules)?;
        if self.press.mode == Mode::Full {
            self.rect(at, area, Some(Ink::Gray(1.0)), None, 0.0);
        }
        // A hair inside the grid: poppler and drivers made from it paint every dot that an edge
        // so much as touches, and would make the last row and column of modules a dot wider.
        const HAIR: f64 = 0.0003;
        let square = square.inset(-HAIR);
        let matrix = numbers(&[
            square.width(),
            0.0,
            0.0,
            square.height(),
            square.x0,
            square.y0,
        ]);
        let black = self.press.black.fill();
        let _ = writeln!(self.out, "{black} q {matrix} cm/{CODE} Do Q");
        Ok(())
    }

    fn rect(
        &mut self,
        at: [f64; 2],
        area: [f64; 2],
        fill: Option<Ink>,
        stroke: Option<Ink>,
        line_width: f64,
    ) {
        let [x, y] = place([at[0], at[1] + area[1]]);
        let [width, height] = area.map(|side| side * PT_PER_MM);
        let mut inks = String::new();
        if let Some(fill) = fill {
            inks.push_str(&ink(fill, false, self.press.black));
        }
        if let Some(stroke) = stroke {
            inks.push_str(&ink(stroke, true, self.press.black));
            let _ = write!(inks, "{} w ", number(line_width * PT_PER_MM));
        }
        let paint = match (fill, stroke) {
            (Some(_), Some(_)) => "B",
            (Some(_), None) => "f",
            (None, Some(_)) => "S",
            (None, None) => return,
        };
        let _ = writeln!(
            self.out,
            "q {inks}{} re {paint} Q",
            numbers(&[x, y, width, height])
        );
    }

    /// SPECIMEN from corner to corner, in outline so that what it crosses can be read.
    fn specimen(&mut self, layout: &Layout) {
        const WORD: &str = "SPECIMEN";
        let heaviest = layout
            .fonts
            .get_key_value("bold")
            .or_else(|| layout.fonts.iter().next());
        let Some((name, font)) = heaviest else { return };
        let used = self.used.entry(name.clone()).or_default();
        let set = Font::encode(font, WORD, used).and_then(|glyphs| Ok((glyphs, font.width(WORD)?)));
        // A font without Latin capitals cannot say it; the layout's own texts then fail first.
        let Ok((glyphs, natural)) = set else { return };
        let slope = (CARD_MM[1] / CARD_MM[0]).atan();
        let size = 0.72 * CARD_MM[0] * PT_PER_MM / natural;
        let (sin, cos) = slope.sin_cos();
        let [x, y] = place([CARD_MM[0] / 2.0, CARD_MM[1] / 2.0]);
        let (along, across) = (natural * size / 2.0, size * 0.36);
        let start = [
            x - along * cos + across * sin,
            y - along * sin - across * cos,
        ];
        let matrix = numbers(&[cos, sin, -sin, cos, start[0], start[1]]);
        let size = number(size);
        let _ = writeln!(
            self.out,
            "q .75 .1 .2 RG .7 w BT 1 Tr/{name} {size} Tf {matrix} Tm<{glyphs}>Tj ET Q"
        );
    }
}

fn ink(ink: Ink, stroke: bool, black: Black) -> String {
    match (ink, stroke) {
        (Ink::Gray(0.0), false) => format!("{} ", black.fill()),
        (Ink::Gray(0.0), true) => format!("{} ", black.stroke()),
        (Ink::Gray(level), false) => format!("{} g ", number(level)),
        (Ink::Gray(level), true) => format!("{} G ", number(level)),
        (Ink::Rgb(parts), false) => format!("{} rg ", numbers(&parts)),
        (Ink::Rgb(parts), true) => format!("{} RG ", numbers(&parts)),
    }
}

fn misfit(field: &'static str, error: TextError) -> Misfit {
    match error {
        TextError::MissingGlyph(c) => {
            let detail = format!("`{c}` (U+{:04X})", u32::from(c));
            Misfit {
                field,
                rule: &rules::GLYPH_MISSING,
                detail,
            }
        }
        TextError::TooLong => Misfit {
            field,
            rule: &rules::TEXT_DOES_NOT_FIT,
            detail: String::new(),
        },
    }
}

fn misfit_of(fault: QrFault) -> Misfit {
    Misfit {
        field: "qr",
        rule: &rules::QR_TOO_LARGE,
        detail: fault.to_string(),
    }
}

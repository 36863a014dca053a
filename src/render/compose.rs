//! One card set on its layout: the content of both sides, ready for the file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::content::{CardContent, Photo};
use super::font::{Font, UsedGlyphs};
use super::layout::{Align, Ink, Item, Layout, Mode, Row, Style, What};
use super::pdf::{number, numbers};
use super::qr::{Qr, QrFault};
use super::text::{self, SetText, TextError};
use super::{CARD_MM, PT_PER_MM};
use crate::domain::card::Kind;
use crate::domain::rules::{self, Rule};

/// How a lot is printed: everything about a page that is not the card.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Press {
    /// With the artwork or without.
    pub mode: Mode,
    /// The printer's resolution in dots per inch.
    pub dpi: u32,
    /// Where the card lies on the page.
    pub page: Page,
    /// Whether SPECIMEN is printed across both sides.
    pub specimen: bool,
}

/// A page: one side of one card, and what the printer wants around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Page {
    /// Width and height in mm.
    pub size: [f64; 2],
    /// The card's top-left corner from the page's, in mm.
    pub origin: [f64; 2],
}

impl Page {
    /// The card itself.
    pub const CARD: Self = Self {
        size: CARD_MM,
        origin: [0.0, 0.0],
    };

    /// The card with a bleed of this many mm on each side, as print houses want it.
    pub fn with_bleed(bleed: f64) -> Self {
        Self {
            size: CARD_MM.map(|side| side + 2.0 * bleed),
            origin: [bleed, bleed],
        }
    }

    /// A place on the card, mm from its top-left, as pt from the page's bottom-left.
    pub fn place(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [
            (self.origin[0] + x) * PT_PER_MM,
            (self.size[1] - self.origin[1] - y) * PT_PER_MM,
        ]
    }
}

/// A card ready to be written.
pub struct Composed {
    /// Whose layout it needs.
    pub kind: Kind,
    /// The content streams of front and back, not compressed.
    pub sides: [String; 2],
    /// The photo.
    pub photo: Option<Photo>,
    /// The QR code.
    pub qr: Qr,
    /// Which glyphs it uses, by the layout's font names.
    pub used: BTreeMap<String, UsedGlyphs>,
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
/// See [`PHOTO`].
pub const CODE: &str = "Q";
/// See [`PHOTO`].
pub const FIXED: &str = "F";

/// Sets a card, or says everything that does not fit.
pub fn compose(
    layout: &Layout,
    card: &CardContent,
    press: &Press,
) -> Result<Composed, Vec<Misfit>> {
    let mut misfits = Vec::new();
    let qr = Qr::encode(card.qr.as_bytes()).map_err(|fault| vec![misfit_of(fault)])?;
    let mut used = BTreeMap::new();
    let sides = std::array::from_fn(|side| {
        let mut pen = Pen::new(press);
        pen.out.push_str("/F Do\n0 g\n");
        for item in printed(layout, side, press.mode) {
            if let Err(misfit) = pen.variable(item, card, &qr, press.mode) {
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
        Ok(Composed {
            kind: card.kind,
            sides,
            photo: card.photo.clone(),
            qr,
            used,
        })
    } else {
        Err(misfits)
    }
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
    let mut pen = Pen::new(press);
    let (mut artworks, mut pictures) = (Vec::new(), Vec::new());
    for item in printed(layout, side, press.mode) {
        match &item.what {
            What::Artwork(artwork) => {
                let below = [item.at[0], CARD_MM[1] - item.at[1]];
                let [x, y] = press.page.place(below);
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
                let line = numbers(&press.page.place(item.at));
                let end = numbers(&press.page.place(*to));
                let width = number(line_width * PT_PER_MM);
                let _ = writeln!(
                    pen.out,
                    "q {}{width} w {line} m {end} l S Q",
                    ink(*stroke, true)
                );
            }
            What::Text {
                text,
                style,
                align,
                width,
                leading,
            } if text.is_fixed() => {
                pen.out.push_str("0 g\n");
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

fn printed(layout: &Layout, side: usize, mode: Mode) -> impl Iterator<Item = &Item> {
    layout.sides[side]
        .iter()
        .filter(move |item| item.only.prints_in(mode))
}

/// Writes operators, and notes the glyphs.
struct Pen<'a> {
    press: &'a Press,
    out: String,
    used: BTreeMap<String, UsedGlyphs>,
}

impl<'a> Pen<'a> {
    fn new(press: &'a Press) -> Self {
        Self {
            press,
            out: String::with_capacity(4096),
            used: BTreeMap::new(),
        }
    }

    fn variable(
        &mut self,
        item: &Item,
        card: &CardContent,
        qr: &Qr,
        mode: Mode,
    ) -> Result<(), Misfit> {
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
            What::Rows { .. } => self.rows(item, card, mode),
            What::Photo { area } => {
                if card.photo.is_some() {
                    self.picture(item.at, *area, PHOTO);
                }
                Ok(())
            }
            What::Qr { area } => self.qr(item.at, *area, qr),
            _ => Ok(()),
        }
    }

    fn rows(&mut self, item: &Item, card: &CardContent, mode: Mode) -> Result<(), Misfit> {
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
            if labels.prints_in(mode) {
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
        let place = numbers(&self.press.page.place(at));
        let (font, size) = (&style.font_name, number(size));
        let _ = writeln!(self.out, "BT/{font} {size} Tf {place} Td<{glyphs}>Tj ET");
        Ok(())
    }

    fn picture(&mut self, at: [f64; 2], area: [f64; 2], name: &str) {
        let [x, y] = self.press.page.place([at[0], at[1] + area[1]]);
        let [width, height] = area.map(|side| side * PT_PER_MM);
        let matrix = numbers(&[width, 0.0, 0.0, height, x, y]);
        let _ = writeln!(self.out, "q {matrix} cm/{name} Do Q");
    }

    /// The code on whole printer dots, counted from the page's top-left corner as rasterisers do,
    /// centred in its box, on white where there is artwork: nothing tinted lies behind it.
    fn qr(&mut self, at: [f64; 2], area: [f64; 2], qr: &Qr) -> Result<(), Misfit> {
        let dot = 72.0 / f64::from(self.press.dpi);
        let available = area[0].min(area[1]) * PT_PER_MM / dot + 1e-6;
        let available = available as u32;
        let module = qr.dots_per_module(available).map_err(misfit_of)?;
        let side = qr.modules * module;
        let origin = self.press.page.origin;
        let place = |i: usize| {
            let slack = area[i] * PT_PER_MM / dot - f64::from(side);
            ((origin[i] + at[i]) * PT_PER_MM / dot + slack / 2.0).round() * dot
        };
        let height = self.press.page.size[1] * PT_PER_MM;
        // A hair inside the grid: poppler and drivers made from it paint every dot that an edge
        // so much as touches, and would make the last row and column of modules a dot wider.
        const HAIR: f64 = 0.0003;
        let side = f64::from(side) * dot;
        let (x, y) = (place(0) + HAIR, height - place(1) - side + HAIR);
        let side = side - 2.0 * HAIR;
        if self.press.mode == Mode::Full {
            self.rect(at, area, Some(Ink::Gray(1.0)), None, 0.0);
        }
        let matrix = numbers(&[side, 0.0, 0.0, side, x, y]);
        let _ = writeln!(self.out, "0 g q {matrix} cm/{CODE} Do Q");
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
        let [x, y] = self.press.page.place([at[0], at[1] + area[1]]);
        let [width, height] = area.map(|side| side * PT_PER_MM);
        let mut inks = String::new();
        if let Some(fill) = fill {
            inks.push_str(&ink(fill, false));
        }
        if let Some(stroke) = stroke {
            inks.push_str(&ink(stroke, true));
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
        let [x, y] = self.press.page.place([CARD_MM[0] / 2.0, CARD_MM[1] / 2.0]);
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

fn ink(ink: Ink, stroke: bool) -> String {
    match (ink, stroke) {
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

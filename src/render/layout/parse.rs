//! `layout.toml` → [`Layout`], every error with its line and column.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use image::RgbImage;
use toml::Spanned;

use super::source::{FIT_KEYS, ITEM_KEYS, Source, SourceFit, SourceItem, TOP_KEYS};
use super::template::{Template, nearest};
use super::{Align, Ink, Item, Layout, Only, Picture, Row, Style, What};
use crate::domain::card::Kind;
use crate::render::CARD_MM;
use crate::render::artwork::Artwork;
use crate::render::font::Font;
use crate::render::text::Fit;

/// What is wrong with a layout, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct LayoutError {
    pub file: String,
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Finds a file that a layout names; the text says why there is none.
pub type Files<'a> = &'a (dyn Fn(&str) -> Result<Vec<u8>, String> + Sync);

/// Reads a layout. `file` is its name for messages.
pub fn parse(file: &str, source: &str, files: Files<'_>) -> Result<Layout, LayoutError> {
    let reader = Reader {
        file,
        source,
        files,
    };
    let parsed: Source = toml::from_str(source).map_err(|error| reader.toml_error(&error))?;
    reader.layout(&parsed)
}

struct Reader<'a> {
    file: &'a str,
    source: &'a str,
    files: Files<'a>,
}

type Found<T> = Result<T, LayoutError>;

impl Reader<'_> {
    fn error(&self, at: usize, message: impl Into<String>) -> LayoutError {
        let before = &self.source[..self.source.floor_char_boundary(at)];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        LayoutError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
        }
    }

    fn toml_error(&self, error: &toml::de::Error) -> LayoutError {
        let mut message = error.message().lines().collect::<Vec<_>>().join(" ");
        if let Some(name) = message
            .strip_prefix("unknown field `")
            .and_then(|m| m.split('`').next())
        {
            let known = [TOP_KEYS, ITEM_KEYS, FIT_KEYS].concat();
            let hint = nearest(name, known)
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            message = format!("no key is called `{name}`{hint}");
        }
        self.error(error.span().map_or(0, |span| span.start), message)
    }

    fn layout(&self, source: &Source) -> Found<Layout> {
        if source.format.as_ref() != "kia-layout/1" {
            let at = source.format.span().start;
            return Err(self.error(at, "`format` must be \"kia-layout/1\""));
        }
        let kind = Kind::from_name(source.kind.as_ref()).ok_or_else(|| {
            self.error(
                source.kind.span().start,
                "`kind` must be \"0-5\" or \"5-17\"",
            )
        })?;
        let bleed = *source.bleed.as_ref();
        if !(0.0..=10.0).contains(&bleed) {
            return Err(self.error(source.bleed.span().start, "`bleed` must be 0 to 10 mm"));
        }
        let mut fonts = BTreeMap::new();
        for (name, path) in &source.fonts {
            let at = path.span().start;
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return Err(self.error(at, "a font's name must be of letters and digits"));
            }
            let font = Font::parse(self.file_named(path)?)
                .map_err(|error| self.error(at, format!("`{}`: {error}", path.as_ref())))?;
            fonts.insert(name.clone(), font);
        }
        let side = |items: &[Spanned<SourceItem>]| -> Found<Vec<Item>> {
            items
                .iter()
                .map(|item| self.item(item, &fonts, bleed))
                .collect()
        };
        // Drawings take most of the time.
        let (front, back) = rayon::join(|| side(&source.front), || side(&source.back));
        let sides = [front?, back?];
        let codes = sides
            .iter()
            .flatten()
            .filter(|item| matches!(item.what, What::Qr { .. }));
        if codes.count() != 1 {
            return Err(self.error(
                0,
                "a layout must have exactly one `qr`, on one of its sides",
            ));
        }
        let photos = sides
            .iter()
            .flatten()
            .filter(|item| matches!(item.what, What::Photo { .. }));
        match (kind, photos.count()) {
            (Kind::Under5, 0) | (Kind::From5, 1) => {}
            (Kind::Under5, _) => {
                return Err(self.error(
                    0,
                    "a card of kind \"0-5\" carries no photo (Permendagri 2/2016)",
                ));
            }
            (Kind::From5, _) => {
                return Err(self.error(0, "a card of kind \"5-17\" must have exactly one `photo`"));
            }
        }
        let scan = |path: &Option<Spanned<String>>| -> Found<Option<Arc<RgbImage>>> {
            let path = path.as_ref();
            path.map(|path| Ok(Arc::new(self.pixels(path)?)))
                .transpose()
        };
        Ok(Layout {
            name: source.name.clone(),
            kind,
            bleed,
            blank: [scan(&source.blank.front)?, scan(&source.blank.back)?],
            fonts,
            sides,
        })
    }

    fn item(
        &self,
        item: &Spanned<SourceItem>,
        fonts: &BTreeMap<String, Font>,
        bleed: f64,
    ) -> Found<Item> {
        let start = item.span().start;
        let source = item.as_ref();
        let here = |message: &str| self.error(start, message);
        let what = match source {
            SourceItem {
                text: Some(text), ..
            } => {
                let style = self.style(source.font.as_ref(), source, fonts, start)?;
                let width = source.width.as_ref().ok_or_else(|| {
                    here("a `text` needs its `width` in mm, so that it can be fitted")
                })?;
                let leading = source
                    .leading
                    .unwrap_or(style.fit.size * 1.2 / super::super::PT_PER_MM);
                What::Text {
                    text: self.template(text)?,
                    style,
                    align: source.align,
                    width: *width.as_ref(),
                    leading,
                }
            }
            SourceItem {
                rows: Some(rows), ..
            } => self.rows(rows, source, fonts, start)?,
            SourceItem {
                photo: Some(field), ..
            } => {
                self.only_field(field, "{foto}")?;
                What::Photo {
                    area: self.area(source, start)?,
                }
            }
            SourceItem {
                qr: Some(field), ..
            } => {
                self.only_field(field, "{qr}")?;
                What::Qr {
                    area: self.area(source, start)?,
                }
            }
            SourceItem {
                artwork: Some(path),
                ..
            } => {
                let svg = self.file_named(path)?;
                let artwork = Artwork::parse(&svg, bleed).map_err(|error| {
                    self.error(path.span().start, format!("`{}`: {error}", path.as_ref()))
                })?;
                return Ok(Item {
                    only: source.only.unwrap_or(Only::Full),
                    at: [-bleed, -bleed],
                    what: What::Artwork(artwork),
                });
            }
            SourceItem {
                image: Some(path), ..
            } => What::Image {
                area: self.area(source, start)?,
                picture: self.picture(path, source.black)?,
            },
            SourceItem {
                rect: Some(area), ..
            } => What::Rect {
                area: *area.as_ref(),
                fill: self.ink(source.fill.as_ref())?,
                stroke: self.ink(source.stroke.as_ref())?,
                line_width: source.line_width.unwrap_or(0.2),
            },
            SourceItem { line: Some(to), .. } => What::Line {
                to: *to.as_ref(),
                stroke: self.ink(source.stroke.as_ref())?.unwrap_or(Ink::Gray(0.0)),
                line_width: source.line_width.unwrap_or(0.2),
            },
            _ => {
                return Err(here(
                    "an item must be one of `text`, `rows`, `photo`, `qr`, `image`, `artwork`, `rect`, `line`",
                ));
            }
        };
        let at = source
            .at
            .as_ref()
            .ok_or_else(|| here("this item needs its place: `at = [x, y]` in mm"))?;
        let [x, y] = *at.as_ref();
        let on_card = (-bleed..=CARD_MM[0] + bleed).contains(&x)
            && (-bleed..=CARD_MM[1] + bleed).contains(&y);
        if !on_card {
            return Err(self.error(at.span().start, "`at` lies off the card (85.60 x 53.98 mm)"));
        }
        self.stays_on_card([x, y], &what, at.span())?;
        // A text without any field is part of the artwork; data print on every blank.
        let fixed = match &what {
            What::Text { text, .. } => text.is_fixed(),
            What::Rows { .. } | What::Photo { .. } | What::Qr { .. } => false,
            _ => true,
        };
        let only = source
            .only
            .unwrap_or(if fixed { Only::Full } else { Only::Both });
        Ok(Item {
            only,
            at: [x, y],
            what,
        })
    }

    fn stays_on_card(&self, [x, y]: [f64; 2], what: &What, place: Range<usize>) -> Found<()> {
        let (left, right, bottom) = match what {
            What::Text { align, width, .. } => match align {
                Align::Left => (x, x + width, y),
                Align::Center => (x - width / 2.0, x + width / 2.0, y),
                Align::Right => (x - width, x, y),
            },
            What::Rows { width, height, .. } => (x, x + width, y + height),
            What::Photo { area } | What::Qr { area } | What::Image { area, .. } => {
                (x, x + area[0], y + area[1])
            }
            What::Artwork(_) | What::Rect { .. } | What::Line { .. } => return Ok(()),
        };
        if left < -1e-9 || right > CARD_MM[0] + 1e-9 || bottom > CARD_MM[1] + 1e-9 {
            let message = format!(
                "this item would reach from {left:.2} to {right:.2} mm across and {bottom:.2} mm down: off the card"
            );
            return Err(self.error(place.start, message));
        }
        Ok(())
    }

    fn rows(
        &self,
        rows: &Spanned<Vec<Vec<Spanned<String>>>>,
        source: &SourceItem,
        fonts: &BTreeMap<String, Font>,
        start: usize,
    ) -> Found<What> {
        let value_style = self.style(source.font.as_ref(), source, fonts, start)?;
        let mut label = self.style(source.label_font.as_ref(), source, fonts, start)?;
        let label_size = source.label_size.unwrap_or(value_style.fit.size);
        label.fit = Fit {
            size: label_size,
            shrink_to: label_size,
            lines: 1,
        };
        let pitch = source
            .pitch
            .filter(|pitch| *pitch > 0.0)
            .ok_or_else(|| self.error(start, "`rows` need their `pitch`, from row to row in mm"))?;
        if rows.as_ref().is_empty() {
            return Err(self.error(rows.span().start, "`rows` must hold at least one row"));
        }
        let width = source
            .width
            .as_ref()
            .ok_or_else(|| self.error(start, "`rows` need their `width` in mm, labels included"))?;
        let label_width = source
            .label_width
            .as_ref()
            .ok_or_else(|| self.error(start, "`rows` need their `label_width` in mm"))?;
        if label_width.as_ref() >= width.as_ref() {
            let at = label_width.span().start;
            return Err(self.error(at, "`label_width` leaves no room for the values"));
        }
        let mut built = Vec::new();
        for row in rows.as_ref() {
            let (name, value, font) = match row.as_slice() {
                [name, value] => (name, value, source.font.as_ref()),
                [name, value, font] => (name, value, Some(font)),
                _ => {
                    let at = row
                        .first()
                        .map_or(rows.span().start, |cell| cell.span().start);
                    return Err(self.error(
                        at,
                        "a row is [\"Label\", \"{field}\"] or [\"Label\", \"{field}\", \"font\"]",
                    ));
                }
            };
            let fits = label.font.width(name.as_ref()).map_err(|c| {
                self.error(
                    name.span().start,
                    format!("the font has no glyph for `{c}`"),
                )
            })?;
            let room = (*label_width.as_ref() - 1.0) * super::super::PT_PER_MM;
            if fits * label_size > room {
                let at = name.span().start;
                return Err(self.error(at, "this label is wider than `label_width` less 1 mm"));
            }
            built.push(Row {
                label: name.as_ref().clone(),
                value: self.template(value)?,
                style: self.style(font, source, fonts, start)?,
            });
        }
        let least = pitch * built.len().saturating_sub(1) as f64;
        Ok(What::Rows {
            rows: built,
            label,
            labels: source.labels.unwrap_or(Only::Full),
            label_width: *label_width.as_ref(),
            width: *width.as_ref(),
            pitch,
            leading: source
                .leading
                .unwrap_or(value_style.fit.size * 1.15 / super::super::PT_PER_MM),
            height: source.height.unwrap_or(least),
        })
    }

    fn style(
        &self,
        font: Option<&Spanned<String>>,
        source: &SourceItem,
        fonts: &BTreeMap<String, Font>,
        start: usize,
    ) -> Found<Style> {
        let name = font.map_or("regular", |name| name.as_ref());
        let found = fonts.get(name).ok_or_else(|| {
            let hint = nearest(name, fonts.keys().map(String::as_str))
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            let at = font.map_or(start, |name| name.span().start);
            self.error(
                at,
                format!("no font is called `{name}` under [fonts]{hint}"),
            )
        })?;
        let size = source
            .size
            .as_ref()
            .ok_or_else(|| self.error(start, "this item needs its type `size` in pt"))?;
        if !(3.0..=40.0).contains(size.as_ref()) {
            return Err(self.error(size.span().start, "`size` must be 3 to 40 pt to be legible"));
        }
        let size = *size.as_ref();
        let fit = match &source.fit {
            None => Fit {
                size,
                shrink_to: size,
                lines: 1,
            },
            Some(fit) => {
                let SourceFit { shrink_to, lines } = *fit.as_ref();
                if !(3.0..=size).contains(&shrink_to) || !(1..=6).contains(&lines) {
                    let message =
                        "`fit` must shrink to 3 pt or more, not above `size`, on 1 to 6 lines";
                    return Err(self.error(fit.span().start, message));
                }
                Fit {
                    size,
                    shrink_to,
                    lines,
                }
            }
        };
        Ok(Style {
            font: found.clone(),
            font_name: name.to_owned(),
            fit,
        })
    }

    fn template(&self, text: &Spanned<String>) -> Found<Template> {
        Template::parse(text.as_ref()).map_err(|error| {
            // One more for the opening quote; escapes before the place may shift it.
            self.error(text.span().start + 1 + error.at, error.message)
        })
    }

    fn only_field(&self, text: &Spanned<String>, wanted: &str) -> Found<()> {
        if text.as_ref() == wanted {
            return Ok(());
        }
        Err(self.error(text.span().start, format!("this must be \"{wanted}\"")))
    }

    fn area(&self, source: &SourceItem, start: usize) -> Found<[f64; 2]> {
        let area = source.area.as_ref().ok_or_else(|| {
            self.error(start, "this item needs its `area = [width, height]` in mm")
        })?;
        if area.as_ref().iter().all(|side| *side > 0.0) {
            Ok(*area.as_ref())
        } else {
            Err(self.error(area.span().start, "both sides of `area` must be above 0 mm"))
        }
    }

    fn ink(&self, text: Option<&Spanned<String>>) -> Found<Option<Ink>> {
        let Some(text) = text else { return Ok(None) };
        let hex = text.as_ref().strip_prefix('#').filter(|hex| hex.len() == 6);
        let value = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let value = value.ok_or_else(|| {
            self.error(
                text.span().start,
                "a colour is written \"#rrggbb\"; black is \"#000000\"",
            )
        })?;
        let [_, r, g, b] = value.to_be_bytes();
        Ok(Some(if r == g && g == b {
            Ink::Gray(f64::from(r) / 255.0)
        } else {
            Ink::Rgb([r, g, b].map(|part| f64::from(part) / 255.0))
        }))
    }

    /// The pixels of a PNG. What is see-through is white: the card carries no transparency.
    fn pixels(&self, path: &Spanned<String>) -> Found<RgbImage> {
        let data = self.file_named(path)?;
        let decoded = image::load_from_memory_with_format(&data, image::ImageFormat::Png).map_err(
            |error| self.error(path.span().start, format!("`{}`: {error}", path.as_ref())),
        )?;
        let flat = decoded.to_rgba8();
        let mut pixels = RgbImage::new(flat.width(), flat.height());
        for (to, from) in pixels.pixels_mut().zip(flat.pixels()) {
            let [r, g, b, alpha] = from.0.map(u32::from);
            to.0 = [r, g, b].map(|part| ((part * alpha + 255 * (255 - alpha)) / 255) as u8);
        }
        Ok(pixels)
    }

    fn picture(&self, path: &Spanned<String>, black: bool) -> Found<Picture> {
        let pixels = self.pixels(path)?;
        let (width, height) = pixels.dimensions();
        if !black {
            return Ok(Picture::Colour {
                width,
                height,
                rgb: pixels.into_raw().into(),
            });
        }
        let stride = width.div_ceil(8) as usize;
        let mut bits = vec![0; stride * height as usize];
        for (x, y, pixel) in pixels.enumerate_pixels() {
            let luma = pixel.0.iter().map(|part| u32::from(*part)).sum::<u32>() / 3;
            if luma < 128 {
                bits[y as usize * stride + x as usize / 8] |= 0x80 >> (x % 8);
            }
        }
        Ok(Picture::Mask {
            width,
            height,
            bits: bits.into(),
        })
    }

    fn file_named(&self, path: &Spanned<String>) -> Found<Vec<u8>> {
        (self.files)(path.as_ref())
            .map_err(|why| self.error(path.span().start, format!("`{}`: {why}", path.as_ref())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_a_row_or_a_pitch_are_refused_with_their_place() {
        let shipped = include_str!("../../../layouts/kia-0-5/layout.toml");
        let files = |_: &str| {
            Ok(include_bytes!("../../../layouts/fonts/NotoSans-SemiCondensed-kia.ttf").to_vec())
        };
        // Only the rows of the front are kept: no artwork is read.
        let head = shipped.split("[[front]]").next().unwrap();
        for (rows, pitch, line) in [("[]", "2.8", 2), ("[[\"NIK\", \"{nik}\"]]", "-1.0", 1)] {
            let item = format!(
                "[[front]]\nrows = {rows}\nat = [5, 5]\nwidth = 50\nlabel_width = 20\nsize = 6\npitch = {pitch}\n"
            );
            let source =
                format!("{head}{item}[[back]]\nqr = \"{{qr}}\"\nat = [5, 5]\narea = [20, 20]\n");
            let error = parse("x", &source, &files).err().unwrap();
            assert_eq!(error.line, head.lines().count() + line, "{error}");
        }
    }
}

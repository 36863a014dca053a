//! The proof of a finished file: what it really shows, beside what it was to show.
//!
//! A lot is read back from its own bytes by a PDF interpreter that is not ours, before it may be
//! printed. Of every card: each value stands there whole, in glyphs that exist, inside the card
//! and under nothing; the photo is the child's, byte for byte, and is not blank; the code, as the
//! printer rasterises it, is decoded by a reader that is not ours, equals the payload byte for
//! byte, and has not one module wrong, though a reader would correct it.

mod code;
#[cfg(test)]
mod tests;
mod witness;

use crate::domain::reason::Reason;
use crate::domain::text::Explain;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use hayro::RenderCache;
use hayro::hayro_interpret::InterpreterCache;

use kurbo::Rect;
use rayon::prelude::*;

use super::compose::printed;
use super::content::CardContent;
use super::layout::{Layout, What};
use super::press::Press;
use super::raster::{self, Pdf, Place, RasterError};
use witness::{Painted, Seen};

/// What a card is to show, as its layout and its record say.
pub struct Expected {
    /// What names it in the file.
    pub mark: String,
    /// How often each side is in the file.
    sides: [u32; 2],
    /// The texts of front and back by the field that each begins with, the NIK among them.
    texts: [Vec<(&'static str, String)>; 2],
    /// What the code holds, and the sides that show it.
    code: (Vec<u8>, [bool; 2]),
    /// The JPEG of the photo, and the sides that show it.
    photo: (Option<Arc<[u8]>>, [bool; 2]),
}

impl Expected {
    /// What this card shows on this layout.
    pub fn of(layout: &Layout, card: &CardContent, press: &Press) -> Self {
        let texts = [0, 1].map(|side| {
            let mut texts = Vec::new();
            for item in printed(layout, side, press.mode) {
                match &item.what {
                    What::Text { text, .. } if !text.is_fixed() => texts.push(text),
                    What::Rows { rows, .. } => texts.extend(rows.iter().map(|row| &row.value)),
                    _ => {}
                }
            }
            let filled = texts.into_iter().map(|text| {
                let field = text.first_field().unwrap_or_default();
                (field, text.fill(&card.values))
            });
            filled.collect()
        });
        let shows = |what: fn(&What) -> bool| {
            [0, 1].map(|side| printed(layout, side, press.mode).any(|item| what(&item.what)))
        };
        Self {
            mark: card.mark.clone(),
            sides: [0, 1].map(|side| u32::from(press.prints(side))),
            texts,
            code: (
                card.qr.as_bytes().to_vec(),
                shows(|what| matches!(what, What::Qr { .. })),
            ),
            photo: (
                card.photo.as_ref().map(|photo| Arc::clone(&photo.jpeg)),
                shows(|what| matches!(what, What::Photo { .. })),
            ),
        }
    }
}

/// What is wrong with a card in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub mark: String,
    pub what: Wrong,
    /// The field, or what was read instead. It holds nothing of the child.
    pub detail: String,
}

/// The ways a card can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// A side is not in the file, or is there twice.
    Side,
    /// A value does not stand there whole: the NIK or a name of another child, or a part missing.
    Text,
    /// A glyph does not exist in the font.
    Glyph,
    /// A value reaches out of the card or of what is printed, or lies under something.
    Hidden,
    /// There is no code, or no reader can read it.
    CodeUnreadable,
    /// The code says something else.
    CodeOther,
    /// A module of the code, or its quiet zone, is wrong; readers would still correct it.
    CodeModule,
    /// There is no photo, or another child's.
    Photo,
    /// The photo's box is blank.
    PhotoBlank,
}

impl Wrong {
    /// Why the ledger holds a card that is wrong in this way.
    pub const fn reason(self) -> Reason {
        match self {
            Self::Side => Reason::ProofSide,
            Self::Text => Reason::ProofText,
            Self::Glyph => Reason::ProofGlyph,
            Self::Hidden => Reason::ProofHidden,
            Self::CodeUnreadable => Reason::ProofCodeUnreadable,
            Self::CodeOther => Reason::ProofCodeOther,
            Self::CodeModule => Reason::ProofCodeModule,
            Self::Photo => Reason::ProofPhoto,
            Self::PhotoBlank => Reason::ProofPhotoBlank,
        }
    }

    pub const ALL: [Self; 9] = [
        Self::Side,
        Self::Text,
        Self::Glyph,
        Self::Hidden,
        Self::CodeUnreadable,
        Self::CodeOther,
        Self::CodeModule,
        Self::Photo,
        Self::PhotoBlank,
    ];
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.mark, self.what.reason().text())?;
        if self.detail.is_empty() {
            Ok(())
        } else {
            write!(f, ": {}", self.detail)
        }
    }
}

/// Proves a file on all cores and returns everything that is wrong, in the order of `cards`.
///
/// Texts and photos are looked at on every card; `every` so many cards have their code rasterised
/// at the printer's resolution, read and compared. The code of the first card is rasterised with the
/// whole page, so that what all cards share is seen beneath it.
///
/// # Errors
/// When the file is no PDF at all.
pub fn prove(
    pdf: &Arc<Vec<u8>>,
    cards: &[Expected],
    dpi: u32,
    every: usize,
) -> Result<Vec<Fault>, RasterError> {
    let pages = raster::open(Arc::clone(pdf))?.pages().len();
    let known: BTreeMap<&str, usize> = cards
        .iter()
        .enumerate()
        .map(|(index, card)| (card.mark.as_str(), index))
        .collect();
    let indices: Vec<usize> = (0..pages).collect();
    let share = pages.div_ceil(4 * rayon::current_num_threads()).max(1);
    let parts: Vec<Part> = indices
        .par_chunks(share)
        .map(|pages| {
            let file = raster::open(Arc::clone(pdf))?;
            prove_pages(&file, pages, cards, &known, dpi, every.max(1))
        })
        .collect::<Result<_, RasterError>>()?;
    let (mut faults, mut sides) = (Vec::new(), vec![[0_u32; 2]; cards.len()]);
    for part in parts {
        faults.extend(part.faults);
        for (index, side) in part.sides {
            sides[index][side] += 1;
        }
    }
    for (index, seen) in sides.into_iter().enumerate() {
        if seen != cards[index].sides {
            faults.push((index, Wrong::Side, String::new()));
        }
    }
    faults.sort();
    faults.dedup();
    let named = faults.into_iter().map(|(index, what, detail)| Fault {
        mark: cards[index].mark.clone(),
        what,
        detail,
    });
    Ok(named.collect())
}

/// Where every card of a file lies, at `dpi` dots per inch, in the order of the pages.
///
/// # Errors
/// When a page cannot be read.
pub fn places(file: &Pdf, dpi: u32) -> Result<Vec<Place>, RasterError> {
    places_on(file, 0..file.pages().len(), dpi)
}

/// Where the cards of some pages lie, likewise. Pages count from 0.
///
/// # Errors
/// When a page cannot be read.
pub fn places_on(
    file: &Pdf,
    pages: impl IntoIterator<Item = usize>,
    dpi: u32,
) -> Result<Vec<Place>, RasterError> {
    let (mut places, fonts) = (Vec::new(), InterpreterCache::new());
    for page in pages {
        let looked_at = raster::Page::of(file, page, dpi)?;
        places.extend(
            witness::look(&looked_at, &fonts)
                .into_iter()
                .map(|seen| Place {
                    mark: seen.mark,
                    side: seen.side,
                    page,
                    at: seen.at,
                }),
        );
    }
    Ok(places)
}

/// What some pages showed: faults by the card's place among `cards`, and the sides seen.
#[derive(Default)]
struct Part {
    faults: Vec<(usize, Wrong, String)>,
    sides: Vec<(usize, usize)>,
}

fn prove_pages(
    file: &Pdf,
    pages: &[usize],
    cards: &[Expected],
    known: &BTreeMap<&str, usize>,
    dpi: u32,
    every: usize,
) -> Result<Part, RasterError> {
    let (cache, fonts) = (RenderCache::new(), InterpreterCache::new());
    let mut part = Part::default();
    for &page in pages {
        let looked_at = raster::Page::of(file, page, dpi)?;
        for seen in witness::look(&looked_at, &fonts) {
            let Some(&index) = known.get(seen.mark.as_str()) else {
                continue;
            };
            part.sides.push((index, seen.side));
            let mut wrong = |what, detail: &str| part.faults.push((index, what, detail.to_owned()));
            prove_texts(&cards[index], &seen, &mut wrong);
            let raster = match index {
                0 => Raster::Whole(&looked_at, &cache),
                _ if index.is_multiple_of(every) => Raster::Code,
                _ => Raster::Nothing,
            };
            prove_pictures(&cards[index], &seen, &mut wrong, &raster);
        }
    }
    Ok(part)
}

fn prove_texts(card: &Expected, seen: &Seen, wrong: &mut impl FnMut(Wrong, &str)) {
    let said: String = seen.texts.iter().map(|text| text.said.as_str()).collect();
    let said = without_spaces(&said);
    for (field, text) in &card.texts[seen.side] {
        if !said.contains(&without_spaces(text)) {
            wrong(Wrong::Text, field);
        }
    }
    let room = seen.card().inflate(0.01, 0.01);
    for text in &seen.texts {
        if text.missing {
            wrong(Wrong::Glyph, "");
        }
        if !contains(room, text.area) || !contains(text.visible, text.area) || text.covered {
            wrong(Wrong::Hidden, "");
        }
    }
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn contains(outer: Rect, inner: Rect) -> bool {
    inner.is_zero_area() || outer.union(inner) == outer
}

/// What of a page is rasterised.
enum Raster<'p, 'a> {
    /// Nothing: this card is not among those sampled.
    Nothing,
    Code,
    /// The page with all that lies beneath and beside: the fixed part is the same on every card.
    Whole(&'p raster::Page<'a>, &'p RenderCache<'a>),
}

fn prove_pictures(
    card: &Expected,
    seen: &Seen,
    wrong: &mut impl FnMut(Wrong, &str),
    raster: &Raster<'_, '_>,
) {
    let (mut codes, mut photos) = (0, 0);
    for painted in &seen.pictures {
        match painted {
            Painted::Mask { .. } => codes += 1,
            Painted::Jpeg { .. } => photos += 1,
        }
    }
    let (payload, shows_code) = &card.code;
    if codes != u32::from(shows_code[seen.side]) {
        wrong(Wrong::CodeUnreadable, "");
    }
    let (jpeg, shows_photo) = &card.photo;
    let jpeg = jpeg.as_deref().filter(|_| shows_photo[seen.side]);
    if photos != u32::from(jpeg.is_some()) {
        wrong(Wrong::Photo, "");
    }
    for painted in &seen.pictures {
        match painted {
            Painted::Mask {
                order,
                place,
                size,
                pixels,
                black,
            } => {
                let mask = code::Mask {
                    place: *place,
                    size: *size,
                    pixels,
                };
                let proved = match raster {
                    Raster::Nothing => continue,
                    Raster::Code => mask.prove(payload),
                    Raster::Whole(page, cache) => mask
                        .prove(payload)
                        .and_then(|()| code::prove_whole(page, cache, &mask, payload)),
                };
                if let Err(what) = proved {
                    wrong(what, "");
                } else if !black || seen.is_touched(*order, mask.area()) {
                    wrong(Wrong::CodeModule, "");
                }
            }
            Painted::Jpeg {
                order,
                area,
                bytes,
                blank,
            } => {
                let inside = contains(seen.card().inflate(0.01, 0.01), *area);
                if jpeg != Some(bytes.as_slice()) || !inside {
                    wrong(Wrong::Photo, "");
                } else if *blank || seen.is_covered(*order, *area) {
                    wrong(Wrong::PhotoBlank, "");
                }
            }
        }
    }
}

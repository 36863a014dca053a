//! Cards as print-ready PDF: bytes in, bytes out; no paths, no clock, no printer.
//!
//! [`layout`] reads a card design, [`compose`] sets one card on it, [`document`] writes cards
//! into one PDF as they come, [`raster`] turns its pages into pictures. The vector sides are
//! drawn with `printpdf`; [`pdf`] streams the objects, because a file of any number of cards must
//! not need the memory of all of them.

pub mod adjust;
pub mod artwork;
pub mod calibration;
pub mod compose;
pub mod content;
pub mod document;
pub mod font;
mod icc;
pub mod layout;
pub mod pdf;
pub mod photo;
pub mod press;
pub mod proof;
pub mod qr;
pub mod raster;
pub mod sheet;
pub mod text;

/// Points in a millimetre.
pub const PT_PER_MM: f64 = 72.0 / 25.4;

/// The card: ID-1 of ISO/IEC 7810, width and height in mm.
pub const CARD_MM: [f64; 2] = [85.60, 53.98];

/// The card's width and height in pt.
fn card_pt() -> [f64; 2] {
    CARD_MM.map(|side| side * PT_PER_MM)
}

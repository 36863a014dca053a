//! The QR code, as a camera and as the printer's raster see it.

use std::path::{Path, PathBuf};

use super::{BLEED, PT, made};
use crate::parts::{PDFTOPPM, ZBARIMG, have};

/// The printer's resolution, dots per inch.
const DPI: f64 = 300.0;

/// Where both layouts have the code, its quiet zone included: left, top, width, height in mm.
const PLACE: [f64; 4] = [56.0, 4.5, 27.1, 27.1];

/// Rasterises one page at the printer's resolution and gives the picture's path.
fn raster(pdf: &Path, page: usize, args: &[&str], extension: &str) -> PathBuf {
    let stem = format!("{}-{page}-{extension}", pdf.file_stem().unwrap().display());
    let root = super::made().batch.with_file_name(stem);
    let page = page.to_string();
    let fixed = ["-r", "300", "-singlefile", "-f", &page, "-l", &page];
    let fixed = fixed.iter().chain(args).map(AsRef::as_ref);
    PDFTOPPM.run(fixed.chain([pdf.as_os_str(), root.as_os_str()]));
    root.with_extension(extension)
}

/// The payload of the code on a page, byte for byte.
fn payload(pdf: &Path, page: usize) -> Vec<u8> {
    let picture = raster(pdf, page, &["-png"], "png");
    let args = ["--raw", "--oneshot", "-q", "-Sbinary"].map(AsRef::as_ref);
    ZBARIMG
        .run(args.into_iter().chain([picture.as_os_str()]))
        .stdout
}

#[test]
fn a_supplied_payload_of_two_hundred_bytes_is_read_byte_for_byte() {
    if !have("the supplied QR", &[PDFTOPPM, ZBARIMG]) {
        return;
    }
    let made = made();
    let supplied = made.records[0]["qr"].as_str().unwrap();
    assert!(supplied.len() == 200 && !supplied.is_ascii());
    for pdf in [&made.full, &made.overlay, &made.bleed] {
        assert_eq!(payload(pdf, 2), supplied.as_bytes(), "{}", pdf.display());
    }
    assert_eq!(
        payload(&made.full, 4),
        b"SPECIMEN",
        "a card outside the log has no token"
    );
}

#[test]
fn the_cards_of_a_station_carry_the_supplied_payload_or_an_opaque_token_of_their_own() {
    if !have("the QR of lots", &[PDFTOPPM, ZBARIMG]) {
        return;
    }
    let made = made();
    let supplied = made.records[0]["qr"].as_str().unwrap().as_bytes();
    for lots in [&made.lots, &made.overlay_lots] {
        let mut payloads = Vec::new();
        for lot in lots {
            let pages = lopdf::Document::load(lot).unwrap().get_pages().len();
            payloads.extend((2..=pages).step_by(2).map(|page| payload(lot, page)));
        }
        assert_eq!(payloads.len(), made.records.len());
        let (given, tokens): (Vec<_>, Vec<_>) = payloads.into_iter().partition(|p| p == supplied);
        assert_eq!(given.len(), 1);
        for (i, token) in tokens.iter().enumerate() {
            let text = std::str::from_utf8(token).unwrap();
            let random = text
                .strip_prefix("KIA:")
                .expect("a token names the card it is of");
            // 26 of 32 letters are 128 bits and more: nobody guesses another child's.
            assert_eq!(random.len(), 26, "{text}");
            assert!(!tokens[i + 1..].contains(token), "{text} twice");
        }
    }
}

/// The grey values of a part of a page rasterised without smoothing.
struct Region {
    width: usize,
    grey: Vec<u8>,
}

impl Region {
    fn of(pdf: &Path, page: usize, bleed: f64) -> Self {
        let picture = raster(pdf, page, &["-gray", "-aa", "no", "-aaVector", "no"], "pgm");
        let file = std::fs::read(picture).unwrap();
        let header = file.splitn(4, u8::is_ascii_whitespace);
        let words: Vec<&str> = header
            .take(3)
            .map(|word| std::str::from_utf8(word).unwrap())
            .collect();
        assert_eq!(words[0], "P5");
        let width: usize = words[1].parse().unwrap();
        let height: usize = words[2].parse().unwrap();
        let pixels = &file[file.len() - width * height..];
        let dots = |mm: f64| (mm + bleed) * PT * DPI / 72.0;
        let [left, top, wide, high] = PLACE;
        let (x0, y0) = (dots(left).ceil() as usize, dots(top).ceil() as usize);
        let (x1, y1) = (
            dots(left + wide).floor() as usize,
            dots(top + high).floor() as usize,
        );
        let rows = (y0..y1).flat_map(|y| &pixels[y * width + x0..y * width + x1]);
        Self {
            width: x1 - x0,
            grey: rows.copied().collect(),
        }
    }

    fn at(&self, x: usize, y: usize) -> u8 {
        self.grey[y * self.width + x]
    }

    fn height(&self) -> usize {
        self.grey.len() / self.width
    }

    /// The largest module on whose grid every cell is of one colour, in dots, if there is one.
    fn module(&self) -> Option<usize> {
        let dark = |&(x, y): &(usize, usize)| self.at(x, y) == 0;
        let places = (0..self.height()).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        let dark: Vec<_> = places.filter(dark).collect();
        let left = dark.iter().map(|(x, _)| *x).min()?;
        let right = dark.iter().map(|(x, _)| *x).max()? + 1;
        let (top, bottom) = (dark.first()?.1, dark.last()?.1 + 1);
        let side = right - left;
        if side != bottom - top {
            return None;
        }
        let even = |module: usize| {
            let cell =
                |x: usize, y: usize| self.at(left + x / module * module, top + y / module * module);
            (0..side).all(|y| (0..side).all(|x| self.at(left + x, top + y) == cell(x, y)))
        };
        // A code has 21 modules on a side or four more, and so on (ISO/IEC 18004).
        let sides = |module: &usize| side % module == 0 && side / module % 4 == 1;
        let module = (1..=side / 21)
            .rev()
            .filter(sides)
            .find(|module| even(*module))?;
        let quiet = [left, top, self.width - right, self.height() - bottom];
        // The region was cut inwards to whole dots, which may take one.
        quiet
            .iter()
            .all(|room| room + 1 >= 4 * module)
            .then_some(module)
    }
}

#[test]
fn modules_are_four_whole_dots_or_more_in_pure_black_on_pure_white() {
    if !have("the QR's raster", &[PDFTOPPM]) {
        return;
    }
    let made = made();
    for (pdf, bleed) in [
        (&made.full, 0.0),
        (&made.overlay, 0.0),
        (&made.bleed, BLEED),
    ] {
        for page in (2..=2 * made.records.len()).step_by(2) {
            let region = Region::of(pdf, page, bleed);
            let pure = region.grey.iter().all(|grey| matches!(grey, 0 | 255));
            assert!(
                pure,
                "{} page {page} has tinted dots at its code",
                pdf.display()
            );
            let module = region.module();
            assert!(
                module.is_some_and(|dots| dots >= 4),
                "page {page}: {module:?}"
            );
        }
    }
}

#[test]
fn a_grid_that_is_off_by_one_dot_is_noticed() {
    if !have("the QR's raster", &[PDFTOPPM]) {
        return;
    }
    let mut region = Region::of(&made().overlay, 4, 0.0);
    assert!(region.module().is_some());
    // The dot left of a dark one in the middle of the code.
    let middle = region.height() / 2 * region.width;
    let dark =
        (middle + region.width / 2..).find(|&i| region.grey[i] == 0 && region.grey[i - 1] == 255);
    region.grey[dark.unwrap() - 1] = 0;
    assert_eq!(region.module().filter(|dots| *dots >= 4), None);
}

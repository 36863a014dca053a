//! The operators that paint a card: black is `DeviceGray 0`, for the printer's K panel.

use std::path::Path;

use kurbo::Affine;
use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::{PT, made};

/// What a side may paint beside black text, the code and the photo.
#[derive(Clone, Copy, PartialEq)]
enum Allowed {
    /// Nothing.
    Data,
    /// The artwork, and white beneath the code.
    Artwork,
}

/// What was seen of one content stream.
#[derive(Default, Debug)]
struct Seen {
    texts: usize,
    codes: usize,
    photos: usize,
    artworks: usize,
}

fn number(object: &Object) -> f64 {
    f64::from(object.as_float().unwrap())
}

fn affine(operands: &[Object]) -> Affine {
    let numbers: Vec<f64> = operands.iter().map(number).collect();
    Affine::new(numbers.try_into().expect("cm has six numbers"))
}

/// Walks through a content stream and says the first thing that is not as it must be.
fn walk(content: &[u8], allowed: Allowed) -> Result<Seen, String> {
    let operations = Content::decode(content).unwrap().operations;
    let mut seen = Seen::default();
    // A page begins in DeviceGray 0 (PDF 1.4, table 4.2).
    let (mut fill, mut saved) = (0.0, Vec::new());
    let mut white: Option<[f64; 4]> = None;
    let mut path: Option<[f64; 4]> = None;
    let mut matrix = Affine::IDENTITY;
    for Operation { operator, operands } in &operations {
        let numbers = || operands.iter().map(number).collect::<Vec<_>>();
        let black = |what: &str| {
            (fill == 0.0)
                .then_some(())
                .ok_or(format!("{what} in grey {fill}"))
        };
        match operator.as_str() {
            "q" => saved.push((fill, matrix)),
            "Q" => (fill, matrix) = saved.pop().ok_or("Q without q")?,
            "cm" => matrix *= affine(operands),
            "g" => fill = numbers()[0],
            "G" if numbers() == [0.0] => {}
            "re" => {
                let [x, y, width, height] = numbers().try_into().map_err(|_| "a short re")?;
                let area = kurbo::Rect::new(x, y, x + width, y + height);
                let area = matrix.transform_rect_bbox(area);
                path = Some([area.x0, area.y0, area.width(), area.height()]);
            }
            "f" if allowed == Allowed::Artwork && fill == 1.0 => white = path.take(),
            "Tj" => {
                black("text")?;
                seen.texts += 1;
            }
            "Do" => match operands[0].as_name().unwrap() {
                b"Q" => {
                    black("the code")?;
                    let [width, _, _, height, x, y] = matrix.as_coeffs();
                    whole_dots(&[x, width, height])?;
                    let beneath = white.is_some_and(|[left, bottom, wide, high]| {
                        let across = left <= x && left + wide >= x + width;
                        across && bottom <= y && bottom + high >= y + height
                    });
                    if allowed == Allowed::Artwork && !beneath {
                        return Err("the code is not on white".to_owned());
                    }
                    seen.codes += 1;
                }
                b"P" => seen.photos += 1,
                b"F" => {}
                [b'A', ..] if allowed == Allowed::Artwork => seen.artworks += 1,
                name => return Err(format!("/{} Do", String::from_utf8_lossy(name))),
            },
            "BT" | "ET" | "Tf" | "Td" | "EMC" => {}
            "BDC" if operands[0].as_name().unwrap() == b"Card" => {}
            other => return Err(format!("the operator `{other}`")),
        }
    }
    match fill {
        0.0 => Ok(seen),
        _ => Err(format!("it ends in grey {fill}")),
    }
}

/// Whether lengths in pt are whole dots at 300 dpi, but for a hair that rasterisers round away.
fn whole_dots(lengths: &[f64]) -> Result<(), String> {
    let off = |length: &f64| {
        let dots = length * 300.0 / 72.0;
        (dots - dots.round()).abs()
    };
    match lengths.iter().find(|length| off(length) > 0.005) {
        Some(length) => Err(format!("{length} pt is no whole number of dots")),
        None => Ok(()),
    }
}

fn entry<'a>(document: &'a Document, dict: &'a Dictionary, key: &[u8]) -> &'a Dictionary {
    let value = dict.get(key).unwrap();
    document.dereference(value).unwrap().1.as_dict().unwrap()
}

fn objects(document: &Document, of: &Dictionary) -> Vec<(Vec<u8>, ObjectId)> {
    let resources = entry(document, of, b"Resources");
    let Ok(objects) = resources.get(b"XObject") else {
        return Vec::new();
    };
    let objects = objects.as_dict().unwrap().iter();
    objects
        .map(|(name, at)| (name.clone(), at.as_reference().unwrap()))
        .collect()
}

/// Walks every page and its fixed part, and says what was seen on fronts and backs.
fn sides(pdf: &Path, allowed: Allowed) -> [Seen; 2] {
    let document = Document::load(pdf).unwrap();
    let mut all = [Seen::default(), Seen::default()];
    for (number, page) in document.get_pages() {
        let named = |what: String| format!("{} page {number}: {what}", pdf.display());
        let dict = document.get_dictionary(page).unwrap();
        let fixed = objects(&document, dict)
            .into_iter()
            .find_map(|(name, at)| (name == b"F").then_some(at))
            .expect("every page has its fixed part");
        let fixed = document.get_object(fixed).unwrap().as_stream().unwrap();
        let below = fixed.decompressed_content().unwrap();
        let own = document.get_page_content(page);
        let mut whites = own.windows(5).filter(|piece| *piece == b" 1 g ");
        assert!(
            whites.next().is_none() || allowed == Allowed::Artwork,
            "{}",
            named("white".into())
        );
        assert!(whites.next().is_none(), "{}", named("white twice".into()));
        let side = &mut all[(number as usize + 1) % 2];
        for content in [below, own] {
            let seen = walk(&content, allowed).map_err(named).unwrap();
            side.texts += seen.texts;
            side.codes += seen.codes;
            side.photos += seen.photos;
            side.artworks += seen.artworks;
        }
        let inside = objects(&document, &fixed.dict);
        assert_eq!(
            inside.is_empty(),
            allowed == Allowed::Data,
            "what lies in the fixed part"
        );
    }
    all
}

#[test]
fn text_and_code_are_painted_in_device_gray_0_and_an_overlay_paints_nothing_else() {
    let made = made();
    let cards = made.records.len();
    let files = [&made.overlay, &made.bleed]
        .into_iter()
        .map(|pdf| (pdf, Allowed::Data));
    for (pdf, allowed) in files.chain([(&made.full, Allowed::Artwork)]) {
        let [front, back] = sides(pdf, allowed);
        assert!(
            front.texts >= 13 * cards && back.texts >= 10 * cards,
            "{front:?} {back:?}"
        );
        assert_eq!([front.codes, back.codes], [0, cards]);
        assert_eq!([front.photos, back.photos], [3, 0]);
        let artworks = if allowed == Allowed::Artwork {
            cards
        } else {
            0
        };
        assert_eq!([front.artworks, back.artworks], [artworks, artworks]);
    }
}

#[test]
fn a_stream_with_colour_grey_text_or_a_tinted_code_is_noticed() {
    for (content, allowed) in [
        ("1 0 0 rg", Allowed::Artwork),
        ("0 0 0 1 k", Allowed::Data),
        (".2 g BT/regular 6 Tf<00>Tj ET 0 g", Allowed::Data),
        ("BT 1 Tr ET", Allowed::Data),
        ("q 1 g 0 0 9 9 re f Q", Allowed::Data),
        ("q 72 0 0 72 0 0 cm/Q Do Q", Allowed::Artwork),
        (
            "q 1 g 9 0 72 72 re f Q q 72 0 0 72 0 0 cm/Q Do Q",
            Allowed::Artwork,
        ),
        ("q 71.9 0 0 72 0 0 cm/Q Do Q", Allowed::Data),
        ("q 1 0 0 1 0 0 cm/A0 Do Q", Allowed::Data),
        ("1 g", Allowed::Artwork),
    ] {
        assert!(walk(content.as_bytes(), allowed).is_err(), "{content}");
    }
    walk(
        b"q 1 g 0 0 72 72 re f Q 0 g q 72 0 0 72 0 0 cm/Q Do Q",
        Allowed::Artwork,
    )
    .unwrap();
}

#[test]
fn the_photo_is_the_jpeg_itself_and_nothing_in_the_file_is_transparent() {
    for pdf in [&made().full, &made().overlay] {
        let document = Document::load(pdf).unwrap();
        let mut photos = 0;
        for object in document.objects.values() {
            let Ok(dict) = object
                .as_stream()
                .map(|stream| &stream.dict)
                .or_else(|_| object.as_dict())
            else {
                continue;
            };
            for key in ["ExtGState", "SMask", "Mask", "Group", "Interpolate"] {
                assert!(!dict.has(key.as_bytes()), "{key} in {}", pdf.display());
            }
            let is = |key: &[u8], name: &[u8]| {
                dict.get(key)
                    .and_then(Object::as_name)
                    .is_ok_and(|is| is == name)
            };
            if is(b"Filter", b"DCTDecode") {
                photos += 1;
                assert!(is(b"ColorSpace", b"DeviceRGB"));
                let stream = object.as_stream().unwrap();
                let mut decoder =
                    zune_jpeg::JpegDecoder::new(std::io::Cursor::new(&stream.content));
                decoder.decode_headers().unwrap();
                let info = decoder.info().unwrap();
                assert_eq!((info.width, info.height, info.components), (236, 354, 3));
            }
        }
        assert_eq!(photos, 3);
    }
}

#[test]
fn the_code_lies_on_whole_dots_from_the_pages_top_edge() {
    for pdf in [&made().full, &made().overlay, &made().bleed] {
        let document = Document::load(pdf).unwrap();
        let mut codes = 0;
        for page in document.get_pages().into_values() {
            let media = document
                .get_dictionary(page)
                .unwrap()
                .get(b"MediaBox")
                .unwrap();
            let height = number(&media.as_array().unwrap()[3]);
            assert!(height >= 53.98 * PT - 1e-3);
            let (mut matrix, mut saved) = (Affine::IDENTITY, Vec::new());
            for Operation { operator, operands } in
                Content::decode(&document.get_page_content(page))
                    .unwrap()
                    .operations
            {
                match operator.as_str() {
                    "q" => saved.push(matrix),
                    "Q" => matrix = saved.pop().unwrap(),
                    "cm" => matrix *= affine(&operands),
                    "Do" if operands[0].as_name().unwrap() == b"Q" => {
                        codes += 1;
                        let [_, _, _, side, x, y] = matrix.as_coeffs();
                        whole_dots(&[x, height - y - side]).unwrap();
                    }
                    _ => {}
                }
            }
        }
        assert_eq!(codes, made().records.len());
    }
}

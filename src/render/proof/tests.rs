//! Each way a card can be wrong, made on purpose.

use std::io::Read;

use jiff::civil::Date;

use super::*;
use crate::domain::card::Kind;
use crate::render::adjust::Adjust;
use crate::render::compose::{Composed, compose};
use crate::render::content::{FIELDS, Photo, Value, Values};
use crate::render::document::Document;
use crate::render::layout;
use crate::render::pdf::deflate;
use crate::render::press::{Black, Order, Page, Press, Turn};
use crate::render::qr::Qr;
use crate::render::sheet::{Flip, Sheet};

const DAY: Date = Date::constant(2026, 11, 24);

fn layout() -> Layout {
    let source = include_str!("../../../layouts/kia-5-17/layout.toml");
    let files = |path: &str| -> Result<Vec<u8>, String> {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/layouts/");
        let beside = format!("{root}kia-5-17/{path}");
        std::fs::read(beside)
            .or_else(|_| std::fs::read(format!("{root}{path}")))
            .map_err(|error| error.to_string())
    };
    layout::parse("layout.toml", source, &files).unwrap_or_else(|error| panic!("{error}"))
}

/// A photo of stripes whose place is the child's own.
fn photo(number: u8) -> Photo {
    let (width, height) = (236_u16, 354_u16);
    let pixels = (0..u32::from(width) * u32::from(height)).flat_map(|i| {
        let dark = (i / u32::from(width) / 20 + u32::from(number)).is_multiple_of(3);
        if dark { [20, 20, 40] } else { [200, 180, 160] }
    });
    let pixels: Vec<u8> = pixels.collect();
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 90)
        .encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    Photo {
        jpeg: jpeg.into(),
        width: width.into(),
        height: height.into(),
    }
}

fn content(number: u8) -> CardContent {
    let mut values = Values::new();
    for (name, _) in FIELDS {
        let value = match *name {
            "tanggal_lahir" | "berlaku_hingga" | "tanggal_terbit" => Value::Date(DAY),
            "nik" => Value::Text(format!("170209450318{number:04}")),
            "nama" => Value::Text(format!("ANAK CONTOH {}", char::from(b'A' + number))),
            _ => Value::Text("CONTOH".to_owned()),
        };
        values.insert(name, value);
    }
    CardContent {
        mark: format!("K00000{number}-0"),
        kind: Kind::From5,
        values,
        photo: Some(photo(number)),
        qr: format!("KIA:{number:026}"),
    }
}

/// Three cards as they ought to be, changed by `tamper` before they are written.
fn faults(press: Press, tamper: impl FnOnce(&mut [Composed; 3])) -> Vec<(String, Wrong)> {
    let layout = layout();
    let contents = [1, 2, 3].map(content);
    let mut cards = [0, 1, 2].map(|i| {
        compose(&layout, &contents[i], &press).unwrap_or_else(|misfits| panic!("{misfits:?}"))
    });
    let expected = contents.map(|content| Expected::of(&layout, &content, &press));
    tamper(&mut cards);
    let mut document = Document::new(Vec::new(), [&layout], press, "L00001", DAY).unwrap();
    for card in &cards {
        document.add(card).unwrap();
    }
    let pdf = Arc::new(document.finish().unwrap().0);
    let faults = prove(&pdf, &expected, press.dpi, 1).unwrap();
    faults.into_iter().map(|f| (f.mark, f.what)).collect()
}

/// What is wrong with the second card, when nothing is with the others.
fn of_second(tamper: impl FnOnce(&mut [Composed; 3])) -> Vec<Wrong> {
    let found = faults(Press::default(), tamper).into_iter();
    let kinds = found.map(|(mark, wrong)| {
        assert_eq!(mark, "K000002-0");
        wrong
    });
    kinds.collect()
}

/// Changes the operators of a side.
fn edit(card: &mut Composed, side: usize, change: impl FnOnce(String) -> String) {
    let mut text = String::new();
    flate2::read::ZlibDecoder::new(card.sides[side].content.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    let changed = change(text.clone());
    assert_ne!(changed, text, "nothing was changed");
    card.sides[side].content = deflate(changed.as_bytes());
}

#[test]
fn a_lot_as_it_ought_to_be_passes_however_the_printer_wants_it() {
    let turned = |turn| Page {
        turn,
        ..Page::with_bleed(0.7)
    };
    let adjust = Adjust {
        right: 0.33,
        down: -0.21,
        ..Adjust::NONE
    };
    let askew = Adjust {
        clockwise: 0.4,
        scale: 0.997,
        ..adjust
    };
    let sheet = |flip| Sheet {
        flip,
        ..Sheet::default()
    };
    let plain = Press::default();
    for press in [
        plain,
        Press {
            mode: crate::render::layout::Mode::Overlay,
            ..plain
        },
        Press {
            page: turned([Turn::Right, Turn::Left]),
            ..plain
        },
        Press {
            page: turned([Turn::Half, Turn::None]),
            order: Order::BackFront,
            ..plain
        },
        Press {
            black: Black::Rgb,
            only: Some(1),
            ..plain
        },
        Press {
            order: Order::FrontsBacksReversed,
            dpi: 600,
            ..plain
        },
        Press {
            adjust: [adjust; 2],
            ..plain
        },
        Press {
            adjust: [askew; 2],
            page: Page::with_bleed(2.0),
            ..plain
        },
        Press {
            sheet: Some(sheet(Flip::LongEdge)),
            ..plain
        },
        Press {
            sheet: Some(sheet(Flip::ShortEdge)),
            adjust: [Adjust::NONE, adjust],
            ..plain
        },
    ] {
        assert_eq!(faults(press, |_| {}), [], "{press:?}");
    }
}

#[test]
fn a_code_with_one_module_flipped_is_caught_though_every_reader_corrects_it() {
    for module in [0, 8 * 4 + 1, 16 * 4 + 2] {
        let found = of_second(|cards| {
            let mut bits = Qr::encode(format!("KIA:{:026}", 2).as_bytes())
                .unwrap()
                .bitmap();
            bits[module] ^= 0x10;
            cards[1].code = deflate(&bits);
        });
        assert_eq!(found, [Wrong::CodeModule], "byte {module}");
    }
}

#[test]
fn a_code_that_no_reader_reads_and_one_of_another_card_are_told_apart() {
    let broken = of_second(|cards| {
        let length = Qr::encode(b"KIA:00000000000000000000000002")
            .unwrap()
            .bitmap()
            .len();
        cards[1].code = deflate(&vec![0x55; length]);
    });
    assert_eq!(broken, [Wrong::CodeUnreadable]);
    let other = of_second(|cards| cards[1].code = cards[2].code.clone());
    assert_eq!(other, [Wrong::CodeOther]);
}

#[test]
fn a_tint_behind_the_code_or_a_line_across_it_is_caught() {
    let tinted = of_second(|cards| {
        edit(&mut cards[1], 1, |text| text.replace(" 1 g ", " .6 g "));
    });
    // The white behind the code is what the tint replaces.
    assert_eq!(tinted, [Wrong::CodeModule]);
    let crossed = of_second(|cards| {
        let line = "q 0 G 2 w 165 90 m 230 90 l S Q EMC";
        edit(&mut cards[1], 1, |text| text.replace("EMC", line));
    });
    assert!(crossed.contains(&Wrong::CodeModule) || crossed.contains(&Wrong::CodeUnreadable));
}

#[test]
fn swapped_photos_are_caught_on_both_cards() {
    let found = faults(Press::default(), |cards| {
        let [first, second, _] = cards;
        std::mem::swap(&mut first.photo, &mut second.photo);
    });
    let both = ["K000001-0", "K000002-0"].map(|mark| (mark.to_owned(), Wrong::Photo));
    assert_eq!(found, both);
    let none = of_second(|cards| {
        cards[1].sides[0].photo = false;
        edit(&mut cards[1], 0, |text| text.replace("/P Do", ""));
    });
    assert_eq!(none, [Wrong::Photo]);
}

#[test]
fn a_photo_that_prints_nothing_is_caught_though_it_is_the_childs() {
    let white = of_second(|cards| {
        let hidden = "q 1 g 0 0 250 160 re f Q EMC";
        edit(&mut cards[1], 0, |text| text.replace("EMC", hidden));
    });
    assert!(
        white.contains(&Wrong::PhotoBlank) && white.contains(&Wrong::Hidden),
        "{white:?}"
    );
}

#[test]
fn a_name_that_is_clipped_runs_off_the_card_or_lies_under_something_is_caught() {
    let clipped = of_second(|cards| {
        edit(&mut cards[1], 0, |text| {
            let text = text.replacen("/F Do\n", "/F Do q 0 0 190 153 re W n\n", 1);
            text.replace("EMC", "Q EMC")
        });
    });
    assert_eq!(clipped, [Wrong::Hidden]);
    let off = of_second(|cards| {
        edit(&mut cards[1], 0, |text| {
            let text = text.replacen("/F Do\n", "/F Do q 1 0 0 1 60 0 cm\n", 1);
            text.replace("EMC", "Q EMC")
        });
    });
    assert!(off.contains(&Wrong::Hidden), "{off:?}");
    let covered = of_second(|cards| {
        let bar = "q .9 g 140 95 60 30 re f Q EMC";
        edit(&mut cards[1], 0, |text| text.replace("EMC", bar));
    });
    assert_eq!(covered, [Wrong::Hidden]);
}

#[test]
fn a_glyph_that_is_not_there_and_a_text_that_is_another_childs_are_caught() {
    let missing = of_second(|cards| {
        edit(&mut cards[1], 0, |text| {
            let at = text.rfind("]Tj").or_else(|| text.rfind(">Tj")).unwrap();
            format!("{}0000{}", &text[..at - 4], &text[at..])
        });
    });
    assert!(missing.contains(&Wrong::Glyph), "{missing:?}");
    let found = faults(Press::default(), |cards| {
        let (mut first, mut second) = (String::new(), String::new());
        edit(&mut cards[0], 0, |text| {
            first.clone_from(&text);
            format!("{text} ")
        });
        edit(&mut cards[1], 0, |text| {
            second.clone_from(&text);
            format!("{text} ")
        });
        let named = |text: &str, from: u8, to: u8| {
            text.replace(&format!("K00000{from}-0"), &format!("K00000{to}-0"))
        };
        edit(&mut cards[0], 0, |_| named(&second, 2, 1));
        edit(&mut cards[1], 0, |_| named(&first, 1, 2));
    });
    let of = |mark: &str| found.contains(&(mark.to_owned(), Wrong::Text));
    assert!(of("K000001-0") && of("K000002-0"), "{found:?}");
}

#[test]
fn a_side_that_is_missing_or_twice_there_is_caught() {
    let found = faults(Press::default(), |cards| {
        edit(&mut cards[1], 1, |text| {
            text.replace("K000002-0", "K000003-0")
        });
    });
    let side = |mark: &str| found.contains(&(mark.to_owned(), Wrong::Side));
    assert!(side("K000002-0") && side("K000003-0"), "{found:?}");
}

#[test]
fn sampling_leaves_out_codes_but_never_texts_and_the_photos_identity() {
    let layout = layout();
    let press = Press::default();
    let contents = [1, 2, 3].map(content);
    let mut cards = [0, 1, 2].map(|i| compose(&layout, &contents[i], &press).ok().unwrap());
    cards[1].code = cards[2].code.clone();
    cards[2].photo = cards[1].photo.clone();
    let expected = contents.map(|content| Expected::of(&layout, &content, &press));
    let mut document = Document::new(Vec::new(), [&layout], press, "L00001", DAY).unwrap();
    for card in &cards {
        document.add(card).unwrap();
    }
    let pdf = Arc::new(document.finish().unwrap().0);
    let wrong = |every| -> Vec<Wrong> {
        let faults = prove(&pdf, &expected, press.dpi, every).unwrap();
        faults.iter().map(|fault| fault.what).collect()
    };
    assert_eq!(wrong(1), [Wrong::CodeOther, Wrong::Photo]);
    assert_eq!(wrong(10), [Wrong::Photo]);
}

//! Every kind of file a school may send; what is broken is in `damage`.

use image::{DynamicImage, GrayImage, Luma, Pixel, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

macro_rules! corpus {
    ($name:expr) => {
        include_bytes!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/corpus/photos/",
            $name
        ))
        .as_slice()
    };
}

mod damage;
mod pictures;

use pictures::*;

/// The box that takes the corpus's picture at full size.
const FULL: Target = Target::new(82, 123);

/// Boxes for which a decoder reduces blocks to 8, 4, 2 and 1 samples across.
const BOXES: [Target; 4] = [
    FULL,
    Target::new(24, 36),
    Target::new(12, 18),
    Target::new(6, 9),
];

#[test]
fn every_kind_of_colour_file_gives_the_same_picture() {
    let kinds: [(&str, &[u8], f64); 19] = [
        ("4:4:4", corpus!("baseline-444.jpg"), 3.0),
        ("4:2:2", corpus!("baseline-422.jpg"), 3.0),
        ("4:2:0", corpus!("baseline-420.jpg"), 3.0),
        ("4:4:0", corpus!("baseline-440.jpg"), 3.0),
        ("4:1:1", corpus!("baseline-411.jpg"), 5.0),
        ("progressive", corpus!("progressive-444.jpg"), 3.0),
        ("progressive 4:2:0", corpus!("progressive-420.jpg"), 3.0),
        (
            "progressive, restarts",
            corpus!("progressive-restart.jpg"),
            3.0,
        ),
        ("restarts", corpus!("restart.jpg"), 3.0),
        ("RGB", corpus!("rgb.jpg"), 3.0),
        ("a scan each", corpus!("apart-420.jpg"), 3.0),
        ("two scans", corpus!("apart-two.jpg"), 3.0),
        ("CMYK", corpus!("cmyk-adobe.jpg"), 3.0),
        ("CMYK, not inverted", corpus!("cmyk-plain.jpg"), 3.0),
        ("YCCK", corpus!("cmyk-magick.jpg"), 3.0),
        ("PNG", corpus!("reference.png"), 0.0),
        ("PNG, interlaced", corpus!("interlaced.png"), 0.0),
        ("PNG, palette", corpus!("palette-interlaced.png"), 3.0),
        ("PNG, 16 bits", corpus!("rgb16.png"), 0.0),
    ];
    for target in BOXES {
        let reference = prepare(corpus!("reference.png"), &target).unwrap();
        for (name, bytes, tolerance) in kinds {
            let prepared = prepare(bytes, &target).unwrap_or_else(|e| panic!("{name}: {e}"));
            let off = difference(&reference, &prepared);
            // In a picture of a few dots everything is an edge.
            let tolerance = tolerance * if target == FULL { 1.0 } else { 2.0 };
            assert!(off <= tolerance, "{name} at {}: off by {off}", target.width);
        }
    }
}

#[test]
fn grey_files_give_a_grey_picture_of_three_components() {
    for target in BOXES {
        let reference = prepare(corpus!("grey16.png"), &target).unwrap();
        for bytes in [corpus!("grey.jpg"), corpus!("grey-progressive.jpg")] {
            let prepared = prepare(bytes, &target).unwrap();
            let tolerance = if target == FULL { 3.0 } else { 6.0 };
            assert!(difference(&reference, &prepared) < tolerance);
            assert!(
                rgb(&prepared.jpeg)
                    .iter()
                    .all(|[r, g, b]| r.abs_diff(*g) < 3 && b.abs_diff(*g) < 3)
            );
            assert_eq!(prepared.background, Background::Other);
        }
    }
}

#[test]
fn transparency_lies_over_white() {
    let clear = RgbaImage::from_fn(40, 60, |x, _| {
        Rgba(if x < 20 { [0, 0, 0, 0] } else { [0, 0, 0, 255] })
    });
    let pixels = rgb(&prepare(&as_png(clear), &Target::new(40, 60)).unwrap().jpeg);
    assert!(pixels[0][0] > 250, "{:?}", pixels[0]);
    assert!(pixels[39][0] < 5, "{:?}", pixels[39]);
}

#[test]
fn the_result_has_the_targets_dots_and_no_metadata() {
    let secret = [b"Exif\0\0".as_slice(), &exif(1), b"GPS -3.47 102.52"].concat();
    let bytes = with_app1(&as_jpeg(&portrait(300, 400, RED)), &secret);
    let prepared = prepare(&bytes, &Target::new(236, 354)).unwrap();
    assert_eq!((prepared.width, prepared.height), (236, 354));
    assert_eq!(
        <[u8; 32]>::from(Sha256::digest(&prepared.jpeg)),
        prepared.sha256
    );
    let mut markers = Vec::new();
    let mut at = 2;
    while prepared.jpeg[at + 1] != 0xda {
        markers.push(prepared.jpeg[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([
            prepared.jpeg[at + 2],
            prepared.jpeg[at + 3],
        ]));
    }
    markers.dedup();
    assert_eq!(markers, [0xe0, 0xc0, 0xdb, 0xc4]);
    assert_eq!(prepared.jpeg[at + 4], 3, "one scan holds all components");
    assert_eq!(prepare(&bytes, &Target::new(236, 354)).unwrap(), prepared);
}

#[test]
fn every_orientation_is_turned_upright() {
    // The corners of the upright picture, so that each of the eight ways shows.
    let upright = RgbImage::from_fn(80, 120, |x, y| {
        Rgb(match (x < 40, y < 60) {
            (true, true) => [200, 30, 30],
            (false, true) => [30, 180, 30],
            (true, false) => [30, 30, 200],
            (false, false) => [230, 230, 40],
        })
    });
    for orientation in 1..=8u8 {
        let mut held = DynamicImage::from(upright.clone());
        // Undoes what a viewer would do: turning back by the inverse.
        let inverse = match orientation {
            6 => 8,
            8 => 6,
            same => same,
        };
        held.apply_orientation(image::metadata::Orientation::from_exif(inverse).unwrap());
        let held = held.into_rgb8();
        let app1 = [b"Exif\0\0".as_slice(), &exif(orientation)].concat();
        let jpeg = with_app1(&as_jpeg(&held), &app1);
        let mut png = as_png(held);
        let body = png.split_off(33);
        png.extend(chunk(b"eXIf", &exif(orientation)));
        png.extend(body);
        for (kind, bytes) in [("JPEG", jpeg), ("PNG", png)] {
            for (w, h) in [(40, 60), (40, 40), (16, 24)] {
                let prepared = prepare(&bytes, &Target::new(w, h)).unwrap();
                assert_eq!((prepared.width, prepared.height), (w, h));
                let pixels = rgb(&prepared.jpeg);
                let at = |x: u32, y: u32| pixels[(y * w + x) as usize];
                for (x, y, colour) in [
                    (w / 5, h / 5, [200, 30, 30]),
                    (w - w / 5, h / 5, [30, 180, 30]),
                    (w / 5, h - h / 5, [30, 30, 200]),
                    (w - w / 5, h - h / 5, [230, 230, 40]),
                ] {
                    let seen = at(x, y);
                    let off = (0..3).map(|c| seen[c].abs_diff(colour[c])).max().unwrap();
                    assert!(off < 25, "{kind} {orientation} at {x},{y}: {seen:?}");
                }
            }
        }
    }
}

#[test]
fn the_crop_keeps_the_middle_and_more_of_the_top() {
    let target = Target::new(20, 20);
    let tall = RgbImage::from_fn(100, 200, |x, y| {
        Rgb([if x < 50 { 0 } else { 255 }, y as u8, 0])
    });
    // Of 100 surplus rows 40 go at the top.
    let small = prepare(&as_png(tall), &target).unwrap();
    let pixels = rgb(&small.jpeg);
    assert!(pixels[9][0] < 80 && pixels[11][0] > 170);
    assert!(pixels[0][1].abs_diff(42) < 12, "{:?}", pixels[0]);
    assert!(pixels[380][1].abs_diff(137) < 12, "{:?}", pixels[380]);
}

#[test]
fn the_cloth_behind_the_child_is_named() {
    let cloth = |colour| {
        prepare(&as_jpeg(&portrait(240, 360, colour)), &Target::new(80, 120))
            .unwrap()
            .background
    };
    assert_eq!(cloth(RED), Background::Red);
    assert_eq!(cloth([120, 20, 25]), Background::Red);
    assert_eq!(cloth(BLUE), Background::Blue);
    assert_eq!(cloth([60, 150, 220]), Background::Blue);
    assert_eq!(cloth([220, 220, 225]), Background::Other);
    assert_eq!(cloth([40, 150, 60]), Background::Other);
    assert_eq!(cloth([20, 10, 10]), Background::Other);
}

#[test]
fn a_reduced_decode_looks_like_a_whole_one() {
    // Shapes and noise, so that every frequency is there.
    let mut image = portrait(600, 900, RED);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let n = ((x * 31 + y * 17) ^ (x * y / 7)) % 41;
        pixel.apply(|c| c.saturating_add(n as u8).saturating_sub(20));
    }
    let jpeg = as_jpeg(&image);
    let whole = as_png(image);
    for (w, h) in [(180, 270), (120, 180), (60, 90)] {
        let target = Target::new(w, h);
        let off = difference(
            &prepare(&whole, &target).unwrap(),
            &prepare(&jpeg, &target).unwrap(),
        );
        assert!(off < 2.0, "off by {off} at {w}");
    }
}

/// A bright band over a dark one with noise of every strength: blocks without an end, long runs,
/// the largest values.
fn noise(width: u32, height: u32) -> GrayImage {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    GrayImage::from_fn(width, height, |x, y| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let strength = f64::from(x) / f64::from(width);
        let base = if y < height / 3 { 200.0 } else { 90.0 };
        Luma([(base + ((state % 256) as f64 - 128.0) * strength) as u8])
    })
}

#[test]
fn what_is_made_reads_the_same_in_another_decoder() {
    // Sides of whole MCUs, of odd numbers, and of blocks that the picture does not reach.
    for (width, height) in [(64, 96), (61, 91), (40, 50), (17, 33)] {
        let image = noise(width, height);
        for quality in [1, 50, 100] {
            let target = Target {
                quality,
                ..Target::new(width, height)
            };
            let prepared = prepare(&as_png(image.clone()), &target).unwrap();
            let pixels = rgb(&prepared.jpeg);
            let off: u32 = pixels
                .iter()
                .zip(image.as_raw())
                .map(|(seen, grey)| u32::from(seen[0].abs_diff(*grey)))
                .sum();
            let off = f64::from(off) / pixels.len() as f64;
            let most = [60.0, 16.0, 0.6][usize::from(quality / 50)];
            assert!(off < most, "{width} × {height} at {quality}: off by {off}");
        }
    }
}

#[test]
fn fitted_tables_take_fewer_bytes_than_the_standard_ones() {
    let image = DynamicImage::from(noise(240, 352)).into_rgb8();
    let mut standard = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut standard, 90);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    encoder
        .encode(&image, 240, 352, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    let fitted = prepare(&as_png(image), &Target::new(240, 352))
        .unwrap()
        .jpeg;
    let saved = 1.0 - fitted.len() as f64 / standard.len() as f64;
    assert!(saved > 0.03, "{saved}");
}

#[test]
fn noise_is_decoded_as_another_decoder_does() {
    let image = DynamicImage::from(noise(160, 240)).into_rgb8();
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 100)
        .encode(&image, 160, 240, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    let whole = as_png(RgbImage::from_raw(160, 240, rgb(&jpeg).into_flattened()).unwrap());
    for (w, h, most) in [(160, 240, 0.5), (80, 120, 2.0), (40, 60, 2.5)] {
        let target = Target {
            quality: 100,
            ..Target::new(w, h)
        };
        let off = difference(
            &prepare(&whole, &target).unwrap(),
            &prepare(&jpeg, &target).unwrap(),
        );
        assert!(off < most, "off by {off} at {w}");
    }
}

#[test]
fn colour_stays_in_its_place_in_a_turned_picture_of_odd_sides() {
    // Columns and rows of one dot, which half a dot of shift would smear.
    let upright = RgbImage::from_fn(61, 91, |x, y| {
        Rgb(if x < 2 || y < 2 {
            [200, 30, 30]
        } else if x % 20 < 10 {
            [40, 60, 170]
        } else {
            [235, 235, 240]
        })
    });
    let target = Target::new(61, 91);
    let reference = prepare(&as_png(upright.clone()), &target).unwrap();
    for orientation in 2..=8u8 {
        let inverse = match orientation {
            6 => 8,
            8 => 6,
            same => same,
        };
        let mut held = DynamicImage::from(upright.clone());
        held.apply_orientation(image::metadata::Orientation::from_exif(inverse).unwrap());
        let mut png = as_png(held);
        // Behind the signature and the header.
        png.splice(33..33, chunk(b"eXIf", &exif(orientation)));
        let off = difference(&reference, &prepare(&png, &target).unwrap());
        assert!(off < 0.01, "{orientation}: off by {off}");
    }
}

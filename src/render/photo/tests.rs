//! Every kind of file a school may send, and every way in which one can be broken.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Luma, Pixel, Rgb, RgbImage, Rgba, RgbaImage};
use zune_jpeg::JpegDecoder;

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

/// The box that takes the corpus's picture at full size.
const FULL: Target = Target::new(82, 123);

/// Boxes for which a decoder reduces blocks to 8, 4, 2 and 1 samples across.
const BOXES: [Target; 4] = [
    FULL,
    Target::new(24, 36),
    Target::new(12, 18),
    Target::new(6, 9),
];

fn rgb(jpeg: &[u8]) -> Vec<[u8; 3]> {
    let pixels = JpegDecoder::new(Cursor::new(jpeg)).decode().unwrap();
    pixels.as_chunks::<3>().0.to_vec()
}

/// The mean difference of two prepared photos, per channel.
fn difference(a: &Prepared, b: &Prepared) -> f64 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let (a, b) = (rgb(&a.jpeg), rgb(&b.jpeg));
    let total: u64 = a
        .as_flattened()
        .iter()
        .zip(b.as_flattened())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    total as f64 / a.as_flattened().len() as f64
}

/// A head before a cloth, with a mark in the top left corner of the child's picture.
fn portrait(width: u32, height: u32, cloth: [u8; 3]) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (u, v) = (
            f64::from(x) / f64::from(width) - 0.5,
            f64::from(y) / f64::from(height) - 0.45,
        );
        if (u / 0.22).powi(2) + (v / 0.25).powi(2) < 1.0 {
            Rgb(if v < -0.1 {
                [30, 24, 22]
            } else {
                [205, 155, 122]
            })
        } else if v > 0.35 {
            Rgb([235, 235, 240])
        } else {
            Rgb(cloth)
        }
    })
}

const RED: [u8; 3] = [190, 30, 40];
const BLUE: [u8; 3] = [40, 60, 170];

fn as_jpeg(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 92)
        .encode(
            image.as_raw(),
            image.width() as u16,
            image.height() as u16,
            jpeg_encoder::ColorType::Rgb,
        )
        .unwrap();
    bytes
}

fn as_png(image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// An EXIF block that holds nothing but an orientation.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    tiff
}

fn with_app1(jpeg: &[u8], body: &[u8]) -> Vec<u8> {
    let length = (body.len() + 2) as u16;
    [
        &jpeg[..2],
        &[0xff, 0xe1],
        &length.to_be_bytes(),
        body,
        &jpeg[2..],
    ]
    .concat()
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [name, data].concat();
    let mut crc = flate2::Crc::new();
    crc.update(&body);
    [
        &(data.len() as u32).to_be_bytes(),
        body.as_slice(),
        &crc.sum().to_be_bytes(),
    ]
    .concat()
}

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

fn rule_of(bytes: &[u8], target: &Target) -> &'static str {
    prepare(bytes, target).unwrap_err().rule().code
}

#[test]
fn what_is_neither_jpeg_nor_png_is_refused() {
    for bytes in [
        b"".as_slice(),
        b"\xff\xd8",
        b"GIF89a......",
        b"BM",
        b"RIFF....WEBPVP8 ",
    ] {
        assert_eq!(rule_of(bytes, &FULL), "photo-format");
    }
    assert_eq!(rule_of(corpus!("arithmetic.jpg"), &FULL), "photo-format");
    // Twelve bits, and the lossless kind.
    for (offset, from, to) in [(0, 0xc0, 0xc3), (4, 8, 12)] {
        let mut bytes = corpus!("baseline-444.jpg").to_vec();
        let frame = bytes.windows(2).position(|w| w == [0xff, 0xc0]).unwrap() + 1;
        let at = frame + if offset == 0 { 0 } else { 3 };
        assert_eq!(bytes[at], from);
        bytes[at] = to;
        assert_eq!(rule_of(&bytes, &FULL), "photo-format");
    }
}

#[test]
fn a_photo_with_fewer_pixels_than_dots_is_refused() {
    let bytes = as_jpeg(&portrait(200, 400, RED));
    assert_eq!(rule_of(&bytes, &Target::new(236, 354)), "photo-too-small");
    // The crop counts, not the file: 400 rows are enough, but at this ratio 200 columns give 300.
    assert!(prepare(&bytes, &Target::new(200, 300)).is_ok());
    assert_eq!(rule_of(&bytes, &Target::new(202, 303)), "photo-too-small");
}

#[test]
fn a_finer_printer_takes_what_suffices_at_300_dpi_and_enlarges_nothing() {
    let target = Target {
        min_width: 236,
        min_height: 354,
        ..Target::new(472, 708)
    };
    let prepared = prepare(&as_jpeg(&portrait(300, 450, RED)), &target).unwrap();
    assert_eq!((prepared.width, prepared.height), (300, 450));
}

#[test]
fn blank_pictures_are_refused() {
    let target = Target::new(80, 120);
    let noise = |x: u32, y: u32| ((x * 7919 + y * 104_729) % 97 % 13) as u8;
    let cloth = RgbImage::from_fn(240, 360, |x, y| {
        // Lit from one side, with the noise of a sensor.
        let n = noise(x, y);
        Rgb([150 + n + (x / 6) as u8, 20 + n + (x / 12) as u8, 30 + n])
    });
    assert_eq!(rule_of(&as_jpeg(&cloth), &target), "photo-blank");
    let white = RgbImage::from_pixel(240, 360, Rgb([255; 3]));
    assert_eq!(rule_of(&as_png(white), &target), "photo-blank");
    let mut half = portrait(240, 360, RED);
    for y in 200..360 {
        for x in 0..240 {
            half.put_pixel(x, y, Rgb([128; 3]));
        }
    }
    assert_eq!(rule_of(&as_jpeg(&half), &target), "photo-blank");
    let mut pale = portrait(240, 360, [235, 235, 235]);
    for pixel in pale.pixels_mut() {
        pixel.apply(|c| 200 + c / 5);
    }
    assert!(prepare(&as_png(pale), &target).is_ok());
}

#[test]
fn a_huge_picture_is_refused_from_its_header() {
    let mut jpeg = corpus!("baseline-420.jpg").to_vec();
    let frame = jpeg.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]);
    let side = 20_000u32.to_be_bytes();
    let header = [&side[..], &side, &[8, 2, 0, 0, 0]].concat();
    let png = [png::MAGIC.as_slice(), &chunk(b"IHDR", &header)].concat();
    // Cut after the header: nothing behind it may be needed for the verdict.
    for bytes in [&jpeg, &jpeg[..frame + 19].to_vec(), &png] {
        let fault = prepare(bytes, &FULL).unwrap_err();
        let (width, height) = (20_000, 20_000);
        assert_eq!(fault, Fault::Limits { width, height });
    }
    // 5000 × 5000 is within the sides, but a progressive decoder would need 238 MiB for it.
    let mut jpeg = corpus!("progressive-444.jpg").to_vec();
    let frame = jpeg.windows(2).position(|w| w == [0xff, 0xc2]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x13, 0x88, 0x13, 0x88]);
    assert_eq!(rule_of(&jpeg, &FULL), "photo-limits");
}

#[test]
fn no_file_cut_short_passes() {
    let files = [
        corpus!("baseline-420.jpg"),
        corpus!("restart.jpg"),
        corpus!("progressive-420.jpg"),
        corpus!("apart-420.jpg"),
        corpus!("cmyk-adobe.jpg"),
        corpus!("reference.png"),
        corpus!("palette-interlaced.png"),
    ];
    for target in [FULL, Target::new(24, 36)] {
        for file in files {
            for end in (9..file.len()).step_by(5).chain([file.len() - 1]) {
                let code = rule_of(&file[..end], &target);
                assert_eq!(code, "photo-truncated", "{end} of {}", file.len());
            }
        }
    }
}

#[test]
fn scan_data_that_end_early_are_found_behind_an_end_marker() {
    for target in [FULL, Target::new(24, 36)] {
        for file in [
            corpus!("baseline-444.jpg"),
            corpus!("baseline-420.jpg"),
            corpus!("restart.jpg"),
            corpus!("apart-420.jpg"),
            corpus!("grey.jpg"),
            corpus!("progressive-420.jpg"),
            corpus!("progressive-restart.jpg"),
        ] {
            let scan = file.windows(2).position(|w| w == [0xff, 0xda]).unwrap() + 20;
            for end in (scan..file.len() - 6).step_by(5).chain([file.len() - 6]) {
                // Half a stuffed byte would be another marker.
                if file[end - 1] == 0xff {
                    continue;
                }
                let cut = [&file[..end], &[0xff, 0xd9]].concat();
                let code = rule_of(&cut, &target);
                assert_eq!(code, "photo-truncated", "{end} of {}", file.len());
            }
        }
    }
}

#[test]
fn a_byte_too_many_before_a_restart_marker_is_found() {
    for file in [corpus!("restart.jpg"), corpus!("progressive-restart.jpg")] {
        let markers = (0..file.len() - 1)
            .filter(|&at| file[at] == 0xff && matches!(file[at + 1], 0xd0..=0xd7));
        for at in markers {
            for byte in [0x00, 0x55, 0xfe] {
                let longer = [&file[..at], &[byte], &file[at..]].concat();
                assert_eq!(rule_of(&longer, &FULL), "photo-truncated", "{byte} at {at}");
            }
        }
    }
}

#[test]
fn a_restart_interval_cut_short_or_out_of_turn_is_found() {
    let file = corpus!("restart.jpg");
    let scan = file.windows(2).position(|w| w == [0xff, 0xda]).unwrap();
    let restart = scan
        + file[scan..]
            .windows(2)
            .position(|w| w == [0xff, 0xd0])
            .unwrap();
    for target in [FULL, Target::new(24, 36)] {
        let less = [&file[..restart - 2], &file[restart..]].concat();
        assert_eq!(rule_of(&less, &target), "photo-truncated");
        // The next interval's number in this one's place.
        let mut swapped = file.to_vec();
        swapped[restart + 1] = 0xd1;
        assert_eq!(rule_of(&swapped, &target), "photo-truncated");
    }
}

#[test]
fn what_phones_append_behind_the_picture_is_left_out() {
    let jpeg = corpus!("baseline-420.jpg");
    let plain = prepare(jpeg, &FULL).unwrap();
    for trailer in [b"\0\0\0SEFT".as_slice(), jpeg, &[0xff; 40]] {
        assert_eq!(prepare(&[jpeg, trailer].concat(), &FULL).unwrap(), plain);
    }
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

#[test]
fn no_damage_makes_it_panic() {
    let files = [
        corpus!("baseline-420.jpg"),
        corpus!("baseline-411.jpg"),
        corpus!("restart.jpg"),
        corpus!("progressive-restart.jpg"),
        corpus!("apart-two.jpg"),
        corpus!("cmyk-magick.jpg"),
        corpus!("grey.jpg"),
        corpus!("palette-interlaced.png"),
        corpus!("rgb16.png"),
    ];
    // A xorshift generator with a fixed seed: a failure can be made again.
    let mut state = 0x1702_0945_0318_0003u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize % below
    };
    for file in files {
        for round in 0..150 {
            let mut bytes = file.to_vec();
            for _ in 0..=round % 6 {
                let at = 2 + random(bytes.len() - 2);
                match random(3) {
                    0 => bytes[at] = random(256) as u8,
                    1 => bytes[at] ^= 1 << random(8),
                    _ => {
                        bytes.remove(at);
                    }
                }
            }
            let target = if round % 2 == 0 {
                FULL
            } else {
                Target::new(12, 18)
            };
            if let Err(fault) = prepare(&bytes, &target) {
                assert!(fault.rule().code.starts_with("photo-"));
            }
        }
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

//! Every way in which a file can be broken, too large or nothing to see.

use super::*;

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
fn a_wrong_sum_of_a_png_chunk_counts_only_where_the_picture_needs_the_chunk() {
    let png = as_png(portrait(240, 360, RED));
    let target = Target::new(80, 120);
    let whole = prepare(&png, &target).unwrap();
    // The signature and the header.
    let (head, rest) = png.split_at(33);
    for name in [b"tEXt", b"eXIf", b"tIME"] {
        let mut bad = chunk(name, &exif(6)[6..]);
        *bad.last_mut().unwrap() ^= 1;
        let with = [head, &bad, rest].concat();
        assert!(prepare(&with, &target).unwrap().jpeg == whole.jpeg);
    }
    let mut needed = png.clone();
    let data = png.windows(4).position(|name| name == b"IDAT").unwrap();
    needed[data + 4] ^= 1;
    assert_eq!(rule_of(&needed, &target), "photo-truncated");
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

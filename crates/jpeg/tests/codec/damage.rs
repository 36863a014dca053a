//! Files that must be refused, and damage that must not panic.

use jpeg_encoder::SamplingFactor::{F_1_1, F_2_1, F_2_2};
use kia_jpeg::{Error, Header, Limits, Scale, Ycbcr420};

use super::pictures::{Coding, Kind, corpus, decode, file, marker, random};

/// One small file of each kind.
fn files() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for coding in [Coding::Baseline, Coding::SeparateScans, Coding::Progressive] {
        for (sampling, restart) in [
            (Some(F_1_1), 0),
            (Some(F_2_1), 2),
            (Some(F_2_2), 0),
            (None, 0),
        ] {
            let jpeg = file(&Kind {
                size: (41, 35),
                coding,
                sampling,
                // The encoder miscounts them in separate scans.
                restart: if coding == Coding::SeparateScans {
                    0
                } else {
                    restart
                },
                quality: 80,
            });
            assert!(decode(&jpeg, Scale::FULL).is_ok(), "{coding:?}");
            files.push(jpeg);
        }
    }
    files
}

fn assert_damaged(jpeg: &[u8], what: &str) {
    for scale in [Scale::FULL, Scale::ALL[0]] {
        let result = decode(jpeg, scale);
        assert!(
            matches!(result, Err(Error::Damaged(_))),
            "{what}: {result:?}"
        );
    }
}

#[test]
fn a_file_cut_at_any_byte_is_refused() {
    for jpeg in files() {
        for end in (3..jpeg.len()).step_by(3).chain([jpeg.len() - 1]) {
            assert_damaged(&jpeg[..end], &format!("{end} of {}", jpeg.len()));
        }
    }
}

#[test]
fn a_cut_scan_with_an_end_marker_is_refused() {
    for jpeg in files() {
        let start = marker(&jpeg, 0xda) + 20;
        for end in start..jpeg.len() - 4 {
            // Half a stuffed byte would form another marker.
            if jpeg[end - 1] != 0xff {
                let cut = [&jpeg[..end], &[0xff, 0xd9]].concat();
                assert_damaged(&cut, &format!("{end} of {}", jpeg.len()));
            }
        }
    }
}

#[test]
fn broken_restart_intervals_are_refused() {
    for coding in [Coding::Baseline, Coding::Progressive] {
        let jpeg = file(&Kind {
            size: (64, 64),
            coding,
            sampling: Some(F_2_2),
            restart: 2,
            quality: 80,
        });
        let at = marker(&jpeg, 0xd0);
        let mut swapped = jpeg.clone();
        swapped[at + 1] = 0xd1;
        assert_damaged(&swapped, "another number");
        assert_damaged(&[&jpeg[..at], &jpeg[at + 2..]].concat(), "no marker");
        assert_damaged(&[&jpeg[..at - 2], &jpeg[at..]].concat(), "two bytes less");
        assert_damaged(&[&jpeg[..at], &[0x55], &jpeg[at..]].concat(), "a byte more");
    }
}

#[test]
fn a_progressive_file_without_its_last_scan_is_refused() {
    let jpeg = file(&Kind {
        size: (41, 35),
        coding: Coding::Progressive,
        sampling: Some(F_1_1),
        restart: 0,
        quality: 80,
    });
    let scans: Vec<usize> = (0..jpeg.len() - 1)
        .filter(|at| jpeg[*at..].starts_with(&[0xff, 0xda]))
        .collect();
    assert!(scans.len() > 3);
    for scan in &scans[1..] {
        assert_damaged(&[&jpeg[..*scan], &[0xff, 0xd9]].concat(), "fewer scans");
    }
}

/// Where each marker segment before the first scan begins and ends.
fn segments(jpeg: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 2;
    while jpeg[at + 1] != 0xda {
        let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        found.push((at, at + 2 + length));
        at += 2 + length;
    }
    found
}

#[test]
fn a_webcams_file_without_huffman_tables_is_read_with_the_standard_ones() {
    let kind = Kind {
        size: (41, 35),
        coding: Coding::Baseline,
        sampling: Some(F_2_2),
        restart: 0,
        quality: 80,
    };
    let jpeg = file(&kind);
    let mut bare = jpeg.clone();
    for (from, to) in segments(&jpeg).into_iter().rev() {
        if jpeg[from + 1] == 0xc4 {
            bare.drain(from..to);
        }
    }
    assert!(bare.len() < jpeg.len() - 400);
    assert!(decode(&bare, Scale::FULL) == decode(&jpeg, Scale::FULL));
}

#[test]
fn stray_bytes_between_segments_are_passed_over() {
    for jpeg in files() {
        let whole = decode(&jpeg, Scale::FULL);
        for (from, _) in segments(&jpeg).into_iter().skip(1) {
            for stray in [&[0; 3][..], b"\x12", b"\x00\xff\x00\x07"] {
                let with = [&jpeg[..from], stray, &jpeg[from..]].concat();
                assert!(decode(&with, Scale::FULL) == whole, "{from}");
            }
        }
    }
}

#[test]
fn a_file_of_hundreds_of_scans_is_refused_before_they_are_decoded() {
    let jpeg = file(&Kind {
        size: (41, 35),
        coding: Coding::Progressive,
        sampling: Some(F_1_1),
        restart: 0,
        quality: 80,
    });
    let last = (0..jpeg.len() - 1)
        .rfind(|at| jpeg[*at..].starts_with(&[0xff, 0xda]))
        .unwrap();
    let end = jpeg.len() - 2;
    let many = [&jpeg[..end], &jpeg[last..end].repeat(100), &jpeg[end..]].concat();
    assert!(matches!(
        Header::parse(&many, &Limits::default()),
        Err(Error::Format(_))
    ));
}

#[test]
fn what_is_not_supported_is_refused_as_such() {
    let format = |bytes: &[u8]| matches!(decode(bytes, Scale::FULL), Err(Error::Format(_)));
    assert!(format(b""));
    assert!(format(b"\x89PNG\r\n\x1a\n"));
    assert!(format(&corpus("arithmetic.jpg")));
    let jpeg = &files()[0];
    let frame = marker(jpeg, 0xc0);
    for (offset, value) in [(1, 0xc3), (1, 0xc5), (1, 0xca), (4, 12), (9, 2)] {
        let mut other = jpeg.clone();
        other[frame + offset] = value;
        assert!(format(&other), "{value:#x}");
    }
}

#[test]
fn a_picture_over_the_limits_is_refused_by_its_header() {
    let jpeg = &files()[0];
    let parse = |max_side, max_decode_bytes| {
        let limits = Limits {
            max_side,
            max_decode_bytes,
        };
        Header::parse(jpeg, &limits).map(|header| (header.width(), header.height()))
    };
    let over = Err(Error::Limits {
        width: 41,
        height: 35,
    });
    assert_eq!(parse(41, 41 * 35 * 3), Ok((41, 35)));
    assert_eq!(parse(40, 41 * 35 * 3), over);
    assert_eq!(parse(41, 41 * 35 * 3 - 1), over);
}

#[test]
fn bytes_after_the_picture_are_ignored() {
    for jpeg in files() {
        let longer = [jpeg.as_slice(), b"\0\0\0SEFT", &jpeg].concat();
        assert_eq!(decode(&longer, Scale::FULL), decode(&jpeg, Scale::FULL));
    }
}

#[test]
fn random_damage_never_panics() {
    let mut state = 0x1702_0945_0318_0003u64;
    for jpeg in files() {
        for round in 0..400 {
            let mut bytes = jpeg.clone();
            for _ in 0..=round % 6 {
                let at = 2 + random(&mut state) % (bytes.len() - 2);
                match random(&mut state) % 3 {
                    0 => bytes[at] = random(&mut state) as u8,
                    1 => bytes[at] ^= 1 << (random(&mut state) % 8),
                    _ => {
                        bytes.remove(at);
                    }
                }
            }
            let scale = Scale::ALL[round % Scale::ALL.len()];
            if let Ok(picture) = decode(&bytes, scale) {
                for plane in picture.planes {
                    let samples = plane.width as usize * plane.height as usize;
                    assert_eq!(plane.samples.len(), samples);
                }
            }
        }
    }
}

#[test]
fn planes_of_wrong_lengths_cannot_be_encoded() {
    let planes = |width, height, luma: usize, cb: usize, cr: usize| {
        let samples = vec![0; 70_000];
        Ycbcr420::new(
            width,
            height,
            &samples[..luma],
            &samples[..cb],
            &samples[..cr],
        )
        .is_some()
    };
    assert!(planes(3, 5, 15, 6, 6));
    assert!(!planes(3, 5, 14, 6, 6));
    assert!(!planes(3, 5, 15, 5, 6));
    assert!(!planes(3, 5, 15, 6, 7));
    assert!(!planes(0, 5, 0, 0, 0));
    assert!(!planes(65_536, 1, 65_536, 32_768, 32_768));
    assert!(planes(65_535, 1, 65_535, 32_768, 32_768));
}

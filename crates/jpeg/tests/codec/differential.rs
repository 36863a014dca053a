//! Every kind of file, decoded as zune-jpeg and jpeg-decoder decode it.

use std::io::Cursor;

use jpeg_encoder::SamplingFactor::{F_1_1, F_1_2, F_2_1, F_2_2, F_4_1};
use kia_jpeg::{ColorModel, Header, Limits, Scale, Ycbcr420, encode};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::pictures::{Coding, Kind, corpus, decode, file, ycbcr};

/// YCbCr or grey samples, color at full resolution.
fn by_zune(jpeg: &[u8], components: usize) -> Result<Vec<u8>, String> {
    let space = match components {
        1 => ColorSpace::Luma,
        _ => ColorSpace::YCbCr,
    };
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(space);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(jpeg), options);
    decoder.decode().map_err(|error| error.to_string())
}

/// YCbCr or grey samples, color at full resolution.
fn by_jpeg_decoder(jpeg: &[u8], components: usize) -> Result<Vec<u8>, String> {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    if components == 3 {
        decoder.set_color_transform(jpeg_decoder::ColorTransform::RGB);
    }
    decoder.decode().map_err(|error| error.to_string())
}

/// The mean of the samples of `component` that lie under sample `(x, y)` of a plane subsampled by
/// `(h, v)`, in interleaved samples of another decoder.
fn mean_under(
    other: &[u8],
    (width, height): (usize, usize),
    components: usize,
    component: usize,
    (x, y): (usize, usize),
    (h, v): (usize, usize),
) -> f64 {
    let rows = y * v..((y + 1) * v).min(height);
    let (mut sum, mut count) = (0u32, 0u32);
    for row in rows {
        for column in x * h..((x + 1) * h).min(width) {
            sum += u32::from(other[(row * width + column) * components + component]);
            count += 1;
        }
    }
    f64::from(sum) / f64::from(count)
}

/// Where our decode of a file differs from that of another decoder.
fn differences(jpeg: &[u8], other: &Result<Vec<u8>, String>, name: &str) -> Vec<String> {
    let other = match other {
        Ok(other) => other,
        Err(error) => return vec![format!("{name}: refused, {error}")],
    };
    let header = Header::parse(jpeg, &Limits::default()).unwrap();
    let size = (header.width() as usize, header.height() as usize);
    let (h_max, v_max) = header.max_sampling();
    let picture = match header.decode(|_| Scale::FULL) {
        Ok(picture) => picture,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let components = picture.planes.len();
    assert_eq!(other.len(), size.0 * size.1 * components, "{name}");
    let mut found = Vec::new();
    for (index, (plane, component)) in picture.planes.iter().zip(header.components()).enumerate() {
        let step = (
            usize::from(h_max / component.h),
            usize::from(v_max / component.v),
        );
        let (mut most, mut total, mut count) = (0.0f64, 0.0, 0.0);
        for y in 0..size.1.div_ceil(step.1) {
            for x in 0..size.0.div_ceil(step.0) {
                let ours = f64::from(plane.samples[y * plane.width as usize + x]);
                let theirs = mean_under(other, size, components, index, (x, y), step);
                most = most.max((ours - theirs).abs());
                total += (ours - theirs).abs();
                count += 1.0;
            }
        }
        let mean = total / count;
        // Upsampling by the other decoder smooths a subsampled plane, most of all at its edges.
        let same = match step {
            (1, 1) => most <= 3.0 && mean <= 0.6,
            _ => mean <= 2.0,
        };
        if !same {
            found.push(format!(
                "{name}, component {index}: {most} at most, {mean} on average"
            ));
        }
    }
    found
}

#[test]
fn generated_files_decode_as_in_two_other_decoders() {
    let sizes = [(1, 1), (7, 9), (16, 16), (17, 33), (64, 48), (61, 91)];
    let codings = [Coding::Baseline, Coding::SeparateScans, Coding::Progressive];
    let samplings = [F_1_1, F_2_1, F_1_2, F_2_2, F_4_1];
    let (mut found, mut compared) = (Vec::new(), (0, 0));
    for size in sizes {
        for coding in codings {
            for sampling in samplings.map(Some).into_iter().chain([None]) {
                for (restart, quality) in [(0, 30), (0, 95), (1, 80), (3, 95)] {
                    let kind = Kind {
                        size,
                        coding,
                        sampling,
                        restart,
                        quality,
                    };
                    if !encoder_writes(&kind) {
                        continue;
                    }
                    let jpeg = file(&kind);
                    let components = if sampling.is_some() { 3 } else { 1 };
                    let name = format!("{kind:?}");
                    let other = by_jpeg_decoder(&jpeg, components);
                    found.extend(differences(&jpeg, &other, &format!("jpeg-decoder, {name}")));
                    compared.0 += 1;
                    if zune_reads(&kind) {
                        let other = by_zune(&jpeg, components);
                        found.extend(differences(&jpeg, &other, &format!("zune-jpeg, {name}")));
                        compared.1 += 1;
                    }
                }
            }
        }
    }
    assert!(found.is_empty(), "{} differ: {found:#?}", found.len());
    assert_eq!(compared, (360, 276));
}

/// Whether the encoder writes files of this kind correctly: in separate scans jpeg-encoder 0.7
/// miscounts the restart intervals. `apart-two.jpg` of the corpus has such scans.
fn encoder_writes(kind: &Kind) -> bool {
    kind.coding != Coding::SeparateScans || kind.restart == 0
}

/// Whether zune-jpeg 0.5 reads files of this kind correctly: it returns garbage for subsampled
/// sequential files with one scan per component, and for the last rows of some 4:1:1 files.
fn zune_reads(kind: &Kind) -> bool {
    match kind.coding {
        Coding::Baseline => kind.sampling != Some(F_4_1),
        Coding::SeparateScans => kind.sampling.is_none(),
        Coding::Progressive => true,
    }
}

#[test]
fn files_of_libjpeg_decode_as_in_two_other_decoders() {
    for name in [
        "baseline-444.jpg",
        "baseline-422.jpg",
        "baseline-420.jpg",
        "baseline-440.jpg",
        "restart.jpg",
        "progressive-444.jpg",
        "progressive-420.jpg",
        "progressive-restart.jpg",
        "grey.jpg",
        "grey-progressive.jpg",
        "apart-420.jpg",
        "apart-two.jpg",
    ] {
        let jpeg = corpus(name);
        let components = if name.starts_with("grey") { 1 } else { 3 };
        let found = differences(&jpeg, &by_jpeg_decoder(&jpeg, components), name);
        assert!(found.is_empty(), "{found:#?}");
        if !name.starts_with("apart") {
            let found = differences(&jpeg, &by_zune(&jpeg, components), name);
            assert!(found.is_empty(), "{found:#?}");
        }
    }
}

#[test]
fn our_files_decode_the_same_in_two_other_decoders() {
    for (width, height) in [(1u16, 1u16), (16, 16), (17, 33), (40, 50), (61, 91)] {
        let samples = ycbcr(width, height);
        let luma: Vec<u8> = samples.iter().copied().step_by(3).collect();
        let half = usize::from(width.div_ceil(2)) * usize::from(height.div_ceil(2));
        let (cb, cr) = (vec![100; half], vec![150; half]);
        let planes = Ycbcr420::new(width.into(), height.into(), &luma, &cb, &cr).unwrap();
        for quality in [1, 50, 100] {
            let jpeg = encode(&planes, quality);
            let name = format!("{width} × {height} at {quality}");
            let found = differences(&jpeg, &by_jpeg_decoder(&jpeg, 3), &name);
            assert!(found.is_empty(), "{found:#?}");
            let decoded = by_zune(&jpeg, 3);
            let found = differences(&jpeg, &decoded, &name);
            assert!(found.is_empty(), "{found:#?}");
            let off: u32 = decoded
                .unwrap()
                .chunks_exact(3)
                .zip(&luma)
                .map(|(seen, luma)| u32::from(seen[0].abs_diff(*luma)))
                .sum();
            let most = [60.0, 16.0, 0.6][usize::from(quality / 50)];
            assert!(f64::from(off) / luma.len() as f64 <= most, "{name}: {off}");
        }
    }
}

#[test]
fn a_scaled_decode_is_the_full_one_scaled_down() {
    for coding in [Coding::Baseline, Coding::Progressive] {
        let jpeg = file(&Kind {
            size: (160, 120),
            coding,
            sampling: Some(F_2_2),
            restart: 0,
            quality: 95,
        });
        let full = decode(&jpeg, Scale::FULL).unwrap();
        for scale in Scale::ALL {
            let scaled = decode(&jpeg, scale).unwrap();
            assert_eq!(scaled.color_model, ColorModel::YCbCr);
            for (plane, full) in scaled.planes.iter().zip(&full.planes) {
                assert_eq!(plane.width * 8, full.width * scale.block_size() as u32);
                assert_eq!(plane.height * 8, full.height * scale.block_size() as u32);
                assert_eq!(plane.extent().0, full.extent().0 * scale.factor());
                let mean = |samples: &[u8]| {
                    samples.iter().map(|s| f64::from(*s)).sum::<f64>() / samples.len() as f64
                };
                let off = mean(&plane.samples) - mean(&full.samples);
                assert!(off.abs() < 0.3, "{coding:?} at {scale:?}: off by {off}");
            }
        }
        // At an eighth each sample is the mean of its block.
        let eighth = &decode(&jpeg, Scale::ALL[0]).unwrap().planes[0];
        for (index, sample) in eighth.samples.iter().enumerate() {
            let (x, y) = (index % eighth.width as usize, index / eighth.width as usize);
            let width = full.planes[0].width as usize;
            let height = full.planes[0].height as usize;
            let size = (width, height);
            let mean = mean_under(&full.planes[0].samples, size, 1, 0, (x, y), (8, 8));
            assert!((f64::from(*sample) - mean).abs() <= 1.0, "{x}, {y}");
        }
    }
}

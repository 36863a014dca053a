//! Prints the README's figures: `cargo bench -p kia-jpeg`.

use std::fmt::Write;
use std::hint::black_box;
use std::io::Cursor;
use std::time::{Duration, Instant};

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use kia_jpeg::{Header, Limits, Scale, Ycbcr420, encode};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Decodes per figure; the fastest counts, because other work only ever adds time.
const ROUNDS: usize = 15;

const SIDES: (u16, u16) = (2400, 1800);

/// A picture with shading, edges and the noise of a sensor.
fn photo(width: u16, height: u16) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut rgb = Vec::new();
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let noise = (state % 13) as u32;
            let edge = if (x / 97 + y / 61) % 5 == 0 { 60 } else { 0 };
            rgb.push((40 + noise + edge + x / 24) as u8);
            rgb.push((50 + noise + edge + y / 24) as u8);
            rgb.push((70 + noise + edge) as u8);
        }
    }
    rgb
}

fn file(sides: (u16, u16), progressive: bool) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 88);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_progressive(progressive);
    encoder
        .encode(&photo(sides.0, sides.1), sides.0, sides.1, ColorType::Rgb)
        .expect("a picture of a legal size");
    jpeg
}

fn fastest(mut work: impl FnMut()) -> Duration {
    let round = || {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    std::iter::repeat_with(round)
        .take(ROUNDS)
        .min()
        .unwrap_or_default()
}

fn by_kia(jpeg: &[u8], scale: Scale) -> bool {
    Header::parse(jpeg, &Limits::default())
        .and_then(|header| header.decode(|_| scale))
        .map(black_box)
        .is_ok()
}

/// Without color conversion, but with upsampling, which it cannot leave out.
fn by_zune(jpeg: &[u8]) -> bool {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(zune_jpeg::zune_core::colorspace::ColorSpace::YCbCr);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(jpeg), options);
    decoder.decode().map(black_box).is_ok()
}

/// Without color conversion; `eighths` of the size: 8, 4, 2 or 1.
fn by_jpeg_decoder(jpeg: &[u8], eighths: u16) -> bool {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    decoder.set_color_transform(jpeg_decoder::ColorTransform::RGB);
    let scaled = |side: u16| side * eighths / 8;
    eighths < 8 && decoder.scale(scaled(SIDES.0), scaled(SIDES.1)).is_err()
        || decoder.decode().map(black_box).is_ok()
}

fn milliseconds(work: impl FnMut()) -> String {
    format!("{:.1}", fastest(work).as_secs_f64() * 1e3)
}

fn main() {
    let mut table =
        String::from("| decode, ms | kia-jpeg | zune-jpeg | jpeg-decoder |\n|---|--:|--:|--:|\n");
    for (name, progressive) in [("baseline", false), ("progressive", true)] {
        let jpeg = file(SIDES, progressive);
        for (size, eighths) in [("full", 8), ("half", 4), ("quarter", 2)] {
            let scale = Scale::ALL
                .into_iter()
                .find(|scale| scale.block_size() == eighths)
                .unwrap_or(Scale::FULL);
            let ours = milliseconds(|| assert!(by_kia(&jpeg, scale)));
            let zune = match eighths {
                8 => milliseconds(|| assert!(by_zune(&jpeg))),
                _ => "–".to_owned(),
            };
            let other = milliseconds(|| assert!(by_jpeg_decoder(&jpeg, eighths as u16)));
            let _ = writeln!(table, "| {name}, {size} | {ours} | {zune} | {other} |");
        }
    }

    let mut accepted = [0; 3];
    let mut cut_files = 0;
    for progressive in [false, true] {
        let jpeg = file((160, 120), progressive);
        let scan = jpeg
            .windows(2)
            .position(|pair| pair == [0xff, 0xda])
            .unwrap_or_default();
        // Cut in the picture data, then ended properly, as a repaired or re-sent upload is.
        for end in (scan + 20..jpeg.len() - 20).step_by(29) {
            let cut = [&jpeg[..end], &[0xff, 0xd9]].concat();
            cut_files += 1;
            accepted[0] += u32::from(by_kia(&cut, Scale::FULL));
            accepted[1] += u32::from(by_zune(&cut));
            accepted[2] += u32::from(by_jpeg_decoder(&cut, 8));
        }
    }
    let [ours, zune, other] = accepted;
    let _ = writeln!(
        table,
        "| accepted of {cut_files} cut files | {ours} | {zune} | {other} |"
    );

    let (width, height) = (236u16, 354u16);
    let rgb = photo(width, height);
    let luma: Vec<u8> = rgb.iter().copied().step_by(3).collect();
    let half = usize::from(width.div_ceil(2)) * usize::from(height.div_ceil(2));
    let chroma = vec![120; half];
    let planes = Ycbcr420::new(width.into(), height.into(), &luma, &chroma, &chroma)
        .expect("planes of the right lengths");
    let bytes = encode(&planes, 90).len();
    let time = milliseconds(|| drop(black_box(encode(&planes, 90))));
    println!("{table}\nencode, {width} × {height} at quality 90: {time} ms, {bytes} bytes");
}

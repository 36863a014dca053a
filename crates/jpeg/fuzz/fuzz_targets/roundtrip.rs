//! What the encoder writes, the decoder reads: any samples, size and quality.
#![no_main]

use kia_jpeg::{Header, Limits, Scale, Ycbcr420, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, u8, &[u8])| {
    let (width, height, quality, bytes) = input;
    let (width, height) = (usize::from(width) + 1, usize::from(height) + 1);
    let half = width.div_ceil(2) * height.div_ceil(2);
    let mut samples = bytes.iter().copied().chain(std::iter::repeat(128));
    let mut plane = |length: usize| samples.by_ref().take(length).collect::<Vec<u8>>();
    let (luma, cb, cr) = (plane(width * height), plane(half), plane(half));
    let picture = Ycbcr420::new(width as u32, height as u32, &luma, &cb, &cr).unwrap();
    let jpeg = encode(&picture, quality);
    let header = Header::parse(&jpeg, &Limits::default()).unwrap();
    assert_eq!((header.width() as usize, header.height() as usize), (width, height));
    header.decode(|_| Scale::FULL).unwrap();
});

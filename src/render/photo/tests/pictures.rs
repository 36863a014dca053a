//! Pictures and files to try.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use zune_jpeg::JpegDecoder;

use super::super::*;

pub fn rgb(jpeg: &[u8]) -> Vec<[u8; 3]> {
    let pixels = JpegDecoder::new(Cursor::new(jpeg)).decode().unwrap();
    pixels.as_chunks::<3>().0.to_vec()
}

/// The mean difference of two prepared photos, per channel.
pub fn difference(a: &Prepared, b: &Prepared) -> f64 {
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
pub fn portrait(width: u32, height: u32, cloth: [u8; 3]) -> RgbImage {
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

pub const RED: [u8; 3] = [190, 30, 40];
pub const BLUE: [u8; 3] = [40, 60, 170];

pub fn as_jpeg(image: &RgbImage) -> Vec<u8> {
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

pub fn as_png(image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// An EXIF block that holds nothing but an orientation.
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    tiff
}

pub fn with_app1(jpeg: &[u8], body: &[u8]) -> Vec<u8> {
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

pub fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
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

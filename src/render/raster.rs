//! Pictures of finished pages, made from the very PDF that would be printed.

use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

/// A file that cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum RasterError {
    /// Not a PDF.
    #[error("the PDF cannot be read: {0}")]
    Pdf(String),
    /// It has fewer pages.
    #[error("the PDF has no page {0}")]
    NoPage(usize),
    /// The picture could not be encoded.
    #[error("the picture cannot be encoded")]
    Encode(#[from] image::ImageError),
}

/// Rasterises one page on white. Pages count from 0; `dpi` is dots per inch.
pub fn page(pdf: Arc<Vec<u8>>, index: usize, dpi: u32) -> Result<image::RgbImage, RasterError> {
    let pdf = Pdf::new(pdf).map_err(|error| RasterError::Pdf(format!("{error:?}")))?;
    let page = pdf.pages().get(index).ok_or(RasterError::NoPage(index))?;
    let scale = dpi as f32 / 72.0;
    let settings = PixmapSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: WHITE,
    };
    let pixmap = render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings {
            hinting: false,
            ..RenderSettings::default()
        },
        &settings,
    );
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    let rgb = pixmap
        .data_as_u8_slice()
        .chunks_exact(4)
        .flat_map(|rgba| [rgba[0], rgba[1], rgba[2]]);
    image::RgbImage::from_raw(width, height, rgb.collect()).ok_or(RasterError::NoPage(index))
}

/// A picture as PNG.
pub fn png(picture: &image::RgbImage) -> Result<Vec<u8>, RasterError> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// Pictures one below the other with `gap` white pixels between, for a preview of both sides.
pub fn stacked(pictures: &[image::RgbImage], gap: u32) -> image::RgbImage {
    let width = pictures
        .iter()
        .map(image::RgbImage::width)
        .max()
        .unwrap_or(1);
    let gaps = gap * pictures.len().saturating_sub(1) as u32;
    let height = pictures.iter().map(image::RgbImage::height).sum::<u32>() + gaps;
    let mut all = image::RgbImage::from_pixel(width, height.max(1), image::Rgb([255; 3]));
    let mut y = 0;
    for picture in pictures {
        image::imageops::replace(&mut all, picture, 0, y.into());
        y += picture.height() + gap;
    }
    all
}

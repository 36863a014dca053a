//! Pictures of finished pages, made from the very PDF that would be printed.

use std::sync::Arc;

use hayro::hayro_interpret::{InterpreterSettings, TransformExt};
pub use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page as PdfPage;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};
use image::RgbImage;
use kurbo::{Affine, Rect};

use super::card_pt;

/// A file that cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum RasterError {
    #[error("the PDF cannot be read: {0}")]
    Pdf(String),
    /// It has fewer pages.
    #[error("the PDF has no page {0}")]
    NoPage(usize),
    /// The picture could not be encoded.
    #[error("the picture cannot be encoded")]
    Encode(#[from] image::ImageError),
}

/// Where a side of a card lies in a file.
pub struct Place {
    /// What names the card.
    pub mark: String,
    /// 0 is the front.
    pub side: usize,
    /// The page, from 0.
    pub page: usize,
    /// From the card's own pt, counted from its bottom-left corner, to dots.
    pub at: Affine,
}

/// Opens a PDF.
///
/// # Errors
/// When it is none.
pub fn open(pdf: Arc<Vec<u8>>) -> Result<Pdf, RasterError> {
    Pdf::new(pdf).map_err(|error| RasterError::Pdf(format!("{error:?}")))
}

/// How pages are read: fonts that are not embedded stay away, as they would on a printer.
pub(super) fn settings() -> InterpreterSettings {
    InterpreterSettings::default()
}

/// A page as it is rasterised.
pub struct Page<'a> {
    pub page: &'a PdfPage<'a>,
    /// From its pt to dots, counted from the top-left corner.
    pub to_dots: Affine,
    /// Width and height in dots, not whole.
    pub size: [f64; 2],
}

impl<'a> Page<'a> {
    /// The page at `index`, from 0, at `dpi` dots per inch.
    ///
    /// # Errors
    /// When the file has fewer.
    pub fn of(pdf: &'a Pdf, index: usize, dpi: u32) -> Result<Self, RasterError> {
        let page = pdf.pages().get(index).ok_or(RasterError::NoPage(index))?;
        let scale = f64::from(dpi) / 72.0;
        let (width, height) = page.render_dimensions();
        Ok(Self {
            page,
            to_dots: Affine::scale(scale) * page.initial_transform(true).to_kurbo(),
            size: [width, height].map(|side| f64::from(side) * scale),
        })
    }

    /// The whole page on white.
    pub fn picture(&self, cache: &RenderCache<'a>) -> RgbImage {
        let [width, height] = self.size.map(|side| side.floor());
        self.region(cache, Rect::new(0.0, 0.0, width, height))
    }

    /// A part of it on white, in dots; what lies beyond the page is white too.
    pub fn region(&self, cache: &RenderCache<'a>, area: Rect) -> RgbImage {
        let side = |length: f64| length.round().clamp(1.0, 16_384.0) as u16;
        let mut context = RenderContext::new(side(area.width()), side(area.height()));
        render_into(
            self.page,
            cache,
            &settings(),
            &RenderSettings {
                hinting: false,
                ..RenderSettings::default()
            },
            &mut context,
            Affine::translate((-area.x0, -area.y0)) * self.to_dots,
        );
        context.flush();
        let mut pixmap = Pixmap::new(context.width(), context.height());
        let settings = RasterizerSettings {
            target_init: TargetInit::Clear(WHITE),
            ..RasterizerSettings::default()
        };
        context.render_with(&mut pixmap, &mut Resources::default(), settings);
        let rgba = pixmap.data_as_u8_slice().chunks_exact(4);
        let mut picture = RgbImage::new(pixmap.width().into(), pixmap.height().into());
        for (rgb, rgba) in picture.pixels_mut().zip(rgba) {
            rgb.0 = [rgba[0], rgba[1], rgba[2]];
        }
        picture
    }
}

/// A side of a card, cut out of its page and turned as it is read.
///
/// # Errors
/// When the file has no such page.
pub fn card(pdf: &Pdf, place: &Place, dpi: u32) -> Result<RgbImage, RasterError> {
    let page = Page::of(pdf, place.page, dpi)?;
    let [width, height] = card_pt();
    let area = place
        .at
        .transform_rect_bbox(Rect::new(0.0, 0.0, width, height));
    // From the nearest whole dot on: a card on a page of its own is the page.
    let (x, y) = (area.x0.round(), area.y0.round());
    let area = Rect::new(x, y, x + area.width().floor(), y + area.height().floor());
    let picture = page.region(&RenderCache::new(), area);
    let [right, down, ..] = place.at.as_coeffs();
    // Which way the card's own right goes on the page says how it was turned.
    Ok(if right.abs() >= down.abs() {
        match right > 0.0 {
            true => picture,
            false => image::imageops::rotate180(&picture),
        }
    } else if down > 0.0 {
        image::imageops::rotate270(&picture)
    } else {
        image::imageops::rotate90(&picture)
    })
}

/// What is printed on white as it looks on the scan of a blank, which may be of any resolution.
pub fn on_blank(printed: &RgbImage, blank: &RgbImage) -> RgbImage {
    let (width, height) = printed.dimensions();
    let filter = image::imageops::FilterType::Triangle;
    let mut card = image::imageops::resize(blank, width, height, filter);
    for (below, above) in card.pixels_mut().zip(printed.pixels()) {
        for (below, above) in below.0.iter_mut().zip(above.0) {
            *below = (u16::from(*below) * u16::from(above) / 255) as u8;
        }
    }
    card
}

/// A picture as PNG.
pub fn png(picture: &RgbImage) -> Result<Vec<u8>, RasterError> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// Pictures one below the other with `gap` white pixels between, for a preview of both sides.
pub fn stacked(pictures: &[RgbImage], gap: u32) -> RgbImage {
    let width = pictures.iter().map(RgbImage::width).max().unwrap_or(1);
    let gaps = gap * pictures.len().saturating_sub(1) as u32;
    let height = pictures.iter().map(RgbImage::height).sum::<u32>() + gaps;
    let mut all = RgbImage::from_pixel(width, height.max(1), image::Rgb([255; 3]));
    let mut y = 0;
    for picture in pictures {
        image::imageops::replace(&mut all, picture, 0, y.into());
        y += picture.height() + gap;
    }
    all
}

//! What a page paints, as an interpreter reads it: texts, pictures, and what covers what.

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    self, BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageData,
    ImageDrawProps, InterpreterCache, LumaData, SoftMask, interpret,
};
use hayro::hayro_syntax::content::TypedIter;
use hayro::hayro_syntax::object::{Array, Dict, Name, Number};
use kurbo::{Affine, BezPath, Rect, Shape};

use crate::render::card_pt;
use crate::render::compose::FIXED;
use crate::render::raster::{self, Page};

/// One side of a card, as it is painted. Places are dots from the top-left corner of the page.
pub(super) struct Seen {
    /// The card it is marked with.
    pub mark: String,
    /// 0 is the front.
    pub side: usize,
    /// From the card's own pt to dots.
    pub at: Affine,
    /// What is written, in the order of writing.
    pub texts: Vec<Text>,
    /// Masks and photos, in the order of painting. Pictures that every card shares are not here.
    pub pictures: Vec<Painted>,
    /// Everything that was painted, in order.
    paints: Vec<Paint>,
}

struct Paint {
    area: Rect,
    /// Whether it is white all over it.
    white: bool,
}

impl Seen {
    /// Where the card lies.
    pub(super) fn card(&self) -> Rect {
        let [width, height] = card_pt();
        let card = Rect::new(0.0, 0.0, width, height);
        self.at.transform_rect_bbox(card)
    }

    /// Whether anything but white lies beside what was painted `at` this place in the order, or
    /// over it.
    pub(super) fn is_touched(&self, at: usize, area: Rect) -> bool {
        let mut touched = false;
        for (order, paint) in self.paints.iter().enumerate() {
            if order == at || !paint.area.overlaps(area) {
                continue;
            }
            let clears = paint.white && order < at && paint.area.union(area) == paint.area;
            touched = !clears;
        }
        touched
    }

    /// Whether anything was painted over this area after `at`.
    pub(super) fn is_covered(&self, at: usize, area: Rect) -> bool {
        let later = &self.paints[self.paints.len().min(at + 1)..];
        later.iter().any(|paint| paint.area.overlaps(area))
    }
}

/// One line of text.
pub(super) struct Text {
    /// What its glyphs stand for.
    pub said: String,
    /// Where its glyphs are black.
    pub area: Rect,
    /// What the clips leave of the page.
    pub visible: Rect,
    /// Whether a glyph has no outline, or stands for nothing.
    pub missing: bool,
    /// Whether something was painted on it afterwards.
    pub covered: bool,
}

/// A picture, and its place in the order of painting.
pub(super) enum Painted {
    /// One bit a pixel.
    Mask {
        /// Its place in the order.
        order: usize,
        /// From its pixels to dots.
        place: Affine,
        /// Pixels across and down.
        size: [u32; 2],
        /// Its pixels, row by row: true is painted.
        pixels: Vec<bool>,
        /// Whether they are painted in pure black.
        black: bool,
    },
    Jpeg {
        /// Its place in the order.
        order: usize,
        area: Rect,
        /// The bytes in the file.
        bytes: Vec<u8>,
        /// Whether its pixels are all alike.
        blank: bool,
    },
}

/// Looks at every card of a page. The cache is for all pages of one file.
///
/// What is the same on every card lies beneath all else and is left out where the page draws it
/// itself: the first card of a file is rasterised whole, and shows it.
pub(super) fn look<'a>(page: &Page<'a>, cache: &InterpreterCache<'a>) -> Vec<Seen> {
    let everything = Rect::new(0.0, 0.0, page.size[0], page.size[1]);
    let mut witness = Witness {
        to_dots: page.to_dots,
        clips: vec![everything],
        seen: Vec::new(),
        open: false,
    };
    let settings = raster::settings();
    let xref = page.page.xref();
    let mut context = Context::new(page.to_dots, everything, cache, xref, settings);
    let stream = page.page.page_stream().unwrap_or_default();
    let own = without_fixed(stream);
    let operators = TypedIter::new(&own);
    interpret(operators, page.page.resources(), &mut context, &mut witness);
    witness.seen
}

/// The operators of a page without the one that draws the fixed part.
fn without_fixed(stream: &[u8]) -> Vec<u8> {
    let fixed = format!("/{FIXED} Do");
    let at = stream
        .windows(fixed.len())
        .position(|piece| piece == fixed.as_bytes());
    match at {
        Some(at) => [&stream[..at], &stream[at + fixed.len()..]].concat(),
        None => stream.to_vec(),
    }
}

struct Witness {
    to_dots: Affine,
    clips: Vec<Rect>,
    seen: Vec<Seen>,
    /// Whether what is painted belongs to the card seen last.
    open: bool,
}

impl Witness {
    fn card(&mut self) -> Option<&mut Seen> {
        self.open.then(|| self.seen.last_mut()).flatten()
    }

    fn visible(&self) -> Rect {
        self.clips.last().copied().unwrap_or_default()
    }

    /// Notes that this area was painted, and returns its place in the order.
    fn paint(&mut self, area: Rect, white: bool) -> usize {
        let area = area.intersect(self.visible());
        let Some(card) = self.card() else { return 0 };
        if !area.is_zero_area() {
            for text in &mut card.texts {
                text.covered |= text.area.overlaps(area);
            }
        }
        card.paints.push(Paint { area, white });
        card.paints.len() - 1
    }

    fn clip(&mut self, area: Rect) {
        self.clips.push(area.intersect(self.visible()));
    }
}

impl<'a> Device<'a> for Witness {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        let area = props.transform.transform_rect_bbox(path.bounding_box());
        match mode {
            DrawMode::Fill(_) => {
                // A curve leaves corners of its box bare: only a rectangle is white all over.
                let white = rgb(&props.paint) == Some([255; 3]) && path.elements().len() <= 6;
                self.paint(area, white);
            }
            DrawMode::Stroke(line) | DrawMode::FillAndStroke(_, line) => {
                let wide = f64::from(line.line_width) * props.transform.determinant().abs().sqrt();
                self.paint(area.inflate(wide / 2.0, wide / 2.0), false);
            }
            DrawMode::Invisible => {}
        }
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.clip(clip.path.bounding_box());
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        // An outlined word, such as SPECIMEN, hides nothing and says nothing of the child.
        if !matches!(mode, DrawMode::Fill(_)) {
            return;
        }
        let visible = self.visible();
        let (mut said, mut missing) = (String::new(), false);
        let mut area: Option<Rect> = None;
        for glyph in run.glyphs() {
            let meant = match glyph.as_unicode() {
                Some(BfString::Char(c)) => c.to_string(),
                Some(BfString::String(text)) => text,
                None => String::new(),
            };
            let Glyph::Outline(outline) = &**glyph else {
                missing = true;
                continue;
            };
            let black = outline.outline().bounding_box();
            let blank = meant.chars().all(char::is_whitespace);
            missing |= meant.is_empty() || (black.is_zero_area() && !blank);
            said.push_str(&meant);
            if !blank {
                let place = props.transform * glyph.transform();
                let place = place.transform_rect_bbox(black);
                area = Some(area.map_or(place, |area| area.union(place)));
            }
        }
        let area = area.unwrap_or_default();
        self.paint(area, false);
        if let Some(card) = self.card() {
            card.texts.push(Text {
                said,
                area,
                visible,
                missing,
                covered: false,
            });
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        // The transform leads from the picture's pixels.
        let size = (f64::from(image.width()), f64::from(image.height()));
        let whole = Rect::new(0.0, 0.0, size.0, size.1);
        let area = props.transform.transform_rect_bbox(whole);
        let order = self.paint(area, false);
        let painted = match &image {
            Image::Stencil(mask) => {
                let (mut pixels, mut black) = (Vec::new(), false);
                let read = |luma: LumaData, paint: &hayro_interpret::Paint<'a>| {
                    pixels = luma.data.iter().map(|luma| *luma > 127).collect();
                    black = rgb(paint) == Some([0; 3]);
                };
                mask.with_stencil(read, None);
                Painted::Mask {
                    order,
                    place: props.transform,
                    size: [image.width(), image.height()],
                    pixels,
                    black,
                }
            }
            Image::Raster(raster) => {
                let mut blank = true;
                raster.with_rgba(|data, _| blank = is_blank(&data), None);
                Painted::Jpeg {
                    order,
                    area,
                    bytes: raster.stream().raw_data().into_owned(),
                    blank,
                }
            }
        };
        if let Some(card) = self.card() {
            card.pictures.push(painted);
        }
    }

    fn pop_clip(&mut self) {
        if self.clips.len() > 1 {
            self.clips.pop();
        }
    }

    fn pop_transparency_group(&mut self) {}

    fn begin_marked_content(&mut self, tag: &[u8], properties: Option<&Dict<'_>>) {
        let Some(properties) = properties.filter(|_| tag == b"Card") else {
            return;
        };
        let mark = properties
            .get::<hayro::hayro_syntax::object::String<'_>>("Id")
            .map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned());
        let side = properties.get::<Name<'_>>("Side");
        let numbers = properties.get::<Array<'_>>("At").map(|at| {
            let numbers = at.iter::<Number>().map(|number| number.as_f64());
            numbers.collect::<Vec<f64>>()
        });
        if let (Some(mark), Some(side), Some(Ok(at))) =
            (mark, side, numbers.map(<[f64; 6]>::try_from))
        {
            self.seen.push(Seen {
                mark,
                side: usize::from(&*side == b"Back"),
                at: self.to_dots * Affine::new(at),
                texts: Vec::new(),
                pictures: Vec::new(),
                paints: Vec::new(),
            });
            self.open = true;
        }
    }

    fn end_marked_content(&mut self) {
        self.open = false;
    }
}

/// The colour of a plain paint.
fn rgb(paint: &hayro_interpret::Paint<'_>) -> Option<[u8; 3]> {
    match paint {
        hayro_interpret::Paint::Color(color) => {
            let [r, g, b, _] = color.to_rgba().to_rgba8();
            Some([r, g, b])
        }
        hayro_interpret::Paint::Pattern(_) => None,
    }
}

/// Whether a picture shows nothing. The photo was judged when it was prepared, so what is looked
/// for is that it still is one.
fn is_blank(data: &ImageData) -> bool {
    let (parts, pixels) = match data {
        ImageData::Rgb(data) => (3, &data.data),
        ImageData::Luma(data) => (1, &data.data),
    };
    let spread = |part: usize| {
        let values = pixels.iter().skip(part).step_by(parts);
        let (least, most) = values.fold((255, 0), |(least, most), value| {
            (*value.min(&least), *value.max(&most))
        });
        i32::from(most) - i32::from(least)
    };
    (0..parts).all(|part| spread(part) < 16)
}

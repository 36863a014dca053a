//! What a page paints, as an interpreter reads it: texts, pictures, and what covers what.

use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::hayro_syntax::object::{Array, Dict, Name, Number};
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, SoftMask, interpret_page,
};
use kurbo::{Affine, BezPath, Rect, Shape};

use crate::render::press::card_pt;
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
}

impl Seen {
    /// Where the card lies.
    pub(super) fn card(&self) -> Rect {
        let [width, height] = card_pt();
        let card = Rect::new(0.0, 0.0, width, height);
        self.at.transform_rect_bbox(card)
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

/// A picture.
pub(super) enum Painted {
    /// One bit a pixel, painted in the colour in force; from its pixels to dots.
    Mask(Affine),
    /// A JPEG as it lies in the file.
    Jpeg(Rect, Vec<u8>),
}

/// Looks at every card of a page. The cache is for all pages of one file.
pub(super) fn look<'a>(page: &Page<'a>, cache: &InterpreterCache<'a>) -> Vec<Seen> {
    let everything = Rect::new(0.0, 0.0, page.size[0], page.size[1]);
    let mut witness = Witness {
        to_dots: page.to_dots,
        clips: vec![everything],
        seen: Vec::new(),
        open: false,
    };
    let settings = raster::settings();
    let mut context = Context::new(page.to_dots, everything, cache, page.page.xref(), settings);
    interpret_page(page.page, &mut context, &mut witness);
    witness.seen
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

    /// Notes that this area was painted over.
    fn cover(&mut self, area: Rect) {
        let area = area.intersect(self.visible());
        if let Some(card) = self.card() {
            for text in &mut card.texts {
                text.covered |= text.area.overlaps(area) && !area.is_zero_area();
            }
        }
    }

    fn clip(&mut self, area: Rect) {
        self.clips.push(area.intersect(self.visible()));
    }
}

impl<'a> Device<'a> for Witness {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        if matches!(mode, DrawMode::Fill(_) | DrawMode::FillAndStroke(..)) {
            self.cover(props.transform.transform_rect_bbox(path.bounding_box()));
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
        if let Some(card) = self.card() {
            card.texts.push(Text {
                said,
                area: area.unwrap_or_default(),
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
        self.cover(area);
        let painted = match &image {
            Image::Stencil(_) => Painted::Mask(props.transform),
            Image::Raster(raster) => Painted::Jpeg(area, raster.stream().raw_data().into_owned()),
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
            });
            self.open = true;
        }
    }

    fn end_marked_content(&mut self) {
        self.open = false;
    }
}

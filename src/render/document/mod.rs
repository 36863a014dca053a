//! One print-ready PDF: fixed sides once, then card after card, front and back.

mod metadata;
mod pages;

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::civil::Date;
use pages::Stack;

use super::card_pt;
use super::compose::{CODE, Composed, FIXED, Misfit, PHOTO, compose_fixed, placed};
use super::content::Photo;
use super::font::{EmbedError, Font, UsedGlyphs};
use super::layout::{Layout, Picture};
use super::pdf::{Dict, Pdf, Ref, Written, numbers};
use super::press::{Order, Press};
use crate::domain::card::Kind;

/// Why a file could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// A fixed text of the layout does not fit its place.
    #[error("a fixed text of layout `{0}` does not fit its place or its font")]
    Fixed(String),
    /// No layout for this kind of card was given.
    #[error("no layout for cards of kind {0}")]
    NoLayout(Kind),
    #[error("a font cannot be embedded")]
    Font(#[source] super::font::FontError),
    #[error("the PDF cannot be written")]
    Write(#[from] io::Error),
}

impl From<EmbedError> for DocumentError {
    fn from(error: EmbedError) -> Self {
        match error {
            EmbedError::Font(error) => Self::Font(error),
            EmbedError::Write(error) => Self::Write(error),
        }
    }
}

/// A PDF that is being written.
pub struct Document<W> {
    pdf: Pdf<W>,
    press: Press,
    sides: BTreeMap<Kind, Sides>,
    fonts: Vec<(Font, Ref, UsedGlyphs)>,
    root_pages: Ref,
    /// The pages; where all fronts come before all backs, the backs are in the second.
    stacks: [Stack; 2],
    /// The cards of the sheet that is not full yet, and where they go.
    sheet: Vec<(usize, Placed)>,
    /// The slots of this sheet that are free, the first one last.
    free: Vec<usize>,
    title: String,
    day: Date,
}

/// A card whose sides wait for their sheet.
struct Placed {
    mark: String,
    sides: [Ref; 2],
}

/// What the pages of one layout share.
struct Sides {
    /// The fixed part of front and back.
    fixed: [Ref; 2],
    /// The fonts by the layout's names: which of the document's fonts each is.
    fonts: BTreeMap<String, usize>,
}

impl<W: Write> Document<W> {
    /// Starts a file with these layouts. `day` is the day of printing: the only date in the file,
    /// so that the same cards give the same bytes.
    pub fn new<'l>(
        out: W,
        layouts: impl IntoIterator<Item = &'l Layout>,
        press: Press,
        title: &str,
        day: Date,
    ) -> Result<Self, DocumentError> {
        let mut pdf = Pdf::new(out)?;
        let root_pages = pdf.reserve();
        let mut document = Self {
            pdf,
            press,
            sides: BTreeMap::new(),
            fonts: Vec::new(),
            root_pages,
            stacks: <[Stack; 2]>::default(),
            sheet: Vec::new(),
            free: Vec::new(),
            title: title.to_owned(),
            day,
        };
        document.free = document.all_slots();
        for layout in layouts {
            let sides = document.sides(layout)?;
            document.sides.insert(layout.kind, sides);
        }
        Ok(document)
    }

    fn sides(&mut self, layout: &Layout) -> Result<Sides, DocumentError> {
        let mut fonts = BTreeMap::new();
        for (name, font) in &layout.fonts {
            let known = self
                .fonts
                .iter()
                .position(|(known, ..)| known.is_same_as(font));
            let index = known.unwrap_or_else(|| {
                let at = self.pdf.reserve();
                self.fonts.push((font.clone(), at, UsedGlyphs::new()));
                self.fonts.len() - 1
            });
            fonts.insert(name.clone(), index);
        }
        let mut sides = Sides {
            fixed: [self.root_pages; 2],
            fonts,
        };
        for side in [0, 1] {
            sides.fixed[side] = self.fixed_side(layout, side, &sides.fonts)?;
        }
        Ok(sides)
    }

    fn fixed_side(
        &mut self,
        layout: &Layout,
        side: usize,
        fonts: &BTreeMap<String, usize>,
    ) -> Result<Ref, DocumentError> {
        let fixed = compose_fixed(layout, side, &self.press)
            .map_err(|_: Misfit| DocumentError::Fixed(layout.name.clone()))?;
        let mut objects = Vec::new();
        for (i, artwork) in fixed.artworks.iter().enumerate() {
            let at = self.pdf.reserve();
            let shadings: String = artwork
                .shadings
                .iter()
                .map(|(name, dict)| format!("/{name} {dict}"))
                .collect();
            let resources = format!("<</Shading<<{shadings}>>>>");
            let [width, height] = artwork.size;
            let dict = form([0.0, 0.0, width, height], &resources);
            self.pdf.deflated(at, dict, &artwork.deflated)?;
            objects.push((format!("A{i}"), at));
        }
        for (i, picture) in fixed.pictures.iter().enumerate() {
            objects.push((format!("I{i}"), self.picture(picture)?));
        }
        self.note(&fixed.used, fonts);
        let at = self.pdf.reserve();
        let resources = self.resources(fonts, &objects);
        let dict = form(self.around(), &resources);
        self.pdf.stream(at, dict, fixed.content.as_bytes())?;
        Ok(at)
    }

    fn picture(&mut self, picture: &Picture) -> io::Result<Ref> {
        let at = self.pdf.reserve();
        match picture {
            Picture::Mask {
                width,
                height,
                bits,
            } => {
                self.pdf.stream(at, mask(*width, *height), bits)?;
            }
            Picture::Colour { width, height, rgb } => {
                let dict = image(*width, *height)
                    .name("ColorSpace", "DeviceRGB")
                    .int("BitsPerComponent", 8);
                self.pdf.stream(at, dict, rgb)?;
            }
        }
        Ok(at)
    }

    /// Uses only these slots of the first sheet, counted from 1 in reading order of the front:
    /// single cards that must be made again go where a sheet still has room. Without a sheet, or
    /// for a slot that the sheet does not have, nothing changes.
    pub fn begin_in_slots(&mut self, slots: &[usize]) {
        let kept = |slot: &usize| slots.contains(&(slot + 1));
        self.free.retain(kept);
        if self.free.is_empty() {
            self.free = self.all_slots();
        }
    }

    fn all_slots(&self) -> Vec<usize> {
        let slots = self.press.sheet.map_or(0, |sheet| sheet.slots());
        (0..slots).rev().collect()
    }

    /// Adds the front and the back of a card.
    pub fn add(&mut self, card: &Composed) -> Result<(), DocumentError> {
        let sides = self
            .sides
            .remove(&card.kind)
            .ok_or(DocumentError::NoLayout(card.kind))?;
        let added = self.add_with(card, &sides);
        self.sides.insert(card.kind, sides);
        added
    }

    fn add_with(&mut self, card: &Composed, sides: &Sides) -> Result<(), DocumentError> {
        self.note(&card.used, &sides.fonts);
        let code = self.pdf.reserve();
        let bits = mask(card.modules, card.modules);
        self.pdf.deflated(code, bits, &card.code)?;
        let photo = match &card.photo {
            Some(photo) => Some(self.photo(photo)?),
            None => None,
        };
        let mut drawn = Vec::with_capacity(2);
        for (side, fixed) in card.sides.iter().zip(sides.fixed) {
            let mut objects = vec![(FIXED.to_owned(), fixed)];
            objects.extend(
                photo
                    .filter(|_| side.photo)
                    .map(|at| (PHOTO.to_owned(), at)),
            );
            objects.extend(side.code.then(|| (CODE.to_owned(), code)));
            let resources = self.resources(&sides.fonts, &objects);
            let content = self.pdf.reserve();
            let dict = match self.press.sheet {
                Some(_) => form(self.around(), &resources),
                None => Dict::new(),
            };
            self.pdf.deflated(content, dict, &side.content)?;
            drawn.push((content, resources));
        }
        let [front, back] = drawn.try_into().map_err(|_| two_sides())?;
        if self.press.sheet.is_none() {
            return self.pages([front, back]);
        }
        let placed = Placed {
            mark: card.mark.clone(),
            sides: [front.0, back.0],
        };
        let slot = self.free.pop().ok_or_else(two_sides)?;
        self.sheet.push((slot, placed));
        if self.free.is_empty() {
            self.end_sheet()?;
        }
        Ok(())
    }

    fn photo(&mut self, photo: &Photo) -> io::Result<Ref> {
        let at = self.pdf.reserve();
        let dict = image(photo.width, photo.height)
            .name("ColorSpace", "DeviceRGB")
            .int("BitsPerComponent", 8)
            .name("Filter", "DCTDecode");
        self.pdf.encoded(at, dict, &photo.jpeg)?;
        Ok(at)
    }

    /// Writes the two sides of the sheet in hand.
    fn end_sheet(&mut self) -> Result<(), DocumentError> {
        let Some(sheet) = self.press.sheet else {
            return Ok(());
        };
        let cards = std::mem::take(&mut self.sheet);
        self.free = self.all_slots();
        let mut drawn = Vec::with_capacity(2);
        for side in [0, 1] {
            let moved = sheet.adjusted(&self.press.adjust[side], self.press.dpi);
            let mut content = String::new();
            if sheet.marks {
                let matrix = numbers(&moved.as_coeffs());
                content = format!("q {matrix} cm\n{}Q\n", sheet.marks());
            }
            let mut objects = Vec::with_capacity(cards.len());
            for (slot, card) in &cards {
                let at = moved * sheet.place(*slot, side, self.press.dpi);
                let draw = format!("/C{slot} Do\n");
                content.push_str(&placed(&card.mark, side, at, &draw));
                objects.push((format!("C{slot}"), card.sides[side]));
            }
            let at = self.pdf.reserve();
            self.pdf.stream(at, Dict::new(), content.as_bytes())?;
            drawn.push((at, self.resources(&BTreeMap::new(), &objects)));
        }
        self.pages(drawn.try_into().map_err(|_| two_sides())?)
    }

    /// Writes a front and a back, each a content stream and its resources, in the printer's order.
    fn pages(&mut self, [front, back]: [(Ref, String); 2]) -> Result<(), DocumentError> {
        match self.press.order {
            Order::FrontBack => {
                self.page(0, 0, &front)?;
                self.page(0, 1, &back)?;
            }
            Order::BackFront => {
                self.page(0, 1, &back)?;
                self.page(0, 0, &front)?;
            }
            Order::FrontsBacks | Order::FrontsBacksReversed => {
                self.page(0, 0, &front)?;
                self.page(1, 1, &back)?;
            }
        }
        Ok(())
    }

    fn page(&mut self, stack: usize, side: usize, drawn: &(Ref, String)) -> io::Result<()> {
        if !self.press.prints(side) {
            return Ok(());
        }
        let (content, resources) = drawn;
        let at = self.pdf.reserve();
        let parent = self.stacks[stack].push(at, &mut self.pdf);
        let boxes = pages::boxes(&self.press, side);
        let dict = Dict::new()
            .name("Type", "Page")
            .reference("Parent", parent)
            .raw("MediaBox", &boxes.media)
            .raw("BleedBox", &boxes.media)
            .raw("TrimBox", &boxes.trim)
            .raw("Resources", resources)
            .reference("Contents", *content);
        self.pdf.object(at, dict)
    }

    /// What is printed of a side, in the card's own pt: left, bottom, right, top.
    fn around(&self) -> [f64; 4] {
        let [x, y] = self.press.around().map(|mm| mm * super::PT_PER_MM);
        let [width, height] = card_pt();
        [-x, -y, width + x, height + y]
    }

    fn note(&mut self, used: &BTreeMap<String, UsedGlyphs>, fonts: &BTreeMap<String, usize>) {
        for (name, glyphs) in used {
            if let Some(&index) = fonts.get(name) {
                self.fonts[index].2.extend(glyphs);
            }
        }
    }

    fn resources(&self, fonts: &BTreeMap<String, usize>, objects: &[(String, Ref)]) -> String {
        let fonts: String = fonts
            .iter()
            .map(|(name, index)| format!("/{name} {}", self.fonts[*index].1))
            .collect();
        let objects: String = objects
            .iter()
            .map(|(name, at)| format!("/{name} {at}"))
            .collect();
        format!("<</Font<<{fonts}>>/XObject<<{objects}>>>>")
    }

    /// Writes what stands at the end of a file: fonts, page tree, metadata, tables.
    pub fn finish(mut self) -> Result<(W, Written), DocumentError> {
        if !self.sheet.is_empty() {
            self.end_sheet()?;
        }
        for (font, at, used) in std::mem::take(&mut self.fonts) {
            font.embed(&mut self.pdf, at, &used)?;
        }
        let [fronts, backs] = std::mem::take(&mut self.stacks);
        let turned = self.press.order == Order::FrontsBacksReversed;
        pages::write_tree(&mut self.pdf, self.root_pages, fronts, backs, turned)?;
        metadata::finish(self.pdf, self.root_pages, &self.title, self.day)
    }
}

fn form(area: [f64; 4], resources: &str) -> Dict {
    Dict::new()
        .name("Type", "XObject")
        .name("Subtype", "Form")
        .raw("BBox", &format!("[{}]", numbers(&area)))
        .raw("Resources", resources)
}

fn image(width: u32, height: u32) -> Dict {
    Dict::new()
        .name("Type", "XObject")
        .name("Subtype", "Image")
        .int("Width", width.into())
        .int("Height", height.into())
}

/// A picture of one bit a pixel that is painted in the colour in force: 1 paints.
fn mask(width: u32, height: u32) -> Dict {
    image(width, height)
        .raw("ImageMask", "true")
        .int("BitsPerComponent", 1)
        .raw("Decode", "[1 0]")
}

/// A card has two sides and a sheet has slots; this says so if the code ever should not.
fn two_sides() -> io::Error {
    io::Error::other("a card has two sides and a slot")
}

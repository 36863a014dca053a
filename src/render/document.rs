//! One print-ready PDF: fixed sides once, then card after card, front and back.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::civil::Date;

use super::compose::{CODE, Composed, FIXED, Misfit, PHOTO, Press, compose_fixed};
use super::font::{EmbedError, Font, UsedGlyphs};
use super::layout::{Layout, Picture};
use super::pdf::{Dict, Pdf, Ref, Written, numbers};
use super::{CARD_MM, icc};
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
    /// A font.
    #[error("a font cannot be embedded")]
    Font(#[source] super::font::FontError),
    /// The output.
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

/// How many pages hang on one node: PDF 1.4 allows 8191 in an array, readers like fewer.
const PAGES_A_NODE: usize = 256;

/// A PDF that is being written.
pub struct Document<W> {
    pdf: Pdf<W>,
    press: Press,
    sides: BTreeMap<Kind, Sides>,
    fonts: Vec<(Font, Ref, UsedGlyphs)>,
    root_pages: Ref,
    nodes: Vec<(Ref, Vec<Ref>)>,
    pages: usize,
    title: String,
    day: Date,
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
            nodes: Vec::new(),
            pages: 0,
            title: title.to_owned(),
            day,
        };
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
            self.pdf
                .stream(at, form(artwork.size, &resources), &artwork.content)?;
            objects.push((format!("A{i}"), at));
        }
        for (i, picture) in fixed.pictures.iter().enumerate() {
            objects.push((format!("I{i}"), self.picture(picture)?));
        }
        self.note(&fixed.used, fonts);
        let at = self.pdf.reserve();
        let resources = self.resources(fonts, &objects);
        let size = self.press.page.size.map(|side| side * super::PT_PER_MM);
        self.pdf
            .stream(at, form(size, &resources), fixed.content.as_bytes())?;
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
        self.pdf.stream(
            code,
            mask(card.qr.modules, card.qr.modules),
            &card.qr.bitmap(),
        )?;
        let mut pictures = vec![(CODE, code)];
        if let Some(photo) = &card.photo {
            let at = self.pdf.reserve();
            let dict = image(photo.width, photo.height)
                .name("ColorSpace", "DeviceRGB")
                .int("BitsPerComponent", 8)
                .name("Filter", "DCTDecode");
            self.pdf.encoded(at, dict, &photo.jpeg)?;
            pictures.push((PHOTO, at));
        }
        for (content, fixed) in card.sides.iter().zip(sides.fixed) {
            let drawn = |name: &str| content.contains(&format!("/{name} Do"));
            let shown = pictures.iter().filter(|(name, _)| drawn(name));
            let mut objects = vec![(FIXED.to_owned(), fixed)];
            objects.extend(shown.map(|(name, at)| ((*name).to_owned(), *at)));
            let stream = self.pdf.reserve();
            self.pdf.stream(stream, Dict::new(), content.as_bytes())?;
            self.page(stream, &self.resources(&sides.fonts, &objects))?;
        }
        Ok(())
    }

    fn page(&mut self, content: Ref, resources: &str) -> io::Result<()> {
        if self.pages.is_multiple_of(PAGES_A_NODE) {
            let node = self.pdf.reserve();
            self.nodes.push((node, Vec::with_capacity(PAGES_A_NODE)));
        }
        let at = self.pdf.reserve();
        let Some((node, kids)) = self.nodes.last_mut() else {
            return Err(io::Error::other("a page has no node"));
        };
        kids.push(at);
        self.pages += 1;
        let page = self.press.page;
        let size = page.size.map(|side| side * super::PT_PER_MM);
        let [left, top] = page.place([0.0, 0.0]);
        let [right, bottom] = page.place(CARD_MM);
        let media = numbers(&[0.0, 0.0, size[0], size[1]]);
        let dict = Dict::new()
            .name("Type", "Page")
            .reference("Parent", *node)
            .raw("MediaBox", &format!("[{media}]"))
            .raw("BleedBox", &format!("[{media}]"))
            .raw(
                "TrimBox",
                &format!("[{}]", numbers(&[left, bottom, right, top])),
            )
            .raw("Resources", resources)
            .reference("Contents", content);
        self.pdf.object(at, dict)
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
        for (font, at, used) in std::mem::take(&mut self.fonts) {
            font.embed(&mut self.pdf, at, &used)?;
        }
        let references = |refs: &mut dyn Iterator<Item = Ref>| {
            refs.map(|at| at.to_string()).collect::<Vec<_>>().join(" ")
        };
        for (node, kids) in &self.nodes {
            let dict = Dict::new()
                .name("Type", "Pages")
                .reference("Parent", self.root_pages)
                .int("Count", kids.len() as i64)
                .raw(
                    "Kids",
                    &format!("[{}]", references(&mut kids.iter().copied())),
                );
            self.pdf.object(*node, dict)?;
        }
        let kids = references(&mut self.nodes.iter().map(|(node, _)| *node));
        let dict = Dict::new()
            .name("Type", "Pages")
            .int("Count", self.pages as i64)
            .raw("Kids", &format!("[{kids}]"));
        self.pdf.object(self.root_pages, dict)?;

        let [profile, metadata, info, root] = std::array::from_fn(|_| self.pdf.reserve());
        self.pdf
            .stream(profile, Dict::new().int("N", 3), &icc::srgb())?;
        let xmp = xmp(&self.title, self.day);
        let dict = Dict::new().name("Type", "Metadata").name("Subtype", "XML");
        // PDF/A-1 wants the metadata readable without a decoder (ISO 19005-1, 6.7.2).
        self.pdf.encoded(metadata, dict, xmp.as_bytes())?;
        let date = format!("D:{}000000Z", self.day.strftime("%Y%m%d"));
        self.pdf.object(
            info,
            Dict::new()
                .raw("Title", &format!("({})", literal(&self.title)))
                .raw("Producer", &format!("({PRODUCER})"))
                .raw("CreationDate", &format!("({date})"))
                .raw("ModDate", &format!("({date})")),
        )?;
        let intent = Dict::new()
            .name("Type", "OutputIntent")
            .name("S", "GTS_PDFA1")
            .raw("OutputConditionIdentifier", "(sRGB)")
            .raw("Info", "(sRGB, gamma 2.2)")
            .reference("DestOutputProfile", profile)
            .finish();
        let catalog = Dict::new()
            .name("Type", "Catalog")
            .reference("Pages", self.root_pages)
            .reference("Metadata", metadata)
            .raw("OutputIntents", &format!("[{intent}]"))
            // The printer driver must not shrink the card to its margins.
            .raw("ViewerPreferences", "<</PrintScaling/None>>");
        self.pdf.object(root, catalog)?;
        Ok(self.pdf.finish(root, info)?)
    }
}

const PRODUCER: &str = concat!("kia-station ", env!("CARGO_PKG_VERSION"));

fn form(size: [f64; 2], resources: &str) -> Dict {
    Dict::new()
        .name("Type", "XObject")
        .name("Subtype", "Form")
        .raw(
            "BBox",
            &format!("[{}]", numbers(&[0.0, 0.0, size[0], size[1]])),
        )
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

/// A title as a PDF string; it is plain ASCII but for what must be escaped.
fn literal(text: &str) -> String {
    let plain = text.chars().map(|c| {
        if c.is_ascii_graphic() || c == ' ' {
            c
        } else {
            '?'
        }
    });
    plain
        .flat_map(|c| {
            matches!(c, '(' | ')' | '\\')
                .then_some('\\')
                .into_iter()
                .chain([c])
        })
        .collect()
}

fn xmp(title: &str, day: Date) -> String {
    let title = literal(title).replace('\\', "");
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
         <rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"><pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>\n\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title></rdf:Description>\n\
         <rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"><xmp:CreateDate>{day}T00:00:00Z</xmp:CreateDate><xmp:ModifyDate>{day}T00:00:00Z</xmp:ModifyDate></rdf:Description>\n\
         <rdf:Description rdf:about=\"\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"><pdf:Producer>{PRODUCER}</pdf:Producer></rdf:Description>\n\
         </rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>"
    )
}

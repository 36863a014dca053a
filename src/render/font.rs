//! TrueType fonts: measuring text, and embedding the glyphs that a file uses.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::pdf::{Dict, Pdf, Ref, name_tag};

/// A font file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// Not a TrueType font with a Unicode character map.
    #[error("not a usable TrueType font: {0}")]
    Unusable(String),
    /// Glyphs could not be taken out of it.
    #[error("its glyphs cannot be taken out: {0}")]
    Subset(#[from] subsetter::Error),
}

/// A parsed font. Cheap to clone.
#[derive(Clone)]
pub struct Font(Arc<Inner>);

struct Inner {
    data: Vec<u8>,
    postscript_name: String,
    units_per_em: f64,
    glyphs: BTreeMap<char, Glyph>,
    descriptor: Descriptor,
}

#[derive(Clone, Copy)]
struct Glyph {
    id: u16,
    advance: u16,
}

/// Figures of the font descriptor, in 1/1000 em.
struct Descriptor {
    ascent: i64,
    descent: i64,
    cap_height: i64,
    bbox: [i64; 4],
    italic_angle: f64,
    bold: bool,
}

/// The glyphs of one font that a file uses, and the character each stands for.
pub type UsedGlyphs = BTreeMap<u16, (char, u16)>;

impl Font {
    /// Parses a TrueType file.
    pub fn parse(data: Vec<u8>) -> Result<Self, FontError> {
        let unusable = |why: &str| FontError::Unusable(why.to_owned());
        let face = ttf_parser::Face::parse(&data, 0).map_err(|e| unusable(&e.to_string()))?;
        if face.tables().glyf.is_none() {
            return Err(unusable("it has no TrueType outlines"));
        }
        let cmap = face
            .tables()
            .cmap
            .ok_or_else(|| unusable("it has no character map"))?;
        let mut glyphs = BTreeMap::new();
        for table in cmap
            .subtables
            .into_iter()
            .filter(|table| table.is_unicode())
        {
            table.codepoints(|code| {
                let glyph = char::from_u32(code).and_then(|c| Some((c, face.glyph_index(c)?)));
                if let Some((c, id)) = glyph {
                    let advance = face.glyph_hor_advance(id).unwrap_or(0);
                    glyphs.insert(c, Glyph { id: id.0, advance });
                }
            });
        }
        let units = f64::from(face.units_per_em());
        let milli = |value: i16| (f64::from(value) * 1000.0 / units).round() as i64;
        let bbox = face.global_bounding_box();
        let postscript_name = face
            .names()
            .into_iter()
            .find(|n| n.name_id == ttf_parser::name_id::POST_SCRIPT_NAME && n.is_unicode())
            .and_then(|n| n.to_string())
            .filter(|n| n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
            .unwrap_or_else(|| "CardFont".to_owned());
        let descriptor = Descriptor {
            ascent: milli(face.ascender()),
            descent: milli(face.descender()),
            cap_height: milli(face.capital_height().unwrap_or(face.ascender())),
            bbox: [bbox.x_min, bbox.y_min, bbox.x_max, bbox.y_max].map(milli),
            italic_angle: f64::from(face.italic_angle()),
            bold: face.weight().to_number() >= 600,
        };
        Ok(Self(Arc::new(Inner {
            postscript_name,
            units_per_em: units,
            glyphs,
            descriptor,
            data,
        })))
    }

    /// The width of `text` at 1 pt, in pt; or the first character that the font lacks.
    pub fn width(&self, text: &str) -> Result<f64, char> {
        let mut units = 0.0;
        for c in text.chars() {
            units += f64::from(self.glyph(c)?.advance);
        }
        Ok(units / self.0.units_per_em)
    }

    /// Writes `text` as the hexadecimal string of its glyphs and notes them as used.
    pub fn encode(&self, text: &str, used: &mut UsedGlyphs) -> Result<String, char> {
        use std::fmt::Write as _;
        let mut hex = String::with_capacity(text.len() * 4);
        for c in text.chars() {
            let glyph = self.glyph(c)?;
            used.entry(glyph.id).or_insert((c, glyph.advance));
            write!(hex, "{:04x}", glyph.id).expect("writing into a string cannot fail");
        }
        Ok(hex)
    }

    /// Whether both are the same file.
    pub fn is_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.data == other.0.data
    }

    fn glyph(&self, c: char) -> Result<Glyph, char> {
        self.0.glyphs.get(&c).copied().ok_or(c)
    }

    /// Embeds the used glyphs as a Type0 font with ToUnicode, under the object `at`.
    ///
    /// Glyph numbers stay those of the whole font, so that pages can be written before it is
    /// known which glyphs the last page needs; `CIDToGIDMap` leads to the subset's own.
    pub fn embed<W: std::io::Write>(
        &self,
        pdf: &mut Pdf<W>,
        at: Ref,
        used: &UsedGlyphs,
    ) -> Result<(), EmbedError> {
        let ids: Vec<u16> = used.keys().copied().collect();
        let remapper = subsetter::GlyphRemapper::new_from_glyphs_sorted(&ids);
        let subset = subsetter::subset(&self.0.data, 0, &remapper).map_err(FontError::from)?;
        let milli = |advance: u16| f64::from(advance) * 1000.0 / self.0.units_per_em;

        let tag = name_tag(&subset);
        let base_font = format!("{tag}+{}", self.0.postscript_name);
        let [file, descriptor, descendant, unicode, map, set] =
            std::array::from_fn(|_| pdf.reserve());

        pdf.stream(
            file,
            Dict::new().int("Length1", subset.len() as i64),
            &subset,
        )?;
        let last = ids.last().copied().unwrap_or(0);
        let mut to_gid = vec![0; 2 * (usize::from(last) + 1)];
        let mut present = vec![0x80; usize::from(last) / 8 + 1];
        present[1..].fill(0);
        for &id in &ids {
            let gid = remapper.get(id).unwrap_or(0);
            to_gid[2 * usize::from(id)..][..2].copy_from_slice(&gid.to_be_bytes());
            present[usize::from(id) / 8] |= 0x80 >> (id % 8);
        }
        pdf.stream(map, Dict::new(), &to_gid)?;
        // PDF/A-1b asks for the set of glyphs of every subset font (ISO 19005-1, 6.3.5).
        pdf.stream(set, Dict::new(), &present)?;
        pdf.stream(unicode, Dict::new(), to_unicode(used).as_bytes())?;

        let figures = &self.0.descriptor;
        let [x0, y0, x1, y1] = figures.bbox;
        pdf.object(
            descriptor,
            Dict::new()
                .name("Type", "FontDescriptor")
                .name("FontName", &base_font)
                // Symbolic: the glyphs are reached by number, not through a Latin encoding.
                .int("Flags", 4)
                .raw("FontBBox", &format!("[{x0} {y0} {x1} {y1}]"))
                .raw("ItalicAngle", &super::pdf::number(figures.italic_angle))
                .int("Ascent", figures.ascent)
                .int("Descent", figures.descent)
                .int("CapHeight", figures.cap_height)
                // No TrueType table holds the stem's width; readers use it for a substitute only.
                .int("StemV", if figures.bold { 120 } else { 80 })
                .reference("FontFile2", file)
                .reference("CIDSet", set),
        )?;
        let mut widths = String::from("[");
        for (id, (_, advance)) in used {
            widths.push_str(&format!("{id}[{}]", super::pdf::number(milli(*advance))));
        }
        widths.push(']');
        pdf.object(
            descendant,
            Dict::new()
                .name("Type", "Font")
                .name("Subtype", "CIDFontType2")
                .name("BaseFont", &base_font)
                .raw(
                    "CIDSystemInfo",
                    "<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>",
                )
                .reference("FontDescriptor", descriptor)
                .raw("W", &widths)
                .reference("CIDToGIDMap", map),
        )?;
        pdf.object(
            at,
            Dict::new()
                .name("Type", "Font")
                .name("Subtype", "Type0")
                .name("BaseFont", &base_font)
                .name("Encoding", "Identity-H")
                .raw("DescendantFonts", &format!("[{descendant}]"))
                .reference("ToUnicode", unicode),
        )?;
        Ok(())
    }
}

/// A font that could not be embedded.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    #[error(transparent)]
    Font(#[from] FontError),
    #[error(transparent)]
    Write(#[from] std::io::Error),
}

/// The CMap that leads from glyph numbers back to characters, so that text copies out right.
fn to_unicode(used: &UsedGlyphs) -> String {
    let mut cmap = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n\
         /CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n",
    );
    let entries: Vec<_> = used.iter().collect();
    // A block holds at most 100 entries (Adobe Technical Note 5014).
    for block in entries.chunks(100) {
        cmap.push_str(&format!("{} beginbfchar\n", block.len()));
        for (id, (c, _)) in block {
            let mut utf16 = [0; 2];
            let code: String = c
                .encode_utf16(&mut utf16)
                .iter()
                .map(|unit| format!("{unit:04x}"))
                .collect();
            cmap.push_str(&format!("<{id:04x}><{code}>\n"));
        }
        cmap.push_str("endbfchar\n");
    }
    cmap.push_str("endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n");
    cmap
}

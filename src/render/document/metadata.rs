//! What stands at the end of a file: what it is, when it was made, and what its colours mean.

use std::io::Write;

use jiff::civil::Date;

use super::DocumentError;
use crate::render::icc;
use crate::render::pdf::{Dict, Pdf, Ref, Written};

const PRODUCER: &str = concat!("kia-station ", env!("CARGO_PKG_VERSION"));

/// Writes the catalog and what hangs on it, and ends the file.
pub(super) fn finish<W: Write>(
    mut pdf: Pdf<W>,
    root_pages: Ref,
    title: &str,
    day: Date,
) -> Result<(W, Written), DocumentError> {
    let [profile, metadata, info, root] = std::array::from_fn(|_| pdf.reserve());
    pdf.stream(profile, Dict::new().int("N", 3), &icc::srgb())?;
    let xmp = xmp(title, day);
    let dict = Dict::new().name("Type", "Metadata").name("Subtype", "XML");
    // PDF/A-1 wants the metadata readable without a decoder (ISO 19005-1, 6.7.2).
    pdf.encoded(metadata, dict, xmp.as_bytes())?;
    let date = format!("D:{}000000Z", day.strftime("%Y%m%d"));
    pdf.object(
        info,
        Dict::new()
            .raw("Title", &format!("({})", literal(title)))
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
        .reference("Pages", root_pages)
        .reference("Metadata", metadata)
        .raw("OutputIntents", &format!("[{intent}]"))
        // The printer driver must not shrink the card to its margins.
        .raw("ViewerPreferences", "<</PrintScaling/None>>");
    pdf.object(root, catalog)?;
    Ok(pdf.finish(root, info)?)
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

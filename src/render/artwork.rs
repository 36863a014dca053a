//! Vector artwork: SVG in, a PDF content stream out, drawn with `printpdf`.
//!
//! Only what prints without transparency is taken: PDF/A-1b allows none, and card printers
//! would rasterise the whole side for it.

use std::collections::BTreeMap;

use printpdf::{
    Color, CurTransMat, GradientStop, Line, LineCapStyle, LineJoinStyle, LinePoint, Mm, Op,
    PaintMode, PdfDocument, PdfPage, PdfSaveOptions, Point, Polygon, PolygonRing, Pt, Rgb, Shading,
    ShadingGeometry, ShadingId, WindingOrder,
};
use usvg::roxmltree;
use usvg::tiny_skia_path::PathSegment;

use super::pdf::{deflate, number};
use super::{CARD_MM, PT_PER_MM};

/// Artwork that cannot be printed as it is.
#[derive(Debug, thiserror::Error)]
pub enum ArtworkError {
    #[error("not a readable SVG: {0}")]
    Svg(#[from] usvg::Error),
    /// It does not cover the card and the bleed.
    #[error(
        "its `viewBox` is {0:.2} x {1:.2} and must be {2:.2} x {3:.2} mm: the card and its bleed"
    )]
    Size(f32, f32, f64, f64),
    /// It uses something that cannot be printed without transparency.
    #[error("it uses {0}, which print-ready PDF cannot hold: flatten it into plain opaque paths")]
    Unsupported(&'static str),
    /// The drawing could not be taken over.
    #[error("it could not be drawn")]
    Draw,
}

/// A drawing of the card's size with bleed, as PDF operators in pt, bottom-left is 0, 0.
#[derive(Clone)]
pub struct Artwork {
    /// The content stream, compressed.
    pub deflated: Vec<u8>,
    /// The shadings it names, as PDF dictionaries.
    pub shadings: BTreeMap<String, String>,
    /// Width and height in pt.
    pub size: [f64; 2],
}

const SVG: &str = "http://www.w3.org/2000/svg";

impl Artwork {
    /// Reads an SVG whose view box is the card with `bleed` mm on each side.
    pub fn parse(svg: &[u8], bleed: f64) -> Result<Self, ArtworkError> {
        let text = std::str::from_utf8(svg).map_err(|_| usvg::Error::NotAnUtf8Str)?;
        let document = roxmltree::Document::parse(text).map_err(usvg::Error::from)?;
        // Left to itself, the reader leaves these out without a word.
        let dropped = [
            ("image", "a picture"),
            ("feImage", "a picture"),
            ("foreignObject", "a foreign object"),
            ("text", "text"),
        ];
        for node in document.descendants() {
            let found = dropped
                .iter()
                .find(|(name, _)| node.has_tag_name((SVG, *name)));
            if let Some((_, what)) = found {
                return Err(ArtworkError::Unsupported(what));
            }
        }
        let tree = usvg::Tree::from_xmltree(&document, &usvg::Options::default())?;
        let wanted = CARD_MM.map(|side| side + 2.0 * bleed);
        let (width, height) = (
            f64::from(tree.size().width()),
            f64::from(tree.size().height()),
        );
        if (width / height - wanted[0] / wanted[1]).abs() > 0.002 {
            let size = tree.size();
            return Err(ArtworkError::Size(
                size.width(),
                size.height(),
                wanted[0],
                wanted[1],
            ));
        }
        let size = wanted.map(|side| side * PT_PER_MM);
        let scale = (size[0] / width) as f32;
        let mut drawing = Drawing {
            to_page: usvg::Transform::from_row(scale, 0.0, 0.0, -scale, 0.0, size[1] as f32),
            ops: Vec::new(),
            shadings: Vec::new(),
            fill: None,
            stroke: None,
        };
        drawing.group(tree.root())?;
        drawing.finish(size).ok_or(ArtworkError::Draw)
    }
}

struct Drawing {
    to_page: usvg::Transform,
    ops: Vec<Op>,
    shadings: Vec<Shading>,
    /// The colours set last, so that the thousand lines of a guilloche set theirs once.
    fill: Option<usvg::Color>,
    stroke: Option<(usvg::Color, u32)>,
}

impl Drawing {
    fn group(&mut self, group: &usvg::Group) -> Result<(), ArtworkError> {
        let unsupported = [
            (group.opacity().get() < 1.0, "opacity"),
            (group.clip_path().is_some(), "a clip path"),
            (group.mask().is_some(), "a mask"),
            (!group.filters().is_empty(), "a filter"),
            (
                group.blend_mode() != usvg::BlendMode::Normal,
                "a blend mode",
            ),
        ];
        if let Some((_, what)) = unsupported.into_iter().find(|(used, _)| *used) {
            return Err(ArtworkError::Unsupported(what));
        }
        for node in group.children() {
            match node {
                usvg::Node::Group(group) => self.group(group)?,
                usvg::Node::Path(path) if path.is_visible() => self.path(path)?,
                usvg::Node::Path(_) => {}
                usvg::Node::Image(_) => return Err(ArtworkError::Unsupported("a picture")),
                usvg::Node::Text(_) => return Err(ArtworkError::Unsupported("text")),
            }
        }
        Ok(())
    }

    fn path(&mut self, path: &usvg::Path) -> Result<(), ArtworkError> {
        let transform = path.abs_transform().post_concat(self.to_page);
        let subpaths = subpaths(path.data(), transform);
        if let Some(fill) = path.fill() {
            opaque(fill.opacity())?;
            let winding_order = match fill.rule() {
                usvg::FillRule::NonZero => WindingOrder::NonZero,
                usvg::FillRule::EvenOdd => WindingOrder::EvenOdd,
            };
            let rings = subpaths
                .iter()
                .map(|s| PolygonRing {
                    points: s.points.clone(),
                })
                .collect();
            self.fill(
                fill.paint(),
                Polygon {
                    rings,
                    mode: PaintMode::Fill,
                    winding_order,
                },
                transform,
            )?;
        }
        if let Some(stroke) = path.stroke() {
            opaque(stroke.opacity())?;
            let usvg::Paint::Color(color) = stroke.paint() else {
                return Err(ArtworkError::Unsupported("a gradient on an outline"));
            };
            if stroke.dasharray().is_some() {
                return Err(ArtworkError::Unsupported("a dashed outline"));
            }
            let scale = (transform.sx * transform.sy - transform.kx * transform.ky)
                .abs()
                .sqrt();
            let width = rounded(stroke.width().get() * scale);
            if self.stroke != Some((*color, width.to_bits())) {
                self.ops.push(Op::SetOutlineColor { col: rgb(*color) });
                self.ops.push(Op::SetOutlineThickness { pt: Pt(width) });
                self.stroke = Some((*color, width.to_bits()));
            }
            self.ops.push(Op::SetLineCapStyle {
                cap: match stroke.linecap() {
                    usvg::LineCap::Butt => LineCapStyle::Butt,
                    usvg::LineCap::Round => LineCapStyle::Round,
                    usvg::LineCap::Square => LineCapStyle::ProjectingSquare,
                },
            });
            self.ops.push(Op::SetLineJoinStyle {
                join: match stroke.linejoin() {
                    usvg::LineJoin::Round => LineJoinStyle::Round,
                    usvg::LineJoin::Bevel => LineJoinStyle::Bevel,
                    usvg::LineJoin::Miter | usvg::LineJoin::MiterClip => LineJoinStyle::Miter,
                },
            });
            for Subpath { points, closed } in subpaths {
                self.ops.push(Op::DrawLine {
                    line: Line {
                        points,
                        is_closed: closed,
                    },
                });
            }
        }
        Ok(())
    }

    fn fill(
        &mut self,
        paint: &usvg::Paint,
        mut polygon: Polygon,
        transform: usvg::Transform,
    ) -> Result<(), ArtworkError> {
        let (gradient, geometry): (&usvg::BaseGradient, _) = match paint {
            usvg::Paint::Color(color) => {
                if self.fill != Some(*color) {
                    self.ops.push(Op::SetFillColor { col: rgb(*color) });
                    self.fill = Some(*color);
                }
                self.ops.push(Op::DrawPolygon { polygon });
                return Ok(());
            }
            usvg::Paint::LinearGradient(g) => (
                g,
                ShadingGeometry::Axial {
                    coords: [g.x1(), g.y1(), g.x2(), g.y2()],
                },
            ),
            usvg::Paint::RadialGradient(g) => {
                let coords = [g.fx(), g.fy(), g.fr().get(), g.cx(), g.cy(), g.r().get()];
                (g, ShadingGeometry::Radial { coords })
            }
            usvg::Paint::Pattern(_) => return Err(ArtworkError::Unsupported("a pattern")),
        };
        if gradient.spread_method() != usvg::SpreadMethod::Pad {
            return Err(ArtworkError::Unsupported("a repeated gradient"));
        }
        let mut stops = Vec::new();
        for stop in gradient.stops() {
            opaque(stop.opacity())?;
            let usvg::Color { red, green, blue } = stop.color();
            let color = [red, green, blue].map(|part| f32::from(part) / 255.0);
            stops.push(GradientStop {
                offset: stop.offset().get(),
                color,
            });
        }
        let id = shading_id(self.shadings.len());
        self.shadings.push(Shading {
            geometry,
            stops,
            extend: (true, true),
        });
        polygon.mode = PaintMode::Clip;
        let space = transform.pre_concat(gradient.transform());
        let matrix = [space.sx, space.ky, space.kx, space.sy, space.tx, space.ty];
        self.ops.extend([
            Op::SaveGraphicsState,
            Op::DrawPolygon { polygon },
            Op::SetTransformationMatrix {
                matrix: CurTransMat::Raw(matrix),
            },
            Op::PaintShading { id },
            Op::RestoreGraphicsState,
        ]);
        Ok(())
    }

    fn finish(self, size: [f64; 2]) -> Option<Artwork> {
        let mut document = PdfDocument::new("artwork");
        for (i, shading) in self.shadings.iter().enumerate() {
            document
                .resources
                .shadings
                .map
                .insert(shading_id(i), shading.clone());
        }
        let [width, height] = size.map(|side| Mm((side / PT_PER_MM) as f32));
        document.pages.push(PdfPage::new(width, height, self.ops));
        let options = PdfSaveOptions {
            optimize: false,
            ..PdfSaveOptions::default()
        };
        let drawn = document.to_lopdf_document(&options, &mut Vec::new());
        let page = drawn.get_pages().into_values().next()?;
        let content = drawn.get_page_content(page);
        let shadings = self
            .shadings
            .iter()
            .enumerate()
            .map(|(i, shading)| (shading_id(i).0, written(&shading.to_dict().into())))
            .collect();
        Some(Artwork {
            deflated: deflate(&content),
            shadings,
            size,
        })
    }
}

/// The PDF text of the plain objects that a shading is made of.
fn written(object: &lopdf::Object) -> String {
    use lopdf::Object::{Array, Boolean, Dictionary, Integer, Name, Real};
    match object {
        Boolean(value) => value.to_string(),
        Integer(value) => value.to_string(),
        Real(value) => number(f64::from(*value)),
        Name(name) => format!("/{}", String::from_utf8_lossy(name)),
        Array(items) => {
            format!(
                "[{}]",
                items.iter().map(written).collect::<Vec<_>>().join(" ")
            )
        }
        Dictionary(dict) => {
            let entries = dict.iter().map(|(key, value)| {
                format!("/{} {}", String::from_utf8_lossy(key), written(value))
            });
            format!("<<{}>>", entries.collect::<String>())
        }
        _ => "null".to_owned(),
    }
}

fn shading_id(index: usize) -> ShadingId {
    ShadingId(format!("S{index}"))
}

fn opaque(opacity: usvg::Opacity) -> Result<(), ArtworkError> {
    if opacity.get() < 1.0 {
        Err(ArtworkError::Unsupported("opacity"))
    } else {
        Ok(())
    }
}

fn rgb(color: usvg::Color) -> Color {
    let [r, g, b] = [color.red, color.green, color.blue].map(|part| f32::from(part) / 255.0);
    Color::Rgb(Rgb {
        r,
        g,
        b,
        icc_profile: None,
    })
}

struct Subpath {
    points: Vec<LinePoint>,
    closed: bool,
}

/// Two decimals of a point are 0.0035 mm: no printer shows more, and the file stays small.
fn rounded(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}

fn subpaths(path: &usvg::tiny_skia_path::Path, transform: usvg::Transform) -> Vec<Subpath> {
    type Place = usvg::tiny_skia_path::Point;
    let point = |mut place: Place, bezier| {
        transform.map_point(&mut place);
        LinePoint {
            p: Point {
                x: Pt(rounded(place.x)),
                y: Pt(rounded(place.y)),
            },
            bezier,
        }
    };
    let mut found: Vec<Subpath> = Vec::new();
    let mut last = Place::default();
    for segment in path.segments() {
        if let PathSegment::MoveTo(to) = segment {
            found.push(Subpath {
                points: vec![point(to, false)],
                closed: false,
            });
            last = to;
            continue;
        }
        let Some(current) = found.last_mut() else {
            continue;
        };
        match segment {
            PathSegment::MoveTo(_) => {}
            PathSegment::LineTo(to) => {
                current.points.push(point(to, false));
                last = to;
            }
            PathSegment::QuadTo(control, to) => {
                // The same curve as a cubic: each control point two thirds of the way.
                let toward = |from: Place| {
                    Place::from_xy(
                        from.x + (control.x - from.x) * 2.0 / 3.0,
                        from.y + (control.y - from.y) * 2.0 / 3.0,
                    )
                };
                current.points.extend([
                    point(toward(last), true),
                    point(toward(to), true),
                    point(to, false),
                ]);
                last = to;
            }
            PathSegment::CubicTo(first, second, to) => {
                current
                    .points
                    .extend([point(first, true), point(second, true), point(to, false)]);
                last = to;
            }
            PathSegment::Close => current.closed = true,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_card_would_lack_is_refused_by_name() {
        let svg = |inner: &str| {
            format!(r#"<svg xmlns="{SVG}" viewBox="0 0 85.6 53.98"><g>{inner}</g></svg>"#)
        };
        for (inner, what) in [
            (
                r#"<image href="/etc/passwd" width="9" height="9"/>"#,
                "a picture",
            ),
            ("<text>KIA</text>", "text"),
            (r#"<foreignObject/>"#, "a foreign object"),
            (r#"<rect width="9" height="9" opacity="0.5"/>"#, "opacity"),
        ] {
            let refused = Artwork::parse(svg(inner).as_bytes(), 0.0).err();
            let named =
                matches!(&refused, Some(ArtworkError::Unsupported(found)) if *found == what);
            assert!(named, "{inner}: {refused:?}");
        }
        let plain = svg(r#"<rect width="9" height="9"/>"#);
        assert!(Artwork::parse(plain.as_bytes(), 0.0).is_ok());
    }
}

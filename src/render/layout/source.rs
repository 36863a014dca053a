//! The keys of `layout.toml` as they are written, each with its place.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Align, Only};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    pub format: Spanned<String>,
    pub name: String,
    pub kind: Spanned<String>,
    #[serde(default = "default_bleed")]
    pub bleed: Spanned<f64>,
    #[serde(default)]
    pub blank: SourceBlank,
    pub fonts: BTreeMap<String, Spanned<String>>,
    pub front: Vec<Spanned<SourceItem>>,
    pub back: Vec<Spanned<SourceItem>>,
}

/// Scans of the office's pre-printed blank.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SourceBlank {
    pub front: Option<Spanned<String>>,
    pub back: Option<Spanned<String>>,
}

fn default_bleed() -> Spanned<f64> {
    Spanned::new(0..0, 2.0)
}

/// The keys of an item. One struct for all kinds: an untagged enum would lose the places.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SourceItem {
    pub text: Option<Spanned<String>>,
    pub rows: Option<Spanned<Vec<Vec<Spanned<String>>>>>,
    pub photo: Option<Spanned<String>>,
    pub qr: Option<Spanned<String>>,
    pub artwork: Option<Spanned<String>>,
    pub image: Option<Spanned<String>>,
    pub rect: Option<Spanned<[f64; 2]>>,
    pub line: Option<Spanned<[f64; 2]>>,
    pub at: Option<Spanned<[f64; 2]>>,
    pub area: Option<Spanned<[f64; 2]>>,
    pub only: Option<Only>,
    pub align: Align,
    pub font: Option<Spanned<String>>,
    pub size: Option<Spanned<f64>>,
    pub fit: Option<Spanned<SourceFit>>,
    pub width: Option<Spanned<f64>>,
    pub leading: Option<f64>,
    pub label_font: Option<Spanned<String>>,
    pub label_size: Option<f64>,
    pub labels: Option<Only>,
    pub label_width: Option<Spanned<f64>>,
    pub pitch: Option<f64>,
    pub height: Option<f64>,
    pub fill: Option<Spanned<String>>,
    pub stroke: Option<Spanned<String>>,
    pub line_width: Option<f64>,
    pub black: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceFit {
    pub shrink_to: f64,
    #[serde(default = "one_line")]
    pub lines: usize,
}

fn one_line() -> usize {
    1
}

/// Every key an item may have, for the documentation and its test.
pub const ITEM_KEYS: &[&str] = &[
    "text",
    "rows",
    "photo",
    "qr",
    "artwork",
    "image",
    "rect",
    "line",
    "at",
    "area",
    "only",
    "align",
    "font",
    "size",
    "fit",
    "width",
    "leading",
    "label_font",
    "label_size",
    "labels",
    "label_width",
    "pitch",
    "height",
    "fill",
    "stroke",
    "line_width",
    "black",
];

/// Every key at the top of a layout.
pub const TOP_KEYS: &[&str] = &[
    "format", "name", "kind", "bleed", "blank", "fonts", "front", "back",
];

/// Every key of an item's `fit`.
pub const FIT_KEYS: &[&str] = &["shrink_to", "lines"];

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: &str = "format = \"\"\nname = \"\"\nkind = \"\"\nfonts = {}\nback = []\n";

    /// The keys that the parser knows where `source` has one that it does not.
    fn known_keys(source: &str) -> Vec<String> {
        let error = toml::from_str::<Source>(source).err().unwrap();
        let (_, known) = error.message().split_once(", expected ").unwrap();
        known
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn the_published_keys_are_those_the_parser_takes() {
        assert_eq!(known_keys("nokey = 1"), TOP_KEYS);
        assert_eq!(
            known_keys(&format!("{TOP}front = [{{ nokey = 1 }}]")),
            ITEM_KEYS
        );
        let fit = format!("{TOP}front = [{{ fit = {{ nokey = 1 }} }}]");
        assert_eq!(known_keys(&fit), FIT_KEYS);
    }
}

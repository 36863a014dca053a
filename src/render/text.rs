//! Setting a text into a width: shrink to a floor, then wrap, then refuse. Never clipped.

use super::font::Font;

/// How a text may give way when it is too long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// The size in pt when there is room.
    pub size: f64,
    /// The smallest size in pt.
    pub shrink_to: f64,
    /// How many lines it may take.
    pub lines: usize,
}

/// A text set: one size, one or more lines.
#[derive(Debug, Clone, PartialEq)]
pub struct SetText {
    /// The size in pt.
    pub size: f64,
    /// The lines, none of them wider than was asked.
    pub lines: Vec<String>,
}

/// Why a text cannot be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextError {
    /// The font lacks this character.
    MissingGlyph(char),
    /// Too long even at the smallest size on all lines.
    TooLong,
}

/// Sizes go down in steps of a twentieth of a point: finer is not seen on a card.
const STEP: f64 = 0.05;

/// Sets `text` into `width` pt.
pub fn set(text: &str, font: &Font, width: f64, fit: Fit) -> Result<SetText, TextError> {
    let natural = font.width(text).map_err(TextError::MissingGlyph)?;
    let one_line = down_to_step(fit.size.min(width / natural.max(f64::MIN_POSITIVE)));
    if one_line >= fit.shrink_to {
        return Ok(SetText {
            size: one_line,
            lines: vec![text.to_owned()],
        });
    }
    let words: Vec<(&str, f64)> = text
        .split(' ')
        .map(|word| {
            font.width(word)
                .map(|width| (word, width))
                .map_err(TextError::MissingGlyph)
        })
        .collect::<Result<_, _>>()?;
    let space = font.width(" ").map_err(TextError::MissingGlyph)?;
    for count in 2..=fit.lines {
        let mut size = fit.size;
        while size >= fit.shrink_to - STEP / 2.0 {
            if let Some(lines) = wrap(&words, space, width / size, count) {
                return Ok(SetText {
                    size: down_to_step(size),
                    lines,
                });
            }
            size -= STEP;
        }
    }
    Err(TextError::TooLong)
}

fn down_to_step(size: f64) -> f64 {
    ((size / STEP + 1e-6).floor()) * STEP
}

/// Fills at most `count` lines of `width` em one after the other, or gives up.
fn wrap(words: &[(&str, f64)], space: f64, width: f64, count: usize) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = f64::INFINITY;
    for (word, word_width) in words {
        if *word_width > width {
            return None;
        }
        match lines.last_mut() {
            Some(line) if used + space + word_width <= width => {
                line.push(' ');
                line.push_str(word);
                used += space + word_width;
            }
            _ => {
                lines.push((*word).to_owned());
                used = *word_width;
            }
        }
        if lines.len() > count {
            return None;
        }
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn font() -> Font {
        Font::parse(include_bytes!("../../layouts/fonts/NotoSans-SemiCondensed-kia.ttf").to_vec())
            .unwrap()
    }

    const FIT: Fit = Fit {
        size: 6.0,
        shrink_to: 4.5,
        lines: 2,
    };

    #[test]
    fn a_short_text_keeps_its_size_and_a_longer_one_shrinks_before_it_wraps() {
        let font = font();
        let short = set("ANI", &font, 100.0, FIT).unwrap();
        assert_eq!((short.size, short.lines.len()), (6.0, 1));
        let natural = font.width("SITI NURHALIZA PUTRI").unwrap();
        let shrunk = set("SITI NURHALIZA PUTRI", &font, natural * 5.0, FIT).unwrap();
        assert_eq!(shrunk.lines.len(), 1);
        assert!((4.9..=5.0).contains(&shrunk.size), "{}", shrunk.size);
        let wrapped = set("SITI NURHALIZA PUTRI", &font, natural * 4.0, FIT).unwrap();
        assert_eq!(wrapped.lines.len(), 2);
    }

    #[test]
    fn what_does_not_fit_is_refused_and_a_missing_glyph_is_named() {
        assert_eq!(
            set(&"W".repeat(60), &font(), 60.0, FIT),
            Err(TextError::TooLong)
        );
        assert_eq!(
            set("明", &font(), 60.0, FIT),
            Err(TextError::MissingGlyph('明'))
        );
    }

    proptest! {
        #[test]
        fn no_line_is_ever_wider_than_asked_and_no_word_is_lost(
            words in prop::collection::vec("[A-Z]{1,14}", 1..9),
            width in 40.0..200.0f64,
        ) {
            let font = font();
            let text = words.join(" ");
            if let Ok(set) = set(&text, &font, width, FIT) {
                prop_assert!(set.size >= FIT.shrink_to - 1e-9 && set.size <= FIT.size);
                prop_assert!(set.lines.len() <= FIT.lines);
                for line in &set.lines {
                    prop_assert!(font.width(line).unwrap() * set.size <= width + 1e-6);
                }
                prop_assert_eq!(set.lines.join(" "), text);
            } else {
                // It is refused only when the floor on all lines is too little.
                let floor = font.width(&text).unwrap() * FIT.shrink_to;
                prop_assert!(floor > width);
            }
        }
    }
}

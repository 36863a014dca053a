//! Text that people read, in Indonesian and in English.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

/// A language of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lang {
    #[default]
    Indonesian,
    English,
}

impl Lang {
    /// The code of HTML's `lang` attribute.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Indonesian => "id",
            Self::English => "en",
        }
    }

    /// Returns the value for this language.
    pub const fn t<T: Copy>(self, indonesian: T, english: T) -> T {
        match self {
            Self::Indonesian => indonesian,
            Self::English => english,
        }
    }
}

/// One text in both languages. `Display` prints both, as the console does: `siap (ready)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub id: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

impl Text {
    pub const fn new(id: &'static str, en: &'static str) -> Self {
        Self {
            id: Cow::Borrowed(id),
            en: Cow::Borrowed(en),
        }
    }

    /// A text that is the same in both languages, such as a name.
    pub fn same(text: impl Into<Cow<'static, str>>) -> Self {
        let id = text.into();
        Self { en: id.clone(), id }
    }

    pub fn of(&self, lang: Lang) -> &str {
        lang.t(&*self.id, &*self.en)
    }

    /// Like [`Text::of`], for a text that is a temporary.
    pub fn into(self, lang: Lang) -> Cow<'static, str> {
        match lang {
            Lang::Indonesian => self.id,
            Lang::English => self.en,
        }
    }
}

/// Indonesian and English, in this order.
impl<I, E> From<(I, E)> for Text
where
    I: Into<Cow<'static, str>>,
    E: Into<Cow<'static, str>>,
{
    fn from((id, en): (I, E)) -> Self {
        Self {
            id: id.into(),
            en: en.into(),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.id == self.en {
            f.write_str(&self.id)
        } else {
            write!(f, "{} ({})", self.id, self.en)
        }
    }
}

/// As JSON for scripts: `{"id": "siap", "en": "ready"}`.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut text = serializer.serialize_struct("Text", 2)?;
        text.serialize_field("id", &self.id)?;
        text.serialize_field("en", &self.en)?;
        text.end()
    }
}

/// A value that people read about: a state, a reason, a refusal, an outcome.
pub trait Explain {
    fn text(&self) -> Text;
}

/// Makes a [`Text`] from two format strings. Both may capture variables; arguments that only one
/// language needs follow it and end with `;`.
///
/// ```
/// use kia_station::text;
/// let n = 3;
/// assert_eq!(text!("{n} kartu", "{n} cards").to_string(), "3 kartu (3 cards)");
/// assert_eq!(text!("{} kartu", "tiga"; "{} cards", "three").id, "tiga kartu");
/// ```
#[macro_export]
macro_rules! text {
    ($id:literal, $en:literal $(,)?) => {
        $crate::domain::text::Text {
            id: ::std::borrow::Cow::Owned(::std::format!($id)),
            en: ::std::borrow::Cow::Owned(::std::format!($en)),
        }
    };
    ($id:literal $(, $id_arg:expr)*; $en:literal $(, $en_arg:expr)* $(,)?) => {
        $crate::domain::text::Text {
            id: ::std::borrow::Cow::Owned(::std::format!($id $(, $id_arg)*)),
            en: ::std::borrow::Cow::Owned(::std::format!($en $(, $en_arg)*)),
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_both_languages_once_when_they_are_equal() {
        assert_eq!(Text::new("siap", "ready").to_string(), "siap (ready)");
        assert_eq!(Text::same("K000123-0").to_string(), "K000123-0");
        assert_eq!(Text::new("siap", "ready").of(Lang::English), "ready");
    }
}

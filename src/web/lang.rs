//! The two languages of the page.

use axum::http::HeaderMap;

use super::session::cookie;
pub use crate::domain::text::Lang;

/// The cookie that keeps the choice.
pub const COOKIE: &str = "kia_bahasa";

impl Lang {
    /// The language that this browser chose.
    pub fn of(headers: &HeaderMap) -> Self {
        match cookie(headers, COOKIE) {
            Some("en") => Self::English,
            _ => Self::Indonesian,
        }
    }

    /// The half of a text that says both, as the command line does: `siap (ready)`.
    pub fn half(self, text: &str) -> &str {
        match text
            .strip_suffix(')')
            .and_then(|text| text.split_once(" ("))
        {
            Some(halves) => self.of_pair(halves),
            None => text,
        }
    }

    /// One of a pair of texts.
    pub const fn of_pair<T: Copy>(self, pair: (T, T)) -> T {
        self.t(pair.0, pair.1)
    }
}

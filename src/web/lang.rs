//! The two languages of the page.

pub use crate::domain::text::Lang;

impl Lang {
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

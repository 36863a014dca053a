//! What stands around every page, and the page without the menu.

use maud::{DOCTYPE, Markup, html};

use crate::domain::text::Lang;

/// Names style and script anew with every version, past what browsers keep.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A page without the menu.
pub fn bare(title: &str, content: &Markup) -> Markup {
    document(
        Lang::Indonesian,
        title,
        false,
        &html! { main.bare #main { (content) } },
    )
}

pub fn document(lang: Lang, title: &str, live: bool, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(lang.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Stasiun KIA" }
                link rel="icon" href={ "/assets/icon.svg?" (VERSION) };
                link rel="stylesheet" href={ "/assets/app.css?" (VERSION) };
                script src={ "/assets/app.js?" (VERSION) } defer {}
            }
            body data-live=[live.then_some("on")] { (body) }
        }
    }
}

/// A script that one page alone needs.
pub fn script(name: &str) -> Markup {
    html! { script src={ "/assets/" (name) "?" (VERSION) } defer {} }
}

//! The forms of the supplies.

use maud::{Markup, html};

use crate::domain::stock::{Movement, RIBBON_PRINTS};
use crate::domain::text::{Explain, Lang};

/// What the forms of the blanks send; the first has a form of its own.
const MOVEMENTS: [(&str, Movement); 5] = [
    ("received", Movement::Received),
    ("test", Movement::Test),
    ("spoiled", Movement::Spoiled),
    ("lent", Movement::Lent),
    ("returned", Movement::Returned),
];

pub fn movement(code: &str) -> Option<Movement> {
    let found = MOVEMENTS.iter().find(|(known, _)| *known == code);
    found.map(|(_, movement)| *movement)
}

/// Every form, for blanks of these kinds.
pub fn all(lang: Lang, media: &[String], to_destroy: usize) -> Markup {
    html! {
        h2 { (lang.t("Catat", "Enter")) }
        div.grid.forms {
            (receive(lang, media))
            (other(lang, media))
            (count(lang, media))
            (ribbons(lang))
            (destroy(lang, media, to_destroy))
        }
    }
}

fn which(lang: Lang, media: &[String]) -> Markup {
    html! {
        @if let [only] = media { input type="hidden" name="media" value=(only); }
        @else {
            label { (lang.t("Jenis blanko", "Kind of blanks"))
                select name="media" { @for kind in media { option value=(kind) { (kind) } } } }
        }
    }
}

fn how_many(lang: Lang, name: &str, least: u32) -> Markup {
    html! {
        label { (lang.t("Jumlah", "How many"))
            input type="number" name=(name) min=(least) max="1000000" inputmode="numeric" required; }
    }
}

fn receive(lang: Lang, media: &[String]) -> Markup {
    html! {
        form.card.panel method="post" action="/stock/blanks" {
            h3 { (lang.t("Blanko diterima", "Blanks received")) }
            input type="hidden" name="what" value="received";
            (which(lang, media))
            (how_many(lang, "count", 1))
            label { (lang.t("Nomor kemasan (boleh kosong)", "Batch or packet (may stay empty)"))
                input name="batch" maxlength="60" autocomplete="off"; }
            div.line {
                label { (lang.t("Seri pertama", "First serial")) input name="first" size="12" maxlength="32" autocomplete="off"; }
                label { (lang.t("Seri terakhir", "Last serial")) input name="last" size="12" maxlength="32" autocomplete="off"; }
            }
            button.primary { (lang.t("Catat penerimaan", "Enter the receipt")) }
        }
    }
}

fn other(lang: Lang, media: &[String]) -> Markup {
    html! {
        form.card.panel method="post" action="/stock/blanks" {
            h3 { (lang.t("Blanko keluar, kembali, cacat", "Blanks out, back, faulty")) }
            label { (lang.t("Apa yang terjadi", "What happened"))
                select name="what" required {
                    option value="" { (lang.t("pilih…", "choose…")) }
                    @for (code, movement) in &MOVEMENTS[1..] { option value=(code) { (movement.text().of(lang)) } }
                }
            }
            (which(lang, media))
            (how_many(lang, "count", 1))
            label { (lang.t("Catatan: kepada atau dari siapa, kenapa (tanpa nama anak)", "Note: to or from whom, why (no child's name)"))
                input name="note" maxlength="120" autocomplete="off"; }
            button.primary { (lang.t("Catat", "Enter")) }
        }
    }
}

fn count(lang: Lang, media: &[String]) -> Markup {
    html! {
        form.card.panel method="post" action="/stock/count" {
            h3 { (lang.t("Hitung blanko", "Count the blanks")) }
            p.soft { (lang.t("Hitungan ini tidak menutup hari.", "This count closes no day.")) }
            (which(lang, media))
            (how_many(lang, "count", 0))
            button.primary { (lang.t("Catat hitungan", "Enter the count")) }
        }
    }
}

fn ribbons(lang: Lang) -> Markup {
    html! {
        div.panel {
            h3 { (lang.t("Pita", "Ribbons")) }
            form.line method="post" action="/stock/ribbons" {
                input type="hidden" name="what" value="receive";
                label { (lang.t("Pita diterima", "Ribbons received")) input type="number" name="ribbons" min="1" max="10000" required; }
                label { (lang.t("Cetakan per pita", "Prints in each")) input type="number" name="prints" min="1" max="100000" value=(RIBBON_PRINTS) required; }
                button.primary { (lang.t("Catat", "Enter")) }
            }
            form.line method="post" action="/stock/ribbons" {
                input type="hidden" name="what" value="put-in";
                label { (lang.t("Pita baru dipasang; cetakan yang terbuang", "New ribbon put in; prints lost")) input type="number" name="discarded" min="0" max="100000" value="0" required; }
                button { (lang.t("Dipasang", "Put in")) }
            }
            form.line method="post" action="/stock/ribbons" {
                input type="hidden" name="what" value="use";
                label { (lang.t("Cetakan dipakai KTP-el", "Prints used for KTP-el")) input type="number" name="prints" min="1" max="100000" required; }
                button { (lang.t("Catat", "Enter")) }
            }
        }
    }
}

fn destroy(lang: Lang, media: &[String], to_destroy: usize) -> Markup {
    html! {
        form.card.panel method="post" action="/stock/destroy" {
            h3 { (lang.t("Musnahkan", "Destroy")) }
            p { strong { (to_destroy) } " " (lang.t("kartu rusak dimusnahkan semuanya, dengan blanko cacat:", "spoiled cards are destroyed, all of them, with faulty blanks:")) }
            (which(lang, media))
            label { (lang.t("Blanko cacat", "Faulty blanks"))
                input type="number" name="blanks" min="0" max="1000000" value="0" required; }
            label { (lang.t("Saksi, satu nama tiap baris", "Witnesses, one name a line"))
                textarea name="witnesses" rows="2" maxlength="400" required {} }
            button.danger { (lang.t("Periksa dulu…", "Check first…")) }
        }
    }
}

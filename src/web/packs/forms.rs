//! The steps that a pack can take now, as forms.

use maud::{Markup, html};

use super::{HERE, may_choose};
use crate::actions::Rule;
use crate::actions::packs::Contents;
use crate::domain::pack::{Carrier, PackState, ReturnReason};
use crate::domain::text::{Explain, Lang};
use crate::web::app::App;
use crate::web::session::User;

/// Every form of this pack; the cards' ticks belong to the one named `steps`.
pub(super) fn all(app: &App, user: &User, whole: &Contents) -> Markup {
    let (lang, pack) = (user.lang, &whole.pack);
    let works = user.may(Rule::PackFill);
    let to = format!("{HERE}/{}", pack.pack);
    html! {
        // Enter in a field of this form presses its first button: one that does nothing, for the
        // others each do something else with the whole pack.
        button form="steps" disabled hidden {}
        div.grid.forms {
            @if works {
                @match pack.state {
                    PackState::Open => { (add(lang, &to)) (close(user, &to)) }
                    PackState::Closed => (send(app, lang, &to)),
                    PackState::Sent | PackState::Partial => (receive(app, lang, &to)),
                    PackState::Received | PackState::Returned => {}
                }
                @if whole.cards.iter().any(|card| may_choose(pack, card)) {
                    (chosen(lang, &to, pack.state))
                }
                @if whole.back > 0 { (redeliver(lang, &to, whole.back)) }
            }
            @if pack.state != PackState::Open {
                (papers(lang, &to))
                @if works { (attach(lang, &to)) }
            }
        }
    }
}

fn add(lang: Lang, to: &str) -> Markup {
    html! {
        form.card.panel method="post" action={ (to) "/add" } {
            h3 { (lang.t("Masukkan kartu", "Put a card in")) }
            label { (lang.t("Nomor kartu", "The card's number"))
                input name="card" required autocomplete="off" placeholder="K000123-0"; }
            button { (lang.t("Masukkan", "Put in")) }
        }
    }
}

fn close(user: &User, to: &str) -> Markup {
    let lang = user.lang;
    html! {
        form.card.panel method="post" action={ (to) "/close" } {
            h3 { (lang.t("Segel paket", "Close the pack")) }
            p.soft { (lang.t("Setiap kartu di dalamnya harus sudah terverifikasi.", "Every card in it must be verified.")) }
            button.primary { (lang.t("Segel", "Close")) }
            @if user.may(Rule::PackCloseUnscanned) {
                button.danger formaction={ (to) "/waive" }
                    data-confirm=(lang.t("Segel walau ada kartu yang belum dipindai? Nama Anda dicatat.",
                                         "Close it although some cards were not scanned? Your name is kept.")) {
                    (lang.t("Segel tanpa pindai, saya yang bertanggung jawab", "Close unscanned, I answer for it"))
                }
            }
        }
    }
}

fn send(app: &App, lang: Lang, to: &str) -> Markup {
    html! {
        form.card.panel method="post" action={ (to) "/send" } {
            h3 { (lang.t("Kirim", "Send")) }
            label { (lang.t("Lewat", "By"))
                select name="via" required {
                    option value="" { (lang.t("pilih…", "choose…")) }
                    @for carrier in Carrier::ALL {
                        option value=(carrier.code()) { (carrier.text().of(lang)) }
                    }
                }
            }
            label { (lang.t("Nomor kiriman (Kantor Pos dan kurir)", "Shipment number (post and courier)"))
                input name="number" maxlength="40" autocomplete="off"; }
            label { (lang.t("Tanggal", "Day")) input type="date" name="on" value=(app.today()) max=(app.today()) required; }
            button.primary { (lang.t("Catat terkirim", "Enter as sent")) }
        }
    }
}

fn receive(app: &App, lang: Lang, to: &str) -> Markup {
    html! {
        div.card.panel {
            h3 { (lang.t("Jawaban sekolah", "What the school says")) }
            p.soft { (lang.t("Centang kartu pada daftar di bawah bila tidak semuanya sampai.",
                             "Tick cards in the list below where not all arrived.")) }
            label { (lang.t("Tanggal", "Day")) input type="date" form="steps" name="on" value=(app.today()) max=(app.today()); }
            @let button = |what: &str, words: &str, first: bool| html! {
                button.primary[first] form="steps" formaction={ (to) "/receive" } name="what" value=(what) { (words) }
            };
            (button("all", lang.t("Semua sampai", "All arrived"), true))
            (button("except", lang.t("Sampai, kecuali yang dicentang", "Arrived, but for those ticked"), false))
            (button("these", lang.t("Hanya yang dicentang sampai", "Only those ticked arrived"), false))
            (button("unclaimed", lang.t("Yang dicentang di sekolah, belum diambil", "Those ticked are there, unclaimed"), false))
        }
    }
}

/// The form of the ticks: what can be done with the chosen cards in this state.
fn chosen(lang: Lang, to: &str, state: PackState) -> Markup {
    let in_office = matches!(state, PackState::Open | PackState::Closed);
    html! {
        form.card.panel #steps method="post" action={ (to) "/move" } {
            h3 { (lang.t("Kartu yang dicentang", "The cards that are ticked")) }
            @if in_office {
                button formaction={ (to) "/remove" } { (lang.t("Keluarkan dari paket", "Take out of the pack")) }
            } @else {
                label { (lang.t("Kembali ke kantor karena", "Came back because"))
                    select name="reason" {
                        @for reason in ReturnReason::ALL {
                            option value=(reason.code()) { (reason.text().of(lang)) }
                        }
                    }
                }
                button formaction={ (to) "/return" } { (lang.t("Catat kembali", "Enter as returned")) }
            }
            label { (lang.t("Pindah ke sekolah lain (NPSN atau nama)", "To another school (NPSN or name)"))
                input name="school" autocomplete="off"; }
            button { (lang.t("Pindahkan", "Move")) }
        }
    }
}

fn redeliver(lang: Lang, to: &str, back: usize) -> Markup {
    html! {
        form.card.panel method="post" action={ (to) "/redeliver" } {
            h3 { (back) " " (lang.t("kartu kembali ada di kantor", "returned cards lie in the office")) }
            p.soft { (lang.t("Masuk paket baru untuk sekolah yang sama.", "They go into a new pack for the same school.")) }
            button { (lang.t("Kirim ulang", "Deliver again")) }
        }
    }
}

fn papers(lang: Lang, to: &str) -> Markup {
    html! {
        form.card.panel method="post" action={ (to) "/papers" } data-file {
            h3 { (lang.t("Dokumen (PDF)", "Papers (PDF)")) }
            div.line {
                button name="what" value="bast" { (lang.t("Berita acara", "Minutes")) }
                button name="what" value="tanda-terima" { (lang.t("Tanda terima", "Receipt lists")) }
                button name="what" value="label" { "Label" }
            }
            details {
                summary { (lang.t("Nomor, tanggal dan penerima", "Number, day and receiver")) }
                div.card {
                    label { (lang.t("Nomor berita acara", "Number of the minutes")) input name="number" maxlength="60" autocomplete="off"; }
                    label { (lang.t("Tanggal serah terima", "Day of the handover")) input type="date" name="on"; }
                    label { (lang.t("Nama penerima", "Receiver's name")) input name="receiver" maxlength="80" autocomplete="off"; }
                    label { "NIP" input name="nip" maxlength="30" autocomplete="off"; }
                    label { (lang.t("Jabatan", "Title")) input name="title" maxlength="80" autocomplete="off"; }
                }
            }
        }
    }
}

fn attach(lang: Lang, to: &str) -> Markup {
    html! {
        form.card.panel method="post" action={ (to) "/files" } enctype="multipart/form-data" {
            h3 { (lang.t("Lampirkan hasil pindai", "Attach a signed scan")) }
            label { (lang.t("PDF, JPEG atau PNG", "PDF, JPEG or PNG"))
                input type="file" name="scan" accept=".pdf,.jpg,.jpeg,.png" required; }
            button { (lang.t("Lampirkan", "Attach")) }
        }
    }
}

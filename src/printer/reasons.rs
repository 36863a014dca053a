//! What a printer complains of (`printer-state-reasons`), in words for the person beside it.

use crate::domain::text::{Explain, Text};
use std::fmt;

/// How grave a reason is (RFC 8011 §5.4.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Printing stops until a person helps.
    Error,
    /// Printing goes on, not for long.
    Warning,
    Report,
}

/// One complaint of a printer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reason {
    keyword: String,
    severity: Severity,
}

/// A complaint in words: Indonesian and English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Words {
    /// What it is: Indonesian, English.
    pub title: (&'static str, &'static str),
    /// What to do about it: Indonesian, English.
    pub advice: (&'static str, &'static str),
}

impl Reason {
    /// Reads a keyword. Without a suffix it is an error; `none` is no reason at all.
    pub fn parse(text: &str) -> Option<Self> {
        let suffixes = [
            ("-error", Severity::Error),
            ("-warning", Severity::Warning),
            ("-report", Severity::Report),
        ];
        let suffixed = suffixes
            .into_iter()
            .find_map(|(suffix, severity)| Some((text.strip_suffix(suffix)?, severity)));
        let (keyword, severity) = suffixed.unwrap_or((text, default_severity(text)));
        (keyword != "none" && !keyword.is_empty()).then(|| Self {
            keyword: keyword.to_owned(),
            severity,
        })
    }

    /// The printer's keyword without its suffix.
    pub fn keyword(&self) -> &str {
        &self.keyword
    }

    /// How grave it is.
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// Whether no card can be printed until a person helps. Of some reasons that is so whatever the
    /// suffix: ippeveprinter picks the suffix by its own state, and out of cards in the middle of a
    /// job says `media-empty-warning`.
    pub fn stops_printing(&self) -> bool {
        self.severity == Severity::Error || STOPPING.contains(&self.keyword.as_str())
    }

    fn words(&self) -> Option<Words> {
        let is = |row: &&(&[&str], Words)| row.0.contains(&self.keyword.as_str());
        KNOWN.iter().find(is).map(|row| row.1)
    }

    /// What to do; general advice for an unknown reason.
    pub fn advice(&self) -> Text {
        let (id, en) = self.words().map_or(UNKNOWN_ADVICE, |words| words.advice);
        Text::new(id, en)
    }
}

impl Explain for Reason {
    fn text(&self) -> Text {
        match self.words() {
            Some(words) => Text::new(words.title.0, words.title.1),
            None => Text::same(format!("`{}`", self.keyword)),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

/// Some keywords tell a passing state, whatever the standard says of a missing suffix: cups and
/// ippeveprinter say them bare of a printer that works.
fn default_severity(keyword: &str) -> Severity {
    match keyword {
        "connecting-to-device" | "moving-to-paused" | "cups-waiting-for-job-completed" => {
            Severity::Report
        }
        low if low.ends_with("-low") || low.ends_with("-almost-empty") => Severity::Warning,
        full if full.ends_with("-almost-full") => Severity::Warning,
        _ => Severity::Error,
    }
}

/// Reasons that stop a card printer, which has one feeder and one ribbon.
const STOPPING: [&str; 7] = [
    "media-empty",
    "media-needed",
    "media-jam",
    "marker-supply-empty",
    "cover-open",
    "door-open",
    "paused",
];

const UNKNOWN_ADVICE: (&str, &str) = (
    "lihat layar printer dan buku petunjuknya",
    "look at the printer's display and its manual",
);

const fn words(title: (&'static str, &'static str), advice: (&'static str, &'static str)) -> Words {
    Words { title, advice }
}

/// What the station itself says of a printer that rests after so many cards.
pub const RESTS: &str = "kia-rests-report";

/// What the station itself says of a printer that took none of the last jobs.
pub const TAKES_NOTHING: &str = "kia-takes-nothing-report";

/// Keywords of RFC 8011, PWG 5100.9 and 5100.13, those that CUPS adds, and the station's own.
const KNOWN: &[(&[&str], Words)] = &[
    (
        &["media-empty", "media-needed", "input-media-supply-empty"],
        words(
            ("kartu kosong", "out of cards"),
            ("isi kartu ke wadah masuk", "fill the card feeder"),
        ),
    ),
    (
        &["media-low", "input-media-supply-low"],
        words(
            ("kartu hampir habis", "few cards left"),
            ("siapkan kartu berikutnya", "have more cards ready"),
        ),
    ),
    (
        &["media-jam", "input-media-jam", "output-media-jam"],
        words(
            ("kartu macet", "card jam"),
            (
                "buka penutup, keluarkan kartu, catat kartu itu rusak",
                "open the cover, take the card out, record it as spoiled",
            ),
        ),
    ),
    (
        &[
            "marker-supply-empty",
            "toner-empty",
            "ribbon-empty",
            "ribbon-out",
            "marker-ribbon-empty",
        ],
        words(
            ("pita habis", "ribbon used up"),
            ("ganti pita", "change the ribbon"),
        ),
    ),
    (
        &[
            "marker-supply-low",
            "toner-low",
            "ribbon-low",
            "marker-ribbon-low",
            "marker-supply-almost-empty",
        ],
        words(
            ("pita hampir habis", "ribbon nearly used up"),
            ("siapkan pita pengganti", "have a new ribbon ready"),
        ),
    ),
    (
        &[
            "marker-supply-missing",
            "ribbon-missing",
            "marker-ribbon-missing",
        ],
        words(
            ("pita tidak terpasang", "no ribbon in the printer"),
            ("pasang pita", "put a ribbon in"),
        ),
    ),
    (
        &[
            "marker-waste-full",
            "waste-receptacle-full",
            "marker-waste-almost-full",
        ],
        words(
            ("wadah limbah penuh", "waste box full"),
            ("kosongkan wadah limbah", "empty the waste box"),
        ),
    ),
    (
        &["cover-open", "input-cover-open", "output-cover-open"],
        words(
            ("penutup terbuka", "cover open"),
            ("tutup penutup printer", "close the printer's cover"),
        ),
    ),
    (
        &[
            "door-open",
            "input-door-open",
            "output-door-open",
            "interlock-open",
        ],
        words(
            ("pintu terbuka", "door open"),
            ("tutup pintu printer", "close the printer's door"),
        ),
    ),
    (
        &["input-tray-missing", "output-tray-missing"],
        words(
            ("wadah kartu tidak terpasang", "card tray missing"),
            ("pasang wadah kartu", "put the card tray in"),
        ),
    ),
    (
        &["output-area-full", "output-area-almost-full"],
        words(
            ("wadah keluar penuh", "output hopper full"),
            ("ambil kartu yang sudah jadi", "take the finished cards out"),
        ),
    ),
    (
        &[
            "paused",
            "moving-to-paused",
            "stopping",
            "stopped-partly",
            "hold-new-jobs",
        ],
        words(
            ("printer dijeda", "printer paused"),
            (
                "lanjutkan printer bila sudah siap",
                "resume the printer when it is ready",
            ),
        ),
    ),
    (
        &["offline", "shutdown", "deactivated", "cups-remote-stopped"],
        words(
            ("printer mati atau luring", "printer off or offline"),
            (
                "nyalakan printer dan periksa kabelnya",
                "switch it on and check its cable",
            ),
        ),
    ),
    (
        &["connecting-to-device"],
        words(
            ("sedang menghubungi printer", "connecting to the printer"),
            (
                "tunggu; bila lama, periksa kabelnya",
                "wait; if it lasts, check its cable",
            ),
        ),
    ),
    (
        &["timed-out", "connection-lost"],
        words(
            ("printer tidak menjawab", "the printer does not answer"),
            (
                "periksa kabel dan nyalakan ulang printer",
                "check the cable and restart the printer",
            ),
        ),
    ),
    (
        &["spool-area-full"],
        words(
            ("penyimpanan antrean penuh", "queue storage full"),
            (
                "kosongkan disk komputer antrean",
                "free disk space on the queue's computer",
            ),
        ),
    ),
    (
        &[
            "fuser-over-temp",
            "over-temperature",
            "marker-over-temperature",
            "printer-over-temp",
        ],
        words(
            ("printer terlalu panas", "printer too hot"),
            (
                "biarkan dingin sebelum lanjut",
                "let it cool before going on",
            ),
        ),
    ),
    (
        &["cups-missing-filter", "cups-insecure-filter"],
        words(
            (
                "penggerak printer tidak lengkap",
                "printer driver incomplete",
            ),
            (
                "pasang ulang penggerak printer",
                "install the printer driver again",
            ),
        ),
    ),
    (
        &["cups-waiting-for-job-completed", "job-queued-in-device"],
        words(
            (
                "menunggu printer selesai",
                "waiting for the printer to finish",
            ),
            ("tunggu", "wait"),
        ),
    ),
    (
        &[
            "cups-pki-invalid",
            "cups-pki-expired",
            "cups-pki-unknown",
            "cups-ipp-missing-cups-supported",
        ],
        words(
            (
                "sambungan ke printer tidak dipercaya",
                "connection to the printer not trusted",
            ),
            ("hubungi petugas jaringan", "ask the network's keeper"),
        ),
    ),
    (
        &["kia-rests"],
        words(
            ("printer beristirahat", "the printer rests"),
            ("tunggu; lanjut sendiri", "wait; it goes on by itself"),
        ),
    ),
    (
        &["kia-takes-nothing"],
        words(
            ("printer menolak kartu", "the printer takes no cards"),
            (
                "dicoba lagi makin jarang; lihat layar printer dan `uri` di station.toml",
                "tried again ever more rarely; look at its display and at `uri` in station.toml",
            ),
        ),
    ),
    (
        &["other", "unknown"],
        words(
            (
                "gangguan yang tidak disebut printer",
                "trouble that the printer does not name",
            ),
            UNKNOWN_ADVICE,
        ),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_says_how_grave_it_is_and_none_is_nothing() {
        let severity = |text| Reason::parse(text).map(|reason| reason.severity());
        assert_eq!(severity("media-empty"), Some(Severity::Error));
        assert_eq!(severity("media-empty-error"), Some(Severity::Error));
        assert_eq!(severity("media-empty-warning"), Some(Severity::Warning));
        assert_eq!(severity("media-empty-report"), Some(Severity::Report));
        assert_eq!(severity("media-low"), Some(Severity::Warning));
        assert_eq!(severity("connecting-to-device"), Some(Severity::Report));
        assert_eq!(severity("none"), None);
        assert_eq!(severity(""), None);
    }

    #[test]
    fn an_empty_feeder_stops_printing_whatever_its_suffix_and_a_low_ribbon_does_not() {
        let stops = |text| Reason::parse(text).unwrap().stops_printing();
        assert!(stops("media-empty-warning") && stops("cover-open-report"));
        assert!(stops("com.example-flipper-stuck"));
        assert!(!stops("marker-supply-low") && !stops("connecting-to-device"));
        assert!(!stops("com.example-flipper-stuck-report"));
    }

    #[test]
    fn known_reasons_read_in_both_languages_and_unknown_ones_are_shown_as_they_are() {
        let reason = |text| Reason::parse(text).unwrap();
        let ribbon = reason("marker-supply-empty-error");
        assert_eq!(ribbon.to_string(), "pita habis (ribbon used up)");
        assert_eq!(
            ribbon.advice().to_string(),
            "ganti pita (change the ribbon)"
        );
        assert_eq!(
            reason("media-empty").to_string(),
            "kartu kosong (out of cards)"
        );
        assert_eq!(
            reason("cover-open-report").to_string(),
            "penutup terbuka (cover open)"
        );
        let vendor = reason("com.example-flipper-stuck-error");
        assert_eq!(vendor.to_string(), "`com.example-flipper-stuck`");
        assert!(vendor.advice().id.contains("layar printer"));
    }

    #[test]
    fn what_the_station_says_of_a_printer_is_known_and_stops_nothing() {
        for own in [RESTS, TAKES_NOTHING] {
            let reason = Reason::parse(own).unwrap();
            assert!(reason.words().is_some() && !reason.stops_printing());
        }
    }

    #[test]
    fn no_keyword_stands_in_two_rows() {
        let mut all: Vec<&str> = KNOWN.iter().flat_map(|row| row.0).copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}

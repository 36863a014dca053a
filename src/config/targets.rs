//! `[[targets]]`: how many children there are, each figure with its day and source.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

use super::ConfigError;
use crate::domain::target::Target;

/// A TOML date, or a date in quotes.
pub(super) fn date<E: serde::de::Error>(value: &toml::Value, key: &str) -> Result<Date, E> {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    text.parse().map_err(|_| {
        E::custom(format!(
            "`{key}` is `{text}` and must be a date such as 2026-01-31"
        ))
    })
}

pub(super) fn targets<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Target>, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Entry {
        sejak: toml::Value,
        sumber: String,
        jumlah: u64,
        sampai: Option<toml::Value>,
        #[serde(default)]
        kecamatan: BTreeMap<String, u64>,
        #[serde(default)]
        desa: BTreeMap<String, u64>,
        #[serde(default)]
        sekolah: BTreeMap<String, u64>,
    }
    let read = |entry: Entry| {
        Ok(Target {
            sejak: date(&entry.sejak, "sejak")?,
            sumber: entry.sumber,
            jumlah: entry.jumlah,
            sampai: entry
                .sampai
                .map(|value| date(&value, "sampai"))
                .transpose()?,
            kecamatan: entry.kecamatan,
            desa: entry.desa,
            sekolah: entry.sekolah,
        })
    };
    Vec::<Entry>::deserialize(from)?
        .into_iter()
        .map(read)
        .collect()
}

/// Says the first figure that makes no sense.
pub(super) fn check(targets: &[Target]) -> Result<(), ConfigError> {
    let value = |key, message: String| Err(ConfigError::Value { key, message });
    let mut days = BTreeSet::new();
    for target in targets {
        let day = target.sejak;
        if target.jumlah == 0 {
            return value("targets.jumlah", format!("is 0 in the block from {day}"));
        }
        if target.sumber.trim().is_empty() {
            let message = format!("names no source in the block from {day}");
            return value("targets.sumber", message);
        }
        // Sources disagree; from a day on one of them must hold.
        if !days.insert(day) {
            let message = format!("{day} stands in two blocks; only one can be in force");
            return value("targets.sejak", message);
        }
        if let Some(until) = target.sampai.filter(|until| *until <= day) {
            let message = format!("{until} is not after the first day, {day}");
            return value("targets.sampai", message);
        }
        if let Some(name) = target.desa.keys().find(|name| !name.contains('/')) {
            let message = format!("`{name}` must be written as \"KECAMATAN/DESA\"");
            return value("targets.desa", message);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::config::Config;

    #[test]
    fn a_target_has_a_day_a_source_and_no_second_beside_it() {
        let block = "[[targets]]\nsejak = 2026-01-01\nsumber = \"DKB\"\njumlah = 72638\n";
        let parse = |text: &str| Config::parse("station.toml", text);
        let more = "sampai = \"2026-12-31\"\nkecamatan = { \"CURUP\" = 9 }\n";
        let config = parse(&format!("{block}{more}")).unwrap();
        let target = &config.targets[0];
        assert_eq!((target.jumlah, target.sejak), (72_638, date(2026, 1, 1)));
        assert_eq!(target.sampai, Some(date(2026, 12, 31)));
        assert_eq!(target.of_kecamatan("Curup"), Some(9));
        for (wrong, says) in [
            (format!("{block}{block}"), "stands in two blocks"),
            (block.replace("72638", "0"), "is 0 in the block"),
            (block.replace("DKB", " "), "names no source"),
            (block.replace("2026-01-01", "\"awal\""), "must be a date"),
            (format!("{block}sampai = 2026-01-01\n"), "not after"),
            (
                format!("{block}desa = {{ \"AIR BANG\" = 1 }}\n"),
                "KECAMATAN/DESA",
            ),
            (format!("{block}sumbr = \"x\"\n"), "did you mean `sumber`"),
        ] {
            let error = parse(&wrong).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}

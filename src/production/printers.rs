//! What a printer has made today, against its cap.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::StationError;
use crate::config::PrinterSettings;
use crate::ledger::Reader;

/// Whether a printer has made as many cards today as its settings allow.
///
/// # Errors
/// Those of the ledger; a zone in which today has no beginning.
pub fn cap_reached(
    ledger: &Reader,
    printer: &PrinterSettings,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<bool, StationError> {
    Ok(match printer.daily_cap {
        Some(cap) => made_today(ledger, &printer.name, zone, now)? >= u64::from(cap),
        None => false,
    })
}

/// How many cards a printer was given since midnight and did not refuse.
///
/// # Errors
/// As [`cap_reached`].
pub fn made_today(
    ledger: &Reader,
    printer: &str,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<u64, StationError> {
    let today = now.to_zoned_datetime(zone.clone());
    let midnight = today.start_of_day().map_err(|error| StationError::File {
        what: "today has no beginning in the station's zone",
        source: std::io::Error::other(error),
    })?;
    Ok(ledger.taken_since(printer, midnight.timestamp())?)
}

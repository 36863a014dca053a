//! The register and the reports.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::{Asker, StationArg};

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For the terminal.
    Text,
    /// For a spreadsheet, as plain text.
    Csv,
    /// For a spreadsheet, a sheet for each table.
    Xlsx,
    /// On paper, with its charts.
    Pdf,
}

/// What the register is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SheetFormat {
    /// Plain text with commas.
    Csv,
    /// A workbook; a NIK stays text.
    Xlsx,
    /// On paper, in volumes.
    Pdf,
}

/// `register`.
#[derive(Debug, Args)]
pub struct Register {
    /// The first day, such as 2026-11-01; without it from the first card on
    #[arg(long, value_name = "DATE")]
    pub from: Option<Date>,
    /// The last day, which is in it; without it up to today
    #[arg(long, value_name = "DATE")]
    pub to: Option<Date>,
    /// What to write
    #[arg(long, value_enum, default_value = "csv")]
    pub format: SheetFormat,
    /// Where it goes; without it CSV goes to the terminal
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// With whole NIKs; takes who asks for them
    #[arg(long, requires = "user")]
    pub full: bool,
    /// Who asks.
    #[command(flatten)]
    pub asker: Asker,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// What all reports take.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The day, today without; reports of a longer time take the one in which it lies
    #[arg(long, value_name = "DATE")]
    pub day: Option<Date>,
    /// What to write
    #[arg(long, value_enum, default_value = "text", conflicts_with = "json")]
    pub format: Format,
    /// Where it goes; without it text and CSV go to the terminal
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub out: Option<PathBuf>,
    /// The chart alone, as SVG
    #[arg(long, value_name = "FILE.svg")]
    pub chart: Option<PathBuf>,
    /// Who asks.
    #[command(flatten)]
    pub asker: Asker,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `report …`.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// For the province: cards 0-5, cards 5-17 and blanks left of a day
    Daily(ReportArgs),
    /// Children of 0 to 17, cards and percent of half a month
    HalfMonth(ReportArgs),
    /// Owners and percent of each kecamatan and village at the end of a semester
    District(ReportArgs),
    /// Which part of the children holds a valid card, by kecamatan and school
    Coverage(ReportArgs),
    /// Cards a week, and when the target is reached at this pace
    Pace {
        /// How many weeks are shown
        #[arg(long, value_name = "N", default_value_t = 26, value_parser = clap::value_parser!(u32).range(1..=260))]
        weeks: u32,
        /// As every report.
        #[command(flatten)]
        args: ReportArgs,
    },
    /// Who turns 5 or 17 next, by school, so that visits and blanks can be planned
    Plan {
        /// To the end of the month so many months later
        #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(0..=60))]
        months: u32,
        /// The children by name; takes who asks for them
        #[arg(long, requires = "user")]
        names: bool,
        /// As every report.
        #[command(flatten)]
        args: ReportArgs,
    },
}

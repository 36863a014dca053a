//! What the columns of schools' own tables stand for.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Asker, StationArg};

/// `mapping …`.
#[derive(Debug, Subcommand)]
pub enum MappingCommand {
    /// The header row of a table, what its columns may stand for, and what is missing
    Show(MappingShow),
    /// Remember what the columns of a table stand for: tables with the same header row are read so
    Save(MappingSave),
}

/// `mapping show`.
#[derive(Debug, Args)]
pub struct MappingShow {
    /// A table, `.xlsx` or `.csv`
    pub file: PathBuf,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `mapping save`.
#[derive(Debug, Args)]
pub struct MappingSave {
    /// A table with the header row, `.xlsx` or `.csv`
    pub file: PathBuf,
    /// A column's header and its field, such as "Nama Siswa=nama"; "No=-" passes a column over
    #[arg(long = "set", value_name = "HEADER=FIELD", required = true, value_parser = pair)]
    pub columns: Vec<(String, String)>,
    /// A field that is the same for every row, such as "kecamatan=CURUP TENGAH"
    #[arg(long = "constant", value_name = "FIELD=VALUE", value_parser = pair)]
    pub constants: Vec<(String, String)>,
    /// Who sends such tables
    #[arg(long)]
    pub sender: Option<String>,
    /// Who acts.
    #[command(flatten)]
    pub asker: Asker,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// The last `=` separates, as a header may hold one.
fn pair(text: &str) -> Result<(String, String), String> {
    let (left, right) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("`{text}` lacks a `=`"))?;
    Ok((left.trim().to_owned(), right.trim().to_owned()))
}

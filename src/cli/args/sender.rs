//! Programs that send records.

use clap::{Args, Subcommand};

use super::StationArg;

/// `sender …`.
#[derive(Debug, Subcommand)]
pub enum SenderCommand {
    /// Let a program send records; prints its token, once
    Add(SenderOf),
    /// Let it send no more
    Close(SenderOf),
    /// Which programs may send
    List(StationArg),
}

/// `sender add` and `sender close`.
#[derive(Debug, Args)]
pub struct SenderOf {
    /// The sender's name: lower-case letters, digits, dots, hyphens, underscores
    pub sender: String,
    /// The supervisor who acts
    #[arg(long = "as", value_name = "USER", env = "KIA_USER")]
    pub by: String,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

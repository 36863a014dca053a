//! Accounts.

use clap::{Args, Subcommand, ValueEnum};

use super::StationArg;
use crate::domain::account::Role;

/// `account …`.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// A new account; the first one is a supervisor's, and from then on every step asks for a password
    ///
    /// Run at the console of the station. The password is asked for twice, or taken from
    /// KIA_NEW_PASSWORD.
    Add(AccountAdd),
    /// Another role, or a closed account
    Set(AccountSet),
    /// Another password
    Password(AccountOf),
    /// Who has an account
    List(StationArg),
}

/// `account add`.
#[derive(Debug, Args)]
pub struct AccountAdd {
    /// The user's name: lower-case letters, digits, dots, hyphens, underscores
    pub user: String,
    /// What the user may do
    #[arg(long, value_enum)]
    pub role: RoleArg,
    /// The supervisor who acts; not needed for the first account.
    #[arg(long = "as", value_name = "USER", env = "KIA_USER")]
    pub by: Option<String>,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `account set`.
#[derive(Debug, Args)]
pub struct AccountSet {
    /// The account
    pub user: String,
    /// What the user may do from now on
    #[arg(long, value_enum)]
    pub role: Option<RoleArg>,
    /// Nobody logs in as this user any more
    #[arg(long, conflicts_with = "open")]
    pub closed: bool,
    /// The user may log in again
    #[arg(long)]
    pub open: bool,
    /// The supervisor who acts
    #[arg(long = "as", value_name = "USER", env = "KIA_USER")]
    pub by: String,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `account password`.
#[derive(Debug, Args)]
pub struct AccountOf {
    /// The account
    pub user: String,
    /// Who acts: the user, or a supervisor
    #[arg(long = "as", value_name = "USER", env = "KIA_USER")]
    pub by: String,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// The roles as the command line spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// Loads, prints, scans
    Operator,
    /// Decides too: approvals, exceptions, accounts
    Supervisor,
    /// Looks and exports
    Auditor,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Operator => Self::Operator,
            RoleArg::Supervisor => Self::Supervisor,
            RoleArg::Auditor => Self::Auditor,
        }
    }
}

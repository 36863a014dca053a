//! Events of the people of the station. Passwords are in no event.

use serde::{Deserialize, Serialize};

use crate::domain::account::Role;

/// An account was made or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSet {
    pub user: String,
    /// The role from now on.
    pub role: Role,
    /// Whether the user may log in.
    pub active: bool,
}

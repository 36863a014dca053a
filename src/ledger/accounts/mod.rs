//! The people of the station, their passwords and their sessions.

pub(super) mod facts;
pub(super) mod project;
pub(super) mod read;
pub(super) mod write;

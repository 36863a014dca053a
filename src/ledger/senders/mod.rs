//! Programs that send records, and what they sent.

pub(super) mod facts;
pub(super) mod project;
pub(super) mod read;
pub(super) mod write;

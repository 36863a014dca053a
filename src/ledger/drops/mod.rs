//! Drops: what was handed in and what became of it.

pub(super) mod facts;
pub(super) mod project;
pub(super) mod read;
pub(super) mod write;

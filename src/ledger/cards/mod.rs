//! Cards: from the record to the handover.

pub(super) mod facts;
pub(super) mod lists;
pub(super) mod outcome;
pub(super) mod privacy;
pub(super) mod project;
pub(super) mod read;
pub(super) mod search;
#[cfg(test)]
mod tests;
pub(super) mod view;
pub(super) mod write;

//! Quality control: scans of the cards that came out.

pub(super) mod facts;
pub(super) mod project;
pub(super) mod read;
#[cfg(test)]
mod tests;
pub(super) mod write;

//! Keys, checkpoints, restores and purged PDFs.

pub(super) mod facts;
pub(super) mod project;
pub(super) mod read;
#[cfg(test)]
mod tests;
pub(super) mod write;

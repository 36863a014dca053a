//! Lots: print-ready PDFs and the cards in them.

pub(super) mod facts;
pub(super) mod project;
pub(super) mod read;
pub(super) mod write;

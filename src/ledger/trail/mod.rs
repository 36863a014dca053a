//! What people saw, decided and took out.

pub(super) mod facts;
pub(super) mod project;
pub(super) mod read;
pub(super) mod write;

//! What people saw, decided and took out.

pub(super) mod facts;
pub(super) mod read;
pub(super) mod write;

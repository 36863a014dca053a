//! The controller of a card printing station for Indonesia's child identity card.
pub mod domain;
pub mod intake;

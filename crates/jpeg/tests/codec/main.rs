//! The codec against two other decoders, and against damaged files.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

mod damage;
mod differential;
mod pictures;

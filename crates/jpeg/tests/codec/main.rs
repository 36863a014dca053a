//! The codec against two other decoders, and against damaged files.

mod damage;
mod differential;
mod pictures;

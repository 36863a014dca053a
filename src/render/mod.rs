//! From a record to the page: bytes in, bytes out; no paths, no clock.

pub mod photo;

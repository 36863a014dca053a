//! What a person can do at the station, once each, under both the page and the console.

pub mod accounts;
pub mod backup;
pub mod day;
pub mod deeds;
pub mod destruction_record;
pub mod history;
pub mod pack_papers;
pub mod packing;
pub mod photos;
pub mod purge;
pub mod scanning;
pub mod steps;
pub mod uploads;

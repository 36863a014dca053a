//! What the law on personal data asks for (UU 27/2022): a parent's request, the notice of a breach,
//! and that what is not needed any more goes.

mod breach;
pub mod purge;
mod subject;

pub use breach::{Breach, breach};
pub use subject::{Subject, subject};

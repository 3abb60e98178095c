//! Learners: finding, registering, viewing, changing and verifying them. Every learner of a page
//! was found first; addresses have random handles, never a name or a number.

pub(super) mod change;
pub(super) mod compare;
mod details;
mod fields;
pub(super) mod find;
mod hidden;
pub(super) mod kept;
pub(super) mod register;
pub(super) mod report;
pub(super) mod results;
mod sections;
pub(super) mod show;
pub(super) mod verify;
pub(super) mod words;

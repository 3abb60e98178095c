//! Registrations: batches of learners to find, update or register (rules.md 2.7, 2.8, 5.5).

pub mod codes;
mod form;
mod output;
mod row;
mod submit;
mod work;

pub use form::{format, missing_for_new_learner};
pub use output::{RegisteredRow, RegistrationOutput};
pub use row::RegistrationRow;
pub use submit::JobType;
pub(in crate::domain) use submit::settings_of;
pub(in crate::domain) use work::{Decided, Registrations, lock_details};

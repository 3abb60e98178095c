//! `lrs learner`: the register from the operator's side, bulk import and one record.

mod import;
mod row;
mod show;


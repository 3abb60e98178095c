//! Pages of the service desk: its cases with their clocks, and problems with ULNs.

mod linking;
mod list;
mod log;
mod one;
mod problems;
mod split;
mod subjects;
mod words;

pub(super) use linking::{change, check, choose};
pub(super) use list::{list, rectified};
pub(super) use log::{form, log};
pub(super) use one::{rectify, show};
pub(super) use problems::{compare_with, problem, queue};
pub(super) use split::{change as move_events, check as check_events, choose as choose_events, form as events_form};
pub(super) use subjects::{file as subject_file, find as find_subject, form as subject_form, show as subject};
pub(super) use words::hours;

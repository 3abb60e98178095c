//! Pages of the service desk: its cases with their clocks, and problems with ULNs.

mod linking;
mod list;
mod log;
mod one;
mod problems;
mod words;

pub(super) use linking::{change, check, choose};
pub(super) use list::{list, rectified};
pub(super) use log::{form, log};
pub(super) use one::{rectify, show};
pub(super) use problems::{compare_with, problem, queue};

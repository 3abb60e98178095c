//! Pages of the service desk: its cases with their clocks.

mod list;
mod log;
mod one;
mod words;

pub(super) use list::{list, rectified};
pub(super) use log::{form, log};
pub(super) use one::{rectify, show};

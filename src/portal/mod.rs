//! The organisation portal: web pages for people in schools and awarding organisations.
//!
//! It shows what the domain says and sends it what people decide. Rules, permissions and audit are
//! the domain's. A page is a row of `routes`, a function in the file of its noun, and a template;
//! `phases` has the steps that each request goes through.

#![allow(dead_code)] // until the pages that need the rest of it are there

mod access;
mod answer;
mod asked;
mod assets;
mod calendar;
pub mod components;
mod developers;
mod form;
mod form_page;
mod furniture;
mod handler;
mod home;
mod layout;
mod learners;
mod live;
mod maintenance;
mod navigation;
mod phases;
mod problem;
mod problem_page;
mod routes;
mod sign_in;
mod status;
mod times;
mod upload;
mod visit;

pub use handler::Portal;
pub use routes::table as route_table;
pub use visit::Addresses;

//! The organisation portal: web pages for people in schools and awarding organisations.
//!
//! It shows what the domain says and sends it what people decide. Rules, permissions and audit are
//! the domain's. A page is a row of `routes`, a function in the file of its noun, and a template;
//! `phases` has the steps that each request goes through.

mod access;
mod account;
mod account_links;
mod achievements;
mod answer;
mod asked;
mod assets;
mod batches;
mod blocks;
mod calendar;
mod certificates;
mod challenges;
mod check_a_file;
pub mod components;
mod confirm;
mod dates;
mod demo_mail;
mod desk;
mod developers;
mod exceptions;
mod form;
mod form_page;
mod furniture;
mod handler;
mod home;
mod layout;
mod learners;
mod live;
mod maintenance;
mod maintenance_page;
mod navigation;
mod passkey_question;
mod passkeys;
mod phases;
mod plans;
mod problem;
mod problem_page;
mod records;
mod routes;
mod sign_in;
mod status;
mod times;
mod upload;
mod users;
mod visit;

pub use handler::Portal;
pub use routes::table as route_table;
pub use visit::{Addresses, Notices};

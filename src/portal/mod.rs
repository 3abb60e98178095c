//! The organisation portal: web pages for people in schools and awarding organisations.
//!
//! It shows what the domain says and sends it what people decide. Rules, permissions and audit are
//! the domain's.

pub mod assets;
pub mod components;
pub mod layout;
pub mod live;

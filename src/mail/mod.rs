//! Sends messages to users: by a mail server, or into a folder for demonstrations. What is told is
//! the domain's; here are the words and the way.

mod folder;
mod letter;
mod post;
mod sender;

pub use folder::{Folder, Kept};
pub use post::{MailError, Post};
pub use sender::Sender;

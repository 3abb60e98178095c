//! The way of a message: to a mail server, or into a folder.

use std::io;
use std::path::Path;
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message as Mime};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, SmtpTransport, Transport};

use super::{Folder, letter};
use crate::config::Mail;
use crate::domain::Message;

/// How long the server may take for each step.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A way to send messages.
pub struct Post {
    from: Mailbox,
    portal: String,
    way: Way,
}

enum Way {
    Server(Box<SmtpTransport>),
    Folder(Folder),
}

/// Why messages cannot be sent, or one could not. The texts name no recipient.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The sender's address is not an e-mail address.
    #[error("mail.from is not an address: {0}")]
    From(String),
    /// The server's URL cannot be used.
    #[error("mail.server cannot be used: {0}")]
    Server(String),
    /// The certificates to trust cannot be read.
    #[error("mail.ca cannot be read: {0}")]
    Ca(String),
    /// The message could not be put together.
    #[error("a message could not be written: {0}")]
    Message(String),
    /// The server did not take the message.
    #[error("the mail server {0}")]
    Refused(String),
    /// The folder did not take the message.
    #[error("the folder of messages: {0}")]
    Folder(#[from] io::Error),
}

impl Post {
    /// The way that the settings name; `None` if they name none. `portal` is the portal's public
    /// address.
    ///
    /// # Errors
    /// If a setting cannot be used.
    pub fn of(settings: &Mail, portal: &str) -> Result<Option<Self>, MailError> {
        let way = match (&settings.server, &settings.folder) {
            (Some(server), _) => Way::Server(Box::new(transport(server.as_str(), settings.ca.as_deref())?)),
            (None, Some(folder)) => Way::Folder(Folder::at(folder.clone())?),
            (None, None) => return Ok(None),
        };
        let from = settings.from.parse().map_err(|error| MailError::From(format!("{error}")))?;
        Ok(Some(Self { from, portal: portal.to_owned(), way }))
    }

    /// Sends a message. Blocks.
    ///
    /// # Errors
    /// If it was not taken.
    pub(super) fn send(&self, message: &Message) -> Result<(), MailError> {
        let mime = self.mime(message)?;
        match &self.way {
            Way::Server(server) => match server.send(&mime) {
                Ok(_) => Ok(()),
                Err(error) => Err(MailError::Refused(cause(&error))),
            },
            Way::Folder(folder) => {
                let number = u32::try_from(message.id).map_err(|_| MailError::Message("its number".to_owned()))?;
                Ok(folder.keep(number, &mime.formatted())?)
            }
        }
    }

    fn mime(&self, message: &Message) -> Result<Mime, MailError> {
        let letter = letter::write(message, &self.portal);
        let address: Address = message.recipient.parse().map_err(|_| MailError::Message("its address".to_owned()))?;
        Mime::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(message.name.clone()), address))
            .subject(letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body)
            .map_err(|error| MailError::Message(error.to_string()))
    }
}

fn transport(url: &str, ca: Option<&Path>) -> Result<SmtpTransport, MailError> {
    let mut builder =
        SmtpTransport::from_url(url).map_err(|error| MailError::Server(error.to_string()))?.timeout(Some(TIMEOUT));
    if let Some(ca) = ca {
        let wrong = |error: &dyn std::fmt::Display| MailError::Ca(error.to_string());
        let pem = std::fs::read(ca).map_err(|error| wrong(&error))?;
        let host = url.rsplit('@').next().unwrap_or_default();
        let host = host.rsplit("://").next().unwrap_or_default().split([':', '/', '?']).next().unwrap_or_default();
        let certificate = Certificate::from_pem(&pem).map_err(|error| wrong(&error))?;
        let parameters = TlsParameters::builder(host.to_owned())
            .add_root_certificate(certificate)
            .build()
            .map_err(|error| wrong(&error))?;
        let is_wrapped = url.starts_with("smtps:");
        builder = builder.tls(if is_wrapped { Tls::Wrapper(parameters) } else { Tls::Required(parameters) });
    }
    Ok(builder.build())
}

/// What went wrong, without what the server said: its answer often names the recipient.
fn cause(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("refused the message with code {code}"),
        None if error.is_timeout() => "did not answer in time".to_owned(),
        None if error.is_tls() => "could not agree on TLS".to_owned(),
        None => "cannot be reached".to_owned(),
    }
}

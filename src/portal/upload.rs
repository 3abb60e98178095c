//! A form with a file, read piece by piece while it arrives: the file is never in memory as a
//! whole.

use std::cell::RefCell;

use futures_util::stream::{BoxStream, poll_fn};
use multer::{Constraints, Multipart, SizeLimit};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::problem::Problem;
use crate::http::{Body, Bytes, HeaderMap, Refused, Unread, header};

/// The longest file, in bytes (portal.md 4).
pub(super) const LONGEST_FILE: u64 = 32 * 1024 * 1024;

/// The longest body, in bytes: the file and what stands around it.
const LONGEST_BODY: usize = 33 * 1024 * 1024;

/// The most that the other fields of such a form may have, in bytes each.
const LONGEST_FIELD: u64 = 4 * 1024;

/// Pieces on their way from the connection to the page.
const PIECES: usize = 4;

type Piece = Result<Bytes, std::io::Error>;

/// The body of a form with a file, as the page reads it. Pages are not made on the thread of the
/// connection, so the pieces come through a channel.
pub(super) struct Upload(RefCell<Multipart<'static>>);

/// A part of the form.
pub(super) enum Part {
    /// A field and its value.
    Field(String, String),
    /// The file, to be read to its end before the next part.
    File(Box<File>),
}

/// A file on its way.
pub(super) struct File {
    /// Its name as the browser says, without folders; not to be trusted.
    pub(super) name: String,
    content: multer::Field<'static>,
}

/// The other end: the connection puts the pieces in.
pub(super) struct Source(Sender<Piece>);

impl Upload {
    /// The body of a request with these headers.
    ///
    /// # Errors
    /// It is not a form with a file.
    pub(super) fn of(headers: &HeaderMap) -> Result<(Source, Self), Problem> {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(content_type).map_err(|_| Problem::Malformed)?;
        let (sender, mut receiver): (_, Receiver<Piece>) = channel(PIECES);
        let pieces: BoxStream<'static, Piece> = Box::pin(poll_fn(move |context| receiver.poll_recv(context)));
        let limits = SizeLimit::new().per_field(LONGEST_FIELD).for_field("file", LONGEST_FILE);
        let multipart = Multipart::with_constraints(pieces, boundary, Constraints::new().size_limit(limits));
        Ok((Source(sender), Self(RefCell::new(multipart))))
    }

    /// The next part; nothing at the end.
    ///
    /// # Errors
    /// The form is malformed or too large, or the connection broke.
    pub(super) fn next(&self) -> Result<Option<Part>, Problem> {
        let mut multipart = self.0.borrow_mut();
        let Some(part) = Handle::current().block_on(multipart.next_field()).map_err(problem)? else { return Ok(None) };
        let field = part.name().unwrap_or_default().to_owned();
        Ok(Some(match part.file_name() {
            None => Part::Field(field, Handle::current().block_on(part.text()).map_err(problem)?),
            Some(name) => {
                let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
                Part::File(Box::new(File { name, content: part }))
            }
        }))
    }
}

impl File {
    /// The next piece of the file; nothing at its end.
    ///
    /// # Errors
    /// The file is too large, or the connection broke.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        Handle::current().block_on(self.content.chunk()).map_err(problem)
    }
}

impl Source {
    /// Reads the body until its end, or until the page wants no more of it.
    ///
    /// # Errors
    /// The connection broke or was too slow; the page then ends with an error of its own.
    pub(super) async fn fill(self, body: &mut Body<'_>) -> Result<(), Refused> {
        // Beyond what is taken, so that the page can say what is wrong.
        body.admit(body.coding()?, LONGEST_BODY)?;
        loop {
            let (piece, end) = match body.next().await {
                Ok(Some(piece)) => (Ok(Bytes::copy_from_slice(piece)), None),
                Ok(None) => return Ok(()),
                Err(Unread::Damaged) => (Err(std::io::ErrorKind::InvalidData.into()), Some(Ok(()))),
                Err(Unread::Refused(refused)) => (Err(std::io::ErrorKind::UnexpectedEof.into()), Some(Err(refused))),
            };
            let is_wanted = self.0.send(piece).await.is_ok();
            match end {
                Some(end) => return end,
                None if is_wanted => {}
                None => return Ok(()),
            }
        }
    }
}

fn problem(error: multer::Error) -> Problem {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => Problem::TooLarge,
        _ => Problem::Malformed,
    }
}

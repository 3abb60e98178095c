//! A folder that keeps messages instead of sending them, for demonstrations: each is a file, by its
//! number.

use std::io;
use std::path::PathBuf;

use mailparse::{MailHeaderMap, ParsedMail};

/// How the file of a message ends.
const EXTENSION: &str = "eml";

/// The folder.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

/// A message in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its number: later messages have higher ones.
    pub number: u32,
    /// The addressee: name and e-mail address.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Folder {
    /// The folder at this path, which is created if it is missing.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn at(path: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// The last messages, newest first; at most `most`.
    ///
    /// # Errors
    /// Those of the file system; a file that is not a message.
    pub fn last(&self, most: usize) -> io::Result<Vec<Kept>> {
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(&self.0)? {
            let name = entry?.file_name();
            let name = name.to_str().and_then(|name| name.strip_suffix(EXTENSION)?.strip_suffix('.'));
            numbers.extend(name.and_then(|number| number.parse::<u32>().ok()));
        }
        numbers.sort_unstable_by(|one, other| other.cmp(one));
        numbers.truncate(most);
        Ok(numbers
            .into_iter()
            .map(|number| self.get(number))
            .collect::<io::Result<Vec<_>>>()?
            .into_iter()
            .flatten()
            .collect())
    }

    /// A message; `None` if the folder has none of this number.
    ///
    /// # Errors
    /// Those of the file system; a file that is not a message.
    pub fn get(&self, number: u32) -> io::Result<Option<Kept>> {
        match std::fs::read(self.file(number)) {
            Ok(bytes) => Ok(Some(Kept::of(number, &bytes).map_err(io::Error::other)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps a message. Its file appears as a whole, because people read the folder meanwhile.
    pub(super) fn keep(&self, number: u32, message: &[u8]) -> io::Result<()> {
        let file = self.file(number);
        let part = file.with_extension("part");
        std::fs::write(&part, message)?;
        std::fs::rename(part, file)
    }

    fn file(&self, number: u32) -> PathBuf {
        self.0.join(format!("{number:06}.{EXTENSION}"))
    }
}

impl Kept {
    fn of(number: u32, bytes: &[u8]) -> Result<Self, mailparse::MailParseError> {
        let mail: ParsedMail<'_> = mailparse::parse_mail(bytes)?;
        let header = |name: &str| mail.headers.get_first_value(name).unwrap_or_default();
        Ok(Self { number, recipient: header("To"), subject: header("Subject"), text: mail.get_body()? })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn messages_are_read_as_they_were_written() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path().join("mail")).unwrap();
        assert_eq!((folder.last(5).unwrap(), folder.get(1).unwrap()), (Vec::new(), None));
        let message = "To: =?utf-8?q?Zo=C3=AB?= <zoe@school.example>\r\nSubject: Hello\r\n\
                       Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
                       https://portal.example/invitation/=\r\nabc\r\n";
        for number in [1, 2, 1_000_000] {
            folder.keep(number, message.as_bytes()).unwrap();
        }
        std::fs::write(place.path().join("mail/notes.txt"), "another file").unwrap();
        let numbers: Vec<u32> = folder.last(2).unwrap().iter().map(|kept| kept.number).collect();
        assert_eq!(numbers, [1_000_000, 2], "newest first");
        let kept = folder.get(2).unwrap().unwrap();
        assert_eq!((kept.recipient.as_str(), kept.subject.as_str()), ("Zoë <zoe@school.example>", "Hello"));
        assert_eq!(kept.text.trim_end(), "https://portal.example/invitation/abc");
    }
}

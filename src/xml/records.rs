//! A list of records of a request, read one after the other as often as it is asked for: a batch of 10,000 is never in memory as a whole.

use super::content::{FromXml, complex};
use super::error::ReadError;
use super::reader::{Reader, Start};

/// The records of a list. Those of a document were read once, so that whatever is wrong with them has been found, and are read again when
/// they are wanted.
#[derive(Clone)]
pub struct Records<'a, T> {
    source: Source<'a, T>,
}

#[derive(Clone)]
enum Source<'a, T> {
    /// For those who write a request.
    Given(Vec<T>),
    /// The document from the first record on, and how many there are.
    Document(Box<Place<'a>>, usize),
}

/// A reader that has just begun an element.
#[derive(Clone)]
struct Place<'a> {
    reader: Reader<'a>,
    start: Start<'a>,
}

impl<'a, T> Records<'a, T> {
    /// How many there are; those that are nil do not count.
    pub const fn len(&self) -> usize {
        match &self.source {
            Source::Given(records) => records.len(),
            Source::Document(_, count) => *count,
        }
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a, T: FromXml<'a>> Records<'a, T> {
    /// Reads the record that `start` began, and keeps where it stands.
    ///
    /// # Errors
    /// When its content is not what the contract allows.
    pub fn read(&mut self, reader: &mut Reader<'a>, start: &Start<'a>) -> Result<(), ReadError> {
        let first = if self.is_empty() { Some(Place { reader: reader.clone(), start: *start }) } else { None };
        if complex::<T>(reader, start)?.is_some() {
            match (&mut self.source, first) {
                (Source::Document(_, count), _) => *count += 1,
                (Source::Given(_), Some(first)) => self.source = Source::Document(Box::new(first), 1),
                (Source::Given(_), None) => {}
            }
        }
        Ok(())
    }

    /// Reads the records; the list may be read again.
    pub fn iter(&self) -> RecordsIter<'a, T>
    where
        T: Clone,
    {
        self.clone().into_iter()
    }
}

impl<T> Default for Records<'_, T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T> From<Vec<T>> for Records<'_, T> {
    fn from(records: Vec<T>) -> Self {
        Self { source: Source::Given(records) }
    }
}

impl<'a, T: FromXml<'a> + Clone + PartialEq> PartialEq for Records<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().map(Result::ok).eq(other.iter().map(Result::ok))
    }
}

impl<'a, T: FromXml<'a>> IntoIterator for Records<'a, T> {
    type Item = Result<T, ReadError>;
    type IntoIter = RecordsIter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        match self.source {
            Source::Given(records) => RecordsIter { given: records.into_iter(), document: None },
            Source::Document(place, count) => {
                RecordsIter { given: Vec::new().into_iter(), document: Some((place, count)) }
            }
        }
    }
}

impl<'a, T: FromXml<'a> + Clone> IntoIterator for &Records<'a, T> {
    type Item = Result<T, ReadError>;
    type IntoIter = RecordsIter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The records of a list, one after the other. What was read before can be read again, so that an error is one of ours; nothing comes
/// after it.
pub struct RecordsIter<'a, T> {
    given: std::vec::IntoIter<T>,
    /// The next record, and how many there are with it.
    document: Option<(Box<Place<'a>>, usize)>,
}

impl<'a, T: FromXml<'a>> Iterator for RecordsIter<'a, T> {
    type Item = Result<T, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.document.take() {
            None => self.given.next().map(Ok),
            Some((place, left)) => Some(self.read(place, left)),
        }
    }
}

impl<'a, T: FromXml<'a>> RecordsIter<'a, T> {
    fn read(&mut self, mut place: Box<Place<'a>>, left: usize) -> Result<T, ReadError> {
        let name = place.start.local;
        loop {
            let record = complex::<T>(&mut place.reader, &place.start)?;
            if record.is_none() || left > 1 {
                place.go_to(name)?;
            }
            if let Some(record) = record {
                self.document = (left > 1).then(|| (place, left - 1));
                return Ok(record);
            }
        }
    }
}

impl Place<'_> {
    /// Goes to the next element of the name, of which there is one.
    fn go_to(&mut self, name: &str) -> Result<(), ReadError> {
        loop {
            match self.reader.child()? {
                Some(start) if start.local == name => {
                    self.start = start;
                    return Ok(());
                }
                Some(_) => self.reader.skip()?,
                None => return Err(self.reader.invalid("The list is shorter than it was.".to_owned())),
            }
        }
    }
}

//! The records of a list in a request, read one at a time on each iteration, so that a batch of
//! 10,000 is never in memory as a whole.

use super::content::{FromXml, complex};
use super::error::ReadError;
use super::reader::{Reader, Start};

/// The records of a list. A document's records are read once to validate them, and again on each
/// iteration.
#[derive(Clone)]
pub struct Records<'a, T> {
    source: Source<'a, T>,
}

#[derive(Clone)]
enum Source<'a, T> {
    /// Records in memory, for building a request.
    Given(Vec<T>),
    /// A reader at the first record, and the number of records.
    Document(Box<Place<'a>>, usize),
}

/// A reader that has just started an element.
#[derive(Clone)]
struct Place<'a> {
    reader: Reader<'a>,
    start: Start<'a>,
}

impl<'a, T> Records<'a, T> {
    /// The number of records, not counting nil ones.
    pub const fn len(&self) -> usize {
        match &self.source {
            Source::Given(records) => records.len(),
            Source::Document(_, count) => *count,
        }
    }

    /// Whether there are no records.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a, T: FromXml<'a>> Records<'a, T> {
    /// Reads the record `start`, and remembers the position of the first one.
    ///
    /// # Errors
    /// When its content violates the contract.
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

    /// Iterates over the records; may be called more than once.
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

/// Iterates over the records of a list. They have been read before, so an error here is a bug of
/// ours; the iteration ends after it.
pub struct RecordsIter<'a, T> {
    given: std::vec::IntoIter<T>,
    /// A reader at the next record, and the number of records left including it.
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
    /// Advances to the next element of this name, which must exist.
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

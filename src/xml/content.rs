//! The rules that every generated reader applies to the children of an element: which are allowed,
//! how often, what they may contain, and which are mandatory.
//!
//! Lenient about the order and the namespaces of children, as real clients require (clients.md:
//! node-soap sends keys in the caller's order, and children in the root's namespace). Strict about
//! duplicates and missing elements.

use std::borrow::Cow;

use super::characters::is_blank;
use super::error::ReadError;
use super::facets::Facet;
use super::lexical::{Base64, Lexical};
use super::reader::{Reader, Start};

/// A type that is read from the content of the open element.
pub trait FromXml<'a>: Sized {
    /// Reads up to and including the end of the element `start`.
    ///
    /// # Errors
    /// When the document is not well-formed, or its content violates the contract.
    fn from_xml(reader: &mut Reader<'a>, start: &Start<'a>) -> Result<Self, ReadError>;
}

/// What a reader needs to know about one child of a type.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The local name.
    pub name: &'static str,
    /// Whether it is mandatory.
    pub required: bool,
    /// The maximum number of occurrences.
    pub most: u32,
}

/// Which children of an element have been read so far.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    fields: &'static [Field],
    bits: u128,
}

impl Seen {
    /// Starts with no children read.
    pub fn new(fields: &'static [Field]) -> Seen {
        Seen { fields, bits: 0 }
    }

    /// Records that the child of `parent` with this index has been read.
    ///
    /// # Errors
    /// When it is a duplicate of a child that may occur only once.
    pub fn once(&mut self, index: u32, parent: &Start<'_>, reader: &Reader<'_>) -> Result<(), ReadError> {
        if self.has(index) {
            return Err(self.once_too_often(index, parent, reader));
        }
        self.bits |= 1_u128 << index;
        Ok(())
    }

    /// Records another occurrence of a repeated child, of which `already` have been read.
    ///
    /// # Errors
    /// When that exceeds the maximum.
    pub fn again(
        &mut self,
        index: u32,
        already: usize,
        parent: &Start<'_>,
        reader: &Reader<'_>,
    ) -> Result<(), ReadError> {
        let most = self.field(index).map_or(u32::MAX, |field| field.most);
        if most != u32::MAX && already >= usize::try_from(most).unwrap_or(usize::MAX) {
            return Err(self.too_often(index, most, parent, reader));
        }
        self.bits |= 1_u128 << index;
        Ok(())
    }

    /// Checks, at the end of the element `parent`, that no mandatory child is missing.
    ///
    /// # Errors
    /// Names the first child that is missing.
    pub fn complete(&self, parent: &Start<'_>, reader: &Reader<'_>) -> Result<(), ReadError> {
        let missing = (0_u32..).zip(self.fields).find(|(index, field)| field.required && !self.has(*index));
        match missing {
            None => Ok(()),
            Some((_, field)) => {
                Err(reader.invalid_value(parent, format!("'{}' is missing in '{}'.", field.name, parent.local)))
            }
        }
    }

    // The error texts are kept out of line, to keep the code that runs for every element small.

    #[cold]
    #[inline(never)]
    fn once_too_often(&self, index: u32, parent: &Start<'_>, reader: &Reader<'_>) -> ReadError {
        reader.invalid(format!("'{}' stands in '{}' more than once.", self.name(index), parent.local))
    }

    #[cold]
    #[inline(never)]
    fn too_often(&self, index: u32, most: u32, parent: &Start<'_>, reader: &Reader<'_>) -> ReadError {
        reader.invalid(format!("'{}' stands in '{}' more than {most} times.", self.name(index), parent.local))
    }

    fn has(&self, index: u32) -> bool {
        index < 128 && self.bits >> index & 1 == 1
    }

    fn name(&self, index: u32) -> &'static str {
        self.field(index).map_or("", |field| field.name)
    }

    fn field(&self, index: u32) -> Option<&'static Field> {
        usize::try_from(index).ok().and_then(|index| self.fields.get(index))
    }
}

/// Reads the simple value of the child `start`.
///
/// An optional child counts as absent when it is nil, or when it is empty and its type has no empty
/// value. A mandatory child must satisfy its facet and type even then. A nil element must be empty,
/// and a mandatory child may be nil only if the contract calls it nillable. Text declared as base64
/// is decoded first.
///
/// # Errors
/// When the text violates its type or facet, or the document is malformed.
pub fn value<'a, T: Lexical<'a>>(
    reader: &mut Reader<'a>,
    start: &Start<'a>,
    facet: Option<&Facet>,
    required: bool,
    nillable: bool,
) -> Result<Option<T>, ReadError> {
    let text = reader.text()?;
    let wrong = |violation| reader.invalid_value(start, violation);
    if start.nil && (!is_blank(&text) || (required && !nillable)) {
        return Err(wrong(if nillable { nil_with_content(start.raw()) } else { not_nillable(start.raw()) }));
    }
    if start.nil && !required {
        return Ok(None);
    }
    let text = if start.base64 && !T::IS_BASE64 { decoded(text, facet).map_err(wrong)? } else { text };
    if let Some(facet) = facet
        && (required || !text.is_empty())
    {
        facet.check(&text).map_err(wrong)?;
    }
    if is_blank(&text) && !required && !T::EMPTY_IS_VALUE {
        return Ok(None);
    }
    T::parse(text).map(Some).map_err(wrong)
}

/// Decodes base64 to text, or says why that fails.
fn decoded<'a>(text: Cow<'a, str>, facet: Option<&Facet>) -> Result<Cow<'a, str>, String> {
    let shown = facet.map_or(&*text, |facet| facet.shown(&text));
    let wrong = format!("cvc-datatype-valid.1.2.1: '{shown}' is not a valid value for 'base64Binary'.");
    let text = Base64::parse(text).map_err(|_| wrong)?.into_text();
    text.map(Cow::Owned)
        .ok_or_else(|| "The content of the element is no text in UTF-8, although its xsi:type says base64.".to_owned())
}

/// What Xerces reports for nil on an element that is not nillable.
pub fn not_nillable(name: impl std::fmt::Display) -> String {
    format!(
        "cvc-elt.3.1: Attribute 'http://www.w3.org/2001/XMLSchema-instance,nil' must not appear on element '{name}', because the {{nillable}} property of '{name}' is false."
    )
}

/// What Xerces reports for a nil element that is not empty.
pub fn nil_with_content(name: impl std::fmt::Display) -> String {
    format!(
        "cvc-elt.3.2.1: Element '{name}' cannot have character or element information [children], because 'http://www.w3.org/2001/XMLSchema-instance,nil' is specified."
    )
}

/// Reads the structured value of the child `start`; nil counts as absent.
///
/// # Errors
/// When its content violates the contract.
pub fn complex<'a, T: FromXml<'a>>(reader: &mut Reader<'a>, start: &Start<'a>) -> Result<Option<T>, ReadError> {
    if start.nil {
        reader.skip()?;
        return Ok(None);
    }
    T::from_xml(reader, start).map(Some)
}

/// The value of a mandatory child.
///
/// # Errors
/// When the child was nil.
pub fn required<T>(value: Option<T>, name: &str, reader: &Reader<'_>) -> Result<T, ReadError> {
    value.ok_or_else(|| reader.invalid(not_nillable(name)))
}

//! The rules that every generated reader applies to the children of an element: which may come, how often, what they
//! hold, and which may not be missing.
//!
//! Lenient in order and in namespaces of children, because real clients are (clients.md: node-soap sends keys in the
//! caller's order and children in the root's namespace); strict in what is there twice and what is missing.

use std::borrow::Cow;

use super::characters::is_blank;
use super::error::ReadError;
use super::facets::Facet;
use super::lexical::{Base64, Lexical};
use super::reader::{Reader, Start};

/// A type whose content is read from the element that is open.
pub trait FromXml<'a>: Sized {
    /// Reads up to and including the end of the element that `start` began.
    ///
    /// # Errors
    /// When the document is not well-formed or its content is not what the contract allows.
    fn from_xml(reader: &mut Reader<'a>, start: &Start<'a>) -> Result<Self, ReadError>;
}

/// One child of a type, as far as reading needs to know it.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Local name.
    pub name: &'static str,
    /// Whether it may not be missing.
    pub required: bool,
    /// Greatest number of occurrences.
    pub most: u32,
}

/// Which children of an element have come so far.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    fields: &'static [Field],
    bits: u128,
}

impl Seen {
    /// Nothing yet.
    pub fn new(fields: &'static [Field]) -> Seen {
        Seen { fields, bits: 0 }
    }

    /// Notes that the child with this index of `parent` has come.
    ///
    /// # Errors
    /// When it has come before, and may come only once.
    pub fn once(&mut self, index: u32, parent: &Start<'_>, reader: &Reader<'_>) -> Result<(), ReadError> {
        if self.has(index) {
            return Err(self.once_too_often(index, parent, reader));
        }
        self.bits |= 1_u128 << index;
        Ok(())
    }

    /// Notes that one more of a repeated child has come, of which there are `already` some.
    ///
    /// # Errors
    /// When there are more than may come.
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

    /// Checks at the end of the element `parent` that nothing is missing.
    ///
    /// # Errors
    /// When something is: the first such child is named.
    pub fn complete(&self, parent: &Start<'_>, reader: &Reader<'_>) -> Result<(), ReadError> {
        let missing = (0_u32..).zip(self.fields).find(|(index, field)| field.required && !self.has(*index));
        match missing {
            None => Ok(()),
            Some((_, field)) => {
                Err(reader.invalid_value(parent, format!("'{}' is missing in '{}'.", field.name, parent.local)))
            }
        }
    }

    // The texts stand apart, because the code that has none of them is run for every element.

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
/// An optional one that is nil or, where an empty text is no value, empty counts as absent; a required one is held
/// to its facet and type even then. An element that says that it is nil may hold nothing, and a required one that
/// the contract does not call nillable may not say so. Text that the client says is base64 is decoded first.
///
/// # Errors
/// When the text is not a value of the type or does not fit the facet, or the document is broken.
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

/// The text behind base64, or why there is none.
fn decoded<'a>(text: Cow<'a, str>, facet: Option<&Facet>) -> Result<Cow<'a, str>, String> {
    let shown = facet.map_or(&*text, |facet| facet.shown(&text));
    let wrong = format!("cvc-datatype-valid.1.2.1: '{shown}' is not a valid value for 'base64Binary'.");
    let text = Base64::parse(text).map_err(|_| wrong)?.into_text();
    text.map(Cow::Owned)
        .ok_or_else(|| "The content of the element is no text in UTF-8, although its xsi:type says base64.".to_owned())
}

/// What Xerces says of nil on an element that may not be nil.
pub fn not_nillable(name: impl std::fmt::Display) -> String {
    format!(
        "cvc-elt.3.1: Attribute 'http://www.w3.org/2001/XMLSchema-instance,nil' must not appear on element '{name}', because the {{nillable}} property of '{name}' is false."
    )
}

/// What Xerces says of an element that is nil and holds something.
pub fn nil_with_content(name: impl std::fmt::Display) -> String {
    format!(
        "cvc-elt.3.2.1: Element '{name}' cannot have character or element information [children], because 'http://www.w3.org/2001/XMLSchema-instance,nil' is specified."
    )
}

/// Reads the structured value of the child `start`; nil counts as absent.
///
/// # Errors
/// When its content is not what the contract allows.
pub fn complex<'a, T: FromXml<'a>>(reader: &mut Reader<'a>, start: &Start<'a>) -> Result<Option<T>, ReadError> {
    if start.nil {
        reader.skip()?;
        return Ok(None);
    }
    T::from_xml(reader, start).map(Some)
}

/// The value of a child that may not be missing.
///
/// # Errors
/// When it came as nil.
pub fn required<T>(value: Option<T>, name: &str, reader: &Reader<'_>) -> Result<T, ReadError> {
    value.ok_or_else(|| reader.invalid(not_nillable(name)))
}

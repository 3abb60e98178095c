//! A model of Xerces 2.12 (JDK 17) as a strict validator: the error that it would report first for
//! a request, word for word (rules.md 3.4).
//!
//! The service reads requests leniently ([`crate::xml::Seen`]). When it refuses one, the request is
//! read again here, because clients know the text of the first error that Xerces would find, even
//! where the service itself would have accepted that part. The model covers sequences of elements;
//! `make xerces` compares it with the original.

use std::borrow::Cow;

use super::{Element, facet};
use crate::xml::{self, ReadError, Reader, Start, XSI, nil_with_content, not_nillable};

/// The first error in the request whose root element is `start`; `None` if it is valid. The types
/// stated by `xsi:type` are ignored.
///
/// # Errors
/// When the document is not well-formed.
pub fn first_fault<'a>(
    reader: &mut Reader<'a>,
    start: &Start<'a>,
    element: &Element,
) -> Result<Option<String>, ReadError> {
    if reader.attribute(XSI, "nil").is_some() && !element.nillable {
        return Ok(Some(not_nillable(start.raw())));
    }
    if let Some(attribute) = reader.foreign_attribute() {
        let owner = start.raw();
        return Ok(Some(if element.children.is_empty() {
            format!(
                "cvc-type.3.1.1: Element '{owner}' is a simple type, so it cannot have attributes, excepting those whose namespace name is identical to 'http://www.w3.org/2001/XMLSchema-instance' and whose [local name] is one of 'type', 'nil', 'schemaLocation' or 'noNamespaceSchemaLocation'. However, the attribute, '{attribute}' was found."
            )
        } else {
            format!("cvc-complex-type.3.2.2: Attribute '{attribute}' is not allowed to appear in element '{owner}'.")
        }));
    }
    let found = if element.children.is_empty() {
        fault_of_value(reader, start, element)
    } else {
        fault_of_children(reader, start, element)
    };
    match found {
        Err(ReadError::Invalid(invalid)) => Ok(Some(invalid.text)),
        found => found,
    }
}

fn fault_of_value<'a>(
    reader: &mut Reader<'a>,
    start: &Start<'a>,
    element: &Element,
) -> Result<Option<String>, ReadError> {
    let facet = element.facet.and_then(|name| facet::ALL.iter().copied().find(|facet| facet.name == name));
    let text = xml::value::<Cow<'_, str>>(reader, start, facet, element.required && !start.nil, element.nillable)?;
    Ok(text.and_then(|text| (element.check)(&text).err()))
}

fn fault_of_children<'a>(
    reader: &mut Reader<'a>,
    start: &Start<'a>,
    element: &Element,
) -> Result<Option<String>, ReadError> {
    let mut sequence = Sequence { children: element.children, last: None };
    let mut of_text = None;
    loop {
        let child = match reader.child() {
            // Xerces reports text between children only after the last of them.
            Err(ReadError::Invalid(invalid)) => {
                of_text.get_or_insert(invalid.text);
                continue;
            }
            child => child?,
        };
        let Some(child) = child else { break };
        if start.nil {
            return Ok(Some(nil_with_content(start.raw())));
        }
        let fault = match sequence.step(reader.namespace(&child), child.local) {
            Err(fault) => Some(fault),
            Ok(found) => first_fault(reader, &child, found)?,
        };
        if fault.is_some() {
            return Ok(fault);
        }
    }
    let incomplete = || (!start.nil).then(|| sequence.incomplete(start)).flatten();
    Ok(of_text.or_else(incomplete))
}

/// How far the children of an element have been read.
struct Sequence {
    children: &'static [Element],
    /// The index of the last child read, and how often it has occurred.
    last: Option<(usize, u32)>,
}

impl Sequence {
    /// Advances to a child element, or returns the reason why it is not allowed there.
    fn step(&mut self, namespace: &str, local: &str) -> Result<&'static Element, String> {
        let came = |(_, child): &(usize, &Element)| child.namespace == namespace && child.name == local;
        let next = self.expected().find(came);
        if let Some((index, child)) = next {
            let before = self.last.filter(|(last, _)| *last == index).map_or(0, |(_, count)| count);
            self.last = Some((index, before + 1));
            return Ok(child);
        }
        let names = self.names();
        let name = qualified(namespace, local);
        Err(match (self.exhausted().filter(|child| child.max != Some(1) && came(&(0, child))), names) {
            (Some(child), names) => {
                let most = child.max.unwrap_or(u32::MAX);
                let limit = format!(
                    "'{name}' can occur a maximum of '{most}' times in the current sequence. This limit was exceeded."
                );
                match names {
                    None => format!("cvc-complex-type.2.4.f: {limit} No child element is expected at this point."),
                    Some(names) => {
                        format!("cvc-complex-type.2.4.e: {limit} At this point one of '{names}' is expected.")
                    }
                }
            }
            (None, names) => {
                let name = if namespace.is_empty() { name } else { format!("{{{name}}}") };
                match names {
                    None => format!(
                        "cvc-complex-type.2.4.d: Invalid content was found starting with element '{name}'. No child element is expected at this point."
                    ),
                    Some(names) => format!(
                        "cvc-complex-type.2.4.a: Invalid content was found starting with element '{name}'. One of '{names}' is expected."
                    ),
                }
            }
        })
    }

    /// The error for a missing mandatory child at the end of the element.
    fn incomplete(&self, parent: &Start<'_>) -> Option<String> {
        let names = self.names().filter(|_| self.expected().any(|(index, child)| self.is_demanded(index, child)))?;
        let parent = parent.raw();
        Some(format!(
            "cvc-complex-type.2.4.b: The content of element '{parent}' is not complete. One of '{names}' is expected."
        ))
    }

    /// The children allowed next: the last one, if it may repeat, then those after it up to the
    /// first mandatory one.
    fn expected(&self) -> impl Iterator<Item = (usize, &'static Element)> {
        let first = match self.last {
            None => 0,
            Some((last, _)) if self.exhausted().is_some() => last + 1,
            Some((last, _)) => last,
        };
        let mut demanded = false;
        self.children.iter().enumerate().skip(first).take_while(move |(index, child)| {
            let goes_on = !demanded;
            demanded |= self.is_demanded(*index, child);
            goes_on
        })
    }

    fn is_demanded(&self, index: usize, child: &Element) -> bool {
        child.required && self.last.is_none_or(|(last, _)| last < index)
    }

    /// The last child, if it has reached its maximum.
    fn exhausted(&self) -> Option<&'static Element> {
        let (last, count) = self.last?;
        self.children.get(last).filter(|child| child.max.is_some_and(|most| count >= most))
    }

    fn names(&self) -> Option<String> {
        let names: Vec<String> = self.expected().map(|(_, child)| qualified(child.namespace, child.name)).collect();
        (!names.is_empty()).then(|| format!("{{{}}}", names.join(", ")))
    }
}

/// A name in the form in which Xerces lists it.
fn qualified(namespace: &str, local: &str) -> String {
    if namespace.is_empty() { local.to_owned() } else { format!("\"{namespace}\":{local}") }
}

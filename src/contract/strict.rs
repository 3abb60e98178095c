//! A model of Xerces 2.12 (JDK 17) as a strict validator: the error that it would report first for
//! a request, word for word (rules.md 3.4).
//!
//! The service reads requests leniently ([`crate::xml::Seen`]). When it refuses one, the request is
//! read again here, because clients know the text of the first error that Xerces would find, even
//! where the service itself would have accepted that part. The model covers sequences of elements;
//! `make xerces` compares it with the original.

mod sequence;

use std::borrow::Cow;

use super::{Element, facet};
use crate::xml::{self, ReadError, Reader, Start, XSI, nil_with_content, not_nillable};
use sequence::Sequence;

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
    let mut sequence = Sequence::of(element);
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

/// A name in the form in which Xerces lists it.
fn qualified(namespace: &str, local: &str) -> String {
    if namespace.is_empty() { local.to_owned() } else { format!("\"{namespace}\":{local}") }
}

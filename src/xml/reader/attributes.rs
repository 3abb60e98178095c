//! The attributes of an element: reads and checks them, and interprets `xsi:nil` and `xsi:type`.

use std::borrow::Cow;

use memchr::{memchr_iter, memchr2};
use quick_xml::escape::unescape;
use quick_xml::events::attributes::{AttrError, Attributes};

use super::{RawName, Reader};
use crate::xml::characters::{follows_blank, is_character};
use crate::xml::error::{NotWellFormed, Place, ReadError};
use crate::xml::writer::XSI;

const XSD: &str = "http://www.w3.org/2001/XMLSchema";
const SOAP_ENCODING: &str = "http://schemas.xmlsoap.org/soap/encoding/";

#[derive(Debug, Clone)]
pub(super) struct Attribute<'i> {
    prefix: &'i str,
    local: &'i str,
    value: Cow<'i, str>,
}

impl<'i> Reader<'i> {
    /// The value of an attribute of the last element started.
    pub fn attribute(&self, namespace: &str, local: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| {
                attribute.local == local
                    && match attribute.prefix {
                        "" => namespace.is_empty(),
                        prefix => self.scope.resolve(prefix) == Some(namespace),
                    }
            })
            .map(|attribute| attribute.value.as_ref())
    }

    /// The first attribute of the last element started that is not one of XML Schema's own.
    pub fn foreign_attribute(&self) -> Option<RawName<'i>> {
        let is_foreign = |each: &&Attribute<'i>| each.prefix.is_empty() || self.scope.resolve(each.prefix) != Some(XSI);
        let found = self.attributes.iter().find(is_foreign)?;
        Some(RawName { prefix: found.prefix, local: found.local })
    }

    /// Whether the last element started has `xsi:nil="true"` (or `1`).
    pub(super) fn is_nil(&self) -> bool {
        self.attribute(XSI, "nil").is_some_and(|value| matches!(value.trim(), "true" | "1"))
    }

    /// Whether the last element started declares by `xsi:type` that its text is base64. SOAP::Lite
    /// does so for all text that is not ASCII, whatever the contract says. Other declared types are
    /// ignored.
    pub(super) fn is_base64(&self) -> bool {
        let Some(stated) = self.attribute(XSI, "type") else { return false };
        let (prefix, local) = stated.trim().split_once(':').unwrap_or(("", stated.trim()));
        match local {
            "base64Binary" => self.scope.resolve(prefix).is_some_and(|uri| uri == XSD || uri == SOAP_ENCODING),
            "base64" => self.scope.resolve(prefix) == Some(SOAP_ENCODING),
            _ => false,
        }
    }

    pub(super) fn read_attributes(&mut self, tag: &'i str, name: usize) -> Result<(), ReadError> {
        let depth = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        let mut declarations = 0;
        for attribute in Attributes::new(tag, name) {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(AttrError::Duplicated(..)) => {
                    return Err(self.broken(NotWellFormed::DuplicateAttribute));
                }
                Err(_) => return Err(self.broken(NotWellFormed::Syntax)),
            };
            if self.attributes.len() + declarations >= self.limits.attributes {
                return Err(self.broken(NotWellFormed::Limit("attributes of one element")));
            }
            self.attributes_in_all += 1;
            if self.attributes_in_all > self.limits.attributes_in_all {
                return Err(self.broken(NotWellFormed::Limit("attributes in all")));
            }
            let value = match attribute.value {
                Cow::Borrowed(value) => self.attribute_value(value)?,
                Cow::Owned(value) => Cow::Owned(self.attribute_value(&value)?.into_owned()),
            };
            let key = attribute.key.into_inner();
            if !follows_blank(tag, key) {
                return Err(self.broken(NotWellFormed::Syntax));
            }
            let (prefix, local) = self.name(key)?;
            let bound = match (prefix, local) {
                ("", "xmlns") => Some(""),
                ("xmlns", local) => Some(local),
                _ => None,
            };
            match bound {
                Some(prefix) => {
                    declarations += 1;
                    self.scope
                        .bind(prefix, value, depth, self.limits.bindings)
                        .map_err(|reason| ReadError::NotWellFormed { reason, place: Place::default() })?;
                }
                None => self.attributes.push(Attribute { prefix, local, value }),
            }
        }
        self.check_expanded_names()
    }

    fn attribute_value<'v>(&mut self, value: &'v str) -> Result<Cow<'v, str>, ReadError> {
        if value.len() > self.limits.attribute_value {
            return Err(self.broken(NotWellFormed::Limit("an attribute's value")));
        }
        match memchr2(b'<', b'&', value.as_bytes()) {
            None => Ok(Cow::Borrowed(value)),
            Some(_) if value.contains('<') => Err(self.broken(NotWellFormed::Syntax)),
            Some(_) => {
                self.count_references(memchr_iter(b'&', value.as_bytes()).count())?;
                match unescape(value) {
                    Ok(value) if value.chars().all(is_character) => Ok(value),
                    _ => Err(self.broken(NotWellFormed::Reference)),
                }
            }
        }
    }

    /// Two prefixes may stand for the same namespace; the same local name under both is then a
    /// duplicate (Namespaces 6.3).
    fn check_expanded_names(&self) -> Result<(), ReadError> {
        for (index, one) in self.attributes.iter().enumerate() {
            if one.prefix.is_empty() {
                continue;
            }
            let Some(namespace) = self.scope.resolve(one.prefix) else {
                return Err(self.broken(NotWellFormed::Namespace));
            };
            let twice = self.attributes.iter().skip(index + 1).any(|other| {
                other.local == one.local
                    && !other.prefix.is_empty()
                    && self.scope.resolve(other.prefix) == Some(namespace)
            });
            if twice {
                return Err(self.broken(NotWellFormed::DuplicateAttribute));
            }
        }
        Ok(())
    }
}

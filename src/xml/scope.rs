//! The namespace bindings in scope while a document is read.

use std::borrow::Cow;

use super::error::NotWellFormed;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The stack of bindings. A binding ends with the element that declared it.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope<'i> {
    bindings: Vec<Binding<'i>>,
}

#[derive(Debug, Clone)]
struct Binding<'i> {
    prefix: &'i str,
    uri: Cow<'i, str>,
    depth: u32,
}

impl<'i> Scope<'i> {
    /// Adds a binding declared by the element at `depth`; an empty `prefix` declares the default
    /// namespace.
    pub(super) fn bind(
        &mut self,
        prefix: &'i str,
        uri: Cow<'i, str>,
        depth: u32,
        most: usize,
    ) -> Result<(), NotWellFormed> {
        let reserved = match prefix {
            "xmlns" => true,
            "xml" => uri != XML,
            "" => uri == XML || uri == XMLNS,
            _ => uri.is_empty() || uri == XML || uri == XMLNS,
        };
        if reserved {
            return Err(NotWellFormed::Namespace);
        }
        if self.bindings.len() >= most {
            return Err(NotWellFormed::Limit("namespace declarations"));
        }
        self.bindings.push(Binding { prefix, uri, depth });
        Ok(())
    }

    /// Drops the bindings of the element at `depth` and of everything inside it.
    pub(super) fn leave(&mut self, depth: u32) {
        while self.bindings.last().is_some_and(|binding| binding.depth >= depth) {
            self.bindings.pop();
        }
    }

    /// The namespace of `prefix`; an empty prefix without a default namespace has the empty
    /// namespace.
    pub(super) fn resolve(&self, prefix: &str) -> Option<&str> {
        let bound = self.bindings.iter().rev().find(|binding| binding.prefix == prefix);
        match (bound, prefix) {
            (Some(binding), _) => Some(&binding.uri),
            (None, "") => Some(""),
            (None, "xml") => Some(XML),
            (None, _) => None,
        }
    }
}

//! Keeps the namespace bindings of a part of a document, which yaserde itself drops.

use std::collections::BTreeMap;
use std::io::Read;

use yaserde::__xml::reader::XmlEvent;
use yaserde::YaDeserialize;

/// A part of a document, with the namespace bindings in scope at its start tag.
#[derive(Debug, Default)]
pub struct Scoped<T> {
    /// Prefix to namespace; the empty prefix stands for the default namespace.
    pub scope: BTreeMap<String, String>,
    /// The part.
    pub inner: T,
}

impl<T: YaDeserialize> YaDeserialize for Scoped<T> {
    fn deserialize<R: Read>(reader: &mut yaserde::de::Deserializer<R>) -> yaserde::Result<Self> {
        let scope = match reader.peek()? {
            XmlEvent::StartElement { namespace, .. } => {
                namespace.iter().map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned())).collect()
            }
            _ => BTreeMap::new(),
        };
        Ok(Scoped { scope, inner: T::deserialize(reader)? })
    }
}

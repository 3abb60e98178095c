//! Reads documents in two passes: the first, `supported`, over the text; the second with yaserde.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use yaserde::YaDeserialize;

use crate::error::{At, Error};
use crate::scoped::Scoped;
use crate::supported::locate;
use crate::wsdl::Definitions;
use crate::xsd::Schema;

/// A schema and its file.
#[derive(Debug)]
pub struct SchemaDocument {
    /// The file.
    pub file: PathBuf,
    /// The schema.
    pub schema: Scoped<Schema>,
}

/// A WSDL with all schemas that it contains or imports.
#[derive(Debug)]
pub struct Documents {
    /// The WSDL's file.
    pub file: PathBuf,
    /// The WSDL.
    pub definitions: Scoped<Definitions>,
    /// All schemas.
    pub schemas: Vec<SchemaDocument>,
    /// All files read: the WSDL, then each schema after those that it imports.
    pub files: Vec<PathBuf>,
}

/// Reads a WSDL and the schemas that it imports by `schemaLocation`. An import without one refers
/// to a schema in the same WSDL.
pub fn load_wsdl(file: &Path) -> Result<Documents, Error> {
    let mut definitions: Scoped<Definitions> = parse(file)?;
    let mut documents = Vec::new();
    let mut imported = Vec::new();
    for types in &mut definitions.inner.types {
        for schema in types.schemas.drain(..) {
            imported.extend(locations(file, &schema.inner));
            documents.push(SchemaDocument { file: file.to_owned(), schema });
        }
    }
    let mut schemas = Schemas::default();
    schemas.load(&imported)?;
    let files = std::iter::once(file.to_owned()).chain(schemas.loaded.iter().map(|one| one.file.clone())).collect();
    documents.extend(schemas.loaded);
    Ok(Documents { file: file.to_owned(), definitions, schemas: documents, files })
}

/// Schemas, each loaded after those that it imports. If two import each other, the one met first is
/// last.
#[derive(Default)]
struct Schemas {
    met: BTreeSet<PathBuf>,
    loaded: Vec<SchemaDocument>,
}

impl Schemas {
    fn load(&mut self, files: &[PathBuf]) -> Result<(), Error> {
        for file in files {
            if self.met.insert(file.clone()) {
                let document = load_schema(file)?;
                self.load(&locations(file, &document.schema.inner))?;
                self.loaded.push(document);
            }
        }
        Ok(())
    }
}

/// Reads a schema document.
pub fn load_schema(file: &Path) -> Result<SchemaDocument, Error> {
    Ok(SchemaDocument { file: file.to_owned(), schema: parse(file)? })
}

fn locations(file: &Path, schema: &Schema) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    schema
        .imports
        .iter()
        .chain(&schema.includes)
        .filter_map(|import| import.location.as_ref())
        .map(|location| normal(&folder.join(location)))
        .collect()
}

/// The path without `.` and `..`, so that a file imported twice is read only once.
fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if parts.file_name().is_some() => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts
}

fn parse<T: YaDeserialize>(file: &Path) -> Result<T, Error> {
    let text = std::fs::read_to_string(file).map_err(|source| Error::File { file: file.to_owned(), source })?;
    let located = locate(file, &text)?;
    yaserde::de::from_str(&located).map_err(|reason| Error::Document {
        at: At { file: file.to_owned(), position: "1:1".to_owned() },
        reason: reason.to_string(),
    })
}

//! Compiles WSDL 1.1 and XML Schema into Rust: message types with readers and writers, a trait for
//! each port type, dispatch by the qualified name of the first child of the Body, and a static
//! description of the contract.
//!
//! It knows nothing about particular services. [`compile`] reads documents and returns the source
//! text. An unsupported construct or an unresolved name is an [`Error`] with file, line and column.
//!
//! The text does not stand alone. It uses two things of the crate that includes it:
//!
//! * the module named by [`Sources::runtime`], which reads and writes XML: `Reader`, `FromXml`,
//!   `ToXml`, `Lexical`, `Facet` and the functions beside them;
//! * the types of the static description, `Service`, `Operation` and `Element`, in the module that
//!   includes the text.

mod bindings;
mod emit;
mod error;
mod facets;
mod listing;
mod model;
mod naming;
mod resolve;
mod scoped;
mod source;
mod supported;
mod wsdl;
mod xsd;

use std::path::{Path, PathBuf};

pub use error::Error;

/// The input of the compiler.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The WSDL documents, one per service.
    pub wsdl: Vec<PathBuf>,
    /// The XSD with the simple types that restrict values.
    pub facets: PathBuf,
    /// The names and facets that a WSDL cannot express.
    pub bindings: PathBuf,
    /// The path of the module that the generated code runs on, such as `crate::xml`.
    pub runtime: String,
}

/// The output of the compiler.
#[derive(Debug, Clone)]
pub struct Output {
    /// The Rust source text.
    pub rust: String,
    /// The contract as a readable listing: services, operations, messages, fields.
    pub listing: String,
    /// All files that were read, for a build script to watch.
    pub files: Vec<PathBuf>,
}

/// Compiles the documents.
///
/// # Errors
/// When a document cannot be read, contains an unsupported construct, or refers to something
/// undeclared.
pub fn compile(sources: &Sources) -> Result<Output, Error> {
    let facets = facets::load(&sources.facets)?;
    let bindings = bindings::load(&sources.bindings)?;
    let mut files = vec![sources.facets.clone(), sources.bindings.clone()];
    let mut services = Vec::new();
    for path in &sources.wsdl {
        let documents = source::load_wsdl(path)?;
        files.extend(documents.files.iter().cloned());
        let name = stem(path);
        services.push(resolve::service(&name, documents, &bindings, &facets)?);
    }
    bindings.all_used()?;
    files.sort();
    files.dedup();
    Ok(Output { rust: emit::rust(&services, &facets, &sources.runtime)?, listing: listing::listing(&services), files })
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

//! Compiles WSDL 1.1 and XML Schema into Rust: message types with readers and writers, one trait for each port type,
//! dispatch by the qualified name of the first child of the Body, and a static description of the contract.
//!
//! It knows nothing of any particular service. [`compile`] reads documents from a folder and gives the source text;
//! a construct that it does not support, or a name that it cannot resolve, is an [`Error`] with file, line and column.

mod bindings;
mod emit;
mod error;
mod facets;
mod listing;
mod model;
mod naming;
mod resolve;
mod source;
mod wsdl;
mod xsd;

use std::path::{Path, PathBuf};

pub use error::Error;

/// What to compile.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The WSDL documents, one for each service.
    pub wsdl: Vec<PathBuf>,
    /// The XSD with the simple types that values are held to.
    pub facets: PathBuf,
    /// The few names and facets that a WSDL cannot say.
    pub bindings: PathBuf,
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Output {
    /// The Rust source text.
    pub rust: String,
    /// The contract as a listing for people: services, operations, messages, fields.
    pub listing: String,
    /// Every file that was read; a build script watches them.
    pub files: Vec<PathBuf>,
}

/// Compiles the documents.
///
/// # Errors
/// When a document cannot be read, has a construct that is not supported, or names what is not there.
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
    Ok(Output { rust: emit::rust(&services, &facets)?, listing: listing::listing(&services), files })
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

//! XML at run time: a reader that rejects hostile input, a writer, and the checks of facets and
//! content that generated code uses. It knows nothing of particular messages, SOAP or learners.

mod characters;
mod content;
mod declaration;
mod error;
mod escape;
mod facets;
mod lexical;
mod reader;
mod records;
mod scope;
#[cfg(test)]
mod tests;
mod writer;

pub use content::{Field, FromXml, Seen, complex, nil_with_content, not_nillable, required, value};
pub use declaration::{DECLARATION, Declaration, VERSION};
pub use error::{Invalid, NotWellFormed, Place, ReadError};
pub use escape::{attribute, escape};
pub use facets::{Facet, Pattern, non_blank, regular_expression};
pub use lexical::{Base64, Lexical, XsDateTime, check, enumeration_violation};
pub use reader::{Limits, RawName, Reader, Start};
pub use records::{Records, RecordsIter};
pub use writer::{Root, ToXml, XSI, complex_element, elements, simple_element, text_element};

//! Batch files: registration, verify and achievement files as CSV and XML in and out, spreadsheets in, what is wrong with a file told row by
//! row, and the files with which jobs answer (rules.md 5). The form of a record is the domain's matter, which is asked about every record:
//! whoever checks a file with this, offline or at a door, hears exactly what the service would say.

mod batch;
mod cell;
mod check;
mod convert;
mod csv;
mod encoding;
mod finding;
mod headings;
mod layout;
mod name;
mod number_format;
mod output;
mod report;
mod spreadsheet;
mod submit;
mod table;
#[cfg(test)]
mod tests;
mod xml;

pub use batch::{Batch, Header, Placed, Records};
pub use check::{Checked, Expected, Form, check};
pub use convert::{NamedText, convert};
pub use encoding::Encoding;
pub use finding::{Finding, Weight};
pub use layout::Layout;
pub use name::Extension;
pub use output::{Answered, exception_file, registration_file, verification_file};
pub use report::{ReportFormat, Summary, report};
pub use submit::{Submitted, submit};

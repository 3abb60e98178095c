//! Batch files: registration, verify and achievement files read and written as CSV and XML,
//! spreadsheets read, every fault reported row by row, and the result files of jobs (rules.md 5).
//! What makes a record valid is the domain's business; asking it about every record means that an
//! offline check and the service always say the same.

mod batch;
mod cell;
mod check;
mod convert;
mod correction;
mod csv;
mod document;
mod encoding;
mod finding;
mod headings;
mod layout;
mod name;
mod number_format;
mod output;
mod report;
mod spreadsheet;
mod subject;
mod submit;
mod table;
#[cfg(test)]
mod tests;
mod upload;
mod xml;

pub use batch::{Batch, Header, Placed, Records};
pub use check::{Checked, Expected, Format, check};
pub use convert::{NamedText, convert};
pub use correction::{Included, failed_achievements, with_errors};
pub use document::{Document, DocumentBlock, DocumentTable, PdfError, document_csv, document_pdf};
pub use encoding::Encoding;
pub use finding::{Finding, Weight};
pub use layout::Layout;
pub use name::Extension;
pub use output::{
    Answered, exception_file, registration_file, registration_output, template, verification_file, verification_output,
};
pub use report::{ReportFormat, Summary, report};
pub use subject::subject_document;
pub use submit::{Submitted, submit};
pub use upload::{CheckedHere, SubmittedUpload, Taken, check_here, check_upload, read_upload, submit_upload};

//! The choice of a file to send.

use askama::Template;

use super::field::Field;
use super::{Attributes, Classes, ErrorMessage, Hint, Label, component, explained, labelled};

/// A file to send.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/file_upload.html")]
pub struct FileUpload {
    pub(super) name: String,
    pub(super) label: Label,
    pub(super) field: Field,
    /// Where a file can be dropped, with script.
    pub(super) drop_zone: Option<DropZone>,
    pub(super) multiple: bool,
    pub(super) disabled: bool,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// The area around the field into which a file can be dropped. Its words are govuk-frontend's,
/// unless its attributes have others.
#[derive(Debug, Clone, Default)]
pub(super) struct DropZone {
    pub classes: Classes,
    pub attributes: Attributes,
}

component!(FileUpload);
labelled!(FileUpload);
explained!(FileUpload);

impl FileUpload {
    /// A file by its name in the form, and its label.
    pub fn new(name: &str, label: impl Into<Label>) -> FileUpload {
        let (name, field) = (name.to_owned(), Field::named(name));
        FileUpload { name, field, label: label.into(), ..FileUpload::default() }
    }

    /// With script, a file can be dropped on it. Its button is then named by words in another order
    /// than those that it shows, which axe reports.
    pub fn droppable(mut self) -> FileUpload {
        self.drop_zone = Some(DropZone::default());
        self
    }
}

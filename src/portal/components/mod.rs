//! The components that pages are built of: structs that render to the HTML of govuk-frontend.
//!
//! A page's template shows one by `{{ component }}`. Text in it is escaped; a test compares each
//! with govuk-frontend's own examples. Where a page puts it, and what it says, is the page's.

mod attributes;
mod back_link;
mod button;
mod checkboxes;
mod choices;
mod content;
mod date_input;
mod details;
mod error_message;
mod error_summary;
mod field;
mod fieldset;
mod file_upload;
mod generic_header;
mod hint;
mod input;
mod inset_text;
mod label;
mod notification_banner;
mod pagination;
mod panel;
mod password_input;
mod phase_banner;
mod radios;
mod select;
mod service_navigation;
mod skip_link;
mod summary_list;
mod table;
mod tag;
#[cfg(test)]
mod tests;
mod textarea;
mod warning_text;

pub use self::attributes::{Attributes, Classes};
pub use self::back_link::BackLink;
pub use self::button::Button;
pub use self::checkboxes::Checkboxes;
pub use self::choices::Item;
pub use self::content::{Content, Html};
pub use self::date_input::DateInput;
pub use self::details::Details;
pub use self::error_message::ErrorMessage;
pub use self::error_summary::ErrorSummary;
pub use self::fieldset::{Fieldset, Legend};
pub use self::file_upload::FileUpload;
pub use self::generic_header::GenericHeader;
pub use self::hint::Hint;
pub use self::input::Input;
pub use self::inset_text::InsetText;
pub use self::label::Label;
pub use self::notification_banner::NotificationBanner;
pub use self::pagination::{NumberedPage, PageItem, Pagination};
pub use self::panel::Panel;
pub use self::password_input::PasswordInput;
pub use self::phase_banner::PhaseBanner;
pub use self::radios::Radios;
pub use self::select::{Choice, Select};
pub use self::service_navigation::{NavigationItem, ServiceNavigation};
pub use self::skip_link::SkipLink;
pub use self::summary_list::{RowAction, SummaryList, SummaryRow};
pub use self::table::{Cell, Table};
pub use self::tag::Tag;
pub use self::textarea::Textarea;
pub use self::warning_text::WarningText;

/// Makes structs with the fields `classes` and `attributes` components: their HTML stands in a page
/// without being escaped again, and both fields can be added to.
macro_rules! component {
    ($($name:ident),+) => {$(
        impl askama::filters::HtmlSafe for $name {}

        impl $name {
            /// Adds classes, separated by spaces.
            pub fn classes(mut self, classes: &str) -> Self {
                self.classes.add(classes);
                self
            }

            /// Adds an attribute, such as a `data-` one.
            pub fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
                self.attributes.add(name, value);
                self
            }
        }
    )+};
}
use component;

/// Gives a control the methods that set what surrounds it, in its fields `label` and `field`.
macro_rules! labelled {
    ($name:ident) => {
        impl $name {
            /// The label as the page's heading, for a page with one question.
            pub fn page_heading(mut self) -> Self {
                self.label = self.label.page_heading();
                self
            }
        }
    };
}
use labelled;

/// Gives a control, or a group of them, the methods that set its hint and its error.
macro_rules! explained {
    ($name:ident) => {
        impl $name {
            /// Adds a hint, shown before the control and read with it.
            pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
                self.field.hint = Some(hint.into());
                self
            }

            /// Adds what is wrong with what was entered, if anything is.
            pub fn error(mut self, error: Option<impl Into<ErrorMessage>>) -> Self {
                self.field.error = error.map(Into::into);
                self
            }

            /// Sets the id, which is the name unless set.
            pub fn id(mut self, id: impl Into<String>) -> Self {
                self.field.id = id.into();
                self
            }
        }
    };
}
use explained;

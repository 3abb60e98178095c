//! A page that is one form: a heading, what is wrong, the fields, a button.

use askama::Template;

use super::components::{ErrorSummary, Html};
use super::form::FormErrors;
use super::layout::Layout;
use super::visit::Visit;

/// A page with one form. Pages with more than that have a template of their own.
#[derive(Template)]
#[template(path = "form_page.html")]
pub(super) struct FormPage<'v> {
    layout: Layout,
    heading: &'v str,
    action: &'v str,
    summary: Option<ErrorSummary>,
    /// What stands between the heading and the form.
    before: Vec<Html>,
    inside: Vec<Html>,
    /// What stands below the form.
    after: Vec<Html>,
}

impl<'v> FormPage<'v> {
    /// A form that is sent to `action`. `inside` makes its fields and its button, from the errors.
    pub(super) fn new(
        visit: &'v Visit<'_>,
        heading: &'v str,
        action: &'v str,
        errors: FormErrors,
        inside: impl FnOnce(&FormErrors) -> Vec<Html>,
    ) -> Self {
        Self {
            layout: Layout { has_errors: !errors.is_empty(), ..visit.layout() },
            heading,
            action,
            summary: errors.summary(),
            before: Vec::new(),
            inside: inside(&errors),
            after: Vec::new(),
        }
    }

    /// Adds something between the heading and the form.
    #[must_use]
    pub(super) fn before(mut self, html: Html) -> Self {
        self.before.push(html);
        self
    }

    /// Adds something below the form.
    #[must_use]
    pub(super) fn after(mut self, html: Html) -> Self {
        self.after.push(html);
        self
    }
}

//! A page of blocks: a heading, and below it paragraphs, lists, tables and forms, one under the
//! other.

use std::borrow::Cow;

use askama::Template;
use askama::filters::HtmlSafe;

use super::components::{BackLink, ErrorSummary, Html, Panel};
use super::form::FormErrors;
use super::layout::Layout;
use super::visit::Visit;

/// A page of blocks.
#[derive(Template)]
#[template(path = "blocks.html")]
pub(super) struct Blocks {
    layout: Layout,
    heading: String,
    caption: String,
    back: Option<BackLink>,
    summary: Option<ErrorSummary>,
    panel: Option<Html>,
    blocks: Vec<Html>,
}

impl Blocks {
    /// A page without blocks yet.
    pub(super) fn new(visit: &Visit<'_>, heading: impl Into<String>) -> Self {
        Self {
            layout: visit.layout(),
            heading: heading.into(),
            caption: String::new(),
            back: None,
            summary: None,
            panel: None,
            blocks: Vec::new(),
        }
    }

    /// What the heading belongs to, in small letters above it.
    #[must_use]
    pub(super) fn caption(self, caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), ..self }
    }

    /// The way back.
    #[must_use]
    pub(super) fn back(self, href: &str) -> Self {
        Self { back: Some(BackLink::new(href)), ..self }
    }

    /// What is wrong with a form on the page.
    #[must_use]
    pub(super) fn errors(mut self, errors: &FormErrors) -> Self {
        self.layout.has_errors = !errors.is_empty();
        self.summary = errors.summary();
        self
    }

    /// Adds a component.
    #[must_use]
    pub(super) fn with(mut self, block: &impl HtmlSafe) -> Self {
        self.blocks.push(Html::of(block));
        self
    }

    /// Begins the page with a panel that says what was done, in place of the heading.
    #[must_use]
    pub(super) fn panel(self, panel: &Panel) -> Self {
        Self { panel: Some(Html::of(panel)), ..self }
    }

    /// Adds a heading of the second level.
    #[must_use]
    pub(super) fn heading(self, text: impl Into<String>) -> Self {
        self.with(&Words::Heading(text.into()))
    }

    /// Adds a paragraph.
    #[must_use]
    pub(super) fn say(self, text: impl Into<String>) -> Self {
        self.with(&Words::Paragraph(text.into()))
    }

    /// Adds a paragraph that is a link.
    #[must_use]
    pub(super) fn link(self, text: impl Into<String>, href: impl Into<String>) -> Self {
        self.with(&Words::Link(text.into(), href.into()))
    }

    /// Adds a list of links.
    #[must_use]
    pub(super) fn links(self, links: Vec<(String, String)>) -> Self {
        if links.is_empty() { self } else { self.with(&Words::Links(links)) }
    }
}

/// Words on a page.
#[derive(Template)]
#[template(path = "words.html")]
enum Words {
    Heading(String),
    Paragraph(String),
    Link(String, String),
    Links(Vec<(String, String)>),
}

impl HtmlSafe for Words {}

/// A link within other content, such as a cell of a table.
#[derive(Template)]
#[template(ext = "html", source = "<a class=\"govuk-link\" href=\"{{ href }}\">{{ text }}</a>")]
pub(super) struct Anchor {
    text: String,
    href: String,
}

impl HtmlSafe for Anchor {}

impl Anchor {
    /// A link.
    pub(super) fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into() }
    }
}

/// A form on a page, with the token of its session.
#[derive(Template)]
#[template(path = "act.html")]
pub(super) struct Act {
    action: String,
    csrf: String,
    has_file: bool,
    hidden: Vec<(Cow<'static, str>, String)>,
    inside: Vec<Html>,
}

impl HtmlSafe for Act {}

impl Act {
    /// A form that is sent to `action`.
    pub(super) fn new(visit: &Visit<'_>, action: impl Into<String>) -> Self {
        let csrf = visit.visitor().map(|session| session.form_token.clone()).unwrap_or_default();
        Self { action: action.into(), csrf, has_file: false, hidden: Vec::new(), inside: Vec::new() }
    }

    /// A form with a file.
    pub(super) fn with_file(visit: &Visit<'_>, action: impl Into<String>) -> Self {
        Self { has_file: true, ..Self::new(visit, action) }
    }

    /// Adds a value that is sent with the form and not shown.
    #[must_use]
    pub(super) fn hidden(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// Adds a control.
    #[must_use]
    pub(super) fn with(mut self, control: &impl HtmlSafe) -> Self {
        self.inside.push(Html::of(control));
        self
    }
}

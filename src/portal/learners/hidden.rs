//! A field of a form that the user does not see.

use askama::Template;
use askama::filters::HtmlSafe;

/// A hidden field. It never holds personal data: what belongs to a learner is kept with the
/// session.
#[derive(Template)]
#[template(ext = "html", source = "<input type=\"hidden\" name=\"{{ name }}\" value=\"{{ value }}\">")]
pub(super) struct Hidden<'p> {
    pub(super) name: &'static str,
    pub(super) value: &'p str,
}

impl HtmlSafe for Hidden<'_> {}

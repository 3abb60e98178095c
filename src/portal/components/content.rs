//! What stands inside a component: text, which is escaped, or HTML that is known to be safe.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use askama::filters::{Escaper, HtmlSafe};

/// Text or HTML. Whatever a user or a caller has written is text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Shown as it is, whatever characters it has.
    Text(String),
    /// Part of the page.
    Html(Html),
}

/// HTML that came out of a template or stands in our source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Html(pub(super) Cow<'static, str>);

impl Content {
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        match self {
            Content::Text(text) => text.is_empty(),
            Content::Html(html) => html.0.is_empty(),
        }
    }
}

impl Html {
    /// HTML that stands in our source.
    pub const fn literal(html: &'static str) -> Html {
        Html(Cow::Borrowed(html))
    }

    /// A picture that a library of ours drew, without any text of a user.
    pub(in crate::portal) const fn drawn(svg: String) -> Html {
        Html(Cow::Owned(svg))
    }

    /// What a component or a template renders to.
    pub fn of(component: &impl HtmlSafe) -> Html {
        Html(Cow::Owned(component.to_string()))
    }

    /// Several pieces, one after the other.
    pub fn all(pieces: impl IntoIterator<Item = Html>) -> Html {
        Html(Cow::Owned(pieces.into_iter().map(|piece| piece.0).collect()))
    }
}

impl Default for Content {
    fn default() -> Self {
        Content::Text(String::new())
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Content::Text(text.to_owned())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Content::Text(text)
    }
}

impl From<&String> for Content {
    fn from(text: &String) -> Self {
        Content::Text(text.clone())
    }
}

impl From<Html> for Content {
    fn from(html: Html) -> Self {
        Content::Html(html)
    }
}

impl Display for Content {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Content::Text(text) => askama::filters::Html.write_escaped_str(f, text),
            Content::Html(html) => html.fmt(f),
        }
    }
}

impl Display for Html {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Content {}
impl HtmlSafe for Html {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_html_is_not() {
        let text = Content::from("<b onclick=\"x('&')\">");
        assert_eq!(text.to_string(), "&#60;b onclick=&#34;x(&#39;&#38;&#39;)&#34;&#62;");
        assert_eq!(Content::from(Html::literal("<b>")).to_string(), "<b>");
    }
}

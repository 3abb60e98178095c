//! The classes and further attributes of an element, written after its name.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use askama::filters::{Escaper, HtmlSafe};

/// Further classes of an element: each is written with a space before it, after the component's
/// own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Classes(pub(super) String);

impl Classes {
    /// Adds one class or several, separated by spaces.
    pub fn add(&mut self, classes: &str) {
        if !classes.is_empty() {
            self.0.push(' ');
            self.0.push_str(classes);
        }
    }

    /// The same and further ones.
    pub fn and(&self, classes: &str) -> Classes {
        let mut both = self.clone();
        both.add(classes);
        both
    }

    /// Whether a text stands among them.
    pub fn contains(&self, text: &str) -> bool {
        self.0.contains(text)
    }
}

impl From<&str> for Classes {
    fn from(classes: &str) -> Self {
        Classes::default().and(classes)
    }
}

impl Display for Classes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        askama::filters::Html.write_escaped_str(f, &self.0)
    }
}

impl HtmlSafe for Classes {}

/// Further attributes of an element, such as `data-` ones, in the order in which they were added.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes(pub(super) Vec<(Cow<'static, str>, Option<String>)>);

impl Attributes {
    /// Adds an attribute with its value, which is escaped.
    pub fn add(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.push((Cow::Borrowed(name), Some(value.into())));
    }

    /// Adds an attribute that has no value, such as `hidden`.
    pub fn flag(&mut self, name: &'static str) {
        self.0.push((Cow::Borrowed(name), None));
    }
}

impl Display for Attributes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.0 {
            f.write_str(" ")?;
            askama::filters::Html.write_escaped_str(&mut *f, name)?;
            if let Some(value) = value {
                f.write_str("=\"")?;
                askama::filters::Html.write_escaped_str(&mut *f, value)?;
                f.write_str("\"")?;
            }
        }
        Ok(())
    }
}

impl HtmlSafe for Attributes {}

//! The options of an example, read as JavaScript's templates read them: what is missing, empty,
//! false or null counts as not given.

use std::borrow::Cow;

use serde_json::Value;

use super::super::*;

static NOTHING: Value = Value::Null;

/// An object of options.
#[derive(Clone, Copy)]
pub struct Options<'a>(&'a Value);

impl<'a> Options<'a> {
    pub fn of(value: &'a Value) -> Options<'a> {
        Options(value)
    }

    pub fn value(self, name: &str) -> &'a Value {
        self.0.get(name).unwrap_or(&NOTHING)
    }

    /// The options below a name, which may be empty.
    pub fn at(self, name: &str) -> Options<'a> {
        Options(self.value(name))
    }

    /// Whether a name is given.
    pub fn is(self, name: &str) -> bool {
        truthy(self.value(name))
    }

    /// A text, if it is given and not empty.
    pub fn text(self, name: &str) -> Option<String> {
        Some(self.value(name)).filter(|value| truthy(value)).map(written)
    }

    /// A text that may be empty or "0", if it is given.
    pub fn present(self, name: &str) -> Option<String> {
        Some(self.value(name)).filter(|value| !value.is_null() && **value != Value::Bool(false)).map(written)
    }

    pub fn text_or(self, name: &str, usual: &str) -> String {
        self.text(name).unwrap_or_else(|| usual.to_owned())
    }

    pub fn flag(self, name: &str) -> Option<bool> {
        self.value(name).as_bool()
    }

    pub fn list(self, name: &str) -> Vec<Options<'a>> {
        self.value(name).as_array().into_iter().flatten().map(Options).collect()
    }

    /// Whether it is an object at all.
    pub fn is_object(self) -> bool {
        self.0.is_object()
    }

    pub fn is_list(self) -> bool {
        self.0.is_array()
    }

    pub fn is_empty(self) -> bool {
        self.0.as_object().is_some_and(|object| object.is_empty())
    }

    /// The members of a list of lists.
    pub fn items(self) -> Vec<Options<'a>> {
        self.0.as_array().into_iter().flatten().map(Options).collect()
    }

    /// What a member of a list of texts says.
    pub fn content_text(self) -> String {
        written(self.0)
    }

    pub fn content(self) -> Content {
        self.content_of("html", "text")
    }

    pub fn content_of(self, html: &str, text: &str) -> Content {
        match (self.text(html), self.present(text)) {
            (Some(html), _) => Content::Html(markup(html.trim())),
            (None, text) => Content::Text(text.unwrap_or_default()),
        }
    }

    pub fn html(self, name: &str) -> Html {
        markup(self.text(name).unwrap_or_default().trim())
    }

    pub fn classes(self) -> Classes {
        self.classes_of("classes")
    }

    pub fn classes_of(self, name: &str) -> Classes {
        Classes::from(self.text_or(name, "").as_str())
    }

    pub fn attributes(self) -> Attributes {
        self.attributes_of("attributes")
    }

    /// Attributes; those that are marked as optional are left out without a value, and have none
    /// when it is true.
    pub fn attributes_of(self, name: &str) -> Attributes {
        let mut attributes = Attributes::default();
        for (name, value) in self.value(name).as_object().into_iter().flatten() {
            let optional = value.get("optional") == Some(&Value::Bool(true));
            let value = if value.is_object() { value.get("value").unwrap_or(&NOTHING) } else { value };
            let written = match value {
                Value::Null | Value::Bool(false) if optional => continue,
                Value::Bool(true) if optional => None,
                Value::Null => Some(String::new()),
                value => Some(written(value)),
            };
            attributes.0.push((Cow::Owned(name.clone()), written));
        }
        attributes
    }
}

pub fn markup(html: &str) -> Html {
    Html(Cow::Owned(html.to_owned()))
}

pub fn truthy(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => true,
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

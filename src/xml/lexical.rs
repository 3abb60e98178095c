//! The lexical forms of simple values: reads each from text and writes it to text.

mod base64;
mod date_time;
mod number;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::escape::escape;
pub use base64::Base64;
pub use date_time::XsDateTime;
pub(super) use number::whole_number;

/// A value that is written as the text of an element.
pub trait Lexical<'a>: Sized {
    /// Whether an empty element is a value of this type: true only for strings. For other types an
    /// empty optional element counts as absent.
    const EMPTY_IS_VALUE: bool = false;

    /// Whether the type is base64 already, so that an `xsi:type` of base64 adds nothing.
    const IS_BASE64: bool = false;

    /// Parses the text.
    ///
    /// # Errors
    /// The Xerces message that says why the text is not a value of this type.
    fn parse(text: Cow<'a, str>) -> Result<Self, String>;

    /// Appends the text, escaped.
    fn write(&self, out: &mut String);
}

/// Checks whether a text is a value of this type.
///
/// # Errors
/// What Xerces reports if it is not.
pub fn check<T: for<'a> Lexical<'a>>(text: &str) -> Result<(), String> {
    T::parse(Cow::Borrowed(text)).map(drop)
}

impl<'a> Lexical<'a> for Cow<'a, str> {
    const EMPTY_IS_VALUE: bool = true;

    fn parse(text: Cow<'a, str>) -> Result<Self, String> {
        Ok(text)
    }

    fn write(&self, out: &mut String) {
        escape(self, out);
    }
}

fn no_value(text: &str, type_name: &str) -> String {
    format!("cvc-datatype-valid.1.2.1: '{text}' is not a valid value for '{type_name}'.")
}

/// The Xerces message for a value outside its enumeration.
pub fn enumeration_violation(text: &str, values: &[&str]) -> String {
    format!(
        "cvc-enumeration-valid: Value '{text}' is not facet-valid with respect to enumeration '[{}]'. It must be a value from the enumeration.",
        values.join(", ")
    )
}

/// Collapses white space as a schema processor does for numbers, dates and booleans: none at either
/// end, single spaces within. A no-break space is not XML white space.
pub fn collapsed(text: &str) -> Cow<'_, str> {
    const WHITE: [char; 4] = [' ', '\t', '\r', '\n'];
    let trimmed = text.trim_matches(WHITE);
    if trimmed.contains(WHITE) {
        Cow::Owned(trimmed.split(WHITE).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
    } else {
        Cow::Borrowed(trimmed)
    }
}

impl Lexical<'_> for bool {
    fn parse(text: Cow<'_, str>) -> Result<Self, String> {
        let text = collapsed(&text);
        match &*text {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(no_value(&text, "boolean")),
        }
    }

    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

//! Checks a text against a facet type of `schemas/facets.xsd`, reporting errors in the words of
//! Xerces (rules.md 3.4).

use std::sync::LazyLock;

use regex::Regex;

use super::lexical::{collapsed, whole_number};

/// The facet type of passwords.
const PASSWORD: &str = "MIAPOrgPassword";

/// A restricted simple type; the compiler emits one for each type in `schemas/facets.xsd`.
#[derive(Debug)]
pub struct Facet {
    /// The name of the type, which fault texts quote.
    pub name: &'static str,
    /// The pattern; several patterns are joined by `|`.
    pub pattern: Option<Pattern>,
    /// Whether the base type is a whole number.
    pub integer: bool,
    /// The minimum length, in characters.
    pub min_length: Option<usize>,
    /// The maximum length, in characters.
    pub max_length: Option<usize>,
    /// The minimum value.
    pub min_inclusive: Option<i64>,
    /// The maximum value.
    pub max_inclusive: Option<i64>,
}

/// A pattern, represented so that it is cheap to test.
#[derive(Debug)]
pub enum Pattern {
    /// Alternatives that are all literal words.
    Words(&'static str, &'static [&'static str]),
    /// At least one character that is not white space.
    NonBlank(&'static str),
    /// Any other pattern: as published, and as an anchored regular expression.
    Expression(&'static str, LazyLock<Regex, fn() -> Regex>),
}

/// The expression of a [`Pattern::Expression`].
#[expect(clippy::expect_used, reason = "the compiler of the contract has compiled this very text")]
pub fn regular_expression(anchored: &str) -> Regex {
    Regex::new(anchored).expect("a pattern of the contract")
}

/// Whether the text contains a character other than XML white space.
pub fn non_blank(text: &str) -> bool {
    text.bytes().any(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

impl Pattern {
    fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Words(_, words) => words.contains(&text),
            Pattern::NonBlank(_) => non_blank(text),
            Pattern::Expression(_, expression) => expression.is_match(text),
        }
    }

    fn published(&self) -> &'static str {
        match self {
            Pattern::Words(published, _) | Pattern::NonBlank(published) | Pattern::Expression(published, _) => {
                published
            }
        }
    }
}

impl Facet {
    /// Checks a text in the order that Xerces uses: pattern, length, range.
    ///
    /// # Errors
    /// The Xerces message for the first restriction violated.
    pub fn check(&self, text: &str) -> Result<(), String> {
        let name = self.name;
        if let Some(pattern) = &self.pattern
            && !pattern.matches(text)
        {
            let text = self.shown(text);
            return Err(format!(
                "cvc-pattern-valid: Value '{text}' is not facet-valid with respect to pattern '{}' for type '{name}'.",
                pattern.published()
            ));
        }
        if self.min_length.is_some() || self.max_length.is_some_and(|most| text.len() > most) {
            self.check_length(text)?;
        }
        if self.integer { self.check_range(text) } else { Ok(()) }
    }

    /// The value as a fault may quote it. A password is never quoted, not even a wrong one, because
    /// that is often another organisation's password.
    pub fn shown<'t>(&self, text: &'t str) -> &'t str {
        if self.name == PASSWORD { "…" } else { text }
    }

    fn check_length(&self, text: &str) -> Result<(), String> {
        let (name, length, text) = (self.name, text.chars().count(), self.shown(text));
        if let Some(least) = self.min_length
            && length < least
        {
            return Err(format!(
                "cvc-minLength-valid: Value '{text}' with length = '{length}' is not facet-valid with respect to minLength '{least}' for type '{name}'."
            ));
        }
        match self.max_length {
            Some(most) if length > most => Err(format!(
                "cvc-maxLength-valid: Value '{text}' with length = '{length}' is not facet-valid with respect to maxLength '{most}' for type '{name}'."
            )),
            _ => Ok(()),
        }
    }

    fn check_range(&self, text: &str) -> Result<(), String> {
        let (name, text) = (self.name, collapsed(text));
        let number = whole_number(&text)?;
        if let Some(least) = self.min_inclusive
            && number < i128::from(least)
        {
            return Err(format!(
                "cvc-minInclusive-valid: Value '{text}' is not facet-valid with respect to minInclusive '{least}' for type '{name}'."
            ));
        }
        match self.max_inclusive {
            Some(most) if number > i128::from(most) => Err(format!(
                "cvc-maxInclusive-valid: Value '{text}' is not facet-valid with respect to maxInclusive '{most}' for type '{name}'."
            )),
            _ => Ok(()),
        }
    }
}

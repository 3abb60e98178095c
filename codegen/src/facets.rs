//! The facet types: simple types with restrictions, each with the cheapest test for its pattern.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{At, Error};
use crate::source::load_schema;
use crate::xsd::{FacetValue, Restriction};

/// A simple type in the facets document.
#[derive(Debug, Clone)]
pub struct Facet {
    /// The name of the type.
    pub name: String,
    /// Its meaning.
    pub documentation: String,
    /// Its patterns and enumerations, joined by `|`.
    pub pattern: Option<String>,
    /// Whether its base type is a number.
    pub integer: bool,
    /// The minimum length, in characters.
    pub min_length: Option<u32>,
    /// The maximum length, in characters.
    pub max_length: Option<u32>,
    /// The minimum value.
    pub min_inclusive: Option<i64>,
    /// The maximum value.
    pub max_inclusive: Option<i64>,
}

/// How to test a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Compare with literal words.
    Words(Vec<String>),
    /// Look for one character that is not white space.
    NonBlank,
    /// Match a regular expression.
    Expression(String),
}

/// Reads the facets document.
pub fn load(file: &Path) -> Result<BTreeMap<String, Facet>, Error> {
    let document = load_schema(file)?;
    let mut facets = BTreeMap::new();
    for scoped in &document.schema.inner.simple_types {
        let simple = &scoped.inner;
        let at = At { file: file.to_owned(), position: simple.at.clone() };
        let (Some(name), Some(restriction)) = (&simple.name, &simple.restriction) else {
            return Err(Error::Unsupported { at, construct: "a simple type without name and restriction".to_owned() });
        };
        let documentation = simple.annotation.as_ref().map(|annotation| annotation.text()).unwrap_or_default();
        let facet = facet(name, documentation, &restriction.inner, at)?;
        facets.insert(name.clone(), facet);
    }
    Ok(facets)
}

fn facet(name: &str, documentation: String, restriction: &Restriction, at: At) -> Result<Facet, Error> {
    let patterns: Vec<&str> =
        restriction.pattern.iter().chain(&restriction.enumeration).map(|value| value.value.as_str()).collect();
    let number = |value: &Option<FacetValue>| match value {
        Some(value) => value
            .value
            .parse::<i64>()
            .map(Some)
            .map_err(|_| Error::Document { at: at.clone(), reason: format!("{} is no number", value.value) }),
        None => Ok(None),
    };
    let length =
        |value: &Option<FacetValue>| number(value).map(|number| number.and_then(|number| u32::try_from(number).ok()));
    let exact = length(&restriction.length)?;
    let base = restriction.base.rsplit(':').next().unwrap_or("");
    Ok(Facet {
        name: name.to_owned(),
        documentation,
        pattern: (!patterns.is_empty()).then(|| patterns.join("|")),
        integer: matches!(base, "int" | "integer" | "long" | "short" | "nonNegativeInteger" | "positiveInteger"),
        min_length: exact.or(length(&restriction.min_length)?).filter(|&least| least > 0),
        max_length: exact.or(length(&restriction.max_length)?),
        min_inclusive: number(&restriction.min_inclusive)?,
        max_inclusive: number(&restriction.max_inclusive)?,
    })
}

/// Chooses the cheapest test for a pattern.
pub fn test(pattern: &str) -> Test {
    if pattern == r"[\s]*[\S][\s\S]*" {
        return Test::NonBlank;
    }
    if pattern.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'|') {
        return Test::Words(pattern.split('|').map(str::to_owned).collect());
    }
    Test::Expression(format!("^(?:{pattern})$"))
}

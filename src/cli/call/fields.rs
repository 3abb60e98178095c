//! The fields of a call: `--Learner.GivenName Ada` on the command line becomes a tree in the shape of the contract.
//! Nothing here knows XML; which values are good is the service's judgement, not the client's.

use crate::contract::Element;

/// One field as given: its path from the operation's root element, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Element names, outermost first.
    pub path: Vec<String>,
    /// The text to send, possibly empty.
    pub value: String,
}

impl Field {
    /// A field by its dotted name.
    pub fn new(dotted: &str, value: impl Into<String>) -> Field {
        Field { path: dotted.split('.').map(str::to_owned).collect(), value: value.into() }
    }

    fn dotted(&self) -> String {
        self.path.join(".")
    }
}

/// Why a list of fields does not fit an operation.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// Something that is not `--Name`.
    #[error("'{0}' stands where a field's name was expected; write --Name value")]
    NotAName(String),
    /// `--Name` at the end of the line.
    #[error("--{0} has no value; write --{0} '' to send it empty")]
    NoValue(String),
    /// The contract has no such element at this place.
    #[error("there is no field --{name}{}; the fields here are: {known}", .nearest.as_ref().map(|n| format!(" (did you mean --{n}?)")).unwrap_or_default())]
    Unknown {
        /// The dotted name as given.
        name: String,
        /// The most similar dotted name.
        nearest: Option<String>,
        /// The dotted names that exist at this place.
        known: String,
    },
    /// The element holds other elements.
    #[error("--{name} holds fields of its own: {parts}")]
    NotALeaf {
        /// The dotted name as given.
        name: String,
        /// The dotted names of the fields in it.
        parts: String,
    },
    /// More often than the contract allows.
    #[error("--{0} is given more often than the contract allows")]
    TooMany(String),
}

/// Reads `--Name value` and `--Name=value` pairs.
pub fn parse(arguments: &[String]) -> Result<Vec<Field>, FieldError> {
    let mut fields = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let name = argument
            .strip_prefix("--")
            .filter(|name| !name.is_empty() && !name.starts_with('='))
            .ok_or_else(|| FieldError::NotAName(argument.clone()))?;
        let field = match name.split_once('=') {
            Some((name, value)) => Field::new(name, value),
            None => {
                let value = rest.next().ok_or_else(|| FieldError::NoValue(name.to_owned()))?;
                Field::new(name, value)
            }
        };
        fields.push(field);
    }
    Ok(fields)
}

/// An element of the request with what it holds.
#[derive(Debug)]
pub struct Node {
    /// Its place in the contract.
    pub element: &'static Element,
    /// What stands in it.
    pub content: Content,
}

/// What an element of a request holds.
#[derive(Debug)]
pub enum Content {
    /// Text, for an element without children.
    Text(String),
    /// Child elements in the order given; the writer puts them into the contract's order.
    Members(Vec<Node>),
}

/// Places the fields in a tree under the operation's root element.
///
/// A field that is repeated fills the next place that the contract offers: a further occurrence of the element itself where it may
/// repeat, otherwise a further occurrence of the nearest enclosing element that may.
pub fn arrange(root: &'static Element, fields: &[Field]) -> Result<Node, FieldError> {
    let mut members = Vec::new();
    for field in fields {
        match place(root, &mut members, &field.path, field)? {
            Placed::Yes => {}
            Placed::NoRoom => return Err(FieldError::TooMany(field.dotted())),
        }
    }
    Ok(Node { element: root, content: Content::Members(members) })
}

enum Placed {
    Yes,
    NoRoom,
}

fn place(
    parent: &'static Element,
    members: &mut Vec<Node>,
    path: &[String],
    field: &Field,
) -> Result<Placed, FieldError> {
    let Some((name, below)) = path.split_first() else {
        return Err(not_a_leaf(parent, field));
    };
    let element =
        parent.children.iter().find(|child| child.name == name).ok_or_else(|| unknown(parent, path, field))?;
    let present = members.iter().filter(|member| member.element.name == element.name).count();
    let room = element.max.is_none_or(|max| u32::try_from(present).is_ok_and(|present| present < max));

    if element.children.is_empty() && below.is_empty() {
        if room {
            members.push(Node { element, content: Content::Text(field.value.clone()) });
            return Ok(Placed::Yes);
        }
        return Ok(Placed::NoRoom);
    }

    let last = members.iter_mut().rev().find(|member| member.element.name == element.name);
    if let Some(Node { content: Content::Members(inner), .. }) = last
        && let Placed::Yes = place(element, inner, below, field)?
    {
        return Ok(Placed::Yes);
    }
    if !room {
        return Ok(Placed::NoRoom);
    }
    let mut inner = Vec::new();
    let placed = place(element, &mut inner, below, field)?;
    members.push(Node { element, content: Content::Members(inner) });
    Ok(placed)
}

/// True when the contract has an element without children at this path.
pub fn exists(root: &'static Element, path: &[String]) -> bool {
    match path.split_first() {
        None => root.children.is_empty(),
        Some((name, below)) => root.children.iter().any(|child| child.name == name && exists(child, below)),
    }
}

fn not_a_leaf(element: &'static Element, field: &Field) -> FieldError {
    let name = field.dotted();
    let parts = element.children.iter().map(|child| format!("--{name}.{}", child.name)).collect::<Vec<_>>().join(" ");
    FieldError::NotALeaf { name, parts }
}

fn unknown(parent: &'static Element, path: &[String], field: &Field) -> FieldError {
    let depth = field.path.len() - path.len();
    let prefix: String = field.path.iter().take(depth).map(|name| format!("{name}.")).collect();
    let wanted = path.first().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
    let nearest = parent
        .children
        .iter()
        .map(|child| (strsim::jaro_winkler(&child.name.to_ascii_lowercase(), &wanted), child.name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| format!("{prefix}{name}"));
    let known = parent.children.iter().map(|child| format!("--{prefix}{}", child.name)).collect::<Vec<_>>().join(" ");
    FieldError::Unknown { name: field.dotted(), nearest, known }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::super::sample_contract::{ACHIEVEMENTS, REGISTER, RETRIEVE};
    use super::*;

    fn arguments(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn members(node: &Node) -> &[Node] {
        match &node.content {
            Content::Members(members) => members,
            Content::Text(_) => panic!("expected child elements"),
        }
    }

    #[test]
    fn both_ways_of_writing_a_field_are_read() {
        let fields = parse(&arguments(&["--ULN", "1000000000", "--Learner.Notes=a=b", "--Title", ""])).unwrap();
        assert_eq!(
            fields,
            [Field::new("ULN", "1000000000"), Field::new("Learner.Notes", "a=b"), Field::new("Title", "")]
        );
    }

    #[test]
    fn a_word_without_dashes_and_a_name_without_value_are_refused() {
        assert_eq!(parse(&arguments(&["ULN"])), Err(FieldError::NotAName("ULN".into())));
        assert_eq!(parse(&arguments(&["--"])), Err(FieldError::NotAName("--".into())));
        assert_eq!(parse(&arguments(&["--ULN"])), Err(FieldError::NoValue("ULN".into())));
    }

    #[test]
    fn nested_fields_share_their_parent() {
        let fields = [Field::new("Learner.GivenName", "Ada"), Field::new("Learner.FamilyName", "Example")];
        let root = arrange(&REGISTER, &fields).unwrap();
        assert_eq!(members(&root).len(), 1);
        assert_eq!(members(&members(&root)[0]).len(), 2);
    }

    #[test]
    fn a_repeated_leaf_makes_a_list() {
        let fields = [Field::new("ULNsToRetrieve.ULN", "1000000000"), Field::new("ULNsToRetrieve.ULN", "1000000019")];
        let root = arrange(&RETRIEVE, &fields).unwrap();
        assert_eq!(members(&members(&root)[0]).len(), 2);
    }

    #[test]
    fn a_repeated_field_of_a_list_item_starts_the_next_item() {
        let fields = [
            Field::new("achievements.Achievement.Uln", "1000000000"),
            Field::new("achievements.Achievement.Grade", "Pass"),
            Field::new("achievements.Achievement.Uln", "1000000019"),
            Field::new("achievements.Achievement.Grade", "Fail"),
        ];
        let root = arrange(&ACHIEVEMENTS, &fields).unwrap();
        let items = members(&members(&root)[0]);
        assert_eq!(items.len(), 2);
        assert_eq!((members(&items[0]).len(), members(&items[1]).len()), (2, 2));
    }

    #[test]
    fn a_field_that_may_stand_once_is_refused_twice() {
        let fields = [Field::new("Learner.GivenName", "Ada"), Field::new("Learner.GivenName", "Eve")];
        assert_eq!(arrange(&REGISTER, &fields).unwrap_err(), FieldError::TooMany("Learner.GivenName".into()));
    }

    #[test]
    fn an_unknown_field_is_answered_with_the_nearest_name_and_all_names() {
        let error = arrange(&REGISTER, &[Field::new("Learner.givenname", "Ada")]).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("did you mean --Learner.GivenName?"), "{text}");
        assert!(text.contains("--Learner.FamilyName"), "{text}");
        assert!(!text.contains("Ada"), "{text}");
    }

    #[test]
    fn a_field_that_holds_fields_is_answered_with_its_parts() {
        let error = arrange(&REGISTER, &[Field::new("Learner", "Ada")]).unwrap_err();
        assert!(error.to_string().contains("--Learner.GivenName"), "{error}");
    }

    #[test]
    fn a_field_below_a_leaf_does_not_exist() {
        let error = arrange(&REGISTER, &[Field::new("UserName.First", "Ada")]).unwrap_err();
        assert!(matches!(error, FieldError::Unknown { .. }));
    }

    #[test]
    fn existence_follows_the_contract() {
        assert!(exists(&REGISTER, &Field::new("Learner.GivenName", "").path));
        assert!(!exists(&REGISTER, &Field::new("Learner", "").path));
        assert!(!exists(&REGISTER, &Field::new("invokingUser.UserName", "").path));
    }
}

//! The fields of a request: turns `Learner.GivenName` and its text into a tree in the shape of the
//! contract. Nothing here knows XML; the service, not the client, decides whether a value is valid.

#[cfg(test)]
mod tests;

use crate::contract::Element;

/// A field as given: its path from the operation's root element, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Element names, outermost first.
    pub path: Vec<String>,
    /// The text to send, possibly empty.
    pub value: String,
}

impl Field {
    /// A field, given its dotted name.
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
    /// The contract has no such element here.
    #[error("unknown field --{name}{}; known fields: {known}", .nearest.as_ref().map(|n| format!(" (did you mean --{n}?)")).unwrap_or_default())]
    Unknown {
        /// The dotted name as given.
        name: String,
        /// The most similar dotted name.
        nearest: Option<String>,
        /// The dotted names that exist here.
        known: String,
    },
    /// The element contains other elements.
    #[error("--{name} has fields of its own: {parts}")]
    NotALeaf {
        /// The dotted name as given.
        name: String,
        /// The dotted names of its fields.
        parts: String,
    },
    /// More occurrences than the contract allows.
    #[error("--{0} is given more often than the contract allows")]
    TooMany(String),
}

/// An element of the request, and its content.
#[derive(Debug)]
pub struct Node {
    /// Its declaration in the contract.
    pub element: &'static Element,
    /// Its content.
    pub content: Content,
}

/// The content of an element.
#[derive(Debug)]
pub enum Content {
    /// Text, for an element without children.
    Text(String),
    /// Child elements as given; the writer puts them in the contract's order.
    Members(Vec<Node>),
}

/// Arranges the fields in a tree under the operation's root element.
///
/// A repeated field goes to the next place that the contract offers: another occurrence of the
/// element itself if it may repeat, otherwise of its nearest ancestor that may.
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

/// Whether the contract has an element without children at this path.
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

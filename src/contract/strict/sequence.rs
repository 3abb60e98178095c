//! The children of an element, in the order that the schema demands.

use super::qualified;
use crate::contract::Element;
use crate::xml::Start;

/// How far the children of an element have been read.
pub(super) struct Sequence {
    children: &'static [Element],
    /// The index of the last child read, and how often it has occurred.
    last: Option<(usize, u32)>,
}

impl Sequence {
    pub(super) fn of(element: &Element) -> Self {
        Sequence { children: element.children, last: None }
    }

    /// Advances to a child element, or returns the reason why it is not allowed there.
    pub(super) fn step(&mut self, namespace: &str, local: &str) -> Result<&'static Element, String> {
        let came = |(_, child): &(usize, &Element)| child.namespace == namespace && child.name == local;
        let next = self.expected().find(came);
        if let Some((index, child)) = next {
            let before = self.last.filter(|(last, _)| *last == index).map_or(0, |(_, count)| count);
            self.last = Some((index, before + 1));
            return Ok(child);
        }
        let names = self.names();
        let name = qualified(namespace, local);
        Err(match (self.exhausted().filter(|child| child.max != Some(1) && came(&(0, child))), names) {
            (Some(child), names) => {
                let most = child.max.unwrap_or(u32::MAX);
                let limit = format!(
                    "'{name}' can occur a maximum of '{most}' times in the current sequence. This limit was exceeded."
                );
                match names {
                    None => format!("cvc-complex-type.2.4.f: {limit} No child element is expected at this point."),
                    Some(names) => {
                        format!("cvc-complex-type.2.4.e: {limit} At this point one of '{names}' is expected.")
                    }
                }
            }
            (None, names) => {
                let name = if namespace.is_empty() { name } else { format!("{{{name}}}") };
                match names {
                    None => format!(
                        "cvc-complex-type.2.4.d: Invalid content was found starting with element '{name}'. No child element is expected at this point."
                    ),
                    Some(names) => format!(
                        "cvc-complex-type.2.4.a: Invalid content was found starting with element '{name}'. One of '{names}' is expected."
                    ),
                }
            }
        })
    }

    /// The error for a missing mandatory child at the end of the element.
    pub(super) fn incomplete(&self, parent: &Start<'_>) -> Option<String> {
        let names = self.names().filter(|_| self.expected().any(|(index, child)| self.is_demanded(index, child)))?;
        let parent = parent.raw();
        Some(format!(
            "cvc-complex-type.2.4.b: The content of element '{parent}' is not complete. One of '{names}' is expected."
        ))
    }

    /// The children allowed next: the last one, if it may repeat, then those after it up to the
    /// first mandatory one.
    fn expected(&self) -> impl Iterator<Item = (usize, &'static Element)> {
        let first = match self.last {
            None => 0,
            Some((last, _)) if self.exhausted().is_some() => last + 1,
            Some((last, _)) => last,
        };
        let mut demanded = false;
        self.children.iter().enumerate().skip(first).take_while(move |(index, child)| {
            let goes_on = !demanded;
            demanded |= self.is_demanded(*index, child);
            goes_on
        })
    }

    fn is_demanded(&self, index: usize, child: &Element) -> bool {
        child.required && self.last.is_none_or(|(last, _)| last < index)
    }

    /// The last child, if it has reached its maximum.
    fn exhausted(&self) -> Option<&'static Element> {
        let (last, count) = self.last?;
        self.children.get(last).filter(|child| child.max.is_some_and(|most| count >= most))
    }

    fn names(&self) -> Option<String> {
        let names: Vec<String> = self.expected().map(|(_, child)| qualified(child.namespace, child.name)).collect();
        (!names.is_empty()).then(|| format!("{{{}}}", names.join(", ")))
    }
}

//! The links between the pages of a long list.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// Links to the pages before and after, and to others by their number.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/pagination.html")]
pub struct Pagination {
    pub(super) label: String,
    pub(super) previous: Option<PageLink>,
    pub(super) next: Option<PageLink>,
    pub(super) items: Option<Vec<PageItem>>,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// A link to the page before or after.
#[derive(Debug, Clone, Default)]
pub(super) struct PageLink {
    pub href: String,
    pub content: Content,
    /// What that page is about, where pages have no numbers.
    pub label: String,
    pub attributes: Attributes,
}

/// What stands between the two.
#[derive(Debug, Clone)]
pub enum PageItem {
    /// Pages that are left out.
    Ellipsis,
    /// A page by its number.
    Page(NumberedPage),
}

/// A page by its number.
#[derive(Debug, Clone, Default)]
pub struct NumberedPage {
    pub(super) number: String,
    pub(super) href: String,
    pub(super) label: String,
    pub(super) current: bool,
    pub(super) attributes: Attributes,
}

component!(Pagination);

impl Pagination {
    /// Links among pages 1 to `last`, seen from `current`: the first, the last and its neighbours.
    /// `address` gives the address of a page.
    pub fn numbered(current: usize, last: usize, address: impl Fn(usize) -> String) -> Pagination {
        let mut items = Vec::new();
        let mut before = 0;
        for number in (1..=last).filter(|n| *n == 1 || *n == last || n.abs_diff(current) <= 1) {
            if number > before + 1 {
                items.push(PageItem::Ellipsis);
            }
            before = number;
            items.push(PageItem::Page(NumberedPage {
                number: number.to_string(),
                href: address(number),
                label: format!("Page {number}"),
                current: number == current,
                attributes: Attributes::default(),
            }));
        }
        let link = |number| PageLink { href: address(number), ..PageLink::default() };
        Pagination {
            label: "Pages".to_owned(),
            previous: (current > 1).then(|| link(current - 1)),
            next: (current < last).then(|| link(current + 1)),
            items: Some(items),
            ..Pagination::default()
        }
    }

    /// Whether it has a line for each direction, because its pages have no numbers.
    fn is_block(&self) -> bool {
        self.items.is_none() && (self.previous.is_some() || self.next.is_some())
    }

    fn decorates(&self, link: &PageLink) -> bool {
        self.is_block() && link.label.is_empty()
    }

    fn labels(&self, link: &PageLink) -> bool {
        self.is_block() && !link.label.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_first_the_last_and_the_neighbours_are_linked() {
        let shown = |current, last| {
            let pagination = Pagination::numbered(current, last, |n| format!("?page={n}"));
            let items = pagination.items.unwrap().into_iter().map(|item| match item {
                PageItem::Ellipsis => "...".to_owned(),
                PageItem::Page(page) if page.current => format!("[{}]", page.number),
                PageItem::Page(page) => page.number,
            });
            items.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shown(1, 1), "[1]");
        assert_eq!(shown(1, 9), "[1] 2 ... 9");
        assert_eq!(shown(5, 9), "1 ... 4 [5] 6 ... 9");
        assert_eq!(shown(9, 9), "1 ... 8 [9]");
    }
}

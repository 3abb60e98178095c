//! A table.

use askama::Template;

use super::{Attributes, Classes, Content, component};

/// A table with a caption, which says what it shows.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/table.html")]
pub struct Table {
    pub(super) caption: String,
    pub(super) caption_classes: Classes,
    pub(super) head: Option<Vec<Cell>>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// Whether the first cell of each row names the row.
    pub(super) first_is_header: bool,
    /// Whether it scrolls by itself where the page is too narrow, so that the page does not.
    pub(super) in_region: bool,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

/// A cell of a table, or the head of a column.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub(super) content: Content,
    pub(super) format: Option<String>,
    pub(super) columns: Option<String>,
    pub(super) rows: Option<String>,
    pub(super) classes: Classes,
    pub(super) attributes: Attributes,
}

component!(Table);

impl Table {
    /// A table by what it shows. It scrolls by itself where the page is too narrow.
    pub fn new(caption: impl Into<String>) -> Table {
        Table { caption: caption.into(), in_region: true, ..Table::default() }
    }

    /// The caption as large as a heading: `l`, `m` or `s`.
    pub fn caption_size(mut self, size: &str) -> Table {
        self.caption_classes.add(&format!("govuk-table__caption--{size}"));
        self
    }

    /// The heads of its columns.
    pub fn head<C: Into<Cell>>(mut self, cells: impl IntoIterator<Item = C>) -> Table {
        self.head = Some(cells.into_iter().map(Into::into).collect());
        self
    }

    /// The first cell of each row names the row.
    pub fn named_rows(mut self) -> Table {
        self.first_is_header = true;
        self
    }

    /// Adds a row.
    pub fn row<C: Into<Cell>>(mut self, cells: impl IntoIterator<Item = C>) -> Table {
        self.rows.push(cells.into_iter().map(Into::into).collect());
        self
    }
}

impl Cell {
    /// A number, or the head of a column of numbers: they stand at the right.
    pub fn numeric(content: impl Into<Content>) -> Cell {
        Cell { content: content.into(), format: Some("numeric".to_owned()), ..Cell::default() }
    }

    fn spans(&self) -> Attributes {
        let mut spans = Attributes::default();
        for (name, span) in [("colspan", &self.columns), ("rowspan", &self.rows)] {
            if let Some(span) = span {
                spans.add(name, span);
            }
        }
        spans
    }
}

impl<C: Into<Content>> From<C> for Cell {
    fn from(content: C) -> Self {
        Cell { content: content.into(), ..Cell::default() }
    }
}

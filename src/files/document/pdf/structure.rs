//! The structure of a document, as readers of a tagged PDF know it: headings, paragraphs, tables
//! with heads for their columns and rows. It counts the parts as `layout` does.

use std::num::NonZeroU16;

use krilla::tagging::{Identifier, TableHeaderScope, Tag, TagGroup, TagKind, TagTree};

use super::LANGUAGE;
use crate::files::document::{Document, DocumentBlock, DocumentTable};

/// The structure, with the content of each part.
pub(super) fn tree(document: &Document, content: Vec<Vec<Identifier>>) -> TagTree {
    let mut parts = content.into_iter();
    let mut tree = TagTree::new().with_lang(Some(LANGUAGE.to_owned()));
    tree.push(group(Tag::Hn(NonZeroU16::MIN, Some(document.title.clone())), &mut parts));
    for block in &document.blocks {
        tree.push(match block {
            DocumentBlock::Heading(words) => {
                group(Tag::Hn(NonZeroU16::MIN.saturating_add(1), Some(words.clone())), &mut parts)
            }
            DocumentBlock::Paragraph(_) => group(Tag::P, &mut parts),
            DocumentBlock::Table(rows) => table(rows, &mut parts),
        });
    }
    tree
}

type Parts = std::vec::IntoIter<Vec<Identifier>>;

/// An element of the next part.
fn group(tag: impl Into<TagKind>, parts: &mut Parts) -> TagGroup {
    let mut group = TagGroup::new(tag);
    for identifier in parts.next().unwrap_or_default() {
        group.push(identifier);
    }
    group
}

fn table(table: &DocumentTable, parts: &mut Parts) -> TagGroup {
    let mut whole = TagGroup::new(Tag::Table);
    whole.push(group(Tag::Caption, parts));
    let mut heads = TagGroup::new(Tag::TR);
    for _ in table.head() {
        heads.push(group(Tag::TH(TableHeaderScope::Column), parts));
    }
    let mut head = TagGroup::new(Tag::THead);
    head.push(heads);
    whole.push(head);
    let mut body = TagGroup::new(Tag::TBody);
    for row in table.rows() {
        let mut cells = TagGroup::new(Tag::TR);
        for (place, _) in row.iter().enumerate() {
            cells.push(match place {
                0 => group(Tag::TH(TableHeaderScope::Row), parts),
                _ => group(Tag::TD, parts),
            });
        }
        body.push(cells);
    }
    whole.push(body);
    whole
}

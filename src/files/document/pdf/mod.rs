//! A document as a tagged PDF that conforms to PDF/UA-1 (ISO 14289-1): everything that is read has
//! a place in the structure, and what only decorates is marked as that. `layout` says where each
//! line stands, `structure` how the lines belong together.

mod face;
mod layout;
mod structure;

use face::Faces;
use krilla::SerializeSettings;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag};
use layout::{Layout, Line, Part};

use super::Document;

/// The language of all documents.
const LANGUAGE: &str = "en-GB";

/// The document could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The fonts of the program cannot be read.
    #[error("a font of the program cannot be read")]
    Font,
    /// The PDF would not conform to PDF/UA-1.
    #[error("the PDF does not conform to PDF/UA-1: {0}")]
    NotConforming(&'static str),
}

/// The document as a PDF of A4 pages.
///
/// # Errors
/// The PDF would not conform to PDF/UA-1, which is a mistake of this program. The text of the error
/// has nothing of the document.
pub fn document_pdf(document: &Document) -> Result<Vec<u8>, PdfError> {
    let faces = Faces::load().ok_or(PdfError::Font)?;
    let layout = Layout::of(document, &faces);
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| PdfError::NotConforming("configuration"))?;
    let mut pdf = krilla::Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut content: Vec<Vec<Identifier>> = vec![Vec::new(); layout.parts];
    for lines in &layout.pages {
        let size = PageSettings::from_wh(layout::WIDTH, layout::HEIGHT).ok_or(PdfError::NotConforming("page"))?;
        let mut page = pdf.start_page_with(size);
        let mut surface = page.surface();
        for line in lines {
            let (glyphs, is_complete) = faces.of(line.style).glyphs(&line.text);
            let identifier = surface.start_tagged(tag(line, is_complete));
            let (start, font) = (Point::from_xy(line.x, line.y), faces.of(line.style).font());
            surface.draw_glyphs(start, &glyphs, font, &line.text, line.style.size(), false);
            surface.end_tagged();
            if let Part::Content(part) = line.part
                && let Some(place) = content.get_mut(part)
            {
                place.push(identifier);
            }
        }
        surface.finish();
        page.finish();
    }
    let mut outline = Outline::new();
    for (words, page, y) in &layout.headings {
        outline.push_child(OutlineNode::new(words.clone(), XyzDestination::new(*page, Point::from_xy(0.0, *y))));
    }
    pdf.set_outline(outline);
    pdf.set_tag_tree(structure::tree(document, content));
    pdf.set_metadata(Metadata::new().title(document.title.clone()).language(LANGUAGE.to_owned()));
    pdf.finish().map_err(|_| PdfError::NotConforming("content"))
}

/// How a line is marked. Where the font lacks a character, the line says what it means.
fn tag(line: &Line, is_complete: bool) -> ContentTag<'_> {
    match line.part {
        Part::Decoration => ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther)),
        Part::Content(_) if is_complete => ContentTag::Other,
        Part::Content(_) => ContentTag::Span(SpanTag::empty().with_actual_text(Some(&line.text))),
    }
}

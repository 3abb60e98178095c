//! Where each line of a document stands: lines are broken between words, a row of a table stays on
//! one page, and the heads of a table are repeated on each page that it goes on to.

use unicode_normalization::UnicodeNormalization;

use super::face::{Faces, Style};
use crate::files::document::{Document, DocumentBlock, DocumentTable};

/// A4, the long side across: tables of events are wide. In points.
pub(super) const WIDTH: f32 = 841.89;
/// The height of a page.
pub(super) const HEIGHT: f32 = 595.28;
/// What stays empty at each side.
const MARGIN: f32 = 40.0;
/// Between the columns of a table.
const GAP: f32 = 8.0;
/// Above a heading or a table, and below a row.
const SPACE: f32 = 8.0;
/// Below a row.
const ROW_SPACE: f32 = 3.0;

/// The lines of a document, page by page.
pub(super) struct Layout {
    pub(super) pages: Vec<Vec<Line>>,
    /// How many parts the document has: each heading, paragraph, caption and cell is one, numbered
    /// in the order in which they are read.
    pub(super) parts: usize,
    /// The title and the headings, with the page and the height at which they stand.
    pub(super) headings: Vec<(String, usize, f32)>,
}

/// A line of text.
pub(super) struct Line {
    pub(super) x: f32,
    /// The baseline, from the top.
    pub(super) y: f32,
    pub(super) style: Style,
    pub(super) text: String,
    pub(super) part: Part,
}

/// What a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A part of the document, by its number.
    Content(usize),
    /// What is repeated on each page and not read again.
    Decoration,
}

impl Layout {
    /// Lays a document out.
    pub(super) fn of(document: &Document, faces: &Faces) -> Self {
        let mut pen = Pen { faces, pages: vec![Vec::new()], y: MARGIN, parts: 0, headings: Vec::new() };
        pen.heading(Style::Title, &document.title);
        for block in &document.blocks {
            match block {
                DocumentBlock::Heading(words) => pen.heading(Style::Heading, words),
                DocumentBlock::Paragraph(words) => pen.paragraph(Style::Text, words),
                DocumentBlock::Table(table) => pen.table(table),
            }
        }
        pen.finish(&document.title)
    }
}

/// Writes lines from the top of the first page to the end of the last.
struct Pen<'f> {
    faces: &'f Faces,
    pages: Vec<Vec<Line>>,
    /// The top of what comes next.
    y: f32,
    parts: usize,
    headings: Vec<(String, usize, f32)>,
}

/// A cell: its left side, and its lines.
type CellLines = (f32, Vec<String>);

impl Pen<'_> {
    fn heading(&mut self, style: Style, words: &str) {
        self.y += if self.y > MARGIN { SPACE } else { 0.0 };
        // A heading does not stand alone at the foot of a page.
        self.make_room(style.leading() * 4.0);
        self.headings.push((words.nfc().collect(), self.pages.len().saturating_sub(1), self.y));
        self.paragraph(style, words);
    }

    fn paragraph(&mut self, style: Style, words: &str) {
        let part = self.part();
        for text in self.broken(style, words, WIDTH - 2.0 * MARGIN) {
            self.make_room(style.leading());
            self.y += style.leading();
            self.line(MARGIN, self.y, style, text, part);
        }
        self.y += ROW_SPACE;
    }

    fn table(&mut self, table: &DocumentTable) {
        self.y += SPACE;
        self.make_room(Style::Caption.leading() + 3.0 * Style::Text.leading());
        self.paragraph(Style::Caption, table.caption());
        let columns = columns(table);
        let head = self.cells(Style::Head, table.head(), &columns);
        self.row(Style::Head, &head, true);
        for row in table.rows() {
            let cells = self.cells(Style::Text, row, &columns);
            if self.y + height(Style::Text, &cells) > bottom() {
                self.next_page();
                self.row(Style::Head, &head, false);
            }
            self.row(Style::Text, &cells, true);
        }
    }

    fn cells(&self, style: Style, texts: &[String], columns: &[(f32, f32)]) -> Vec<CellLines> {
        let cell = |(text, (x, width)): (&String, &(f32, f32))| (*x, self.broken(style, text, *width));
        texts.iter().zip(columns).map(cell).collect()
    }

    /// A row, which is content or the repeated head of a table.
    fn row(&mut self, style: Style, cells: &[CellLines], is_content: bool) {
        let top = self.y;
        for (x, lines) in cells {
            let part = if is_content { self.part() } else { Part::Decoration };
            let mut y = top;
            for text in lines {
                y += style.leading();
                self.line(*x, y, style, text.clone(), part);
            }
        }
        self.y = top + height(style, cells);
    }

    /// The lines of a text. Each but the last ends with the space at which it is broken, so that
    /// the words stay apart when the text is read; a word that is wider than the line is cut.
    fn broken(&self, style: Style, text: &str, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        let mut used = 0.0;
        for word in text.nfc().collect::<String>().split_whitespace() {
            let wide = self.faces.width(style, word);
            if let Some(line) = lines.last_mut().filter(|line| !line.is_empty()) {
                line.push(' ');
                used += self.faces.width(style, " ");
                if used + wide > width {
                    lines.push(String::new());
                    used = 0.0;
                }
            }
            for character in word.chars() {
                let step = self.faces.width(style, character.encode_utf8(&mut [0; 4]));
                if used > 0.0 && used + step > width {
                    lines.push(String::new());
                    used = 0.0;
                }
                if let Some(line) = lines.last_mut() {
                    line.push(character);
                }
                used += step;
            }
        }
        lines
    }

    fn part(&mut self) -> Part {
        let part = self.parts;
        self.parts = self.parts.saturating_add(1);
        Part::Content(part)
    }

    fn line(&mut self, x: f32, y: f32, style: Style, text: String, part: Part) {
        if let Some(page) = self.pages.last_mut().filter(|_| !text.is_empty()) {
            page.push(Line { x, y, style, text, part });
        }
    }

    fn make_room(&mut self, height: f32) {
        if self.y + height > bottom() {
            self.next_page();
        }
    }

    fn next_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    /// Adds the foot of each page.
    fn finish(mut self, title: &str) -> Layout {
        let last = self.pages.len();
        for (index, page) in self.pages.iter_mut().enumerate() {
            let text = format!("{title} \u{2013} page {} of {last}", index.saturating_add(1));
            let y = HEIGHT - MARGIN / 2.0;
            page.push(Line { x: MARGIN, y, style: Style::Foot, text, part: Part::Decoration });
        }
        Layout { pages: self.pages, parts: self.parts, headings: self.headings }
    }
}

const fn bottom() -> f32 {
    HEIGHT - MARGIN
}

fn height(style: Style, cells: &[CellLines]) -> f32 {
    let tallest = cells.iter().map(|(_, lines)| lines.iter().map(|_| style.leading()).sum::<f32>());
    tallest.fold(0.0, f32::max) + ROW_SPACE
}

/// The left side and the width of each column.
fn columns(table: &DocumentTable) -> Vec<(f32, f32)> {
    let all: f32 = table.widths.iter().map(|width| f32::from(*width)).sum();
    let mut x = MARGIN;
    let column = |width: &u8| {
        let whole = (WIDTH - 2.0 * MARGIN) * f32::from(*width) / all.max(1.0);
        let column = (x, whole - GAP);
        x += whole;
        column
    };
    table.widths.iter().map(column).collect()
}

//! The two fonts of our PDFs, and how wide text is in them. They have Latin, Greek and Cyrillic
//! letters; another character is drawn as a question mark.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

static REGULAR: &[u8] = include_bytes!("fonts/OpenSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("fonts/OpenSans-Bold.ttf");
/// What stands for a character that the font lacks.
const SUBSTITUTE: char = '?';

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Title,
    Heading,
    Caption,
    Head,
    Text,
    /// The foot of a page.
    Foot,
}

/// The fonts.
pub(super) struct Faces {
    regular: Face,
    bold: Face,
}

/// A font.
pub(super) struct Face {
    font: Font,
    characters: skrifa::charmap::Charmap<'static>,
    metrics: GlyphMetrics<'static>,
}

impl Style {
    /// The size, in points.
    pub(super) const fn size(self) -> f32 {
        match self {
            Self::Title => 20.0,
            Self::Heading => 14.0,
            Self::Caption => 11.0,
            Self::Head | Self::Text => 9.0,
            Self::Foot => 8.0,
        }
    }

    /// From one baseline to the next, in points.
    pub(super) const fn leading(self) -> f32 {
        match self {
            Self::Title => 26.0,
            Self::Heading => 19.0,
            Self::Caption => 15.0,
            Self::Head | Self::Text | Self::Foot => 12.5,
        }
    }
}

impl Faces {
    /// Reads the fonts.
    pub(super) fn load() -> Option<Self> {
        Some(Self { regular: Face::of(REGULAR)?, bold: Face::of(BOLD)? })
    }

    /// The font of a style.
    pub(super) const fn of(&self, style: Style) -> &Face {
        match style {
            Style::Title | Style::Heading | Style::Caption | Style::Head => &self.bold,
            Style::Text | Style::Foot => &self.regular,
        }
    }

    /// How wide a text is, in points.
    pub(super) fn width(&self, style: Style, text: &str) -> f32 {
        let face = self.of(style);
        text.chars().map(|character| face.glyph(character).advance).sum::<f32>() * style.size()
    }
}

impl Face {
    fn of(bytes: &'static [u8]) -> Option<Self> {
        let font = FontRef::new(bytes).ok()?;
        // Of a size of 1, so that an advance is a part of the font's size.
        let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
        Some(Self { font: Font::new(bytes.into(), 0)?, characters: font.charmap(), metrics })
    }

    /// The font itself.
    pub(super) fn font(&self) -> Font {
        self.font.clone()
    }

    /// The glyphs of a text, and whether each of its characters has one.
    pub(super) fn glyphs(&self, text: &str) -> (Vec<KrillaGlyph>, bool) {
        let mut is_complete = true;
        let glyphs = text.char_indices().map(|(start, character)| {
            let Drawn { glyph, advance, is_own } = self.glyph(character);
            is_complete &= is_own;
            KrillaGlyph {
                glyph_id: GlyphId::new(glyph),
                text_range: start..start.saturating_add(character.len_utf8()),
                x_advance: advance,
                x_offset: 0.0,
                y_offset: 0.0,
                y_advance: 0.0,
                location: None,
            }
        });
        (glyphs.collect(), is_complete)
    }

    fn glyph(&self, character: char) -> Drawn {
        let own = self.characters.map(character);
        let glyph = own.or_else(|| self.characters.map(SUBSTITUTE)).unwrap_or_default();
        let advance = self.metrics.advance_width(glyph).unwrap_or_default();
        Drawn { glyph: glyph.to_u32(), advance, is_own: own.is_some() }
    }
}

/// How a character is drawn.
struct Drawn {
    glyph: u32,
    /// How far the next one stands, as a part of the font's size.
    advance: f32,
    /// Whether the font has this character.
    is_own: bool,
}

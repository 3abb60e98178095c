//! Which encoding bytes are in: what the media type says, and what they look like.

use crate::soap::http::media::Charset;

pub(super) const UNSUPPORTED: &str = "The encoding of the body is not supported: use UTF-8 or UTF-16.";
pub(super) const MISMATCH: &str = "The encoding of the body is not the one that it declares.";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// What the first bytes suggest (XML 1.0, appendix F).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    Plain,
    Marked(Encoding),
    Utf16Le,
    Utf16Be,
    Utf32,
}

impl Looks {
    pub(super) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0x00, 0x00, 0xfe, 0xff, ..]
            | [0xff, 0xfe, 0x00, 0x00, ..]
            | [0x00, 0x00, 0x00, _, ..]
            | [_, 0x00, 0x00, 0x00, ..] => Self::Utf32,
            [0xef, 0xbb, 0xbf, ..] => Self::Marked(Encoding::Utf8),
            [0xff, 0xfe, ..] => Self::Marked(Encoding::Utf16Le),
            [0xfe, 0xff, ..] => Self::Marked(Encoding::Utf16Be),
            [first, 0x00, ..] if *first != 0 => Self::Utf16Le,
            [0x00, second, ..] if *second != 0 => Self::Utf16Be,
            _ => Self::Plain,
        }
    }
}

/// What the bytes are, by the charset of the media type, if it says one, and by their looks.
pub(super) fn encoding(charset: Option<Charset>, looks: Looks) -> Result<Encoding, &'static str> {
    match (charset, looks) {
        (_, Looks::Utf32) => Err(UNSUPPORTED),
        (None, Looks::Plain) => Ok(Encoding::Utf8),
        (None | Some(Charset::Utf16), Looks::Utf16Le) => Ok(Encoding::Utf16Le),
        (None | Some(Charset::Utf16), Looks::Utf16Be) => Ok(Encoding::Utf16Be),
        (None, Looks::Marked(encoding)) => Ok(encoding),
        (Some(Charset::Utf8), Looks::Plain | Looks::Marked(Encoding::Utf8)) => Ok(Encoding::Utf8),
        (Some(Charset::Utf16), Looks::Marked(encoding @ (Encoding::Utf16Le | Encoding::Utf16Be))) => Ok(encoding),
        // Without other evidence the name means big-endian (RFC 2781).
        (Some(Charset::Utf16), Looks::Plain) => Ok(Encoding::Utf16Be),
        (Some(Charset::Utf16Le), Looks::Utf16Le | Looks::Plain | Looks::Marked(Encoding::Utf16Le)) => {
            Ok(Encoding::Utf16Le)
        }
        (Some(Charset::Utf16Be), Looks::Utf16Be | Looks::Plain | Looks::Marked(Encoding::Utf16Be)) => {
            Ok(Encoding::Utf16Be)
        }
        _ => Err(MISMATCH),
    }
}

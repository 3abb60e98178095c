//! The notation of the numbers: eight characters, with or without slashes.

use std::fmt;

/// The eight characters in upper case. Both slashes must be present, or neither.
pub(super) fn plain(text: &str, first: usize, second: usize) -> Option<[u8; 8]> {
    let bytes = text.as_bytes();
    let mut plain: [u8; 8] = match bytes.len() {
        8 => bytes.try_into().ok()?,
        10 if bytes.get(first) == Some(&b'/') && bytes.get(second) == Some(&b'/') => {
            let mut kept =
                bytes.iter().enumerate().filter(|(at, _)| *at != first && *at != second).map(|(_, byte)| *byte);
            let mut plain = [0; 8];
            for place in &mut plain {
                *place = kept.next()?;
            }
            plain
        }
        _ => return None,
    };
    plain.make_ascii_uppercase();
    Some(plain)
}

/// Writes eight characters with a slash before each of the two positions.
pub(super) fn with_slashes(f: &mut fmt::Formatter<'_>, plain: &str, first: usize, second: usize) -> fmt::Result {
    let (head, rest) = plain.split_at_checked(first).unwrap_or((plain, ""));
    let (middle, tail) = rest.split_at_checked(second).unwrap_or((rest, ""));
    f.pad(&format!("{head}/{middle}/{tail}"))
}

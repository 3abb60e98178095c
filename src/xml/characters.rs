//! The characters that XML 1.0 allows: in documents, in names, as white space, and by reference.

use quick_xml::events::BytesRef;

use super::error::{NotWellFormed, Place, ReadError};

/// The character that a reference stands for: one of the five predefined entities, or a numeric
/// reference.
pub(super) fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok().flatten().filter(|&character| is_character(character));
    }
    match &**reference {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

/// Refuses a document that contains a character outside XML 1.0 (production 2).
pub(super) fn check_characters(source: &str) -> Result<(), ReadError> {
    let control =
        source.bytes().fold(false, |bad, byte| bad | (byte < 0x20 && byte != b'\t' && byte != b'\n' && byte != b'\r'));
    // U+FFFE and U+FFFF are the only other scalar values that XML 1.0 excludes.
    let noncharacter =
        !source.is_ascii() && source.as_bytes().windows(3).any(|bytes| matches!(bytes, [0xef, 0xbf, 0xbe | 0xbf]));
    if control || noncharacter {
        return Err(ReadError::NotWellFormed { reason: NotWellFormed::Character, place: Place::default() });
    }
    Ok(())
}

/// Whether XML 1.0 allows the character in a document (production 2).
pub(super) fn is_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether white space precedes `part`, a slice of `tag` (XML 1.0, production 40).
pub(super) fn follows_blank(tag: &str, part: &str) -> bool {
    let at = part.as_ptr().addr().wrapping_sub(tag.as_ptr().addr());
    let before = at.checked_sub(1).and_then(|at| tag.as_bytes().get(at));
    before.is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// Whether this is a valid name without a colon (XML 1.0, fifth edition, productions 4 to 5;
/// Namespaces 1.0, production 4).
pub(super) fn is_name(name: &str) -> bool {
    if name.is_ascii() {
        let mut bytes = name.bytes();
        return bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    }
    let mut characters = name.chars();
    characters.next().is_some_and(starts_name) && characters.all(continues_name)
}

const fn starts_name(character: char) -> bool {
    matches!(character,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

const fn continues_name(character: char) -> bool {
    starts_name(character)
        || matches!(character, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// Whether the text is empty or only white space.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

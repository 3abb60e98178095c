//! Values that are valid but probably mistakes: letters garbled by a wrong encoding, formulas, and
//! invisible spaces and line breaks.

use encoding_rs::{Encoding, MACINTOSH, WINDOWS_1252};

/// What was found, how it is treated, and what to do.
pub(super) type Look = (&'static str, &'static str, &'static str);

/// Fields in which a question mark suggests a lost letter.
const WITHOUT_QUESTIONS: [&str; 13] = [
    "GivenName",
    "PreferredGivenName",
    "MiddleOtherName",
    "FamilyName",
    "PreviousFamilyName",
    "FamilyNameAtAge16",
    "SchoolAtAge16",
    "LastKnownAddressLine1",
    "LastKnownAddressLine2",
    "LastKnownAddressTown",
    "LastKnownAddressCountyOrCity",
    "PlaceOfBirth",
    "Title",
];
/// Fields that may contain several lines.
const OF_LINES: [&str; 3] = ["Notes", "OtherVerificationDescription", "ActionReason"];

/// The remark to make about a field's value, if any.
pub(super) fn of(field: &str, value: &str) -> Option<Look> {
    if is_garbled(value) {
        return Some((
            "text with garbled letters",
            "as if read in the wrong encoding",
            "Export the file again as UTF-8 and check the names.",
        ));
    }
    if WITHOUT_QUESTIONS.contains(&field) && has_lost_letter(value) {
        return Some((
            "a question mark next to a letter",
            "as if a letter were lost",
            "Compare the value with its source. If letters are missing, export the file again as UTF-8.",
        ));
    }
    if value.starts_with(['=', '@']) {
        return Some(("a spreadsheet formula", "probably a mistake", "Enter the value itself."));
    }
    if !OF_LINES.contains(&field) && value.trim_end().contains(['\t', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
        return Some((
            "a line break or tab",
            "kept unchanged",
            "Replace it with a space, or delete it; other programs may truncate the text there.",
        ));
    }
    value.contains(is_unseen).then_some((
        "a no-break space or another invisible character",
        "kept unchanged",
        "Enter the value again with ordinary spaces; it may have been copied from a web page or document.",
    ))
}

/// Spaces that look like an ordinary one, and zero-width characters.
fn is_unseen(character: char) -> bool {
    matches!(character, '\u{a0}' | '\u{ad}' | '\u{2000}'..='\u{200b}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{2064}' | '\u{3000}' | '\u{feff}')
}

/// Whether a text looks like UTF-8 that was decoded wrongly: its non-ASCII letters, encoded as
/// Windows-1252 or Mac Roman, form valid UTF-8.
fn is_garbled(value: &str) -> bool {
    value.contains('\u{fffd}')
        || value.split(|character: char| character.is_ascii()).filter(|run| !run.is_empty()).any(|run| {
            // In Mac Roman the commonest lead byte is `√`. Without requiring it, correct text
            // in Mac Roman could match by chance.
            was_utf_8(run, WINDOWS_1252) || (run.contains('√') && was_utf_8(run, MACINTOSH))
        })
}

fn was_utf_8(run: &str, read_as: &'static Encoding) -> bool {
    let (bytes, _, has_others) = read_as.encode(run);
    !has_others && std::str::from_utf8(&bytes).is_ok()
}

/// Such as `G?yr`, `?zel` or `Andr?`.
fn has_lost_letter(value: &str) -> bool {
    let characters: Vec<char> = value.chars().collect();
    let is_letter =
        |index: Option<usize>| index.and_then(|index| characters.get(index)).is_some_and(|found| found.is_alphabetic());
    characters
        .iter()
        .enumerate()
        .any(|(index, found)| *found == '?' && (is_letter(index.checked_sub(1)) || is_letter(index.checked_add(1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spoilt_letters_are_seen_and_whole_ones_are_not() {
        for garbled in [
            "Ã–ZEL",
            "SJÃ–BERG",
            "DÄ…browski",
            "ZoÃ«",
            "Oâ€™Brien",
            "GÃ\u{81}L",
            "MÃƒÂ¼ller",
            "Åukasz\u{fffd}",
            "Å\u{81}ukasz",
            "Zo√´",
            "Jos√© Mu√±oz",
        ] {
            assert!(is_garbled(garbled), "{garbled}");
        }
        for whole in [
            "Özel",
            "SJÖBERG",
            "Dąbrowski",
            "Zoë",
            "O’Brien",
            "JOÃO",
            "Þórður",
            "Łukasz",
            "Nguyễn Thị",
            "Ångström",
            "Škoda–Žižek",
            "ßüß",
            "ÀÉÎÕÜ",
            "Ærø",
            "“Élan”",
            "İĞŞ",
            "Ελένη",
            "李",
            "£5",
            "n° 5",
        ] {
            assert!(!is_garbled(whole), "{whole}");
        }
        for (value, is_lost) in [("G?yr", true), ("?zel", true), ("Andr?", true), ("?", false), ("5 ?", false)] {
            assert_eq!(has_lost_letter(value), is_lost, "{value}");
        }
    }
}

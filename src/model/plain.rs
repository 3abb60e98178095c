//! Text from elsewhere, such as the subject of a certificate, as it is printed to a terminal or written to the log.

/// The text with everything that would steer the terminal or reorder the line written as `\u{...}`.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || steers(c) { plain.extend(c.escape_unicode()) } else { plain.push(c) }
    }
    plain
}

/// Marks that are not seen: of direction, of line and paragraph, and those without width.
const fn steers(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(plain("Äther & Söhne, CN=\u{4f60}"), "Äther & Söhne, CN=\u{4f60}");
        assert_eq!(plain("a\u{1b}[2Jb\nc\u{9b}d"), "a\\u{1b}[2Jb\\u{a}c\\u{9b}d");
        assert_eq!(plain("x\u{202e}y\u{200b}"), "x\\u{202e}y\\u{200b}");
    }
}

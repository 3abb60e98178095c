//! Makes untrusted text, such as a certificate's subject, safe to print to a terminal or write to
//! the log.

/// Escapes every character that could control the terminal or reorder the line, as `\u{...}`.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || steers(c) { plain.extend(c.escape_unicode()) } else { plain.push(c) }
    }
    plain
}

/// Invisible characters: bidirectional controls, line and paragraph separators, zero-width
/// characters.
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

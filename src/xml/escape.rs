//! Escapes text for content and attributes.

/// Appends `text`, escaping the three characters that must be and preserving carriage returns.
pub fn escape(text: &str, out: &mut String) {
    // A look at every byte, without an early end, is compiled into instructions that look at many
    // at once; nearly every text has nothing to escape.
    if !text.bytes().fold(false, |found, byte| found | is_special(byte)) {
        out.push_str(text);
        return;
    }
    let mut rest = text;
    while let Some(position) = rest.bytes().position(is_special) {
        let (clean, special) = rest.split_at(position);
        out.push_str(clean);
        out.push_str(match special.as_bytes().first() {
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'&') => "&amp;",
            _ => "&#13;",
        });
        rest = special.get(1..).unwrap_or("");
    }
    out.push_str(rest);
}

const fn is_special(byte: u8) -> bool {
    matches!(byte, b'<' | b'>' | b'&' | b'\r')
}

/// Appends `text` as an attribute value in double quotes.
pub fn attribute(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            other => out.push(other),
        }
    }
}

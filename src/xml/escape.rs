//! Escapes text for content and attributes.

/// Appends `text`, escaping the three characters that must be and preserving carriage returns.
pub fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(position) = rest.bytes().position(|byte| matches!(byte, b'<' | b'>' | b'&' | b'\r')) {
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

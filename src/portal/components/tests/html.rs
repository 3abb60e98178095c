//! HTML in a form in which two texts are equal when a browser would show and read the same.

/// Elements at whose edges space does not show.
const BLOCKS: &[&str] = &[
    "button", "caption", "dd", "details", "div", "dl", "dt", "fieldset", "h1", "h2", "h3", "h4", "input", "label",
    "legend", "li", "nav", "option", "p", "path", "section", "select", "summary", "svg", "table", "tbody", "td",
    "textarea", "th", "thead", "tr", "ul",
];

/// One space wherever there are several, none at the edges of blocks, attributes in the order of
/// their names, and characters as themselves.
pub fn normal(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    let mut after_block = true;
    while !rest.is_empty() {
        let text = &rest[..rest.find('<').unwrap_or(rest.len())];
        rest = &rest[text.len()..];
        let tag = &rest[..end_of_tag(rest)];
        rest = &rest[tag.len()..];
        let block = tag.is_empty() || BLOCKS.contains(&name_of(tag));
        let mut shown = spaced(&unescaped(text));
        if after_block {
            shown = shown.trim_start().to_owned();
        }
        if block {
            shown = shown.trim_end().to_owned();
        }
        out += &shown;
        out += &normal_tag(tag);
        after_block = block;
    }
    out
}

/// How long the tag at the start of a text is; attributes may have `>` in their values.
fn end_of_tag(text: &str) -> usize {
    let mut quoted = false;
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '>' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn name_of(tag: &str) -> &str {
    let inside = tag.trim_start_matches(['<', '/']);
    &inside[..inside.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(inside.len())]
}

fn normal_tag(tag: &str) -> String {
    if tag.is_empty() || tag.starts_with("</") {
        return tag.to_owned();
    }
    let name = name_of(tag);
    let mut rest = tag[1 + name.len()..].trim_end_matches(['>', '/']).trim_start();
    let mut attributes = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let attribute = &rest[..end];
        rest = &rest[end..];
        let mut value = None;
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let end = quoted.find('"').expect("a quote at the end");
            value = Some(unescaped(&quoted[..end]));
            rest = &quoted[end + 1..];
        }
        rest = rest.trim_start();
        attributes.push(match value {
            Some(value) if attribute == "class" => format!(" class=\"{}\"", spaced(&value).trim()),
            Some(value) => format!(" {attribute}=\"{value}\""),
            None => format!(" {attribute}"),
        });
    }
    attributes.sort();
    format!("<{name}{}>", attributes.concat())
}

fn spaced(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character.is_whitespace() {
            true if out.ends_with(' ') => {}
            true => out.push(' '),
            false => out.push(character),
        }
    }
    out
}

fn unescaped(text: &str) -> String {
    let mut out = text.to_owned();
    for (escaped, character) in [
        ("lt", "<"),
        ("#60", "<"),
        ("gt", ">"),
        ("#62", ">"),
        ("quot", "\""),
        ("#34", "\""),
        ("#39", "'"),
        ("amp", "&"),
        ("#38", "&"),
    ] {
        out = out.replace(&format!("&{escaped};"), character);
    }
    out
}

#[test]
fn what_a_browser_shows_alike_is_equal_and_nothing_else() {
    assert_eq!(
        normal("<p  b=\"2\"\n a=\"&quot;>\">\n x &#38;\n y </p>\n"),
        normal("<p a=\"&#34;>\" b=\"2\">x &amp; y</p>")
    );
    assert_eq!(normal("<input disabled class=\" a  b\">"), normal("<input class=\"a b\" disabled/>"));
    assert_ne!(normal("a<span> b</span>"), normal("a<span>b</span>"));
    assert_ne!(normal("<p a=\"x y\">"), normal("<p a=\"x  y\">"));
    assert_ne!(normal("&lt;b&gt;"), normal("<b></b>"));
}

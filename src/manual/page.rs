//! The manual of a service as the HTML page that the service itself serves.

use std::fmt::Write;

use super::{Entry, Field, common_codes, entries, look};
use crate::contract::Service;
use crate::domain::codes::ResponseCode;
use crate::xml::escape;

/// Writes the HTML page.
pub fn page(service: &'static Service) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_all(service, &mut out);
    out
}

fn write_all(service: &'static Service, out: &mut String) -> std::fmt::Result {
    let name = service.name;
    out.push_str(&look::begin(&format!("Operations of {name}"), &format!("<a href=\"?\">{name}</a>")));
    writeln!(out, "<h1>Operations of {name}</h1>\n<ul>")?;
    for operation in service.operations {
        writeln!(out, "<li><a href=\"#{0}\">{0}</a></li>", operation.name)?;
    }
    writeln!(out, "</ul>\n<h2>Answers of every operation</h2>")?;
    write_codes(common_codes(), out)?;
    for entry in entries(service) {
        write_entry(&entry, out)?;
    }
    out.write_str(look::END)
}

fn write_entry(entry: &Entry, out: &mut String) -> std::fmt::Result {
    let Entry { operation, fields, codes, example, .. } = entry;
    writeln!(out, "<h2 id=\"{0}\">{0}</h2>\n<p>{1}</p>", operation.name, safe(operation.documentation))?;
    writeln!(
        out,
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Fields of {0}\"><table>\n<tr><th>Field</th><th>Mandatory</th><th>Form</th><th>Example</th><th>Meaning</th></tr>",
        operation.name
    )?;
    for field in fields {
        write_field(field, out)?;
    }
    writeln!(out, "</table></div>")?;
    if !codes.is_empty() {
        writeln!(out, "<h3>Answers</h3>")?;
        write_codes(codes.iter().copied(), out)?;
    }
    if let Some(example) = example {
        writeln!(out, "<h3>A request</h3>\n<pre tabindex=\"0\">{}</pre>", safe(&example.request))?;
        writeln!(out, "<h3>Its answer</h3>\n<pre tabindex=\"0\">{}</pre>", safe(&example.answer))?;
    }
    Ok(())
}

fn write_codes(codes: impl Iterator<Item = &'static ResponseCode>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "<table>\n<tr><th>Code</th><th>Meaning</th></tr>")?;
    for code in codes {
        writeln!(out, "<tr><td><code>{}</code></td><td>{}</td></tr>", code.code, safe(code.meaning))?;
    }
    writeln!(out, "</table>")
}

fn write_field(field: &Field, out: &mut String) -> std::fmt::Result {
    let mandatory = if field.mandatory { "yes" } else { "no" };
    write!(out, "<tr><td><code>{}</code></td><td>{mandatory}</td><td>{}", field.name, safe(&field.form))?;
    if let Some(pattern) = field.pattern {
        write!(out, "; pattern <code>{}</code>", safe(pattern))?;
    }
    for choice in &field.choices {
        write!(out, "<br><code>{}</code> {}", choice.code, safe(choice.meaning))?;
    }
    if let Some(repeats) = &field.repeats {
        write!(out, "<br>may be repeated ({})", safe(repeats))?;
    }
    writeln!(out, "</td><td><code>{}</code></td><td>{}</td></tr>", safe(field.example), safe(field.meaning))
}

fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(text, &mut out);
    out
}

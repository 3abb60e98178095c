//! The manual of an operation as plain text, printed by `lrs call OPERATION --help`.

use std::fmt::Write;

use super::{Entry, Field, common_codes};

/// Formats the entry for a terminal of a hundred columns; the terminal wraps long explanations.
pub fn text(entry: &Entry) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_all(entry, &mut out);
    out
}

fn write_all(entry: &Entry, out: &mut String) -> std::fmt::Result {
    let Entry { service, operation, fields, codes, example } = entry;
    writeln!(out, "{} of {}\n{}\n", operation.name, service.name, operation.documentation)?;
    writeln!(out, "Usage: lrs call {} [--FIELD VALUE]...\n\nFields:", operation.name)?;
    for field in fields {
        write_field(field, out)?;
    }
    writeln!(out, "\nAnswers:")?;
    for code in codes {
        writeln!(out, "  {:<9} {}", code.code, code.meaning)?;
    }
    writeln!(out, "\nFaults and codes of every operation:")?;
    for code in common_codes() {
        writeln!(out, "  {:<9} {}", code.code, code.meaning)?;
    }
    if let Some(example) = example {
        writeln!(out, "\nA request:\n\n{}\n\nIts answer:\n\n{}", example.request, example.answer)?;
    }
    writeln!(out, "\nThe flags that name server, certificate and caller are in 'lrs call --help'.")
}

fn write_field(field: &Field, out: &mut String) -> std::fmt::Result {
    let mandatory = if field.mandatory { "mandatory" } else { "optional" };
    writeln!(out, "  --{}  ({mandatory}; {})", field.name, field.form)?;
    writeln!(out, "      {}", field.meaning)?;
    if let Some(repeats) = &field.repeats {
        writeln!(out, "      May be repeated: {repeats}.")?;
    }
    if let Some(pattern) = field.pattern {
        writeln!(out, "      Pattern: {pattern}")?;
    }
    if field.choices.iter().any(|choice| !choice.meaning.is_empty()) {
        for choice in &field.choices {
            writeln!(out, "        {:<4} {}", choice.code, choice.meaning)?;
        }
    } else if !field.choices.is_empty() {
        let codes: Vec<&str> = field.choices.iter().map(|choice| choice.code).collect();
        writeln!(out, "      One of: {}", codes.join(", "))?;
    }
    writeln!(out, "      Example: {}", field.example)
}

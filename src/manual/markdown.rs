//! The manual of all operations as a page in `docs/`.

use std::fmt::Write;

use super::{Entry, Field, common_codes, entries};
use crate::contract::Service;
use crate::domain::codes::ResponseCode;

/// Writes `docs/operations.md`.
pub fn markdown(services: &'static [Service]) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_all(services, &mut out);
    out
}

fn write_all(services: &'static [Service], out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "# Operations\n\n\
         Every operation with its fields, its answers, and a request with the answer that the demo gives.\n\n\
         This page is written by the program: `LRS_UPDATE_GOLDENS=1 make test` writes it again. `lrs call OPERATION --help` prints the\n\
         same, and so does a running service at `/LearnerService.svc?operations`, `/LearnerServiceR9.svc?operations` and\n\
         `/ExternalService.svc?operations`.\n\n\
         A field is named by its path below the request's element, as `lrs call` takes it. Without a mandatory field a request or a\n\
         record is refused, or nobody is found. Every other field may be left out, nil or empty, and only its meaning sets conditions. [clients.md](clients.md) has what each client library needs, [codes.md](codes.md) what to do about a code.\n"
    )?;
    for service in services {
        writeln!(out, "* {}:", service.name)?;
        for operation in service.operations {
            writeln!(out, "  [{}](#{})", operation.name, anchor(service.name, operation.name))?;
        }
    }
    writeln!(out, "\n## Answers of every operation\n")?;
    write_codes(common_codes(), out)?;
    for service in services {
        for entry in entries(service) {
            write_entry(&entry, out)?;
        }
    }
    Ok(())
}

/// The anchor that GitHub generates for a heading.
fn anchor(service: &str, operation: &str) -> String {
    format!("{service}-{operation}").to_ascii_lowercase()
}

fn write_entry(entry: &Entry, out: &mut String) -> std::fmt::Result {
    let Entry { service, operation, fields, codes, example } = entry;
    writeln!(out, "\n## {} {}\n\n{}\n", service.name, operation.name, operation.documentation)?;
    writeln!(out, "| field | | form | example | meaning |\n|---|---|---|---|---|")?;
    for field in fields {
        write_field(field, out)?;
    }
    if !codes.is_empty() {
        writeln!(out)?;
        write_codes(codes.iter().copied(), out)?;
    }
    if let Some(example) = example {
        writeln!(out, "\nA request:\n\n```xml\n{}\n```\n", example.request)?;
        writeln!(out, "Its answer:\n\n```xml\n{}\n```", example.answer)?;
    }
    Ok(())
}

fn write_codes(codes: impl Iterator<Item = &'static ResponseCode>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "| answer | meaning |\n|---|---|")?;
    for code in codes {
        writeln!(out, "| `{}` | {} |", code.code, cell(code.meaning))?;
    }
    Ok(())
}

fn write_field(field: &Field, out: &mut String) -> std::fmt::Result {
    let mandatory = if field.mandatory { "mandatory" } else { "" };
    let mut form = field.form.clone();
    if let Some(pattern) = field.pattern {
        // Code that contains a backtick needs two as delimiters.
        let fence = if pattern.contains('`') { "``" } else { "`" };
        write!(form, "; pattern {fence}{pattern}{fence}")?;
    }
    for (position, choice) in field.choices.iter().enumerate() {
        form.push_str(if position == 0 { ": " } else { ", " });
        write!(form, "`{}`", choice.code)?;
        if !choice.meaning.is_empty() {
            write!(form, " {}", choice.meaning.trim_end_matches('.'))?;
        }
    }
    if let Some(repeats) = &field.repeats {
        write!(form, "; may be repeated ({repeats})")?;
    }
    writeln!(
        out,
        "| `{}` | {mandatory} | {} | `{}` | {} |",
        field.name,
        cell(&form),
        field.example,
        cell(field.meaning)
    )
}

/// A bar would end the table cell, even inside code.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

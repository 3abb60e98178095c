//! The contract as a readable listing, in which every change of the contract changes a line.

use std::fmt::Write;

use crate::model::{Field, Kind, Service};

/// Lists services, operations, messages and fields.
pub fn listing(services: &[Service]) -> String {
    let mut out = String::new();
    for service in services {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "service {} {} port type {}", service.name, service.namespace, service.port_type);
        for namespace in &service.binding.other_root_namespaces {
            let _ = writeln!(out, "  requests also in {namespace}");
        }
        for operation in &service.operations {
            let _ = writeln!(
                out,
                "  {} action \"{}\": {{{}}}{} -> {{{}}}{}",
                operation.name,
                operation.action,
                operation.input.element.0,
                operation.input.element.1,
                operation.output.element.0,
                operation.output.element.1
            );
        }
        for item in &service.structs {
            let _ = writeln!(out, "  type {} = {{{}}}{}", item.rust, item.name.0, item.name.1);
            for field in &item.fields {
                let _ = writeln!(out, "    {}", line(service, field));
            }
        }
        for item in &service.enums {
            let _ =
                writeln!(out, "  enum {} = {{{}}}{}: {}", item.rust, item.name.0, item.name.1, item.values.join(" "));
        }
    }
    out
}

fn line(service: &Service, field: &Field) -> String {
    let kind = match field.kind {
        Kind::Struct(index) => service.structs.get(index).map(|item| item.rust.clone()).unwrap_or_default(),
        Kind::Enum(index) => service.enums.get(index).map(|item| item.rust.clone()).unwrap_or_default(),
        simple => format!("{simple:?}"),
    };
    let max = field.max.map_or("*".to_owned(), |max| max.to_string());
    let mut line = format!("{}: {kind} {}..{max}", field.local, field.min);
    for (flag, word) in [
        (field.nillable, " nil"),
        (field.omitted, " omitted-when-empty"),
        (field.namespace.is_empty(), " unqualified"),
        (field.required, " required"),
    ] {
        if flag {
            line.push_str(word);
        }
    }
    if let Some(facet) = &field.facet {
        let _ = write!(line, " facet {facet}");
    }
    line
}

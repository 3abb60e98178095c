//! Generates the writers of the messages. All tags are formatted at build time, so that writing
//! only appends.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::records::are_records;
use super::{ident, struct_type};
use crate::error::{At, Error};
use crate::model::{Field, Kind, Message, Service, Struct};
use crate::naming;

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The context in which each struct is written: the namespaces declared around it decide how its
/// children's tags look.
pub struct Plan {
    surroundings: Vec<Option<Surrounding>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Surrounding {
    /// The default namespace.
    default: String,
    /// Whether the prefixes of the service and `i` are declared.
    declared: bool,
}

impl Plan {
    /// Plans all messages from the top down.
    pub fn new(service: &Service) -> Result<Plan, Error> {
        let mut plan = Plan { surroundings: vec![None; service.structs.len()] };
        for message in messages(service) {
            let default = match prefix(service, &message.element.0) {
                Some("") => message.element.0.clone(),
                _ => String::new(),
            };
            plan.visit(service, message.content, Surrounding { default, declared: false })?;
        }
        Ok(plan)
    }

    fn visit(&mut self, service: &Service, index: usize, surrounding: Surrounding) -> Result<(), Error> {
        let (Some(item), Some(known)) = (service.structs.get(index), self.surroundings.get_mut(index)) else {
            return Ok(());
        };
        match known {
            Some(known) if *known == surrounding => return Ok(()),
            Some(_) => {
                let at = At { file: service.files.first().cloned().unwrap_or_default(), position: "1:1".to_owned() };
                return Err(Error::Unsupported {
                    at,
                    construct: format!("the type {} in two kinds of places", item.name.1),
                });
            }
            None => *known = Some(surrounding.clone()),
        }
        for field in &item.fields {
            if let Kind::Struct(inner) = field.kind {
                let default = if rebinds(service, &surrounding, field) {
                    field.namespace.clone()
                } else {
                    surrounding.default.clone()
                };
                let declared = surrounding.declared || !namespaces(service, inner).is_empty();
                self.visit(service, inner, Surrounding { default, declared })?;
            }
        }
        Ok(())
    }
}

/// Whether the element's namespace must become the default namespace and is not yet.
fn rebinds(service: &Service, surrounding: &Surrounding, field: &Field) -> bool {
    !field.namespace.is_empty()
        && matches!(prefix(service, &field.namespace), Some("") | None)
        && surrounding.default != field.namespace
}

fn prefix<'s>(service: &'s Service, namespace: &str) -> Option<&'s str> {
    service.binding.prefixes.get(namespace).map(String::as_str)
}

fn messages(service: &Service) -> impl Iterator<Item = &Message> {
    service.operations.iter().flat_map(|operation| [&operation.input, &operation.output])
}

/// The namespaces, by prefix, that the content of a struct needs in addition to the default one;
/// `i` if anything may be nil.
fn namespaces(service: &Service, index: usize) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let Some(item) = service.structs.get(index) else { return found };
    for field in &item.fields {
        match prefix(service, &field.namespace) {
            Some(prefix) if !prefix.is_empty() => {
                found.insert((prefix.to_owned(), field.namespace.clone()));
            }
            _ => {}
        }
        if field.nillable && !field.omitted {
            found.insert(("i".to_owned(), XSI.to_owned()));
        }
        if let Kind::Struct(inner) = field.kind {
            found.extend(namespaces(service, inner));
        }
    }
    found
}

/// Generates the writer of a struct.
pub fn writer(service: &Service, plan: &Plan, index: usize, item: &Struct) -> TokenStream {
    let this = struct_type(item);
    let surrounding = plan
        .surroundings
        .get(index)
        .cloned()
        .flatten()
        .unwrap_or(Surrounding { default: String::new(), declared: false });
    let pieces: Vec<_> = item.fields.iter().map(|field| field_writer(service, &surrounding, field)).collect();
    let generics = if item.borrows { quote!(<'a>) } else { quote!() };
    let out = if pieces.is_empty() { ident("_out") } else { ident("out") };
    quote! {
        impl #generics xml::ToXml for #this {
            fn to_xml(&self, #out: &mut String) {
                #(#pieces)*
            }
        }
    }
}

fn field_writer(service: &Service, surrounding: &Surrounding, field: &Field) -> TokenStream {
    let name = ident(&field.rust);
    let (tag, declarations) = tag(service, surrounding, field);
    let (open, close) = (format!("<{tag}{declarations}>"), format!("</{tag}>"));
    let empty = format!("<{tag}{declarations}/>");
    let one = match field.kind {
        Kind::String => quote!(xml::text_element(#open, value, #close, #empty, out);),
        Kind::Struct(_) => quote!(xml::complex_element(#open, value, #close, #empty, out);),
        _ => quote!(xml::simple_element(#open, value, #close, out);),
    };
    if are_records(service, field) {
        quote!(for value in self.#name.iter().flatten() { let value = &value; #one })
    } else if field.max != Some(1) {
        quote!(xml::elements(&self.#name, out, |value, out| { #one });)
    } else if field.required {
        quote! { { let value = &self.#name; #one } }
    } else if field.nillable && !field.omitted {
        let nil = nil(surrounding, &tag, &declarations);
        quote!(match &self.#name { Some(value) => { #one } None => out.push_str(#nil) })
    } else {
        quote!(if let Some(value) = &self.#name { #one })
    }
}

fn nil(surrounding: &Surrounding, tag: &str, declarations: &str) -> String {
    if surrounding.declared || declarations.contains("xmlns:i=") {
        format!("<{tag}{declarations} i:nil=\"true\"/>")
    } else {
        format!("<{tag}{declarations} xmlns:i=\"{XSI}\" i:nil=\"true\"/>")
    }
}

/// The tag's name as written, and the declarations in it.
fn tag(service: &Service, surrounding: &Surrounding, field: &Field) -> (String, String) {
    let mut declarations = String::new();
    if rebinds(service, surrounding, field) {
        declarations.push_str(&format!(" xmlns=\"{}\"", field.namespace));
    } else if field.namespace.is_empty() && !surrounding.default.is_empty() {
        declarations.push_str(" xmlns=\"\"");
    }
    if let (Kind::Struct(inner), false) = (field.kind, surrounding.declared) {
        for (prefix, namespace) in namespaces(service, inner) {
            declarations.push_str(&format!(" xmlns:{prefix}=\"{namespace}\""));
        }
    }
    let tag = match prefix(service, &field.namespace) {
        Some(prefix) if !prefix.is_empty() && !field.namespace.is_empty() => format!("{prefix}:{}", field.local),
        _ => field.local.clone(),
    };
    (tag, declarations)
}

/// Generates the constants for the message elements.
pub fn roots(service: &Service) -> TokenStream {
    let mut done = BTreeSet::new();
    let roots = messages(service).filter(|message| done.insert(message.element.clone())).map(|message| {
        let (namespace, local) = &message.element;
        let constant = ident(&naming::shout(local));
        let doc = format!("The element `{local}`.");
        let (open, close) = match prefix(service, namespace) {
            Some("") | None => (format!("<{local} xmlns=\"{namespace}\">"), format!("</{local}>")),
            Some(prefix) => {
                (format!("<{prefix}:{local} xmlns:{prefix}=\"{namespace}\">"), format!("</{prefix}:{local}>"))
            }
        };
        quote! {
            #[doc = #doc]
            pub const #constant: xml::Root = xml::Root { namespace: #namespace, local: #local, open: #open, close: #close };
        }
    });
    quote!(#(#roots)*)
}

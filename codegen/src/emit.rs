//! Generates the Rust source: a module for each service, with its types, readers, writers, trait,
//! dispatch and description.

mod describe;
mod read;
mod records;
mod service;
mod types;
mod write;

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::error::Error;
use crate::facets::{self, Facet, Test};
use crate::model::{Kind, Service, Struct};
use crate::naming;

/// The complete source text.
pub fn rust(services: &[Service], facets: &BTreeMap<String, Facet>, runtime: &str) -> Result<String, Error> {
    let runtime: syn::Path = syn::parse_str(runtime).map_err(|reason| Error::Generated(reason.to_string()))?;
    let facet_items: Vec<TokenStream> = facets.values().map(facet).collect();
    let facet_names = facets.keys().map(|name| ident(&naming::shout(name)));
    let mut modules = Vec::new();
    for one in services {
        modules.push(module(one, &runtime)?);
    }
    let names: Vec<Ident> = services.iter().map(|service| ident(&naming::snake(&service.name))).collect();
    let tokens = quote! {
        /// The facet types.
        pub mod facet {
            use #runtime::{Facet, Pattern, regular_expression};
            #(#facet_items)*
            /// All facet types, in alphabetical order.
            pub static ALL: &[&Facet] = &[#(&#facet_names),*];
        }
        #(#modules)*
        /// All services of the contract.
        pub static SERVICES: &[Service] = &[#(#names::SERVICE),*];
    };
    let file: syn::File = syn::parse2(tokens).map_err(|reason| Error::Generated(reason.to_string()))?;
    Ok(prettyplease::unparse(&file))
}

fn module(one: &Service, runtime: &syn::Path) -> Result<TokenStream, Error> {
    let name = ident(&naming::snake(&one.name));
    let doc = format!("The contract of {}.", one.name);
    let plan = write::Plan::new(one)?;
    let types = types::types(one);
    let readers = one.structs.iter().map(|item| read::reader(one, item));
    let writers = one.structs.iter().enumerate().map(|(index, item)| write::writer(one, &plan, index, item));
    let roots = write::roots(one);
    let service = service::service(one);
    let description = describe::describe(one);
    let faceted = one.structs.iter().flat_map(|item| &item.fields).any(|field| field.facet.is_some());
    let facets = if faceted {
        quote!(
            use super::facet;
        )
    } else {
        quote!()
    };
    Ok(quote! {
        #[doc = #doc]
        pub mod #name {
            use std::borrow::Cow;
            use #runtime as xml;
            #facets
            #types
            #(#readers)*
            #(#writers)*
            #roots
            #service
            #description
        }
    })
}

fn facet(facet: &Facet) -> TokenStream {
    let constant = ident(&naming::shout(&facet.name));
    let (name, integer) = (&facet.name, facet.integer);
    let doc = if facet.documentation.is_empty() { &facet.name } else { &facet.documentation };
    let pattern = match &facet.pattern {
        None => quote!(None),
        Some(published) => match facets::test(published) {
            Test::NonBlank => quote!(Some(Pattern::NonBlank(#published))),
            Test::Words(words) => quote!(Some(Pattern::Words(#published, &[#(#words),*]))),
            Test::Expression(expression) => quote!(Some(Pattern::Expression(
                #published,
                std::sync::LazyLock::new(|| regular_expression(#expression))
            ))),
        },
    };
    let min_length = length(facet.min_length);
    let max_length = length(facet.max_length);
    let min_inclusive = number(facet.min_inclusive);
    let max_inclusive = number(facet.max_inclusive);
    quote! {
        #[doc = #doc]
        pub static #constant: Facet = Facet {
            name: #name,
            pattern: #pattern,
            integer: #integer,
            min_length: #min_length,
            max_length: #max_length,
            min_inclusive: #min_inclusive,
            max_inclusive: #max_inclusive,
        };
    }
}

fn length(value: Option<u32>) -> TokenStream {
    match value.and_then(|value| usize::try_from(value).ok()) {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}

fn number(value: Option<i64>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// The type of a struct, with its lifetime if it has one.
fn struct_type(item: &Struct) -> TokenStream {
    let name = ident(&item.rust);
    if item.borrows { quote!(#name<'a>) } else { quote!(#name) }
}

/// The Rust type of an element's content.
fn kind_type(service: &Service, kind: Kind) -> TokenStream {
    match kind {
        Kind::String => quote!(Cow<'a, str>),
        Kind::Int => quote!(i32),
        Kind::Long => quote!(i64),
        Kind::Boolean => quote!(bool),
        Kind::Float => quote!(f32),
        Kind::DateTime => quote!(xml::XsDateTime),
        Kind::Base64 => quote!(xml::Base64),
        Kind::Char => quote!(u16),
        Kind::Enum(index) => match service.enums.get(index) {
            Some(item) => {
                let name = ident(&item.rust);
                quote!(#name)
            }
            None => quote!(()),
        },
        Kind::Struct(index) => service.structs.get(index).map_or_else(|| quote!(()), struct_type),
    }
}

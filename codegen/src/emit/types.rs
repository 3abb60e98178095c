//! Generates the structs and enums of the messages.

use proc_macro2::TokenStream;
use quote::quote;

use super::records::are_records;
use super::{ident, kind_type};
use crate::model::{Enum, Field, Service, Struct};
use crate::naming;

/// Generates all types of a service.
pub fn types(service: &Service) -> TokenStream {
    let structs = service.structs.iter().map(|item| structure(service, item));
    let enums = service.enums.iter().map(choice);
    quote!(#(#structs)* #(#enums)*)
}

fn structure(service: &Service, item: &Struct) -> TokenStream {
    let name = ident(&item.rust);
    let lifetime = if item.borrows { quote!(<'a>) } else { quote!() };
    let doc = if item.documentation.is_empty() { format!("`{}`.", item.name.1) } else { item.documentation.clone() };
    let fields = item.fields.iter().map(|field| {
        let (name, doc, kind) = (ident(&field.rust), field_doc(field), field_type(service, field));
        quote!(#[doc = #doc] pub #name: #kind)
    });
    let anonymous = if item.borrows { quote!(<'_>) } else { quote!() };
    let shown = format!("{} {{ .. }}", item.rust);
    quote! {
        #[doc = #doc]
        #[derive(Clone, Default, PartialEq)]
        pub struct #name #lifetime { #(#fields),* }

        /// Shows only the type's name: the content may be personal data.
        impl std::fmt::Debug for #name #anonymous {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(#shown)
            }
        }
    }
}

/// A mandatory field has its plain type, a repeated field a list; any other is optional.
fn field_type(service: &Service, field: &Field) -> TokenStream {
    let kind = kind_type(service, field.kind);
    if are_records(service, field) {
        quote!(xml::Records<'a, #kind>)
    } else if field.max != Some(1) {
        quote!(Vec<#kind>)
    } else if field.required {
        kind
    } else {
        quote!(Option<#kind>)
    }
}

fn field_doc(field: &Field) -> String {
    if field.documentation.is_empty() { format!("`{}`.", field.local) } else { field.documentation.clone() }
}

fn choice(item: &Enum) -> TokenStream {
    let name = ident(&item.rust);
    let doc = if item.documentation.is_empty() { format!("`{}`.", item.name.1) } else { item.documentation.clone() };
    let variants: Vec<_> = item.values.iter().map(|value| ident(&naming::camel(value))).collect();
    let docs = item.values.iter().map(|value| format!("`{value}`."));
    let values = &item.values;
    let mut defaults = vec![quote!(#[default])];
    defaults.resize(values.len(), quote!());
    quote! {
        #[doc = #doc]
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub enum #name { #(#[doc = #docs] #defaults #variants),* }

        impl #name {
            /// The value as sent.
            pub fn as_str(self) -> &'static str {
                match self { #(Self::#variants => #values),* }
            }
        }

        impl xml::Lexical<'_> for #name {
            fn parse(text: Cow<'_, str>) -> Result<Self, String> {
                match text.trim() {
                    #(#values => Ok(Self::#variants),)*
                    other => Err(xml::enumeration_violation(other, &[#(#values),*])),
                }
            }

            fn write(&self, out: &mut String) {
                out.push_str(self.as_str());
            }
        }
    }
}

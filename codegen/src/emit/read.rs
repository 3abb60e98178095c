//! Generates the readers of the messages.

use proc_macro2::TokenStream;
use quote::quote;

use super::records::are_records;
use super::{ident, struct_type};
use crate::model::{Field, Kind, Service, Struct};
use crate::naming;

/// Generates the reader of a struct.
pub fn reader(service: &Service, item: &Struct) -> TokenStream {
    let this = struct_type(item);
    let name = ident(&item.rust);
    let table = item.fields.iter().map(|field| {
        let (local, required, most) = (&field.local, field.required, field.max.unwrap_or(u32::MAX));
        quote!(xml::Field { name: #local, required: #required, most: #most })
    });
    let variables: Vec<_> = item.fields.iter().map(|field| ident(&field.rust)).collect();
    let starts = item.fields.iter().map(|field| match field.max {
        Some(1) => quote!(None),
        _ if are_records(service, field) => quote!(xml::Records::default()),
        _ => quote!(Vec::new()),
    });
    let arms = (0_u32..).zip(&item.fields).map(|(index, field)| arm(service, index, field));
    let values = item.fields.iter().map(value);
    quote! {
        impl<'a> xml::FromXml<'a> for #this {
            fn from_xml(reader: &mut xml::Reader<'a>, start: &xml::Start<'a>) -> Result<Self, xml::ReadError> {
                static FIELDS: &[xml::Field] = &[#(#table),*];
                let mut seen = xml::Seen::new(FIELDS);
                #(let mut #variables = #starts;)*
                while let Some(child) = reader.child()? {
                    match child.local {
                        #(#arms)*
                        _ => reader.skip_unknown()?,
                    }
                }
                seen.complete(start, reader)?;
                Ok(#name { #(#variables: #values),* })
            }
        }
    }
}

fn arm(service: &Service, index: u32, field: &Field) -> TokenStream {
    let (local, variable) = (&field.local, ident(&field.rust));
    // Each entry of a list must have a value, even if the list may be empty.
    let required = field.required && (field.max == Some(1) || field.facet.is_some());
    let nillable = field.nillable;
    let facet = match &field.facet {
        Some(facet) => {
            let facet = ident(&naming::shout(facet));
            quote!(Some(&facet::#facet))
        }
        None => quote!(None),
    };
    let value = match field.kind {
        Kind::Struct(_) => quote!(xml::complex(reader, &child)?),
        _ => quote!(xml::value(reader, &child, #facet, #required, #nillable)?),
    };
    if field.max == Some(1) {
        quote! {
            #local => {
                seen.once(#index, start, reader)?;
                #variable = #value;
            }
        }
    } else if are_records(service, field) {
        quote! {
            #local => {
                seen.again(#index, #variable.len(), start, reader)?;
                #variable.read(reader, &child)?;
            }
        }
    } else {
        quote! {
            #local => {
                seen.again(#index, #variable.len(), start, reader)?;
                #variable.extend(#value);
            }
        }
    }
}

fn value(field: &Field) -> TokenStream {
    let (local, variable) = (&field.local, ident(&field.rust));
    if field.required && field.max == Some(1) {
        quote!(xml::required(#variable, #local, reader)?)
    } else {
        quote!(#variable)
    }
}

//! The contract as static data, for pages, samples and clients.

use proc_macro2::TokenStream;
use quote::quote;

use super::{ident, kind_type};
use crate::model::{Field, Kind, Message, Service};
use crate::naming;

/// Generates the description of a service.
pub fn describe(service: &Service) -> TokenStream {
    let tables = service.structs.iter().map(|item| {
        let name = ident(&format!("CHILDREN_OF_{}", naming::shout(&item.rust)));
        let children = item.fields.iter().map(|field| element(service, field));
        quote!(static #name: &[super::Element] = &[#(#children),*];)
    });
    let operations = service.operations.iter().map(|operation| {
        let (name, action, documentation) = (&operation.name, &operation.action, &operation.documentation);
        let (input, output) = (message(service, &operation.input), message(service, &operation.output));
        quote!(super::Operation { name: #name, soap_action: #action, documentation: #documentation, input: #input, output: #output })
    });
    let (name, path, namespace, port_type) =
        (&service.name, &service.binding.path, &service.namespace, &service.port_type);
    let fault = &service.binding.fault;
    let documents = service.files.iter().map(|file| {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let path = file.to_string_lossy().into_owned();
        quote!((#name, include_str!(#path)))
    });
    quote! {
        #(#tables)*
        /// The description of the service.
        pub const SERVICE: super::Service = super::Service {
            name: #name,
            path: #path,
            namespace: #namespace,
            port_type: #port_type,
            fault: #fault,
            operations: &[#(#operations),*],
            documents: &[#(#documents),*],
        };
    }
}

fn children(service: &Service, kind: Kind) -> TokenStream {
    match kind {
        Kind::Struct(index) => match service.structs.get(index) {
            Some(item) => {
                let name = ident(&format!("CHILDREN_OF_{}", naming::shout(&item.rust)));
                quote!(#name)
            }
            None => quote!(&[]),
        },
        _ => quote!(&[]),
    }
}

fn element(service: &Service, field: &Field) -> TokenStream {
    let Field { local, namespace, type_name, min, nillable, required, documentation, kind, .. } = field;
    let max = match field.max {
        Some(max) => quote!(Some(#max)),
        None => quote!(None),
    };
    let facet = match &field.facet {
        Some(facet) => quote!(Some(#facet)),
        None => quote!(None),
    };
    let check = match kind {
        Kind::Struct(_) | Kind::String => quote!(|_| Ok(())),
        kind => {
            let value = kind_type(service, *kind);
            quote!(xml::check::<#value>)
        }
    };
    let children = children(service, *kind);
    let values = match kind {
        Kind::Enum(index) => {
            let values = service.enums.get(*index).map(|item| item.values.as_slice()).unwrap_or_default();
            quote!(&[#(#values),*])
        }
        _ => quote!(&[]),
    };
    quote! {
        super::Element {
            name: #local, namespace: #namespace, type_name: #type_name, min: #min, max: #max, nillable: #nillable,
            required: #required, facet: #facet, documentation: #documentation, values: #values, check: #check,
            children: #children,
        }
    }
}

fn message(service: &Service, message: &Message) -> TokenStream {
    let (namespace, local) = &message.element;
    let item = service.structs.get(message.content);
    let type_name = item.map(|item| item.name.1.clone()).unwrap_or_default();
    let documentation = item.map(|item| item.documentation.clone()).unwrap_or_default();
    let children = children(service, Kind::Struct(message.content));
    quote! {
        super::Element {
            name: #local, namespace: #namespace, type_name: #type_name, min: 1, max: Some(1), nillable: false,
            required: true, facet: None, documentation: #documentation, values: &[], check: |_| Ok(()), children: #children,
        }
    }
}

//! Generates the trait of a port type, the enum of its operations, and dispatch.

use proc_macro2::TokenStream;
use quote::quote;

use super::{ident, struct_type};
use crate::model::{Operation, Service};
use crate::naming;

/// Generates everything needed to call a service.
pub fn service(service: &Service) -> TokenStream {
    let port_type = ident(&naming::camel(&service.port_type));
    let trait_doc =
        format!("The port type `{}`: one method for each operation, none with a default.", service.port_type);
    let methods = service.operations.iter().map(|operation| method(service, operation));
    let variants: Vec<_> = service.operations.iter().map(|operation| ident(&naming::camel(&operation.name))).collect();
    let docs = service.operations.iter().map(|operation| format!("`{}`.", operation.name));
    let names: Vec<_> = service.operations.iter().map(|operation| &operation.name).collect();
    let roots = service.operations.iter().map(|operation| {
        let names = service.roots(operation).into_iter().map(|(namespace, local)| quote!((#namespace, #local)));
        quote!(#(#names)|*)
    });
    let arms = service.operations.iter().zip(&variants).map(|(operation, variant)| {
        let method = ident(&naming::snake(&operation.name));
        let request = service.structs.get(operation.input.content).map(struct_type);
        let root = ident(&naming::shout(&operation.output.element.1));
        quote! {
            Operation::#variant => {
                let request = <#request as xml::FromXml<'a>>::from_xml(reader, start)?;
                close(reader)?;
                let response = service.#method(call, request)?;
                #root.write(&response, out);
                Ok(())
            }
        }
    });
    quote! {
        #[doc = #trait_doc]
        pub trait #port_type {
            /// Context that every call carries in addition to its request.
            type Call;
            /// Why a call failed.
            type Error: From<xml::ReadError>;
            #(#methods)*
        }

        /// The operations of the service.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operation { #(#[doc = #docs] #variants),* }

        impl Operation {
            /// The operation whose request has this root element, in any of its accepted
            /// namespaces.
            pub fn of(namespace: &str, local: &str) -> Option<Operation> {
                match (namespace, local) {
                    #(#roots => Some(Operation::#variants),)*
                    _ => None,
                }
            }

            /// The name in the contract.
            pub fn name(self) -> &'static str {
                match self { #(Operation::#variants => #names),* }
            }
        }

        /// Reads the request `start`, lets `close` read the rest of the document, calls the
        /// service, and appends the response element to `out`.
        ///
        /// # Errors
        /// When the request cannot be read, or the service returns an error.
        pub fn dispatch<'a, S: #port_type>(
            service: &S,
            call: &S::Call,
            operation: Operation,
            reader: &mut xml::Reader<'a>,
            start: &xml::Start<'a>,
            close: impl FnOnce(&mut xml::Reader<'a>) -> Result<(), xml::ReadError>,
            out: &mut String,
        ) -> Result<(), S::Error> {
            match operation { #(#arms)* }
        }
    }
}

fn method(service: &Service, operation: &Operation) -> TokenStream {
    let name = ident(&naming::snake(&operation.name));
    let doc = if operation.documentation.is_empty() {
        format!("`{}`.", operation.name)
    } else {
        operation.documentation.clone()
    };
    let request = service.structs.get(operation.input.content).map(struct_type);
    let response = service.structs.get(operation.output.content).map(struct_type);
    quote! {
        #[doc = #doc]
        ///
        /// # Errors
        /// When the call fails instead of answering with a response code.
        fn #name<'a>(&self, call: &Self::Call, request: #request) -> Result<#response, Self::Error>;
    }
}

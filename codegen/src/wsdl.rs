//! The parts of WSDL 1.1 that the compiler reads, declared for yaserde.

use yaserde::YaDeserialize;

use crate::scoped::Scoped;
use crate::xsd::Schema;

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "definitions", prefix = "wsdl", namespaces = {"wsdl" = "http://schemas.xmlsoap.org/wsdl/"})]
pub struct Definitions {
    #[yaserde(attribute = true, rename = "targetNamespace")]
    pub target_namespace: String,
    #[yaserde(rename = "types", prefix = "wsdl")]
    pub types: Vec<Types>,
    #[yaserde(rename = "message", prefix = "wsdl")]
    pub messages: Vec<Message>,
    #[yaserde(rename = "portType", prefix = "wsdl")]
    pub port_types: Vec<PortType>,
    #[yaserde(rename = "binding", prefix = "wsdl")]
    pub bindings: Vec<Binding>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "types", prefix = "wsdl", namespaces = {"wsdl" = "http://schemas.xmlsoap.org/wsdl/", "xs" = "http://www.w3.org/2001/XMLSchema"})]
pub struct Types {
    #[yaserde(rename = "schema", prefix = "xs")]
    pub schemas: Vec<Scoped<Schema>>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "message", prefix = "wsdl", namespaces = {"wsdl" = "http://schemas.xmlsoap.org/wsdl/"})]
pub struct Message {
    #[yaserde(attribute = true)]
    pub name: String,
    #[yaserde(rename = "part", prefix = "wsdl")]
    pub parts: Vec<Scoped<Part>>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "part", prefix = "wsdl", namespaces = {"wsdl" = "http://schemas.xmlsoap.org/wsdl/"})]
pub struct Part {
    #[yaserde(attribute = true, rename = "codegen-at")]
    pub at: String,
    #[yaserde(attribute = true)]
    pub element: Option<String>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "portType", prefix = "wsdl", namespaces = {"wsdl" = "http://schemas.xmlsoap.org/wsdl/"})]
pub struct PortType {
    #[yaserde(attribute = true)]
    pub name: String,
    #[yaserde(rename = "operation", prefix = "wsdl")]
    pub operations: Vec<Operation>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "operation", prefix = "wsdl", namespaces = {"wsdl" = "http://schemas.xmlsoap.org/wsdl/"})]
pub struct Operation {
    #[yaserde(attribute = true, rename = "codegen-at")]
    pub at: String,
    #[yaserde(attribute = true)]
    pub name: String,
    #[yaserde(rename = "documentation", prefix = "wsdl")]
    pub documentation: Option<String>,
    #[yaserde(rename = "input", prefix = "wsdl")]
    pub input: Vec<Scoped<Carried>>,
    #[yaserde(rename = "output", prefix = "wsdl")]
    pub output: Vec<Scoped<Carried>>,
}

/// An input or output of an operation.
#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "wsdl", namespaces = {"wsdl" = "http://schemas.xmlsoap.org/wsdl/"})]
pub struct Carried {
    #[yaserde(attribute = true, rename = "codegen-at")]
    pub at: String,
    #[yaserde(attribute = true)]
    pub message: String,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "binding", prefix = "wsdl", namespaces = {"wsdl" = "http://schemas.xmlsoap.org/wsdl/"})]
pub struct Binding {
    #[yaserde(rename = "operation", prefix = "wsdl")]
    pub operations: Vec<BindingOperation>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "operation", prefix = "wsdl", namespaces = {"wsdl" = "http://schemas.xmlsoap.org/wsdl/", "soap" = "http://schemas.xmlsoap.org/wsdl/soap/"})]
pub struct BindingOperation {
    #[yaserde(attribute = true)]
    pub name: String,
    #[yaserde(rename = "operation", prefix = "soap")]
    pub soap: Option<SoapOperation>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "operation", prefix = "soap", namespaces = {"soap" = "http://schemas.xmlsoap.org/wsdl/soap/"})]
pub struct SoapOperation {
    #[yaserde(attribute = true, rename = "soapAction")]
    pub action: Option<String>,
}

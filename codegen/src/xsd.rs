//! The parts of XML Schema that the compiler reads, declared for yaserde.

use yaserde::YaDeserialize;

use crate::scoped::Scoped;

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "schema", prefix = "xs", namespaces = {"xs" = "http://www.w3.org/2001/XMLSchema"})]
pub struct Schema {
    #[yaserde(attribute = true, rename = "targetNamespace")]
    pub target_namespace: Option<String>,
    #[yaserde(attribute = true, rename = "elementFormDefault")]
    pub element_form_default: Option<String>,
    #[yaserde(rename = "import", prefix = "xs")]
    pub imports: Vec<Import>,
    #[yaserde(rename = "include", prefix = "xs")]
    pub includes: Vec<Import>,
    #[yaserde(rename = "element", prefix = "xs")]
    pub elements: Vec<Scoped<Element>>,
    #[yaserde(rename = "complexType", prefix = "xs")]
    pub complex_types: Vec<Scoped<ComplexType>>,
    #[yaserde(rename = "simpleType", prefix = "xs")]
    pub simple_types: Vec<Scoped<SimpleType>>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "import", prefix = "xs", namespaces = {"xs" = "http://www.w3.org/2001/XMLSchema"})]
pub struct Import {
    #[yaserde(attribute = true, rename = "schemaLocation")]
    pub location: Option<String>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "element", prefix = "xs", namespaces = {"xs" = "http://www.w3.org/2001/XMLSchema"})]
pub struct Element {
    #[yaserde(attribute = true, rename = "codegen-at")]
    pub at: String,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(attribute = true, rename = "type")]
    pub type_name: Option<String>,
    #[yaserde(attribute = true, rename = "ref")]
    pub reference: Option<String>,
    #[yaserde(attribute = true, rename = "minOccurs")]
    pub min_occurs: Option<String>,
    #[yaserde(attribute = true, rename = "maxOccurs")]
    pub max_occurs: Option<String>,
    #[yaserde(attribute = true)]
    pub nillable: Option<String>,
    #[yaserde(attribute = true)]
    pub form: Option<String>,
    #[yaserde(rename = "annotation", prefix = "xs")]
    pub annotation: Option<Annotation>,
    #[yaserde(rename = "complexType", prefix = "xs")]
    pub complex_type: Option<Scoped<ComplexType>>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "complexType", prefix = "xs", namespaces = {"xs" = "http://www.w3.org/2001/XMLSchema"})]
pub struct ComplexType {
    #[yaserde(attribute = true, rename = "codegen-at")]
    pub at: String,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(rename = "annotation", prefix = "xs")]
    pub annotation: Option<Annotation>,
    #[yaserde(rename = "sequence", prefix = "xs")]
    pub sequence: Option<Sequence>,
    #[yaserde(rename = "complexContent", prefix = "xs")]
    pub complex_content: Option<ComplexContent>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "sequence", prefix = "xs", namespaces = {"xs" = "http://www.w3.org/2001/XMLSchema"})]
pub struct Sequence {
    #[yaserde(rename = "element", prefix = "xs")]
    pub elements: Vec<Scoped<Element>>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "complexContent", prefix = "xs", namespaces = {"xs" = "http://www.w3.org/2001/XMLSchema"})]
pub struct ComplexContent {
    #[yaserde(rename = "extension", prefix = "xs")]
    pub extension: Option<Scoped<Extension>>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "extension", prefix = "xs", namespaces = {"xs" = "http://www.w3.org/2001/XMLSchema"})]
pub struct Extension {
    #[yaserde(attribute = true, rename = "codegen-at")]
    pub at: String,
    #[yaserde(attribute = true)]
    pub base: String,
    #[yaserde(rename = "sequence", prefix = "xs")]
    pub sequence: Option<Sequence>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "simpleType", prefix = "xs", namespaces = {"xs" = "http://www.w3.org/2001/XMLSchema"})]
pub struct SimpleType {
    #[yaserde(attribute = true, rename = "codegen-at")]
    pub at: String,
    #[yaserde(attribute = true)]
    pub name: Option<String>,
    #[yaserde(rename = "annotation", prefix = "xs")]
    pub annotation: Option<Annotation>,
    #[yaserde(rename = "restriction", prefix = "xs")]
    pub restriction: Option<Scoped<Restriction>>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "restriction", prefix = "xs", namespaces = {"xs" = "http://www.w3.org/2001/XMLSchema"})]
pub struct Restriction {
    #[yaserde(attribute = true)]
    pub base: String,
    #[yaserde(rename = "enumeration", prefix = "xs")]
    pub enumeration: Vec<FacetValue>,
    #[yaserde(rename = "pattern", prefix = "xs")]
    pub pattern: Vec<FacetValue>,
    #[yaserde(rename = "length", prefix = "xs")]
    pub length: Option<FacetValue>,
    #[yaserde(rename = "minLength", prefix = "xs")]
    pub min_length: Option<FacetValue>,
    #[yaserde(rename = "maxLength", prefix = "xs")]
    pub max_length: Option<FacetValue>,
    #[yaserde(rename = "minInclusive", prefix = "xs")]
    pub min_inclusive: Option<FacetValue>,
    #[yaserde(rename = "maxInclusive", prefix = "xs")]
    pub max_inclusive: Option<FacetValue>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(prefix = "xs", namespaces = {"xs" = "http://www.w3.org/2001/XMLSchema"})]
pub struct FacetValue {
    #[yaserde(attribute = true)]
    pub value: String,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "annotation", prefix = "xs", namespaces = {"xs" = "http://www.w3.org/2001/XMLSchema"})]
pub struct Annotation {
    #[yaserde(rename = "documentation", prefix = "xs")]
    pub documentation: Vec<String>,
    #[yaserde(rename = "appinfo", prefix = "xs")]
    pub appinfo: Vec<AppInfo>,
}

impl Annotation {
    /// The text of all documentation, with white space collapsed.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.documentation.iter().flat_map(|text| text.split_whitespace()).collect();
        words.join(" ")
    }
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "appinfo", prefix = "xs", namespaces = {"xs" = "http://www.w3.org/2001/XMLSchema", "ser" = "http://schemas.microsoft.com/2003/10/Serialization/"})]
pub struct AppInfo {
    #[yaserde(rename = "DefaultValue", prefix = "ser")]
    pub default_value: Option<DefaultValue>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "DefaultValue", prefix = "ser", namespaces = {"ser" = "http://schemas.microsoft.com/2003/10/Serialization/"})]
pub struct DefaultValue {
    #[yaserde(attribute = true, rename = "EmitDefaultValue")]
    pub emit: String,
}

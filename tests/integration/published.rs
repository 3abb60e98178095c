//! What the services publish of themselves: contracts that the tools of real clients can read.

use regex::Regex;

use crate::harness::{Database, Deployment};

const SERVICES: [&str; 3] = ["LearnerService", "LearnerServiceR9", "ExternalService"];
const SERIALIZATION: &str = "http://schemas.microsoft.com/2003/10/Serialization/";

/// A schema of a contract: its namespace, the namespaces that it imports, and its form.
struct Schema {
    namespace: String,
    imports: Vec<String>,
    is_qualified: bool,
}

/// The schemas of a `?singleWsdl`, from top to bottom.
fn schemas(wsdl: &str) -> Vec<Schema> {
    let start = Regex::new(r#"<xs:schema targetNamespace="([^"]+)" elementFormDefault="(\w+)""#).expect("a pattern");
    let import = Regex::new(r#"<xs:import namespace="([^"]+)"/>"#).expect("a pattern");
    assert_eq!(start.find_iter(wsdl).count(), wsdl.matches("<xs:schema").count(), "every schema has a namespace");
    let parts = wsdl.split("<xs:schema ").skip(1).map(|part| format!("<xs:schema {part}"));
    let schema = |part: String| {
        let start = start.captures(&part).expect("a start");
        let imports = import.captures_iter(&part).map(|found| found[1].to_owned()).collect();
        Schema { namespace: start[1].to_owned(), imports, is_qualified: &start[2] == "qualified" }
    };
    parts.map(schema).collect()
}

/// A tool that reads a contract from top to bottom knows every namespace when it comes to its import.
#[test]
fn each_schema_of_a_contract_in_one_document_stands_below_those_that_it_imports() {
    let deployment = Deployment::shared(Database::Sqlite);
    let provider = deployment.provider();
    for (service, number) in [(SERVICES[0], 8), (SERVICES[1], 10), (SERVICES[2], 4)] {
        let schemas = schemas(&provider.ask("GET", &format!("/{service}.svc?singleWsdl")).text());
        assert_eq!(schemas.len(), number, "{service}");
        for (index, schema) in schemas.iter().enumerate() {
            for import in &schema.imports {
                let is_above = schemas[..index].iter().any(|above| above.namespace == *import);
                assert!(is_above, "{service}: {} imports {import}, which stands below it", schema.namespace);
            }
        }
        // Savon takes the form of the first schema for all.
        assert_eq!(schemas[0].is_qualified, service != "LearnerService", "{service}");
    }
}

/// osa and pysimplesoap take the first child of a simple type, and of an element whose type has no name, for its content.
#[test]
fn no_annotation_stands_where_clients_look_for_the_content_of_a_type() {
    let deployment = Deployment::shared(Database::Sqlite);
    let provider = deployment.provider();
    for service in SERVICES {
        let contract = provider.ask("GET", &format!("/{service}.svc?singleWsdl")).document();
        let schemas = contract.child("types").expect("types").children.clone();
        for schema in &schemas {
            for simple in schema.descendants().into_iter().filter(|node| node.name == "simpleType") {
                assert_eq!(simple.names(), ["restriction"], "{service}: a simple type of {schema:?}");
            }
            for element in schema.children.iter().filter(|node| node.name == "element") {
                let is_anonymous =
                    element.children.iter().any(|child| ["complexType", "simpleType"].contains(&child.name.as_str()));
                assert!(!is_anonymous || element.child("annotation").is_none(), "{service}: {element:?}");
            }
            assert!(schema.child("annotation").is_some(), "{service}: {schema:?} says what it is for");
        }
        let operations = contract.find("portType").expect("a port type");
        for operation in operations.children.iter().filter(|node| node.name == "operation") {
            assert!(operation.value("documentation").is_some_and(|text| !text.is_empty()), "{service}: {operation:?}");
        }
    }
}

#[test]
fn the_schema_of_serialization_stands_last_where_no_other_schema_uses_it() {
    let deployment = Deployment::shared(Database::Sqlite);
    let provider = deployment.provider();
    for service in ["LearnerService", "ExternalService"] {
        let single = provider.ask("GET", &format!("/{service}.svc?singleWsdl")).text();
        assert_eq!(schemas(&single).last().expect("a schema").namespace, SERIALIZATION, "{service}");
        let parts = provider.ask("GET", &format!("/{service}.svc?wsdl")).text();
        let last = parts.rsplit("<xs:import ").next().expect("an import");
        assert!(
            last.contains(SERIALIZATION) && last.contains(&format!("/{service}.svc?xsd=serialization.xsd\"")),
            "{last}"
        );
        assert_eq!(provider.ask("GET", &format!("/{service}.svc?xsd=serialization.xsd")).status, 200);
    }
}

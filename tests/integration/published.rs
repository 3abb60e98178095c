//! What the web services publish about themselves: contracts that real clients' tools can read.

use regex::Regex;

use crate::harness::{Database, Deployment};

const SERVICES: [&str; 3] = ["LearnerService", "LearnerServiceR9", "ExternalService"];
const SERIALIZATION: &str = "http://schemas.microsoft.com/2003/10/Serialization/";

/// A schema in a contract: its namespace, the namespaces that it imports, and its element form.
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

/// A tool that reads a contract from top to bottom knows each namespace before it is imported.
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
        // Savon applies the element form of the first schema to all.
        assert_eq!(schemas[0].is_qualified, service != "LearnerService", "{service}");
    }
}

/// The fields of LearnerService's fault type, one per line.
fn fault_members(document: &str) -> Vec<&str> {
    let (_, rest) = document.split_once("<xs:complexType name=\"MIAPAPIException\">").expect("the fault");
    let (members, _) = rest.split_once("</xs:complexType>").expect("its end");
    members.lines().map(str::trim).filter(|line| line.starts_with("<xs:element ")).collect()
}

#[test]
fn faults_are_described_as_they_are_sent_where_that_is_asked_for() {
    let deployment = Deployment::shared(Database::Sqlite);
    let provider = deployment.provider();
    let get = |query: &str| {
        let answer = provider.ask("GET", &format!("/LearnerService.svc?{query}"));
        assert_eq!(answer.status, 200, "{query}");
        answer.text()
    };
    let published = get("singleWsdl");
    assert!(fault_members(&published).iter().all(|member| !member.contains("form=")), "{published}");
    assert_eq!(get("singleWsdl&faults=contract"), published);
    let as_sent = get("singleWsdl&faults=as-sent");
    let names: Vec<String> =
        ["ErrorCode", "ErrorActor", "Description", "FurtherDetails", "ErrorTimestamp"].map(str::to_owned).to_vec();
    let expected: Vec<String> = names
        .iter()
        .map(|name| {
            format!(
                "<xs:element form=\"unqualified\" name=\"{name}\" type=\"xs:string\" minOccurs=\"0\" nillable=\"true\">"
            )
        })
        .collect();
    assert_eq!(fault_members(&as_sent), expected);
    assert_eq!(
        as_sent.replace("element form=\"unqualified\" name", "element name"),
        published,
        "nothing else is different"
    );
    for query in ["SINGLEWSDL&FAULTS=AS-SENT", "faults=as-sent&singleWsdl"] {
        assert_eq!(get(query), as_sent, "{query}");
    }

    // In parts: the schemas that the document refers to describe it in the same way.
    let parts = get("wsdl&faults=as-sent");
    let address =
        format!("{}/LearnerService.svc?xsd=exceptions.xsd&amp;faults=as-sent\"", deployment.variable("LRS_URL"));
    assert!(parts.contains(&address), "{parts}");
    assert_eq!(fault_members(&get("xsd=exceptions.xsd&faults=as-sent")), expected);
    assert!(!get("xsd=exceptions.xsd").contains("form=\""));

    let shown = deployment.lrs(&["wsdl", "show", "LearnerService", "--faults", "as-sent"]);
    assert_eq!(fault_members(&String::from_utf8_lossy(&shown.stdout)), expected);
    assert!(get("").contains("singleWsdl&amp;faults=as-sent"), "the page of the service leads there");

    // The faults of the other web services are sent as their contracts say.
    for service in &SERVICES[1..] {
        let one = provider.ask("GET", &format!("/{service}.svc?singleWsdl")).text();
        assert_eq!(provider.ask("GET", &format!("/{service}.svc?singleWsdl&faults=as-sent")).text(), one);
        assert!(!provider.ask("GET", &format!("/{service}.svc")).text().contains("faults=as-sent"));
    }
    let unknown = provider.ask("GET", "/LearnerService.svc?singleWsdl&faults=typed");
    assert_eq!((unknown.status, unknown.text().as_str()), (400, "The value of faults is contract or as-sent.\n"));
}

/// osa and pysimplesoap take the first child of a simple type, or of an element with an anonymous
/// type, for its content.
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

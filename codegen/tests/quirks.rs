//! The compiler handles every oddity of published contracts, or reports exactly where it cannot.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use wsdl_codegen::{Error, Output, Sources, compile};

fn documents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents")
}

fn quirks() -> String {
    fs::read_to_string(documents().join("quirks.wsdl")).unwrap()
}

/// Compiles a WSDL given as text, using the bindings of the test documents.
fn compile_text(wsdl: &str) -> Result<Output, Error> {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("wsdl-codegen-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("quirks.wsdl");
    fs::write(&path, wsdl).unwrap();
    let outcome = compile(&Sources {
        wsdl: vec![path],
        facets: documents().join("facets.xsd"),
        bindings: documents().join("quirks.toml"),
        runtime: "the_runtime::of_another".to_owned(),
    });
    fs::remove_dir_all(&folder).unwrap();
    outcome
}

fn error_after(change: impl Fn(&str) -> String) -> String {
    let changed = change(&quirks());
    assert_ne!(changed, quirks(), "the change hits nothing");
    let Err(error) = compile_text(&changed) else { panic!("the changed document compiles") };
    error.to_string()
}

#[test]
fn names_are_resolved_by_the_bindings_in_scope_and_bases_come_first() {
    let listing = compile_text(&quirks()).unwrap().listing;
    let expected = [
        "service quirks urn:test:messages port type IQuirks",
        "  requests also in urn:test:elsewhere",
        "  Ask action \"urn:ask\": {urn:test:messages}Ask -> {urn:test:messages}Answer",
        "  AskAgain action \"\": {urn:test:messages}AskAgain -> {urn:test:messages}Answer",
        "  type Person = {urn:test:model}Person",
        "    Zebra: String 0..1",
        "    Aardvark: String 0..1",
        "  type ArrayOfThing = {urn:test:messages}ArrayOfThing",
        "    Thing: String 0..* nil",
        "  type Same = {urn:test:other}Same",
        "    Plain: String 0..1 unqualified",
        "  type Ask = {urn:test:messages}Ask",
        "    word: String 1..1 required facet Word",
        "    who: Person 1..1 nil",
        "    list: ArrayOfThing 0..1 nil",
        "    same: Same 0..1",
        "  type ModelAnswer = {urn:test:model}Answer",
        "    Code: String 0..1 nil omitted-when-empty",
        "    Level: String 0..1 nil",
        "    When: DateTime 0..1",
        "  type Answer = {urn:test:messages}Answer",
        "    Result: ModelAnswer 0..1 nil",
        "  type Base = {urn:test:other}Base",
        "    Plain: String 0..1 unqualified",
        "  type AskAgainRqst = {urn:test:other}AskAgainRqst",
        "    Plain: String 0..1 unqualified",
        "    Linked: Base 0..1",
        "    Direct: Int 0..* unqualified",
    ];
    assert_eq!(listing.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn an_operation_is_found_by_its_request_in_every_namespace_that_the_bindings_name() {
    let rust = compile_text(&quirks()).unwrap().rust.split_whitespace().collect::<String>();
    let arm = r#"("urn:test:messages","Ask")|("urn:test:elsewhere","Ask")=>"#;
    assert!(rust.contains(arm), "{rust}");
}

#[test]
fn the_output_knows_no_crate_but_the_runtime_that_the_caller_names() {
    let rust = compile_text(&quirks()).unwrap().rust;
    assert!(rust.contains("use the_runtime::of_another as xml;"), "{rust}");
    let paths: Vec<&str> = rust.lines().map(str::trim).filter(|line| line.starts_with("use ")).collect();
    for path in &paths {
        let known =
            ["use std::", "use the_runtime::of_another", "use super::"].iter().any(|known| path.starts_with(known));
        assert!(known, "{path}");
    }
    assert!(!rust.contains("crate::"), "{rust}");
}

#[test]
fn every_operation_is_a_method_without_a_default() {
    let rust = compile_text(&quirks()).unwrap().rust;
    let file = syn::parse_file(&rust).unwrap();
    let module = file
        .items
        .iter()
        .find_map(|item| match item {
            syn::Item::Mod(module) if module.ident == "quirks" => module.content.as_ref(),
            _ => None,
        })
        .unwrap();
    let port_type = module
        .1
        .iter()
        .find_map(|item| match item {
            syn::Item::Trait(port_type) if port_type.ident == "IQuirks" => Some(port_type),
            _ => None,
        })
        .unwrap();
    let methods: Vec<_> = port_type
        .items
        .iter()
        .filter_map(|item| match item {
            syn::TraitItem::Fn(method) => Some((method.sig.ident.to_string(), method.default.is_some())),
            _ => None,
        })
        .collect();
    assert_eq!(methods, [("ask".to_owned(), false), ("ask_again".to_owned(), false)]);
}

#[test]
fn what_is_not_supported_stops_with_file_line_and_column() {
    let choice = error_after(|text| {
        text.replace(
            "<xs:complexType name=\"Base\" abstract=\"true\"><xs:sequence/>",
            "<xs:complexType name=\"Base\" abstract=\"true\"><xs:choice/>",
        )
    });
    assert!(choice.contains("quirks.wsdl:34:51: <xs:choice> is not supported here"), "{choice}");
    let default =
        error_after(|text| text.replace("<xs:element name=\"word\"", "<xs:element default=\"x\" name=\"word\""));
    assert!(default.contains("default on <xs:element> is not supported here"), "{default}");
    let number = error_after(|text| text.replace("type=\"xs:dateTime\"", "type=\"xs:duration\""));
    assert!(
        number.contains("quirks.wsdl:") && number.contains("the type xs:duration is not supported here"),
        "{number}"
    );
    let rpc = error_after(|text| text.replace("element=\"tns:AskAgain\"", "type=\"xs:string\""));
    assert!(rpc.contains("rpc style"), "{rpc}");
}

#[test]
fn names_that_nothing_declares_stop_with_their_place() {
    for (old, new, expected) in [
        ("type=\"q1:Person\"", "type=\"q1:Nobody\"", "there is no type {urn:test:model}Nobody"),
        ("type=\"q1:Person\"", "type=\"zz:Person\"", "there is no namespace prefix zz"),
        ("message=\"tns:Answered\"", "message=\"tns:Lost\"", "there is no message Lost"),
        ("element=\"tns:AskAgain\"", "element=\"tns:Lost\"", "there is no element Lost"),
        ("base=\"q1:Middle\"", "base=\"q1:Lost\"", "there is no type {urn:test:model}Lost"),
        ("name=\"word\"", "name=\"wort\"", "has no field word in any message"),
    ] {
        let error = error_after(|text| text.replace(old, new));
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_type_that_holds_itself_and_two_operations_with_one_input_are_refused() {
    let itself = error_after(|text| {
        text.replace(
            "name=\"Aardvark\" minOccurs=\"0\" type=\"xs:string\"",
            "name=\"Aardvark\" minOccurs=\"0\" type=\"q1:Person\"",
        )
    });
    assert!(itself.contains("holds itself"), "{itself}");
    let twice = error_after(|text| text.replace("element=\"tns:AskAgain\"", "element=\"tns:Ask\""));
    assert!(twice.contains("have the same input element"), "{twice}");
}

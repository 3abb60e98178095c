//! The reader against hostile and unusual documents, and the writer against the reader.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::borrow::Cow;

use proptest::prelude::*;

use super::{Base64, Facet, Limits, NotWellFormed, ReadError, Reader, escape, value};

const LIMITS: Limits = Limits::INTERACTIVE;

/// Reads a whole document and returns the text of all elements.
fn read(document: &str) -> Result<String, ReadError> {
    let mut reader = Reader::new(document, &LIMITS)?;
    let mut text = String::new();
    let root = reader.child()?;
    assert!(root.is_some(), "a document has a root");
    text.push_str(&reader.text()?);
    reader.finish()?;
    Ok(text)
}

/// Skips a whole document.
fn pass(document: &str) -> Result<(), ReadError> {
    let mut reader = Reader::new(document, &LIMITS)?;
    reader.child()?;
    reader.skip()?;
    reader.finish()
}

#[track_caller]
fn refused(document: &str, expected: NotWellFormed) {
    match pass(document) {
        Err(ReadError::NotWellFormed { reason, .. }) => assert_eq!(reason, expected, "{document:.80}"),
        other => panic!("{document:.80} gives {other:?}"),
    }
}

#[test]
fn what_the_parser_underneath_lets_through_is_refused() {
    use NotWellFormed::*;
    for (document, reason) in [
        ("<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>", Doctype),
        ("<a><!DOCTYPE b></a>", Doctype),
        ("<?pi x?><a/>", ProcessingInstruction),
        ("<a><?pi x?></a>", ProcessingInstruction),
        ("<a/><?pi x?>", ProcessingInstruction),
        ("<a>&nope;</a>", Reference),
        ("<a>&#0;</a>", Reference),
        ("<a>&#xFFFE;</a>", Reference),
        ("<a>&#xD800;</a>", Reference),
        ("<a b=\"&nope;\"/>", Reference),
        ("<a b=\"&#1;\"/>", Reference),
        ("<a>\u{1}</a>", Character),
        ("<a>\u{ffff}</a>", Character),
        ("<a b=\"1\" b=\"2\"/>", DuplicateAttribute),
        ("<a xmlns:p=\"u\" xmlns:q=\"u\" p:b=\"1\" q:b=\"2\"/>", DuplicateAttribute),
        ("<q:a/>", Namespace),
        ("<a q:b=\"1\"/>", Namespace),
        ("<a xmlns:p=\"\"/>", Namespace),
        ("<a xmlns:xml=\"urn:other\"/>", Namespace),
        ("<a xmlns:xmlns=\"urn:other\"/>", Namespace),
        ("<a/><b/>", Misplaced),
        ("<a/>junk", Misplaced),
        ("junk<a/>", Misplaced),
        ("<a/>&amp;", Misplaced),
        ("\n<?xml version=\"1.0\"?><a/>", Misplaced),
        ("<a><?xml version=\"1.0\"?></a>", Misplaced),
        ("", Truncated),
        ("<a>", Truncated),
        ("<a><b></b>", Truncated),
        ("<a", Syntax),
        ("<\u{b7}A/>", Syntax),
        ("<a\u{d7}/>", Syntax),
        ("<a\u{f7}b/>", Syntax),
        ("<\u{300}a/>", Syntax),
        ("<a\u{2014}b/>", Syntax),
        ("<a \u{b7}b=\"1\"/>", Syntax),
        ("<a\u{37e}/>", Syntax),
        ("<a xmlns:\u{d7}=\"u\"/>", Syntax),
        ("<a></b>", Syntax),
        ("</a>", Syntax),
        ("<a b=\"<\"/>", Syntax),
        ("<a>]]></a>", Syntax),
        ("<a><!-- x -- y --></a>", Syntax),
        ("<1a/>", Syntax),
        ("<a:/>", Syntax),
        ("<:a/>", Syntax),
        ("<a:b:c xmlns:a=\"u\"/>", Syntax),
        ("<?xml version=\"1.1\"?><a/>", Syntax),
    ] {
        refused(document, reason);
    }
}

#[test]
fn limits_hold_and_are_named() {
    let limit = |name| NotWellFormed::Limit(name);
    refused(&"<a>".repeat(100_000), limit("depth"));
    refused(&format!("<a>{}</a>", "<b/>".repeat(3_000)), limit("children of one element"));
    let wide = "<b/>".repeat(1_500);
    let sections = format!("<c>{wide}</c>").repeat(15);
    refused(&format!("<a>{sections}</a>"), limit("elements"));
    let many: String = (0..40_000).map(|number| format!(" a{number}=\"\"")).collect();
    refused(&format!("<a{many}/>"), limit("attributes of one element"));
    let many: String = (0..40_000).map(|number| format!(" xmlns:a{number}=\"u\"")).collect();
    refused(&format!("<a{many}/>"), limit("attributes of one element"));
    let nested: String = (0..5)
        .map(|level| {
            let names: String = (0..40).map(|number| format!(" xmlns:p{level}x{number}=\"u\"")).collect();
            format!("<a{names}>")
        })
        .collect();
    refused(&nested, limit("namespace declarations"));
    refused(&format!("<a b=\"{}\"/>", "x".repeat(10_000)), limit("an attribute's value"));
    refused(&format!("<a>{}</a>", "x".repeat(70_000)), limit("text of one element"));
    refused(&format!("<{}/>", "x".repeat(300)), limit("length of a name"));
    let pieces = format!("<a>{}</a>", format!("{}<!-- -->", "x".repeat(30_000)).repeat(3));
    assert!(matches!(read(&pieces), Err(ReadError::NotWellFormed { reason: NotWellFormed::Limit(_), .. })));
}

#[test]
fn references_and_attributes_are_limited_in_all() {
    let many =
        |piece: &str, count: usize| format!("<a>{}</a>", format!("<b>{}</b>", piece.repeat(100)).repeat(count / 100));
    for (name, piece, most) in [
        ("references to entities and characters", "&lt;", LIMITS.references),
        ("attributes in all", "<c d='' e='' f='' g='' h='' i='' j='' k=''/>", LIMITS.attributes_in_all / 8),
    ] {
        assert!(pass(&many(piece, most - 100)).is_ok(), "{name}");
        refused(&many(piece, most + 100), NotWellFormed::Limit(name));
    }
    let attribute = format!("<a b='{}'/>", "&lt;".repeat(1_000)).repeat(51);
    refused(&format!("<r>{attribute}</r>"), NotWellFormed::Limit("references to entities and characters"));
}

#[test]
fn a_beginning_is_read_as_far_as_a_child_and_no_further() {
    for rest in ["<third/></root>", "<thi", "&nope;", "\u{1}", "<?go?>", ""] {
        let text = format!("<root><first/><second>2</second>{rest}");
        let mut reader = Reader::beginning(&text, &LIMITS);
        assert!(reader.child().is_ok_and(|root| root.is_some()));
        reader.end_after("second");
        let mut names = Vec::new();
        while let Some(child) = reader.child().unwrap() {
            names.push(child.local);
            let _ = reader.text().unwrap();
        }
        assert_eq!(names, ["first", "second"], "{rest}");
        assert!(reader.check_so_far().is_ok(), "{rest}");
    }
    let mut reader = Reader::beginning("<root><deep><second/></deep><second/>", &LIMITS);
    reader.child().unwrap();
    reader.end_after("second");
    while reader.child().unwrap().is_some() {
        reader.skip().unwrap();
    }
    assert_eq!(reader.place().offset, 37, "a child of the name further down is another");
    let mut reader = Reader::beginning("<root>\u{1}<second/>", &LIMITS);
    reader.child().unwrap();
    assert!(reader.child().is_err() || reader.check_so_far().is_err(), "what was read is checked");
}

#[test]
fn a_value_in_pieces_is_one_value() {
    for document in [
        "<a>Sm<!-- -->ith</a>",
        "<a>Sm<![CDATA[ith]]></a>",
        "<a><![CDATA[Sm]]><![CDATA[ith]]></a>",
        "<a>&#83;mith</a>",
        "<a>Sm&#x69;th</a>",
        "\u{feff}<a>Smith</a>",
        "<?xml version='1.0' encoding='utf-16'?>\n<a>Smith</a>\n<!-- end -->\n",
    ] {
        assert_eq!(read(document).unwrap(), "Smith", "{document}");
    }
    assert_eq!(read("<a>&lt;&gt;&amp;&apos;&quot;</a>").unwrap(), "<>&'\"");
    assert_eq!(read("<a>1\r\n2\r3</a>").unwrap(), "1\n2\n3");
}

#[test]
fn prefixes_mean_nothing_and_bindings_end_with_their_element() {
    let document = "<p:a xmlns:p=\"u\"><p:b xmlns:p=\"v\"/><p:c xmlns=\"w\"/><d/></p:a>";
    let mut reader = Reader::new(document, &LIMITS).unwrap();
    let mut seen = Vec::new();
    let root = reader.child().unwrap().unwrap();
    seen.push((reader.namespace(&root).to_owned(), root.local));
    while let Some(child) = reader.child().unwrap() {
        seen.push((reader.namespace(&child).to_owned(), child.local));
        reader.skip().unwrap();
    }
    let expected = [("u", "a"), ("v", "b"), ("u", "c"), ("", "d")];
    assert_eq!(seen, expected.map(|(namespace, local)| (namespace.to_owned(), local)));
}

#[test]
fn nil_is_seen_with_any_prefix_in_any_place_and_in_both_forms() {
    for (document, nil) in [
        ("<a z=\"1\" xmlns:x=\"http://www.w3.org/2001/XMLSchema-instance\" x:nil=\"true\"/>", true),
        ("<a xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\" 1 \"/>", true),
        ("<a xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"false\"/>", false),
        ("<a xmlns:i=\"urn:other\" i:nil=\"true\"/>", false),
        ("<a nil=\"true\"/>", false),
    ] {
        let mut reader = Reader::new(document, &LIMITS).unwrap();
        assert_eq!(reader.child().unwrap().unwrap().nil, nil, "{document}");
    }
}

/// The text of a document whose root declares the type `stated`.
fn typed(stated: &str, text: &str) -> Result<Option<String>, String> {
    let document = format!(
        "<a xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:x=\"http://www.w3.org/2001/XMLSchema\" \
         xmlns:e=\"http://schemas.xmlsoap.org/soap/encoding/\" xmlns:o=\"urn:other\" i:type=\"{stated}\">{text}</a>"
    );
    let mut reader = Reader::new(&document, &LIMITS).unwrap();
    let start = reader.child().unwrap().unwrap();
    let short = Facet {
        name: "MIAPName",
        pattern: None,
        integer: false,
        min_length: None,
        max_length: Some(5),
        min_inclusive: None,
        max_inclusive: None,
    };
    match value::<Cow<'_, str>>(&mut reader, &start, Some(&short), false, false) {
        Ok(text) => Ok(text.map(Cow::into_owned)),
        Err(ReadError::Invalid(invalid)) => Err(invalid.text),
        Err(other) => Err(other.to_string()),
    }
}

#[test]
fn text_that_says_it_is_base64_is_decoded_and_no_other_stated_type_matters() {
    for stated in ["x:base64Binary", " e:base64Binary ", "e:base64"] {
        assert_eq!(typed(stated, "U2nDom4="), Ok(Some("Si\u{e2}n".to_owned())), "{stated}");
    }
    for stated in ["x:string", "x:int", "o:base64Binary", "base64Binary", "x:base64", "unbound:base64Binary", ""] {
        assert_eq!(typed(stated, "U2k="), Ok(Some("U2k=".to_owned())), "{stated}");
    }
    assert_eq!(typed("x:base64Binary", ""), Ok(Some(String::new())));

    // A facet restricts the decoded text, not its base64 form.
    let long = typed("x:base64Binary", "U2nDom4gTQ==").unwrap_err();
    assert!(long.contains("Value 'Si\u{e2}n M' with length = '6'"), "{long}");
    let broken = typed("x:base64Binary", "U2k").unwrap_err();
    assert_eq!(broken, "cvc-datatype-valid.1.2.1: 'U2k' is not a valid value for 'base64Binary'.");
    // Bytes that are not UTF-8, and a character that XML does not allow.
    for bytes in ["/w==", "AA=="] {
        assert!(typed("x:base64Binary", bytes).unwrap_err().contains("no text in UTF-8"), "{bytes}");
    }
}

#[test]
fn a_member_that_is_base64_by_the_contract_is_decoded_once() {
    let document = "<a xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:x=\"http://www.w3.org/2001/XMLSchema\" \
                    i:type=\"x:base64Binary\">AP8=</a>";
    let mut reader = Reader::new(document, &LIMITS).unwrap();
    let start = reader.child().unwrap().unwrap();
    assert_eq!(value(&mut reader, &start, None, true, false), Ok(Some(Base64(vec![0, 255]))));
}

#[test]
fn unknown_names_do_not_reach_the_place() {
    let document = "<a><secret><!DOCTYPE x></secret></a>";
    let mut reader = Reader::new(document, &LIMITS).unwrap();
    reader.child().unwrap();
    reader.child().unwrap();
    let error = reader.skip_unknown().unwrap_err().to_string();
    assert!(error.contains("in /a/?"), "{error}");
}

proptest! {
    #[test]
    fn escaped_text_reads_back(text in "[\\t\\n\\r\\x20-\\u{d7ff}\\u{e000}-\\u{fffd}]{0,200}") {
        let mut document = "<a>".to_owned();
        escape(&text, &mut document);
        document.push_str("</a>");
        prop_assert_eq!(Cow::Borrowed(text.as_str()), read(&document).unwrap());
    }

    #[test]
    fn no_document_makes_the_reader_panic(document in "[<>/a:b=\"'&;#x0-9!?\\[\\]\\- \\n]{0,80}") {
        let _ = pass(&document);
        let _ = read(&format!("<a>{document}</a>"));
    }
}

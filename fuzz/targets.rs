//! What the fuzzers do with their input: one function for each parser at a boundary. The fuzz
//! targets call them, and a plain test does so with the stored corpus. None may panic, hang or use
//! unbounded memory; some also check a property.

use std::fs;
use std::sync::OnceLock;

use learning_records::contract::SERVICES;
use learning_records::files::{self, Expected, Extension, ReportFormat};
use learning_records::model::{Postcode, Uln};
use learning_records::pki::CertificateAuthority;
use learning_records::soap::envelope;
use learning_records::tls::{Files, Trust};
use learning_records::xml::{Lexical, Limits, Reader, XsDateTime};
use rustls::pki_types::CertificateDer;
use tempfile::TempDir;

/// A function that accepts any bytes.
pub type Target = fn(&[u8]);

/// All targets by name; a target's corpus has the same name.
pub const TARGETS: &[(&str, Target)] = &[
    ("envelope", envelope_text),
    ("wsdl", wsdl),
    ("uln", uln),
    ("postcode", postcode),
    ("date", date),
    ("certificate", certificate),
    ("batch_csv", batch_csv),
    ("batch_xml", batch_xml),
    ("batch_spreadsheet", batch_spreadsheet),
];

/// Reads a request up to the end of its envelope, as the endpoint does.
pub fn envelope_text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(mut reader) = Reader::new(text, &Limits::INTERACTIVE) else { return };
    let Ok(opened) = envelope::open(&mut reader) else { return };
    assert!(!opened.namespace.is_empty());
    if reader.skip().is_ok() {
        let _ = envelope::close(&mut reader);
    }
}

/// Compiles a WSDL document together with this project's schemas.
pub fn wsdl(data: &[u8]) {
    static STAGE: OnceLock<TempDir> = OnceLock::new();
    let stage = STAGE.get_or_init(|| {
        let stage = tempfile::tempdir().expect("a folder");
        for service in SERVICES {
            for (name, text) in service.documents {
                let file = name.rsplit('/').next().unwrap_or(name);
                fs::create_dir_all(stage.path().join("schemas")).expect("a folder");
                fs::write(stage.path().join("schemas").join(file), text).expect("written");
            }
        }
        fs::create_dir_all(stage.path().join("wsdl")).expect("a folder");
        fs::write(stage.path().join("schemas/facets.xsd"), include_str!("../schemas/facets.xsd")).expect("written");
        fs::write(stage.path().join("wsdl/bindings.toml"), include_str!("../wsdl/bindings.toml")).expect("written");
        stage
    });
    let path = stage.path().join("wsdl/LearnerService.wsdl");
    fs::write(&path, data).expect("written");
    let _ = wsdl_codegen::compile(&wsdl_codegen::Sources {
        wsdl: vec![path],
        facets: stage.path().join("schemas/facets.xsd"),
        bindings: stage.path().join("wsdl/bindings.toml"),
        runtime: "crate::xml".to_owned(),
    });
}

/// A valid ULN has ten digits and is written as it was read.
pub fn uln(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(uln) = text.parse::<Uln>() {
        assert_eq!(uln.to_string(), text);
        assert_eq!(text.len(), 10);
        assert!(!format!("{uln:?}").contains(text));
    }
}

/// The canonical form of a postcode parses to itself.
pub fn postcode(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(postcode) = text.parse::<Postcode>() {
        let again: Postcode = postcode.as_str().parse().expect("the canonical form is a postcode");
        assert_eq!(again.as_str(), postcode.as_str());
    }
}

/// A date and time, once written, parses to itself.
pub fn date(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(date) = XsDateTime::parse(text.into()) {
        let mut written = String::new();
        date.write(&mut written);
        assert_eq!(XsDateTime::parse(written.into()), Ok(date));
    }
}

/// The client certificate of a resumed session, whose chain is not yet verified.
pub fn certificate(data: &[u8]) {
    static TRUST: OnceLock<(TempDir, Trust)> = OnceLock::new();
    let (_, trust) = TRUST.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let authority = CertificateAuthority::create("Fuzzing", 30).expect("an authority");
        let server = authority.issue_server(&["localhost"], 30).expect("a certificate");
        let (ca, own) = (folder.path().join("ca.pem"), folder.path().join("server.pem"));
        fs::write(&ca, authority.credential().certificate_pem()).expect("written");
        fs::write(&own, server.pem().as_bytes()).expect("written");
        let settings = Files { certificate: own.clone(), key: own, client_ca: ca, revocation_lists: Vec::new() };
        let trust = Trust::load(&settings).expect("trust");
        (folder, trust)
    });
    let chain = [CertificateDer::from(data)];
    if let Ok(client) = trust.client(&chain) {
        assert!(client.admit(trust, chrono::Utc::now().naive_utc()).is_err(), "nobody else issues for this authority");
    }
}

/// A batch file in CSV.
pub fn batch_csv(data: &[u8]) {
    batch_file("LRB_10000001_310720251405.CSV", data);
}

/// A batch file in XML.
pub fn batch_xml(data: &[u8]) {
    batch_file("QCF_10000001_20250731_001.XML", data);
}

/// A spreadsheet to convert to a batch file.
pub fn batch_spreadsheet(data: &[u8]) {
    if data.starts_with(b"PK") || data.starts_with(&[0xd0, 0xcf]) {
        batch_file("learners.xlsx", data);
    }
}

/// Every file gets a report; what was read of it can be written and read back unchanged.
fn batch_file(name: &str, data: &[u8]) {
    let expected = Expected::on(chrono::NaiveDate::from_ymd_opt(2025, 7, 31).expect("a day"));
    let checked = files::check(name, data, &expected);
    assert!(checked.batch.is_some() || !checked.findings.is_empty());
    let _ = files::report(ReportFormat::Html, std::slice::from_ref(&checked));
    let Some(batch) = checked.batch else { return };
    let now = chrono::NaiveDate::from_ymd_opt(2025, 7, 31).and_then(|day| day.and_hms_opt(14, 5, 0)).expect("a moment");
    for extension in [Extension::Csv, Extension::Xml] {
        let ukprn = "10000001".parse().expect("a UKPRN");
        let file = files::convert(&batch, Some(ukprn), now, 1, extension).expect("it says whose it is");
        let again = files::check(&file.name, file.text.as_bytes(), &expected);
        // XML cannot represent every character that a damaged file may contain.
        assert!(extension == Extension::Xml || again.batch.is_some());
    }
}

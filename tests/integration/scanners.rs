//! What scanners of TLS find: sslscan and sslyze look at both listeners of a deployment, as anybody
//! at the network can, and as a client with a certificate.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::{Database, Deployment};

/// AEAD with forward secrecy, and nothing else. The names are OpenSSL's.
const SUITES: [&str; 6] = [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
];

/// The certificate and the key of the demo's provider as files of their own, as the scanners want
/// them.
fn client(deployment: &Deployment) -> (String, String) {
    let pem = deployment.dir().join(deployment.variable("PROVIDER_CERT"));
    let text = std::fs::read_to_string(&pem).expect("the provider's certificate");
    let key = text.find("-----BEGIN PRIVATE KEY").expect("a key");
    let (first, second) = text.split_at(key);
    let (key, after) = second.split_at(second.find("-----END PRIVATE KEY-----\n").expect("its end") + 26);
    let write = |name: &str, content: String| {
        let path = deployment.dir().join(name);
        std::fs::write(&path, content).expect("written");
        path.display().to_string()
    };
    (write("scanned.crt", format!("{first}{after}")), write("scanned.key", key.to_owned()))
}

#[test]
fn sslscan_finds_nothing_old() {
    let deployment = Deployment::shared(Database::Sqlite);
    let (certificate, key) = client(deployment);
    for port in [deployment.port(), deployment.portal_port()] {
        // Without a certificate it lists no suites of TLS 1.2 at a listener that demands one: it
        // counts only handshakes that end.
        let mut command = Command::new("sslscan");
        command.args(["--no-colour", &format!("--certs={certificate}"), &format!("--pk={key}")]);
        let output = command.arg(format!("localhost:{port}")).output();
        let output = output.expect("sslscan: run scripts/test-environment");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let has = |line: &str| told.lines().any(|each| each.split_whitespace().eq(line.split_whitespace()));
        for line in [
            "SSLv2 disabled",
            "SSLv3 disabled",
            "TLSv1.0 disabled",
            "TLSv1.1 disabled",
            "TLSv1.2 enabled",
            "TLSv1.3 enabled",
            "Session renegotiation not supported",
            "TLSv1.3 not vulnerable to heartbleed",
            "TLSv1.2 not vulnerable to heartbleed",
            "Altnames: DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
        ] {
            assert!(has(line), "{line} is missing:\n{told}");
        }
        let mut suites: Vec<&str> = told
            .lines()
            .filter(|line| line.starts_with("Preferred") || line.starts_with("Accepted"))
            .filter_map(|line| line.split_whitespace().nth(4))
            .collect();
        suites.sort_unstable_by_key(|suite| SUITES.iter().position(|known| known == suite));
        assert_eq!(suites, SUITES, "{told}");
    }
}

#[test]
fn sslyze_finds_nothing_wrong() {
    let deployment = Deployment::shared(Database::Sqlite);
    let (certificate, key) = client(deployment);
    let as_client = ["--cert", &certificate, "--key", &key];
    for (port, arguments) in [(deployment.port(), &as_client[..]), (deployment.portal_port(), &[])] {
        let found = sslyze(deployment, port, arguments);
        let result = |what: &str| {
            assert_eq!(found["scan_result"][what]["status"], "COMPLETED", "{what}: {}", found["scan_result"][what]);
            &found["scan_result"][what]["result"]
        };
        for old in ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"] {
            assert_eq!(result(&format!("{old}_cipher_suites"))["is_tls_version_supported"], false, "{old}");
        }
        let mut suites: Vec<&str> = ["tls_1_3_cipher_suites", "tls_1_2_cipher_suites"]
            .iter()
            .flat_map(|version| result(version)["accepted_cipher_suites"].as_array().expect("a list"))
            .map(|each| each["cipher_suite"]["openssl_name"].as_str().expect("a name"))
            .collect();
        suites.sort_unstable_by_key(|suite| SUITES.iter().position(|known| known == suite));
        assert_eq!(suites, SUITES);
        assert_eq!(result("tls_compression")["supports_compression"], false);
        assert_eq!(result("tls_1_3_early_data")["supports_early_data"], false);
        assert_eq!(result("session_renegotiation")["client_renegotiations_success_count"], 0);
        assert_eq!(result("session_renegotiation")["is_vulnerable_to_client_renegotiation_dos"], false);
        assert_eq!(result("session_resumption")["tls_ticket_resumption_result"], "NOT_SUPPORTED");
        assert_eq!(result("tls_fallback_scsv")["supports_fallback_scsv"], true);
        assert_eq!(result("tls_extended_master_secret")["supports_ems_extension"], true);
        assert!(is_trusted(&found), "for localhost, by the demo's authority");
        let elsewhere = sslyze(deployment, port, &[arguments, &["--sni", "other.example"]].concat());
        assert!(!is_trusted(&elsewhere), "for another host");
    }
}

/// A client without a certificate learns no more than that it needs one.
#[test]
fn sslyze_without_a_certificate_gets_no_further_at_the_web_services() {
    let deployment = Deployment::shared(Database::Sqlite);
    let found = sslyze(deployment, deployment.port(), &[]);
    assert_eq!(found["connectivity_result"]["client_auth_requirement"], "REQUIRED");
    for what in ["session_renegotiation", "tls_1_3_early_data"] {
        assert_eq!(found["scan_result"][what]["error_reason"], "CLIENT_CERTIFICATE_NEEDED", "{what}");
    }
    let found = sslyze(deployment, deployment.portal_port(), &[]);
    assert_eq!(found["connectivity_result"]["client_auth_requirement"], "DISABLED");
}

/// What sslyze finds at a listener.
fn sslyze(deployment: &Deployment, port: u16, arguments: &[&str]) -> Value {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join(".work/venv/bin/sslyze");
    assert!(program.exists(), "{} is missing: run scripts/test-environment", program.display());
    let mut command = Command::new(program);
    command.args(["--mozilla_config", "disable", "--json_out", "-"]);
    command.args(["--certinfo", "--sslv2", "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3"]);
    command.args(["--compression", "--reneg", "--early_data", "--resum", "--fallback", "--ems"]);
    command.arg("--certinfo_ca_file").arg(deployment.dir().join("pki/ca.pem"));
    let output = command.args(arguments).arg(format!("localhost:{port}")).output().expect("sslyze");
    let told = String::from_utf8_lossy(&output.stdout);
    let json = told.find('{').map(|start| &told[start..]).unwrap_or_default();
    let report: Value = serde_json::from_str(json)
        .unwrap_or_else(|error| panic!("{error}: {told}\n{}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(report["server_scan_results"][0]["scan_status"], "COMPLETED", "{report}");
    report["server_scan_results"][0].clone()
}

/// Whether the demo's authority vouches for the certificate, for the host that was asked for.
fn is_trusted(found: &Value) -> bool {
    let deployments = found["scan_result"]["certificate_info"]["result"]["certificate_deployments"].as_array();
    let paths = deployments.expect("a list").iter().flat_map(|each| each["path_validation_results"].as_array());
    let own = paths.flatten().filter(|path| path["trust_store"]["name"] == "Supplied CA file");
    let results: Vec<bool> = own.map(|path| path["was_validation_successful"] == true).collect();
    assert!(!results.is_empty());
    results.into_iter().all(|successful| successful)
}

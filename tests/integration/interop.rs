//! Real SOAP stacks against the real server: each script calls every operation of the three web
//! services by the published contract, over mutual TLS, and reads typed faults. A missing client is
//! a failure, not a pass.

use std::path::Path;
use std::process::Command;

use learning_records::contract::SERVICES;

use crate::harness::{Database, Deployment, on_both};

on_both! {
    fn python_zeep(database) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join(".work/venv/bin/python");
        assert!(python.exists(), "{} is missing: run scripts/test-environment", python.display());
        let mut command = Command::new(python);
        command.arg("-B").arg(root.join("tests/interop/zeep_client.py"));
        drives_everything(Deployment::shared(database), command);
    }

    fn php_soap_client(database) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new("php");
        command.arg(root.join("tests/interop/soap_client.php"));
        drives_everything(Deployment::shared(database), command);
    }
}

/// JAX-WS, with classes generated from the contract that describes faults as sent, reads all five
/// fields of a LearnerService fault.
#[test]
fn java_reads_the_fault_of_learner_service_by_its_type() {
    let script = r#"
        set -e
        mkdir -p faults/generated faults/classes
        curl --silent --show-error --fail --cacert "$LRS_CA" --cert "$PROVIDER_CERT" \
            "$LRS_URL/LearnerService.svc?singleWsdl&faults=as-sent" > faults/LearnerService.wsdl
        java -cp '/usr/share/java/*' com.sun.tools.ws.WsImport -Xnocompile -quiet -extension -s faults/generated faults/LearnerService.wsdl
        keytool -importcert -noprompt -alias lrs -file "$LRS_CA" -keystore faults/trust.p12 -storetype PKCS12 -storepass changeit
        javac -cp '/usr/share/java/*' -d faults/classes $(find faults/generated -name '*.java') "$FAULT_READER"
        java -cp 'faults/classes:/usr/share/java/*' \
            -Djavax.net.ssl.keyStore="${PROVIDER_CERT%.pem}.p12" -Djavax.net.ssl.keyStorePassword=demo \
            -Djavax.net.ssl.trustStore=faults/trust.p12 -Djavax.net.ssl.trustStorePassword=changeit FaultReader faults/LearnerService.wsdl
    "#;
    let deployment = Deployment::shared(Database::Sqlite);
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).envs(deployment.variables()).current_dir(deployment.dir());
    command.env("FAULT_READER", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/FaultReader.java"));
    command.env_remove("CURL_CA_BUNDLE");
    let output = command.output().expect("a shell");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}\n{complained}\nIs a program missing, run scripts/test-environment");
    let faults: Vec<Vec<&str>> =
        told.lines().filter_map(|line| Some(line.strip_prefix("ok ")?.split('|').collect())).collect();
    let [password, invalid] = faults.as_slice() else { panic!("two faults: {told}") };
    let time = regex::Regex::new(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$").expect("a pattern");
    assert_eq!(password[0], "WSEC0005");
    assert_eq!(password[1], "uk.gov.miap.lrs.api.learner.utils.OrganisationValidator.validate()");
    assert_eq!(password[2..4], ["Incorrect password: the organisation password is wrong.", ""]);
    assert!(time.is_match(password[4]), "{told}");
    assert_eq!(invalid[0], "WSEC0001");
    assert!(invalid[3].starts_with("cvc-pattern-valid: Value 'ALL' is not facet-valid"), "{told}");
}

fn drives_everything(deployment: &Deployment, mut command: Command) {
    command.envs(deployment.variables()).current_dir(deployment.dir());
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}: run scripts/test-environment"));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}\n{complained}");
    for service in SERVICES {
        for operation in service.operations {
            let line = format!("ok {} {} ", service.name, operation.name);
            assert!(
                told.lines().any(|said| said.starts_with(&line)),
                "no call of {}.{}:\n{told}",
                service.name,
                operation.name
            );
        }
    }
}

//! Real SOAP stacks against the real server: each script drives every operation of the three services from the
//! served contract, over mutual TLS, and reads typed faults. A missing client is a failure, not a pass.

use std::path::Path;
use std::process::Command;

use learning_records::contract::SERVICES;

use crate::harness::{Deployment, on_both};

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

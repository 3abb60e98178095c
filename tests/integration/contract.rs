//! A contract with more operations than the code implements does not build.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::harness::deployment::LRS;

/// If an operation is added to a WSDL, the compiler says which method is missing.
#[test]
fn a_new_operation_stops_the_build_until_it_is_implemented() {
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-operation");
    let _ = fs::remove_dir_all(&copy);
    copy_project(Path::new(env!("CARGO_MANIFEST_DIR")), &copy);
    for file in ["wsdl/LearnerServiceR9.wsdl", "schemas/tempuri.xsd"] {
        add_operation(&copy.join(file));
    }

    // The folder and features that this test was built with, so that only the copy is compiled.
    let target = Path::new(LRS).ancestors().nth(2).expect("the target folder");
    let mut build = Command::new(env!("CARGO"));
    build.args(["test", "--no-run", "--workspace", "--lib"]).args(["--locked", "--offline", "--color", "never"]);
    build.arg("--target-dir").arg(target);
    if cfg!(feature = "postgres") {
        build.args(["--features", "learning-records/postgres"]);
    }
    let output = build.current_dir(&copy).output().expect("cargo");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "the build went through:\n{told}");
    assert!(told.contains("error[E0046]: not all trait items implemented, missing: `count_learners`"), "{told}");
    let action =
        "error[E0004]: non-exhaustive patterns: `compiled::learner_service_r9::Operation::CountLearners` not covered";
    assert!(told.contains(action), "its action is missing, too:\n{told}");
    assert_eq!(told.matches("\nerror[").count(), 2, "nothing else is wrong:\n{told}");
}

/// What the build needs: copies of what is altered, and links to the rest. The WSDL compiler is
/// linked: its build artefacts are shared with the project's own builds, which watch its sources
/// where this build found them, and would see no changes in a copy.
fn copy_project(from: &Path, to: &Path) {
    for name in ["wsdl", "schemas"] {
        copy(&from.join(name), &to.join(name));
    }
    for name in ["Cargo.toml", "Cargo.lock", "build.rs", "codegen", "src", "migrations", "fixtures", "benches"] {
        symlink(from.join(name), to.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).expect("a folder") {
            let entry = entry.expect("an entry");
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().expect("a folder")).expect("made");
        fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
}

/// Copies every element that mentions GetOrganisation, under the name of the new operation.
fn add_operation(document: &Path) {
    let text = fs::read_to_string(document).expect("a document");
    let element = regex::Regex::new(
        r#"(?ms)^  (?:  )?<(wsdl:message|wsdl:operation|xs:element) name="GetOrganisation(?:Request|Response)?">.*?^  (?:  )?</(wsdl:message|wsdl:operation|xs:element)>\n"#,
    )
    .expect("a pattern");
    let added = element.replace_all(&text, |found: &regex::Captures<'_>| {
        let renamed = found[0].replace("type=\"model:GetOrganisationResponse\"", "type=\"KEPT\"");
        let renamed = renamed.replace("GetOrganisation", "CountLearners");
        format!("{}{}", &found[0], renamed.replace("type=\"KEPT\"", "type=\"model:GetOrganisationResponse\""))
    });
    assert_ne!(added, text, "{} has GetOrganisation", document.display());
    fs::write(document, added.as_bytes()).expect("written");
}

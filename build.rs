//! Compiles the contract, `wsdl/` and `schemas/`, into the message types of `src/contract`.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use wsdl_codegen::{Sources, compile};

fn main() -> ExitCode {
    let (Ok(root), Ok(out)) = (env::var("CARGO_MANIFEST_DIR"), env::var("OUT_DIR")) else {
        eprintln!("cargo did not say where the package stands");
        return ExitCode::FAILURE;
    };
    let (root, out) = (Path::new(&root), Path::new(&out));
    let services = ["LearnerService", "LearnerServiceR9", "ExternalService"];
    let sources = Sources {
        wsdl: services.iter().map(|name| root.join("wsdl").join(name).with_extension("wsdl")).collect(),
        facets: root.join("schemas/facets.xsd"),
        bindings: root.join("wsdl/bindings.toml"),
        runtime: "crate::xml".to_owned(),
    };
    let output = match compile(&sources) {
        Ok(output) => output,
        Err(error) => {
            eprintln!("the contract does not compile: {error}");
            return ExitCode::FAILURE;
        }
    };
    for file in &output.files {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    let written = fs::write(out.join("contract.rs"), output.rust)
        .and_then(|()| fs::write(out.join("contract.txt"), output.listing));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the compiled contract cannot be written: {error}");
            ExitCode::FAILURE
        }
    }
}

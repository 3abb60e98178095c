//! Compiles the contract, `wsdl/` and `schemas/`, into the message types of `src/contract`; and has
//! the programs linked so that they start with less memory.

use std::path::Path;
use std::process::{Command, ExitCode};
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
    if loader_reads_packed_relocations() {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
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

/// A program that may be loaded at any address has a list of the pointers in it, which is read when
/// it starts and then stays in memory: some MiB, or a twentieth of that where the list is packed.
/// The loader of glibc can read packed lists since 2.36. The program is for the system that it is
/// built on, or for one with a later glibc.
fn loader_reads_packed_relocations() -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let is_native = env::var("HOST").ok() == env::var("TARGET").ok();
    if !is_native || !is("CARGO_CFG_TARGET_OS", "linux") || !is("CARGO_CFG_TARGET_ENV", "gnu") {
        return false;
    }
    // Says "glibc 2.36".
    let Ok(said) = Command::new("getconf").arg("GNU_LIBC_VERSION").output() else { return false };
    let said = String::from_utf8_lossy(&said.stdout);
    let version = said.trim().strip_prefix("glibc ").and_then(|version| version.split_once('.'));
    let Some((major, minor)) = version else { return false };
    let number = |text: &str| text.parse::<u32>().unwrap_or(0);
    (number(major), number(minor)) >= (2, 36)
}

//! Holds the source to its layers: imports run main → cli → edges → domain → store → model, and the modules
//! that stand beside them import what CONTRIBUTING.md says and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module of `src/` may import from its siblings. A module that is not listed fails the test, so
/// that a new one is given a place.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("xml", &[]),
    ("contract", &["xml"]),
    ("store", &["model"]),
    ("domain", &["store", "model"]),
    ("config", &["model"]),
    ("tls", &["model", "config"]),
    ("pki", &["model"]),
    ("ops", &["model", "config"]),
    ("soap", &["domain", "model", "contract", "xml"]),
    ("server", &["soap", "domain", "model", "config", "tls", "ops"]),
    ("demo", &["domain", "store", "model", "pki"]),
    ("cli", &["server", "soap", "demo", "domain", "store", "model", "contract", "xml", "config", "tls", "ops", "pki"]),
    ("main", &["cli"]),
];

#[test]
fn imports_run_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules = modules(&root);
    let mut wrong = Vec::new();
    for file in rust_files(&root) {
        let module = module_of(&root, &file);
        if module == "lib" {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{}: module {module} has no place among the layers", file.display()));
            continue;
        };
        let text = fs::read_to_string(&file).expect("a source file");
        for (line, import) in imports(&text) {
            if modules.contains(&import) && import != module && !allowed.contains(&import.as_str()) {
                let place = file.strip_prefix(&root).expect("below src").display();
                wrong.push(format!("src/{place}:{line}: {module} must not import {import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The domain speaks of learners, not of XML, HTTP or SQL text; the store and the model know no SOAP.
#[test]
fn inner_layers_know_no_outer_library() {
    const FOREIGN: &[(&str, &[&str])] = &[
        ("model", &["diesel", "actix_web", "quick_xml", "rustls", "clap", "tokio"]),
        ("domain", &["diesel", "actix_web", "quick_xml", "rustls", "clap"]),
        ("store", &["actix_web", "quick_xml", "rustls", "clap"]),
        ("contract", &["diesel", "actix_web", "clap"]),
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&root) {
        let module = module_of(&root, &file);
        let Some((_, foreign)) = FOREIGN.iter().find(|(name, _)| *name == module) else { continue };
        let text = fs::read_to_string(&file).expect("a source file");
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for library in *foreign {
                if code.contains(&format!("{library}::")) {
                    wrong.push(format!("{}:{}: {module} must not use {library}", file.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `crate::x` anywhere in code, `use crate::{x, y}` included: the siblings that a file names, with line numbers.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        for marker in ["crate::", "learning_records::"] {
            for (at, _) in code.match_indices(marker) {
                let rest = &code[at + marker.len()..];
                if let Some(group) = rest.strip_prefix('{') {
                    let mut depth = 0;
                    let mut name = String::new();
                    for character in group.chars() {
                        match character {
                            '{' => depth += 1,
                            '}' if depth == 0 => break,
                            '}' => depth -= 1,
                            ',' if depth == 0 => found.push((number + 1, std::mem::take(&mut name))),
                            ':' if depth == 0 && !name.ends_with(' ') => name.push(' '),
                            other if depth == 0 && !name.contains(' ') => name.push(other),
                            _ => {}
                        }
                    }
                    found.push((number + 1, name));
                } else {
                    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    found.push((number + 1, name));
                }
            }
        }
    }
    found.into_iter().map(|(line, name)| (line, name.trim().to_owned())).collect()
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let text = "use crate::model::Uln;\nuse crate::{store::Store, domain, soap::{a, b}};\nlet x = crate::tls::y(); // crate::cli\n";
    let names: Vec<String> = imports(text).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["model", "store", "domain", "soap", "tls"]);
}

fn modules(root: &Path) -> BTreeSet<String> {
    rust_files(root).iter().map(|file| module_of(root, file)).collect()
}

fn module_of(root: &Path, file: &Path) -> String {
    let first = file.strip_prefix(root).expect("below src").components().next().expect("a name");
    Path::new(first.as_os_str()).file_stem().expect("a name").to_string_lossy().into_owned()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

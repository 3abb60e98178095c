//! Checks the layers of the source: imports run main → cli → edges → domain → store → model, and
//! the modules beside them import only what CONTRIBUTING.md allows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

#[path = "layers/floors.rs"]
mod floors;
#[path = "layers/source.rs"]
mod source;

use source::{Module, Source, named, rust_files};

/// What each module of `src/` may import from its siblings; files of tests may also look into the
/// store. A module that is not listed fails the test, so that a new one is given a place.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("xml", &[]),
    ("contract", &["xml"]),
    ("store", &["model"]),
    ("domain", &["store", "model"]),
    ("config", &["model"]),
    ("tls", &["model", "config", "pki"]),
    ("pki", &["model"]),
    ("ops", &["model", "config"]),
    // What answers a listener stands behind it: `soap` implements `http::Handler`, and `http` knows
    // no SOAP.
    ("http", &["model", "config", "tls", "ops"]),
    // What developers must know about the operations, for every edge that shows it.
    ("manual", &["domain", "model", "contract", "xml"]),
    ("soap", &["manual", "http", "config", "domain", "model", "contract", "xml"]),
    // The pages for people at a browser.
    ("portal", &["manual", "http", "mail", "files", "domain", "model", "config", "pki", "ops"]),
    // The other side: what `lrs call` and `lrs batch` send.
    ("client", &["contract", "pki"]),
    ("files", &["domain", "model", "xml"]),
    ("workers", &["domain", "files", "model"]),
    // Backups as files.
    ("backup", &["domain"]),
    // The words of messages to users, and how they are sent.
    ("mail", &["domain", "config", "model"]),
    ("demo", &["domain", "model", "pki"]),
    (
        "cli",
        &[
            "client", "manual", "http", "soap", "portal", "workers", "demo", "files", "domain", "model", "contract",
            "xml", "config", "tls", "ops", "pki", "mail", "backup",
        ],
    ),
    // The world of the unit tests, which all of them may import.
    (TEST_WORLD, &["domain", "store", "model"]),
    ("main", &["cli"]),
    ("bin", &["cli"]),
];

/// Compiled for tests only.
const TEST_WORLD: &str = "test_world";

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
            if modules.contains(&import)
                && import != module
                && import != TEST_WORLD
                && !(import == "store" && file.to_string_lossy().contains("test"))
                && !allowed.contains(&import.as_str())
            {
                let place = file.strip_prefix(&root).expect("below src").display();
                wrong.push(format!("src/{place}:{line}: {module} must not import {import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The domain speaks of learners, not of XML, HTTP or SQL; the store and the model do not know
/// SOAP. Their tests may query a database directly.
#[test]
fn inner_layers_know_no_outer_library() {
    const FOREIGN: &[(&str, &[&str])] = &[
        ("model", &["diesel", "actix_web", "askama", "quick_xml", "rustls", "clap", "tokio"]),
        ("domain", &["diesel", "actix_web", "askama", "quick_xml", "rustls", "clap"]),
        ("store", &["actix_web", "askama", "quick_xml", "rustls", "clap"]),
        ("contract", &["diesel", "actix_web", "clap"]),
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&root) {
        let module = module_of(&root, &file);
        if file.strip_prefix(&root).expect("below src").to_string_lossy().contains("tests") {
            continue;
        }
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

/// The siblings that a file names as `crate::x`, including `use crate::{x, y}`, with line numbers.
fn imports(text: &str) -> Vec<(usize, String)> {
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    for marker in ["crate::", "learning_records::"] {
        for (at, _) in code.match_indices(marker) {
            let line = code[..at].matches('\n').count() + 1;
            let rest = &code[at + marker.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                found.extend(members(group).map(|name| (line, name)));
            } else {
                found.push((line, rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()));
            }
        }
    }
    found.sort();
    found
}

/// The first names of the members of `{a::B, c, d::{e, f}}`, after the opening brace.
fn members(group: &str) -> impl Iterator<Item = String> {
    let mut depth = 0;
    let mut parts = vec![String::new()];
    for character in group.chars() {
        match character {
            '}' if depth == 0 => break,
            ',' if depth == 0 => parts.push(String::new()),
            other => {
                depth += i32::from(other == '{') - i32::from(other == '}');
                parts.last_mut().expect("a part").push(other);
            }
        }
    }
    parts.into_iter().map(|part| part.split("::").next().unwrap_or_default().trim().to_owned())
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let text = "use crate::model::Uln;\nuse crate::{store::Store,\n domain, soap::{a, b}};\nlet x = crate::tls::y(); // crate::cli\n";
    let names: Vec<String> = imports(text).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["model", "domain", "soap", "store", "tls"]);
}

fn modules(root: &Path) -> BTreeSet<String> {
    rust_files(root).iter().map(|file| module_of(root, file)).collect()
}

fn module_of(root: &Path, file: &Path) -> String {
    let first = file.strip_prefix(root).expect("below src").components().next().expect("a name");
    Path::new(first.as_os_str()).file_stem().expect("a name").to_string_lossy().into_owned()
}

/// Files that import each other in a circle can only be understood together.
#[test]
fn no_files_import_each_other_in_a_circle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    for src in ["src", "codegen/src"] {
        let source = Source::read(&root.join(src));
        let imports: BTreeMap<&Module, BTreeSet<Module>> =
            source.modules().map(|module| (module, source.imports(module))).collect();
        for (module, imported) in &imports {
            for import in imported.iter().filter(|import| leads_to(&imports, import, module)) {
                wrong.push(format!("{src}/{} imports {}", module.join("/"), import.join("/")));
            }
        }
    }
    assert!(wrong.is_empty(), "these stand in circles:\n{}", wrong.join("\n"));
}

/// Whether a module imports another one, by however many steps.
fn leads_to(imports: &BTreeMap<&Module, BTreeSet<Module>>, from: &Module, to: &Module) -> bool {
    let mut met = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        if module == to {
            return true;
        }
        open.extend(imports.get(module).into_iter().flatten().filter(|import| met.insert(import)));
    }
    false
}

#[test]
fn the_reader_of_paths_writes_groups_out() {
    let text = "use crate::a::{B, c::{d, E}};\nuse crate::{f,\n g::H};\nlet x = crate::i::j::<u8>();";
    let paths: Vec<String> = named(text, "crate").iter().map(|path| path[1..].join("/")).collect();
    assert_eq!(paths, ["a/B", "a/c/d", "a/c/E", "f", "g/H", "i/j"]);
}

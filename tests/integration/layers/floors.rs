//! Checks the order inside the domain and the store: the floors of their files, and which of the
//! domain's rules are pure.

use std::collections::BTreeSet;
use std::path::Path;

use super::source::{Module, Source};

/// The floors inside the store and the domain, the lowest first. A floor is a group of files and
/// folders that may import one another and everything on the floors below, but nothing above. What
/// the layer's own `mod.rs` declares (`Service`, `Store`) may be imported from every floor. A file
/// without a floor fails the test, so that a new one is given its place.
const FLOORS: &[(&str, &[&[&str]])] = &[
    (
        "store",
        &[
            // Errors, tables, the permissions of files.
            &["error", "schema", "private"],
            // How statements reach a database.
            &["connection", "dialect", "transaction", "ticket", "values"],
            // The statements, one file or folder for each noun.
            &[
                "accounts",
                "achievements",
                "audit",
                "cases",
                "catalogue",
                "certificate_requests",
                "challenges",
                "erasure",
                "events",
                "exceptions",
                "jobs",
                "kept",
                "learners",
                "links",
                "maintenance",
                "organisations",
                "outbox",
                "plans",
                "searches",
                "service_levels",
                "uln_problems",
                "uploads",
            ],
            // The database as a whole.
            &["condition", "migrations", "wipe"],
            // The threads that make changes durable, and those that read from a standby.
            &["writer", "trail", "replica"],
            // All of it, as a copy.
            &["backup"],
        ],
    ),
    (
        "domain",
        &[
            // Words, and the formats of fields.
            &["action", "codes", "format", "roles", "support_hours"],
            // Pure rules about learners' details.
            &["names", "matching", "verification"],
            // What the service as a whole needs, and every call.
            &["clock", "database", "error", "status", "throttle", "waiting", "unsettled"],
            // Who calls.
            &["call", "caller"],
            // What is known and remembered about callers, and the settings for that.
            &["audit", "crowding", "misses", "organisations", "passwords", "registry", "settings", "strangers"],
            // Learners, users and messages to them, operators' work on organisations, planned
            // maintenance.
            &[
                "accounts",
                "administration",
                "certificate_requests",
                "certificate_warnings",
                "certificates",
                "desk",
                "learners",
                "maintenance",
                "outbox",
            ],
            // What is built on those. `jobs` knows no kind of job.
            &[
                "backup",
                "catalogue",
                "import",
                "jobs",
                "linking",
                "migrations",
                "plans",
                "records",
                "service_levels",
                "trail",
                "uln_problems",
                "uploads",
            ],
            // The kinds of job.
            &["achievements", "registrations", "verifications"],
            // The list of those kinds.
            &["kinds"],
            // What users do with the results of one kind, and challenges of achievements and other
            // events.
            &["challenges", "exceptions"],
            // Everything about one person.
            &["erasure", "subjects"],
        ],
    ),
];

#[test]
fn files_of_the_domain_and_the_store_import_no_higher_floor() {
    let source = Source::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let mut wrong = Vec::new();
    for (layer, floors) in FLOORS {
        let floor_of = |part: &str| floors.iter().position(|floor| floor.contains(&part));
        let parts: BTreeSet<&str> = source.modules().filter_map(|module| part_of(layer, module)).collect();
        for part in parts.iter().filter(|part| floor_of(part).is_none()) {
            wrong.push(format!("{layer}/{part} has no floor"));
        }
        for part in floors.iter().copied().flatten().filter(|part| !parts.contains(*part)) {
            wrong.push(format!("{layer}/{part} has a floor, but no file"));
        }
        for module in source.modules() {
            let Some(own) = part_of(layer, module).and_then(floor_of) else { continue };
            for import in source.imports(module) {
                if part_of(layer, &import).and_then(floor_of).is_some_and(|floor| floor > own) {
                    wrong.push(format!("{} imports {}, which is above it", module.join("/"), import.join("/")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The file or folder of a layer that a module stands in; `None` for the layer's own `mod.rs` and
/// for modules of other layers.
fn part_of<'m>(layer: &str, module: &'m [String]) -> Option<&'m str> {
    match module {
        [first, part, ..] if first == layer => Some(part),
        _ => None,
    }
}

/// The parts of the domain that are given values and return values: they import neither the store
/// nor the clock, so that they can be tested without a database.
const PURE: &[&str] = &[
    "action",
    "codes",
    "format",
    "roles",
    "support_hours",
    "names",
    "matching",
    "verification",
    "achievements/codes",
    "achievements/row",
    "achievements/lifecycle",
    "records/listing",
    "challenges/correction",
];

#[test]
fn pure_rules_import_neither_store_nor_clock() {
    let source = Source::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let pure: Vec<Module> =
        PURE.iter().map(|path| ["domain"].into_iter().chain(path.split('/')).map(str::to_owned).collect()).collect();
    let is_pure = |module: &Module| pure.iter().any(|part| module.starts_with(part));
    let mut wrong = Vec::new();
    for module in source.modules().filter(|module| is_pure(module)) {
        for import in source.imports(module).iter().filter(|import| import[..1] != ["model"] && !is_pure(import)) {
            wrong.push(format!("{} imports {}, which is not pure", module.join("/"), import.join("/")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

//! Compares every component with govuk-frontend's own examples: the same options must give the same
//! HTML.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

#[path = "tests/html.rs"]
mod html;
#[path = "tests/options.rs"]
mod options;
#[path = "tests/read.rs"]
mod read;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use self::options::Options;

/// Reads a component from the options of an example.
type Read = fn(&Options<'_>) -> String;

/// govuk-frontend's name of each component that the pages use, and how it is read. Its header and
/// its footer are not among them: both draw the crown, which is not ours to show.
const COMPONENTS: &[(&str, Read)] = &[
    ("back-link", |o| read::back_link(o).to_string()),
    ("button", |o| read::button(o).to_string()),
    ("checkboxes", |o| read::checkboxes(o).to_string()),
    ("date-input", |o| read::date_input(o).to_string()),
    ("details", |o| read::details(o).to_string()),
    ("error-message", |o| read::error_message(o).to_string()),
    ("error-summary", |o| read::error_summary(o).to_string()),
    ("fieldset", |o| read::fieldset(o).to_string()),
    ("file-upload", |o| read::file_upload(o).to_string()),
    ("generic-header", |o| read::generic_header(o).to_string()),
    ("hint", |o| read::hint(o).to_string()),
    ("input", |o| read::input(o).to_string()),
    ("inset-text", |o| read::inset_text(o).to_string()),
    ("label", |o| read::label(o).to_string()),
    ("notification-banner", |o| read::notification_banner(o).to_string()),
    ("pagination", |o| read::pagination(o).to_string()),
    ("panel", |o| read::panel(o).to_string()),
    ("password-input", |o| read::password_input(o).to_string()),
    ("phase-banner", |o| read::phase_banner(o).to_string()),
    ("radios", |o| read::radios(o).to_string()),
    ("select", |o| read::select(o).to_string()),
    ("service-navigation", |o| read::service_navigation(o).to_string()),
    ("skip-link", |o| read::skip_link(o).to_string()),
    ("summary-list", |o| read::summary_list(o).to_string()),
    ("table", |o| read::table(o).to_string()),
    ("tag", |o| read::tag(o).to_string()),
    ("textarea", |o| read::textarea(o).to_string()),
    ("warning-text", |o| read::warning_text(o).to_string()),
];

#[test]
fn every_example_of_govuk_frontend_gives_the_same_html() {
    let (mut equal, mut wrong) = (0, Vec::new());
    for (name, read) in COMPONENTS {
        for (example, options, expected) in examples(name) {
            let (got, expected) = (html::normal(&read(&Options::of(&options))), html::normal(&expected));
            if got == expected {
                equal += 1;
            } else {
                wrong.push(format!("{name}, {example}:\n  expected {expected}\n  got      {got}"));
            }
        }
    }
    println!("{equal} examples of {} components are equal to govuk-frontend's", COMPONENTS.len());
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), equal + wrong.len(), wrong.join("\n"));
}

/// A component that has no examples here would be shown without being compared.
#[test]
fn every_component_is_compared() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/portal/components");
    let shared = ["attributes", "choices", "content", "field", "mod", "tests"];
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().replace('_', "-"))
        .filter(|name| !shared.contains(&name.as_str()))
        .collect();
    files.sort();
    let compared: Vec<&str> = COMPONENTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(files, compared);
}

/// The name, options and HTML of each example of a component.
fn examples(component: &str) -> Vec<(String, Value, String)> {
    let path = packages().join("govuk-frontend/dist/govuk/components").join(component).join("fixtures.json");
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{} cannot be read ({error}): run scripts/test-environment", path.display()));
    let file: Value = serde_json::from_str(&text).unwrap();
    let examples = file["fixtures"].as_array().unwrap();
    assert!(!examples.is_empty(), "{component} has no examples");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    examples.iter().map(|it| (text(&it["name"]), it["options"].clone(), text(&it["html"]))).collect()
}

/// Where scripts/test-environment installs the packages from npm.
fn packages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".work/node/node_modules")
}

//! The portal in a real browser: `tests/browser/` opens its pages in Chromium beside a demo, checks
//! each, and does the main tasks with the keyboard alone. `docs/accessibility.md` says what is
//! checked.

use std::path::Path;
use std::process::Command;

use learning_records::portal::route_table;

use crate::flows::Person;
use crate::harness::visitor::Visitor;
use crate::harness::{Database, Deployment, Setup};
use crate::portal::{open_learner, plan};

#[test]
fn every_page_is_accessible_and_the_tasks_need_no_mouse() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let packages = root.join(".work/node");
    assert!(packages.join("node_modules/playwright-core").is_dir(), "run scripts/test-environment");
    let deployment = Deployment::start(Database::Sqlite);
    plan_of_another_organisation(&deployment);
    let mut runner = Command::new("node");
    runner.arg(root.join("tests/browser/run.mjs")).arg(&packages).envs(deployment.variables());
    let routes: Vec<&str> =
        route_table().into_iter().filter(|(method, ..)| *method == "GET").map(|(_, path, _)| path).collect();
    runner.env("PORTAL_ROUTES", routes.join(" ")).env("PORTAL_INVITATION", invitation(&deployment));
    let second = second_uln(&deployment);
    runner.env("STORY_SECOND_ULN", &second);
    // Names of pages and tasks, separated by commas, to run these alone.
    if let Ok(chosen) = std::env::var("LRS_BROWSER_PAGES") {
        runner.args(chosen.split(','));
    }
    let run = runner.output().expect("node: run scripts/test-environment");
    let told = String::from_utf8_lossy(&run.stdout);
    println!("{told}");
    assert!(run.status.success(), "{told}\n{}", String::from_utf8_lossy(&run.stderr));
    if told.contains("task from an entry to a corrected record") {
        merged_by_web_service(&deployment, &second);
    }
}

/// The page that asks to wait, on a server that allows one search without a hit in an hour.
#[test]
fn the_page_that_asks_to_wait_is_accessible() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let setup = Setup { environment: vec![("LRS_LIMITS_MISSES_PER_HOUR", "1".to_owned())] };
    let deployment = Deployment::with(Database::Sqlite, setup);
    let mut runner = Command::new("node");
    runner.arg(root.join("tests/browser/run.mjs")).arg(root.join(".work/node")).arg("too many searches");
    let run = runner.envs(deployment.variables()).output().expect("node: run scripts/test-environment");
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{told}\n{}", String::from_utf8_lossy(&run.stderr));
    assert!(told.contains("1 pages with "), "{told}");
}

/// Another ULN of a learner of the demo, as a college registers it by mistake.
fn second_uln(deployment: &Deployment) -> String {
    let isolde = Person {
        given: "Isolde".to_owned(),
        family: "Barleyfrost".to_owned(),
        born: "2006-10-11".to_owned(),
        gender: "2",
        postcode: "LU4 9QX".to_owned(),
    };
    isolde.register(&deployment.provider(), "1")
}

/// The story of tests/browser/correction.mjs ends at the web service: the record under the merged
/// ULN is the master's, with the corrected grade.
fn merged_by_web_service(deployment: &Deployment, second: &str) {
    let provider = deployment.provider();
    let request = provider.credentials().learning_events("ORG", "FULL", second, "Isolde", "Barleyfrost");
    let answer = provider.post("LearnerServiceR9", &request);
    let text = answer.text();
    for expected in ["ResponseCode>WSRC0022<", "FoundULN>1100001106<", "Grade>6<", "UnderDataChallenge>N<"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

/// The link that invites somebody to the demo's college, as `lrs user add` prints it.
fn invitation(deployment: &Deployment) -> String {
    let new = ["user", "add", deployment.variable("PROVIDER_UKPRN"), "newcomer@college.example", "--given", "Nadia"];
    let roles = ["--family", "Demo", "--role", "online", "--role", "batch", "--identity", "Passport seen"];
    let added = deployment.lrs(&[&new[..], &roles].concat());
    let told = String::from_utf8_lossy(&added.stdout).into_owned();
    let link = told.lines().find(|line| line.starts_with("https://"));
    link.unwrap_or_else(|| panic!("no link: {told}{}", String::from_utf8_lossy(&added.stderr))).to_owned()
}

/// Another provider makes a plan for a learner of the demo, so that the page to take it over shows.
fn plan_of_another_organisation(deployment: &Deployment) {
    let mut other = Visitor::of_new_provider(deployment);
    let learner = open_learner(&mut other, "1100001017", "Ottoline", "Quillfeather");
    plan(&mut other, &learner, "Laundry");
}

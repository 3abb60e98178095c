//! What README and the pages of `docs/` tell their readers to do works, and what they say about
//! settings is true.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use learning_records::contract::SERVICES;
use learning_records::manual;

use crate::harness::deployment::{LRS, free_port};
use crate::harness::{Database, Deployment, Setup, on_both};

/// The examples of a first call, unchanged, in a shell that has read `demo.env`.
#[test]
fn the_first_calls_give_what_the_documents_say() {
    let deployment = Deployment::shared(Database::Sqlite);
    let readme = document("README.md");
    let first_call = chapter(&readme, "A first call");
    let [call, curl] = blocks(first_call, "sh").try_into().expect("two examples for the shell");
    let call = call.replace(". demo/demo.env\n", "").replace("target/demo/lrs", LRS);
    let clients = document("docs/clients.md");
    let [php] = blocks(&clients, "php").try_into().expect("an example in PHP");
    let [python] = blocks(&clients, "python").try_into().expect("an example in Python");
    let [node] = blocks(&clients, "js").try_into().expect("an example for Node");
    let [java] = blocks(&clients, "java").try_into().expect("an example in Java");
    let [prepare, compile] =
        blocks(&clients, "sh").try_into().expect("what comes before and after the example in Java");
    let java = format!("set -e\n{prepare}\ncat > Sample.java <<'END'\n{java}\nEND\n{compile}");
    let python_program = root().join(".work/venv/bin/python");
    let runs: [(&str, &Path, &str, String, &str); 6] = [
        ("curl", Path::new("sh"), "-c", curl, "WSRC0004"),
        ("lrs call", Path::new("sh"), "-c", call, "WSRC0004"),
        ("PHP", Path::new("php"), "-r", php, "WSRC0001"),
        ("Python", &python_program, "-c", python, "WSVRC006"),
        ("Node", Path::new("node"), "-e", node, "WSVRC006"),
        ("Java", Path::new("sh"), "-c", java, "WSVRC006"),
    ];
    for (name, program, flag, script, code) in runs {
        let mut command = Command::new(program);
        command.arg(flag).arg(script).envs(deployment.variables()).current_dir(deployment.dir()).stdin(Stdio::null());
        command.env("NODE_PATH", root().join(".work/node/node_modules"));
        // Many machines set these to an authority unrelated to the service.
        let elsewhere = deployment.dir().join("pki/no-such-authority.pem");
        command.env("REQUESTS_CA_BUNDLE", &elsewhere).env("CURL_CA_BUNDLE", &elsewhere);
        let output = command.output().unwrap_or_else(|error| panic!("{name}: {error}: run scripts/test-environment"));
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{name}: {told}\n{}", String::from_utf8_lossy(&output.stderr));
        assert!(told.contains(code), "{name}: {told}");
    }
}

/// A sample request can be sent as printed, in a shell that has read `demo.env`, and the service
/// accepts it.
#[test]
fn sample_requests_can_be_sent_as_they_are() {
    let deployment = Deployment::shared(Database::Sqlite);
    for service in SERVICES {
        for operation in service.operations {
            let script = format!("lrs wsdl sample {} --service {}", operation.name, service.name);
            let output = deployment.shell(&script);
            let request = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
            let external = service.name == "ExternalService";
            let caller = if external { deployment.awarding_organisation() } else { deployment.provider() };
            let answer = caller.post(service.name, &request);
            let refused =
                ["WSEC0001", "WSEC0003", "WSEC0005", "WSEC0006"].iter().find(|code| answer.text().contains(*code));
            assert_eq!(refused, None, "{}: {request}\n{}", operation.name, answer.text());
        }
    }
}

/// The examples on the page about checking files, in a folder with the demo and this project's
/// fixtures.
#[test]
fn files_are_checked_as_the_page_says() {
    let deployment = Deployment::shared(Database::Sqlite);
    let told = run_commands(deployment, chapter(&document("docs/check-a-file.md"), "Try it"));
    assert!(told.contains("26 of 26 learners would be refused") && told.contains("no error found"), "{told}");
    let is_made = |name: &str| name.starts_with("LRB_TEST0038_") && name.ends_with(".CSV");
    let made = fs::read_dir(deployment.dir()).expect("the demo's folder");
    let made = made.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    assert_eq!(made.filter(|name| is_made(name)).count(), 1);
}

/// The page about batches: checked, submitted, fetched, and seen in the learning record.
#[test]
fn a_batch_is_sent_as_the_page_says() {
    let told = run_commands(&Deployment::start(Database::Sqlite), &document("docs/send-a-batch.md"));
    for expected in [
        "registration file 2A (CSV, UTF-8), 3 learners\nValidation was successful, no error found.",
        "1 x RC001",
        "1 x RC002",
        "1 x RC007",
        "\"OUT_LRB_TEST0038_",
        "\"EXC_LRB_TEST0038_",
        "achievement file 1A (CSV, UTF-8), 3 achievements\nValidation was successful, no error found.",
        "AchievementsCreated: 2",
        "BusinessRuleErrors: 1",
        "3,A003,1100001106,600/1166/X,Business,B001,",
        "<a:SubjectCode>601/7001/3</a:SubjectCode>",
        "<a:SubjectCode>K/599/5701</a:SubjectCode>",
    ] {
        assert!(told.contains(expected), "{expected} is missing:\n{told}");
    }
    assert_eq!(told.matches("<a:LearningEvent>").count(), 2, "{told}");
}

/// Runs the commands of a page or chapter, block by block, and returns their output.
fn run_commands(deployment: &Deployment, text: &str) -> String {
    let programs = Path::new(LRS).parent().expect("a folder").display();
    let script = blocks(text, "sh").join("\n");
    assert!(script.contains("target/demo/lrs "), "{text}");
    let script = script.replace("target/demo/", &format!("{programs}/"));
    let output = deployment.shell(&script.replace(" fixtures/", &format!(" {}/fixtures/", root().display())));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    told
}

#[test]
fn the_settings_of_the_page_are_those_of_the_program() {
    let empty = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(LRS);
    command.args(["config", "show"]).current_dir(empty.path());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LRS_")) {
        command.env_remove(name);
    }
    let output = command.output().expect("lrs runs");
    let shown = String::from_utf8(output.stdout).expect("text");
    let settings: Vec<(String, String)> = shown
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(key, rest)| (key, rest.split('#').next().unwrap_or_default()))
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .collect();
    assert!(settings.len() > 10, "{shown}");

    let page = document("docs/configuration.md");
    let (_, table) = page.split_once("\n| key | default |").expect("the table of settings");
    let rows: Vec<(String, String)> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect::<Vec<_>>())
        .map(|cells| (cells[1].clone(), cells[2].clone()))
        .collect();
    assert_eq!(rows, settings);
}

/// Every function of the charter's catalogue has a test that is there.
#[test]
fn every_function_of_the_charter_has_its_test() {
    let page = document("README.md");
    let (_, table) = page.split_once("\n| function | route | here | test |").expect("the table of functions");
    let tests: Vec<&str> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| {
            line.trim_end_matches([' ', '|']).rsplit('|').next().map(|test| test.trim().trim_matches('`'))
        })
        .collect();
    assert_eq!(tests.len(), 21, "the rows of the charter's catalogue");
    for test in tests {
        let (module, name) = test.rsplit_once("::").expect("a path");
        let file = document(&format!("tests/integration/{}.rs", module.replace("::", "/")));
        assert!(file.contains(&format!("fn {name}(")), "{test} is not there");
    }
}

/// The command line and the service explain every operation, from its fields to a reply.
#[test]
fn every_operation_is_explained_on_the_command_line_and_by_the_service() {
    let deployment = Deployment::shared(Database::Sqlite);
    for service in SERVICES {
        let overview = deployment.provider().ask("GET", service.path).text().to_owned();
        assert!(overview.contains("<a href=\"?operations\">"), "{overview}");
        let page = deployment.provider().ask("GET", &format!("{}?operations", service.path));
        assert_eq!(page.status, 200);
        for operation in service.operations {
            let name = operation.name;
            let help = deployment.lrs(&["call", name, "--help"]);
            let help = String::from_utf8(help.stdout).expect("text");
            for expected in ["mandatory", "Example: ", "WSEC0005", "Envelope>", operation.documentation] {
                assert!(help.contains(expected), "{name}: {expected} is missing:\n{help}");
            }
            assert!(page.text().contains(&format!("<h2 id=\"{name}\">{name}</h2>")), "{name}");
        }
    }
    let help = |words: &[&str]| String::from_utf8(deployment.lrs(words).stdout).expect("text");
    let register = help(&["call", "registerSingleLearner", "--Learner.Title", "Ms", "-h"]);
    assert_eq!(register, help(&["call", "--help", "registersinglelearner"]));
    assert!(register.contains("--Learner.Gender  (mandatory; one word of the list)"), "{register}");
    assert!(register.contains("        9    Not specified."), "{register}");
    assert!(register.contains("--Learner.LastKnownPostCode"), "{register}");
    assert!(help(&["call", "--help"]).contains("Call an operation of the service"));
}

on_both! {
    /// The page that takes an operator from an empty folder to the first call, with other ports.
    fn an_empty_folder_becomes_a_service_as_the_page_says(database) {
        let folder = tempfile::tempdir().expect("a folder");
        let (port, portal, operations) = (free_port(), free_port(), free_port());
        let page = document("docs/run-it-for-real.md");
        let script = blocks(chapter(&page, "From an empty folder to the first call"), "sh").join("\n");
        let script = script
            .replace("8443", &port.to_string())
            .replace("8444", &portal.to_string())
            .replace("9090", &operations.to_string())
            .replace("lrs health", &format!("lrs health --operations 127.0.0.1:{operations}"));
        let programs = Path::new(LRS).parent().expect("a folder").display();
        let path = format!("{programs}:{}", std::env::var("PATH").expect("a path"));
        let mut shell = Command::new("timeout");
        shell.args(["120", "sh", "-ec", &format!("trap 'kill $SERVER 2>/dev/null || true' EXIT\n{script}")]);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LRS_") || name == "RUST_LOG") {
            shell.env_remove(name);
        }
        shell.env("PATH", path).envs(database.fresh().map(|url| ("LRS_STORE_URL", url)));
        let output = shell.current_dir(folder.path()).stdin(Stdio::null()).output().expect("timeout runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
        for expected in [
            "Imported 1 learners",
            "1 entries added",
            "\"status\":\"ok\"",
            "<ResponseCode>WSRC0004</ResponseCode>",
            "operation=learnerByULN outcome=answer code=WSRC0004 status=200",
            "organisation=90000051",
            "stopping: calls in flight may finish",
        ] {
            assert!(told.contains(expected), "{expected} is missing:\n{told}");
        }
    }
}

on_both! {
    /// The commands that an operator runs to back up, and to rehearse the restoration.
    fn backups_are_made_and_restored_as_the_page_says(database) {
        let deployment = Deployment::start(database);
        let script = blocks(&document("docs/recovery.md"), "sh").join("\n");
        let output = deployment.shell(&format!("set -e; cd demo\n{script}"));
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
        for expected in ["Wrote lrs.backup: ", ", encrypted.", "The backup is complete and unchanged: ", "Restored "] {
            assert!(told.contains(expected), "{expected} is missing:\n{told}");
        }
    }
}

/// The alerts use metrics that exist.
#[test]
fn the_alerts_ask_for_metrics_that_there_are() {
    let deployment = Deployment::shared(Database::Sqlite);
    // The metrics of calls are there from the first call.
    let provider = deployment.provider();
    provider.post("LearnerService", &provider.credentials().find_by_uln("FUL", "1000000000", "Body", "No"));
    let (_, metrics) = deployment.operations("GET", "/metrics").expect("metrics");
    let name = regex::Regex::new(r"lrs_[a-z0-9_]+").expect("a pattern");
    let source = document("src/ops/metrics.rs");
    for found in name.find_iter(&document("packaging/alerts.yml")) {
        let name = found.as_str().trim_end_matches("_bucket");
        assert!(metrics.contains(name) || source.contains(&format!("\"{name}\"")), "{name}");
    }
}

/// A page for each command, and completions for each shell; bash parses its own.
#[test]
fn manual_pages_and_completions_know_every_command() {
    let deployment = Deployment::shared(Database::Sqlite);
    let folder = tempfile::tempdir().expect("a folder");
    let output = deployment.lrs(&["man", "--dir", &folder.path().display().to_string()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let page =
        |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    for (name, told) in [
        ("lrs.1", "catalogue"),
        ("lrs-call.1", "learnerByULN"),
        ("lrs-batch-submit.1", "wait"),
        ("lrs-completions.1", "zsh"),
    ] {
        assert!(page(name).starts_with(".ie") && page(name).contains(".TH ") && page(name).contains(told), "{name}");
    }
    let printed = deployment.lrs(&["man"]).stdout;
    assert!(String::from_utf8_lossy(&printed).contains(".SH SUBCOMMANDS"));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = String::from_utf8(deployment.lrs(&["completions", shell]).stdout).expect("text");
        assert!(script.contains("catalogue") && script.contains("slo"), "{shell}: {script}");
    }
    let parsed = deployment.shell("lrs completions bash > completions && bash -n completions");
    assert!(parsed.status.success(), "{}", String::from_utf8_lossy(&parsed.stderr));
}

/// Fields that the manual calls mandatory are: without them the example does not get what it asks
/// for.
#[test]
fn a_request_without_a_mandatory_field_does_not_succeed() {
    // A request without a name is a try with details that are not the learner's: without limit
    // here.
    let setup = Setup { environment: vec![("LRS_LIMITS_FAILED_VERIFICATIONS_PER_MINUTE", "0".to_owned())] };
    let deployment = Deployment::with(Database::Sqlite, setup);
    let signs = ["WSRC0004<", "WSRC0006<", "WSRC0007<", "WSRC0050<", "WSRC0051<", "<a:PlrAccessEntryResponse>"];
    let is_success = |text: &str| signs.iter().any(|sign| text.contains(sign));
    for entry in SERVICES.iter().filter(|service| service.name != "LearnerService").flat_map(manual::entries) {
        let (service, name) = (entry.service.name, entry.operation.name);
        // Changes a learner, or needs a job.
        if ["UpdateLearnerSubsetFields", "GetAchievementBatchJob"].contains(&name) {
            continue;
        }
        let is_external = service == "ExternalService";
        let caller = if is_external { deployment.awarding_organisation() } else { deployment.provider() };
        let mut request = example(&deployment, &entry);
        match name {
            "ListDataChallenge" => drop(raise(&deployment)),
            "DeleteDataChallenge" => request = request.replace(&reference(&request), &raise(&deployment)),
            _ => {}
        }
        let answer = caller.post(service, &request).text();
        assert!(is_success(&answer) || name == "ViewAudit", "{name}: {answer}");
        // The requests without a field would otherwise find the example's data challenge open,
        // or withdrawn, and not succeed for that reason.
        match name {
            "CreateDataChallenge" => withdraw(&deployment, &reference(&answer)),
            "DeleteDataChallenge" => request = request.replace(&reference(&request), &raise(&deployment)),
            _ => {}
        }
        for field in entry.fields.iter().filter(|field| field.mandatory && !field.name.contains("Achievement.")) {
            let leaf = field.name.rsplit('.').next().expect("a name");
            let element =
                regex::Regex::new(&format!(r"(<(?:[\w-]+:)?{leaf}(?: [^>]*)?>)[^<]*(</)")).expect("a pattern");
            let without = element.replacen(&request, 1, "$1$2").into_owned();
            assert_ne!(without, request, "{name}: {leaf}");
            let answer = caller.post(service, &without).text();
            assert!(!is_success(&answer), "{name} without {leaf}: {answer}");
        }
        let again = caller.post(service, &request).text();
        assert!(is_success(&again) || name == "ViewAudit", "{name} succeeds with every field: {again}");
    }
}

/// The manual's request of an operation, with the demo's password.
fn example(deployment: &Deployment, entry: &manual::Entry) -> String {
    let password = if entry.service.name == "ExternalService" { "AO_PASSWORD" } else { "PROVIDER_PASSWORD" };
    let request = &entry.example.as_ref().expect("an example").request;
    request.replace("Your-password-16", deployment.variable(password))
}

/// Raises the manual's data challenge; returns its reference.
fn raise(deployment: &Deployment) -> String {
    reference(&of_challenges(deployment, "CreateDataChallenge", |request| request))
}

fn withdraw(deployment: &Deployment, challenge: &str) {
    let of_example = |request: String| request.replace(&reference(&request), challenge);
    let answer = of_challenges(deployment, "DeleteDataChallenge", of_example);
    assert!(answer.contains("WSRC0051<"), "{answer}");
}

/// The answer to the manual's request of an operation of data challenges, changed.
fn of_challenges(deployment: &Deployment, operation: &str, change: impl Fn(String) -> String) -> String {
    let mut entries = SERVICES.iter().flat_map(manual::entries);
    let entry = entries.find(|entry| entry.operation.name == operation).expect("an operation");
    deployment.provider().post(entry.service.name, &change(example(deployment, &entry))).text()
}

/// The first reference of a data challenge in a text.
fn reference(text: &str) -> String {
    let found = regex::Regex::new("LEDC[0-9]+").expect("a pattern").find(text);
    found.unwrap_or_else(|| panic!("no reference: {text}")).as_str().to_owned()
}

/// Every link to a file in this project works, and every folder in the map exists.
#[test]
fn the_documents_name_files_that_exist() {
    let link = regex::Regex::new(r"\]\(([A-Za-z0-9_./-]+)(?:#[^)]*)?\)").expect("a pattern");
    let folder = regex::Regex::new(
        r"`((?:src|tests|wsdl|schemas|migrations|fixtures|codegen|docs|fuzz|benches|scripts)/[a-z0-9_./-]*)`",
    )
    .expect("a pattern");
    let pages = fs::read_dir(root().join("docs")).expect("the folder of pages");
    let pages = pages.map(|entry| format!("docs/{}", entry.expect("an entry").file_name().to_string_lossy()));
    let others = [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "fixtures/soap/README.md",
        "fixtures/files/README.md",
    ];
    for document in pages.filter(|name| name.ends_with(".md")).chain(others.map(str::to_owned)) {
        let path = root().join(&document);
        let text = fs::read_to_string(&path).expect("a document");
        let beside = path.parent().expect("a folder");
        for found in link.captures_iter(&text) {
            assert!(beside.join(&found[1]).exists(), "{document}: {}", &found[1]);
        }
        for found in folder.captures_iter(&text) {
            assert!(root().join(&found[1]).exists(), "{document}: {}", &found[1]);
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn document(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The text under a heading.
fn chapter<'t>(text: &'t str, heading: &str) -> &'t str {
    let (_, rest) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no chapter {heading}"));
    rest.split_once("\n## ").map_or(rest, |(chapter, _)| chapter)
}

/// The fenced blocks in one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).filter_map(|rest| rest.split_once("\n```")).map(|(block, _)| block.to_owned()).collect()
}

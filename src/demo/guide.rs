//! `PEOPLE.md` and the commands that the demonstration prints: the examples as people read and type them.

use std::fmt::{self, Write as _};

use super::FixtureError;
use super::examples::{self, Example, RecordExample, Request};
use super::organisations::{AWARDING, DemoOrganisation, ORGANISATIONS, PROVIDER};
use super::people::People;
use super::shell::{self, quote};

/// What every guide begins with.
const INTRODUCTION: &str = "\
# People and requests of this demonstration

Nobody here exists: people, addresses, numbers and organisations are invented. The passwords are public and for demonstrations alone.

Before the first request, in your shell: `. demo/demo.env` (the file beside this one). `lrs` is this program (`target/release/lrs` after
`make run`); credentials, FindType, getType, userType, vendor and language are filled in unless you name them.

The commands are for the folder in which the demonstration was started, so that its own folder is `demo/`; `demo/samples/` holds batch files.

Every request below gives the code above it, on the data as the demonstration puts them. Those that say LRS_JOBS_WORKERS=0 need a demonstration that
was started with it (`LRS_JOBS_WORKERS=0 make run`) and leaves its batches waiting. Those that change the data are followed by the command that
puts them back:
";

/// Codes that no request produces, and why.
const NO_REQUEST: &str = "\
## Codes that no request produces

* **WSEC0002** (unknown request): every operation of the contracts is supported, and `lrs call` sends no other. A request for one that no contract
  has gets it: see `fixtures/soap/LearnerService/unknown-operation/`.
* **WSEC0004** (out of hours): set opening hours in `lrs.toml` (`[service] hours`) that do not hold the present moment, and start again.
* **WSEC0999** (unknown exception): something broke inside, for example the store cannot be reached. No request should be able to cause it.
* **WSRC0023**, **WSRC0024**: they belong to reports that are retired.
* Maintenance is no code: with `[service] maintenance = true` every POST gets HTTP status 405 with `UnsupportedHttpVerb`.
";

/// The whole guide.
pub(super) fn people_md(people: &People, learners: u32, ops_port: u16) -> Result<String, FixtureError> {
    let examples = examples::all(people)?;
    let mut guide = String::new();
    // Writing into a String cannot fail.
    let _ = write_guide(&mut guide, people, &examples, learners, ops_port);
    Ok(guide)
}

fn write_guide(guide: &mut String, people: &People, examples: &[Example], learners: u32, ops_port: u16) -> fmt::Result {
    guide.push_str(INTRODUCTION);
    let reset = format!("```sh\ncurl -X POST http://127.0.0.1:{ops_port}/demo/reset\n```");
    writeln!(guide, "\n{reset}")?;
    write_organisations(guide)?;
    write_people(guide, people, learners)?;
    let mut heading = ("", "");
    for example in examples {
        if heading != (example.service, example.operation) {
            heading = (example.service, example.operation);
            writeln!(guide, "\n## {}.{}", example.service, example.operation)?;
        }
        write_example(guide, example)?;
        if example.changes_data() {
            writeln!(guide, "\nThis puts the data back:\n\n{reset}")?;
        }
    }
    guide.push_str("\n## Codes of records\n");
    for example in examples::of_records() {
        write_record_example(guide, &example)?;
        if examples::submits(&example.script) {
            writeln!(guide, "\nThis puts the data back:\n\n{reset}")?;
        }
    }
    write!(guide, "\n{NO_REQUEST}")
}

fn write_organisations(guide: &mut String) -> fmt::Result {
    guide.push_str(
        "\n## Organisations\n\n| organisation | UKPRN | reference | password | certificate |\n|---|---|---|---|---|\n",
    );
    for DemoOrganisation { prefix, name, ukprn, org_ref, password, .. } in ORGANISATIONS {
        let certificate = if *prefix == AWARDING.prefix { "pki/awarding.pem" } else { "pki/provider.pem" };
        writeln!(guide, "| {name} | `{ukprn}` | `{org_ref}` | `{password}` | `{certificate}` |")?;
    }
    guide.push_str(
        "\nEach certificate is there as `.p12` too, password `demo`. `pki/ca.pem` is the authority to trust.\n",
    );
    Ok(())
}

fn write_people(guide: &mut String, people: &People, learners: u32) -> fmt::Result {
    guide.push_str("\n## People\n\n| role | ULN | given name | family name | born | gender | postcode | |\n|---|---|---|---|---|---|---|---|\n");
    for person in people.all() {
        let l = &person.learner;
        writeln!(
            guide,
            "| {} | `{}` | {} | {} | {} | {} | {} | {} |",
            person.role, l.uln, l.names.given, l.names.family, l.birth.date, l.gender, l.address.postcode, person.about
        )?;
    }
    writeln!(guide, "\nBeside them there are {learners} learners without a role, none of whom resembles one of these.")
}

fn write_example(guide: &mut String, example: &Example) -> fmt::Result {
    let Example { code, note, request, .. } = example;
    writeln!(guide, "\n### {code}: {note}\n\n```sh\n{}\n```", shell::commands(example, "lrs"))?;
    if let Request::Call(_, fields) = request
        && !fields.is_empty()
    {
        let shown = |value: &str| if value.is_empty() { "(empty)".to_owned() } else { format!("`{value}`") };
        let values: Vec<_> = fields.iter().map(|(name, value)| format!("{name} {}", shown(value))).collect();
        writeln!(guide, "\n{}", values.join(", "))?;
    }
    Ok(())
}

/// Codes of records come several at once: one batch gives them all.
fn write_record_example(guide: &mut String, example: &RecordExample) -> fmt::Result {
    let RecordExample { codes, note, script } = example;
    let named: Vec<&str> = codes.iter().map(|(code, _)| *code).collect();
    writeln!(guide, "\n### {}: {note}\n\n```sh\n{script}\n```\n", named.join(", "))?;
    codes.iter().try_for_each(|(code, meaning)| writeln!(guide, "* {code}: {meaning}"))
}

/// Two commands to try: the same find with curl and with this program.
pub(super) fn commands(people: &People, program: &str) -> Result<[String; 2], FixtureError> {
    let learner = &people.role("EXACT")?.learner;
    let (family, given) = (&learner.names.family, &learner.names.given);
    let (born, gender, postcode) = (learner.birth.date, learner.gender.code(), learner.address.postcode.key());
    let envelope = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <f:FindLearnerByDemographics xmlns:f=\"http://api.lrs.miap.gov.uk/findmsg\"><FindType>FUL</FindType><UKPRN>{}</UKPRN>\
         <OrgPassword>{}</OrgPassword><UserName>curl</UserName><FamilyName>{family}</FamilyName><GivenName>{given}</GivenName>\
         <DateOfBirth>{born}</DateOfBirth><Gender>{gender}</Gender><LastKnownPostCode>{postcode}</LastKnownPostCode>\
         </f:FindLearnerByDemographics></s:Body></s:Envelope>",
        PROVIDER.ukprn, PROVIDER.password
    );
    let curl = format!(
        "curl --cacert \"$LRS_CA\" --cert \"$PROVIDER_CERT\" -H 'Content-Type: text/xml; charset=utf-8' -d {} \"$LRS_URL/LearnerService.svc\"",
        quote(&envelope)
    );
    let call = format!(
        "{program} call learnerByULN --ULN {} --FamilyName {} --GivenName {}",
        learner.uln,
        quote(family),
        quote(given)
    );
    Ok([curl, call])
}

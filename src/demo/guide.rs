//! `PEOPLE.md`, and the commands that the demo prints: the examples, as people read and type them.

use std::fmt::{self, Write as _};

use super::example::{Example, Request, submits};
use super::examples::{self, RecordExample};
use super::organisations::{AWARDING, DemoOrganisation, ORGANISATIONS, PROVIDER, SERVICE_DESK};
use super::people::People;
use super::shell::{self, quote};
use super::{FixtureError, accounts};

/// The introduction of the guide.
const INTRODUCTION: &str = "\
# People and requests of the demo

All people, addresses, numbers and organisations are invented. The passwords are public and only for demos.

Before the first request, load the variables into your shell: `. demo/demo.env` (the file next to this one). `lrs` is this program
(`target/demo/lrs` after `make run`). It fills in credentials, FindType, getType, userType, vendor and language unless you give them.

Run the commands in the folder in which the demo was started, so that the demo's own folder is `demo/`. Batch files are in `demo/samples/`.

With the demo's original data, each request below gets the code above it. Requests marked LRS_JOBS_WORKERS=0 need a demo that was started without
workers (`LRS_JOBS_WORKERS=0 make run`), so that its batches stay in the queue. After each request that changes the data comes the command that
restores it:
";

/// What a user of the awarding organisation can try at the portal.
const ACHIEVEMENTS: &str = "\
\n## Achievements at the portal

Sign in as `$PORTAL_AO` and open Achievements. Verify Ottoline Quillfeather with the ULN `1100001017`, search for `601/7011/6` (Demonstration
GCSE (9-1) in English Literature), and enter an award with a grade of 9 to 1 and the provider `TEST0038`. For an entry, open Entries and results, and
choose an expected award date after today; its result is entered there later.
";

/// Codes that no request gets, and why.
const NO_REQUEST: &str = "\
## Codes that no request above gets

* **WSEC0002** (unknown request): `lrs call` only sends operations of the contracts, and all of them are supported. For a request of an unknown
  operation, see `fixtures/soap/LearnerService/unknown-operation/`.
* **WSEC0004** (out of hours): in `lrs.toml`, set opening hours (`[service] hours`) that exclude the current time, and restart the demo.
* **WSEC0999** (unknown exception): an internal error, for example an unreachable database. No request should be able to cause it.
* Maintenance has no code: with `[service] maintenance = true`, every POST gets HTTP status 405 with `UnsupportedHttpVerb`.
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
    write_accounts(guide)?;
    write_challenges(guide);
    write_people(guide, people, learners)?;
    guide.push_str(ACHIEVEMENTS);
    let mut heading = ("", "");
    for example in examples {
        if heading != (example.service, example.operation) {
            heading = (example.service, example.operation);
            writeln!(guide, "\n## {}.{}", example.service, example.operation)?;
        }
        write_example(guide, example)?;
        if example.changes_data() {
            writeln!(guide, "\nTo restore the data:\n\n{reset}")?;
        }
    }
    guide.push_str("\n## Codes of records\n");
    for example in examples::of_records() {
        write_record_example(guide, &example)?;
        if submits(&example.script) {
            writeln!(guide, "\nTo restore the data:\n\n{reset}")?;
        }
    }
    write!(guide, "\n{NO_REQUEST}")
}

fn write_organisations(guide: &mut String) -> fmt::Result {
    guide.push_str(
        "\n## Organisations\n\n| organisation | UKPRN | reference | password | certificate |\n|---|---|---|---|---|\n",
    );
    for DemoOrganisation { prefix, name, ukprn, org_ref, password, .. } in ORGANISATIONS {
        let certificate = match *prefix {
            prefix if prefix == AWARDING.prefix => "`pki/awarding.pem`",
            prefix if prefix == SERVICE_DESK.prefix => "none",
            _ => "`pki/provider.pem`",
        };
        writeln!(guide, "| {name} | `{ukprn}` | `{org_ref}` | `{password}` | {certificate} |")?;
    }
    guide.push_str(
        "\nEach certificate is also available as `.p12`, with the password `demo`. Clients must trust the authority in `pki/ca.pem`.\n",
    );
    Ok(())
}

/// What the program prints for people who open the portal.
pub(super) fn how_to_sign_in() -> String {
    let account = accounts::ACCOUNTS.iter().find(|account| account.variable == "PORTAL_ONLINE");
    format!(
        "To sign in at the portal: {}, password {}, and the code that this prints (or an authenticator app with the secret):\n\n\
         oathtool --totp --base32 {}",
        account.map_or("the addresses are in PEOPLE.md", |account| account.email),
        accounts::PASSWORD,
        accounts::TOTP_SECRET,
    )
}

fn write_accounts(guide: &mut String) -> fmt::Result {
    writeln!(
        guide,
        "\n## Users of the portal\n\nThe portal's address is `$PORTAL_URL` in `demo.env`. All users have the password `{}`. Their second factor \
         has the secret `{}`: enter it in an authenticator app, or let `oathtool --totp --base32 \"$PORTAL_TOTP_SECRET\"` show the code. \
         Each code can be used once. No e-mail is sent: what the service would send, such as an invitation, stands at `$PORTAL_URL/demo/mail`, \
         for everybody who can reach the portal.\n\n| e-mail address | variable | role | organisation |\n|---|---|---|---|",
        accounts::PASSWORD,
        accounts::TOTP_SECRET
    )?;
    for account in &accounts::ACCOUNTS {
        writeln!(
            guide,
            "| `{}` | `{}` | {} | {} |",
            account.email,
            account.variable,
            account.role.name(),
            account.organisation()
        )?;
    }
    Ok(())
}

/// A story for two users, which needs no command.
fn write_challenges(guide: &mut String) {
    guide.push_str(
        "\n## Data challenges at the portal\n\nAs `online@college.example`, find Ottoline Quillfeather (EXACT), open the learning record and in it \
         the event in English Language, and report a problem: the grade is 8. As `results@awarding.example`, open \"Data challenges\", and ask, or \
         accept it with the correction. The record then has the new grade, and the page of the event says what it was. For an event of the ILR or the \
         NPD, or one that is missing, `desk@service.example` decides. By the web service, see CreateDataChallenge below.\n",
    );
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
    writeln!(guide, "\nThere are also {learners} learners without a role. None of them resembles one of these.")
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

/// Codes of records come together: one batch gets them all.
fn write_record_example(guide: &mut String, example: &RecordExample) -> fmt::Result {
    let RecordExample { codes, note, script } = example;
    let named: Vec<&str> = codes.iter().map(|(code, _)| *code).collect();
    writeln!(guide, "\n### {}: {note}\n\n```sh\n{script}\n```\n", named.join(", "))?;
    codes.iter().try_for_each(|(code, meaning)| writeln!(guide, "* {code}: {meaning}"))
}

/// Two commands to try: a find with curl, and one with this program.
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

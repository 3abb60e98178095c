//! Examples as shell commands, with quoted arguments and the options of their caller.

use super::example::{Caller, Example, Request};
use super::organisations::{LIMITED, PROVIDER};

/// The commands of an example; `program` is the path of this program.
pub fn commands(example: &Example, program: &str) -> String {
    match &example.request {
        Request::Call(caller, fields) => call(program, *caller, example.operation, fields),
        Request::Script(script) => script.clone(),
    }
}

/// The command that calls an operation.
pub fn call(program: &str, caller: Caller, operation: &str, fields: &[(&str, String)]) -> String {
    let organisation = |ukprn: &str, org_ref: &str, password: &str| {
        format!("--org-ukprn {} --org-ref {} --org-password {} ", quote(ukprn), quote(org_ref), quote(password))
    };
    let caller = match caller {
        Caller::Provider => String::new(),
        Caller::Awarding => "--as awarding ".to_owned(),
        Caller::Limited => organisation(LIMITED.ukprn, LIMITED.org_ref, LIMITED.password),
        Caller::Unknown => organisation("99999999", "NOBODY", PROVIDER.password),
        Caller::WrongPassword => "--org-password wrong-passwordxx ".to_owned(),
    };
    let fields: String = fields.iter().map(|(name, value)| format!(" --{name} {}", quote(value))).collect();
    format!("{program} call {caller}{operation}{fields}")
}

/// Quotes an argument for the shell, if necessary.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

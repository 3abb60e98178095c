//! The return codes of registration records (rules.md 5.5: RC006 and RC011 to RC013 are published,
//! the others' meanings are our choice).

use crate::domain::format::Rule;

/// The counter that a return code contributes to (rules.md 5.5, our choice).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// NewLearnersCount.
    New,
    /// ExistsUpdatedLearnersCount.
    ExistsOrUpdated,
    /// PossibleMatchLearnersCount.
    PossibleMatch,
    /// LearnersNotFoundCount.
    NotFound,
    /// RejectedLearnersCount.
    Rejected,
}

/// A return code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnCode {
    /// The code.
    pub code: &'static str,
    /// Its meaning.
    pub meaning: &'static str,
    /// The cause, and what to do about it.
    pub advice: &'static str,
    /// The counter.
    pub counted: Counted,
}

/// A new learner was registered.
pub const CREATED: &str = "RC001";
/// Exact match.
pub const EXACT_MATCH: &str = "RC002";
/// ULN and names matched; the learner was updated.
pub const UPDATED: &str = "RC003";
/// ULN and names matched; there was nothing to update.
pub const UNCHANGED: &str = "RC004";
/// The ULN was merged; its master was used instead.
pub const MASTER_SUBSTITUTED: &str = "RC005";
/// Not enough details to register the learner.
pub const INSUFFICIENT_DATA: &str = "RC006";
/// Possible matches.
pub const POSSIBLE_MATCHES: &str = "RC007";
/// Too many matches.
pub const TOO_MANY_MATCHES: &str = "RC008";
/// No learner has the ULN or, in a check, the details.
pub const NOT_FOUND: &str = "RC009";
/// The ULN is another learner's.
pub const NAMES_DIFFER: &str = "RC010";
/// Incorrect format.
pub const INCORRECT_FORMAT: &str = "RC011";
/// Incorrect format of UCI or UPN.
pub const INCORRECT_IDENTIFIER: &str = "RC012";
/// The age is outside the range for registration.
pub const OUTSIDE_AGE: &str = "RC013";

const fn entry(code: &'static str, meaning: &'static str, advice: &'static str, counted: Counted) -> ReturnCode {
    ReturnCode { code, meaning, advice, counted }
}

/// All errors, in the order of the codes.
pub const ALL: &[ReturnCode] = &[
    entry(CREATED, "A new ULN was created.", "Keep the ULN.", Counted::New),
    entry(
        EXACT_MATCH,
        "Exact match: the learner exists, the ULN is returned.",
        "Keep the ULN.",
        Counted::ExistsOrUpdated,
    ),
    entry(
        UPDATED,
        "ULN and names matched: the learner was updated.",
        "Nothing is left to do.",
        Counted::ExistsOrUpdated,
    ),
    entry(
        UNCHANGED,
        "ULN and names matched: there was nothing to update.",
        "Nothing is left to do.",
        Counted::ExistsOrUpdated,
    ),
    entry(
        MASTER_SUBSTITUTED,
        "The learner has another ULN now, which is returned: the one sent or found was merged into it.",
        "Use the ULN that is returned from now on.",
        Counted::ExistsOrUpdated,
    ),
    entry(
        INSUFFICIENT_DATA,
        "Insufficient data to create a ULN.",
        "Given name, family name, date of birth, gender, postcode, verification type and ability to share are needed.",
        Counted::Rejected,
    ),
    entry(
        POSSIBLE_MATCHES,
        "Possible matches: 1 to 10 learners are similar.",
        "Find the learner by demographics, choose the right one, and send its ULN; or register the learner singly.",
        Counted::PossibleMatch,
    ),
    entry(
        TOO_MANY_MATCHES,
        "Too many matches: more than 10 learners are similar.",
        "Send more of the optional details, or the ULN.",
        Counted::PossibleMatch,
    ),
    entry(
        NOT_FOUND,
        "ULN not found; in a check without ULN, nobody has these details.",
        "Check the ULN. To have a learner registered, leave it empty and submit with job type FUL.",
        Counted::NotFound,
    ),
    entry(
        NAMES_DIFFER,
        "The ULN was found, but the details are another person's.",
        "Check the ULN and the names.",
        Counted::NotFound,
    ),
    entry(
        INCORRECT_FORMAT,
        "Incorrect format; by web service also an age outside 13 to 110, or a change of the ability to share that is not allowed.",
        "'lrs check' names the field and the rule.",
        Counted::Rejected,
    ),
    entry(
        INCORRECT_IDENTIFIER,
        "Incorrect format of UCI or UPN.",
        "Copy the identifier again from its source, or leave it empty.",
        Counted::Rejected,
    ),
    entry(
        OUTSIDE_AGE,
        "The learner is outside the permitted age range, 13 to 110 (files; RC011 by web service).",
        "Check the date of birth.",
        Counted::Rejected,
    ),
];

/// The return code of a record that breaks a format rule (rules.md 5.5).
pub const fn of_rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Uci | Rule::Upn => INCORRECT_IDENTIFIER,
        Rule::Mandatory => INSUFFICIENT_DATA,
        _ => INCORRECT_FORMAT,
    }
}

/// Looks up a code.
pub fn lookup(code: &str) -> Option<&'static ReturnCode> {
    ALL.iter().find(|entry| entry.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_in_order() {
        let codes: Vec<&str> = ALL.iter().map(|entry| entry.code).collect();
        let expected: Vec<String> = (1..=13).map(|number| format!("RC{number:03}")).collect();
        assert_eq!(codes, expected);
    }
}

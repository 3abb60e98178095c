//! A row of a verify batch, as every door submits it, and its format (rules.md 2.9).

use crate::domain::format::{Field, Finding, Findings, MIS_IDENTIFIER, batch_row};

batch_row! {
    /// A learner in a verify batch (`MIAPBatchLearnerToVerify`, rules.md 2.9).
    VerificationRow {
        /// The submitter's identifier for the record, returned as sent.
        mis_identifier = "MISIdentifier",
        /// The ULN.
        uln = "ULN",
        /// Family name.
        family_name = "FamilyName",
        /// Given name.
        given_name = "GivenName",
        /// Date of birth, `yyyy-MM-dd`; compared only if given.
        date_of_birth = "DateOfBirth",
        /// Gender code; compared only if given.
        gender = "Gender",
    }
}

/// The format errors of a verify row.
pub fn format(row: &VerificationRow) -> Vec<Finding> {
    let mut found = Findings::default();
    let text = |field| row.get(field);
    found.at_most("MISIdentifier", text("MISIdentifier"), MIS_IDENTIFIER);
    for field in ["ULN", "FamilyName", "GivenName"] {
        found.mandatory(field, text(field));
    }
    for field in [Field::Uln, Field::DateOfBirth, Field::Gender] {
        found.learner_field(field, text(field.name()));
    }
    // Names that are compared alone may have a line break: they then match nobody.
    for name in [Field::FamilyName, Field::GivenName] {
        if let Some(most) = name.format().longest() {
            found.at_most(name.name(), text(name.name()), most);
        }
    }
    found.into_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::format::Rule;

    #[test]
    fn verify_rows() {
        let row = VerificationRow::default();
        let missing: Vec<_> = format(&row).into_iter().map(|finding| (finding.field, finding.rule)).collect();
        assert_eq!(
            missing,
            [("ULN", Rule::Mandatory), ("FamilyName", Rule::Mandatory), ("GivenName", Rule::Mandatory)]
        );
    }
}

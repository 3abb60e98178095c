//! A row of a verify batch, as every door hands it over, and its form (rules.md 2.9).

use crate::domain::format::{Finding, Findings, GENDERS, Rule, batch_row, is_uln_pattern};

batch_row! {
    /// A learner of a verify batch (`MIAPBatchLearnerToVerify`, rules.md 2.9).
    VerificationRow {
        /// The submitter's own name for the record, returned as sent.
        mis_identifier = "MISIdentifier",
        /// The number.
        uln = "ULN",
        /// Family name.
        family_name = "FamilyName",
        /// Given name.
        given_name = "GivenName",
        /// Date of birth, `yyyy-MM-dd`; compared only when given.
        date_of_birth = "DateOfBirth",
        /// Gender code; compared only when given.
        gender = "Gender",
    }
}

/// What is wrong with the form of a verify row.
pub fn format(row: &VerificationRow) -> Vec<Finding> {
    let mut found = Findings::default();
    let text = |field| row.get(field);
    found.at_most("MISIdentifier", text("MISIdentifier"), 128);
    for field in ["ULN", "FamilyName", "GivenName"] {
        found.mandatory(field, text(field));
    }
    found.holds("ULN", text("ULN"), Rule::UlnPattern, is_uln_pattern);
    for name in ["FamilyName", "GivenName"] {
        found.at_most(name, text(name), 35);
    }
    found.day("DateOfBirth", text("DateOfBirth"));
    found.one_of("Gender", text("Gender"), GENDERS);
    found.into_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

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

//! The grades of a qualification or unit: a named set (rules.md 6.4), or a list of its own.

use std::fmt;
use std::str::FromStr;

/// The grades of a qualification or unit: the name of a set, or the grades separated by `|`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Grading(String);

/// The text is neither the name of a grade set nor a list of grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a set of grades, or two or more grades of at most 20 characters with | between them")]
pub struct InvalidGrading;

/// The named sets of grades. Those for units and for vocational qualifications are our choice.
pub const GRADE_SETS: &[(&str, &[&str])] = &[
    ("Unit", &["Pass"]),
    ("Basic Skills", PASS_FAIL),
    ("Basic Skills (QCF)", PASS_FAIL),
    ("Functional Skills", PASS_FAIL),
    ("Functional Skills (QCF)", PASS_FAIL),
    ("FSMQ", A_TO_E),
    ("GCE A Level", &["A*", "A", "B", "C", "D", "E", "F", "G"]),
    ("GCE AS Level", A_TO_E),
    ("GCSE (9 to 1)", &["9", "8", "7", "6", "5", "4", "3", "2", "1"]),
    ("GCSE (A* to G)", &["A*", "A", "B", "C", "D", "E", "F", "G"]),
    (
        "GCSE Double Award",
        &["A*A*", "A*A", "AA", "AB", "BB", "BC", "CC", "CD", "DD", "DE", "EE", "EF", "FF", "FG", "GG"],
    ),
    ("Pre-U", &["D1", "D2", "D3", "M1", "M2", "M3", "P1", "P2", "P3"]),
    ("Vocational", &["Pass", "Merit", "Distinction", "Distinction*"]),
];

const PASS_FAIL: &[&str] = &["Pass", "Fail"];
const A_TO_E: &[&str] = &["A", "B", "C", "D", "E"];
/// The maximum length of a grade, in characters (our choice).
pub const LONGEST_GRADE: usize = 20;

impl Grading {
    /// The text, as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The grades.
    pub fn grades(&self) -> impl Iterator<Item = &str> {
        let known = GRADE_SETS.iter().find(|(name, _)| *name == self.0).map(|(_, grades)| *grades);
        let listed = if known.is_none() { Some(self.0.split('|')) } else { None };
        known.unwrap_or_default().iter().copied().chain(listed.into_iter().flatten())
    }

    /// The grade as the set spells it, ignoring case.
    pub fn find(&self, grade: &str) -> Option<&str> {
        self.grades().find(|known| known.eq_ignore_ascii_case(grade))
    }
}

impl FromStr for Grading {
    type Err = InvalidGrading;

    fn from_str(text: &str) -> Result<Self, InvalidGrading> {
        let text = text.trim();
        if let Some((name, _)) = GRADE_SETS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            return Ok(Self((*name).to_owned()));
        }
        let grades: Vec<&str> = text.split('|').map(str::trim).collect();
        let well_formed =
            |grade: &&str| (1..=LONGEST_GRADE).contains(&grade.chars().count()) && !grade.chars().any(char::is_control);
        if grades.len() < 2 || !grades.iter().all(well_formed) {
            return Err(InvalidGrading);
        }
        Ok(Self(grades.join("|")))
    }
}

impl fmt::Display for Grading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn sets_are_known_by_name_and_lists_are_kept() {
        for (name, grades) in GRADE_SETS {
            let grading: Grading = name.to_uppercase().parse().unwrap();
            assert_eq!(grading.as_str(), *name);
            assert_eq!(grading.grades().collect::<Vec<_>>(), *grades);
        }
        let own: Grading = " P | M | D | D* ".parse().unwrap();
        assert_eq!(own.as_str(), "P|M|D|D*");
        assert_eq!((own.find("d*"), own.find("A")), (Some("D*"), None));
        for wrong in ["", "Pass", "A||B", "|", "Excellently done indeed|A"] {
            assert_eq!(wrong.parse::<Grading>(), Err(InvalidGrading), "{wrong}");
        }
    }

    #[test]
    fn a_grade_is_spelt_as_its_set_does() {
        let gcse: Grading = "GCSE Double Award".parse().unwrap();
        assert_eq!((gcse.find("a*a"), gcse.find("A*"), gcse.find("U")), (Some("A*A"), None, None));
    }
}

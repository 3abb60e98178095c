//! The batch files that the demonstration puts into its folder: those of `fixtures/files/demo/`, about its own people. In all but the first
//! two the name of a record (MISIdentifier) begins with the code that the record gets, or says what it prepares.

/// A batch file.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Its name.
    pub name: &'static str,
    /// What is in it.
    pub text: &'static str,
}

macro_rules! samples {
    ($($(#[$doc:meta])* $constant:ident = $name:literal;)+) => {
        $($(#[$doc])* pub const $constant: Sample =
            Sample { name: $name, text: include_str!(concat!("../../fixtures/files/demo/", $name)) };)+

        /// All of them.
        pub const SAMPLES: &[Sample] = &[$($constant),+];
    };
}

samples! {
    /// Three learners: a new one, one who is known, one who resembles somebody. `docs/send-a-batch.md` sends it.
    LEARNERS = "LRB_TEST0038_310720251440.CSV";
    /// Three achievements, the last of something that the catalogue does not have. `docs/send-a-batch.md` sends it.
    ACHIEVEMENTS = "QCF_TEST0045_20250731_040.CSV";
    /// A record for every return code that the web service gives.
    REGISTRATION_CODES = "LRB_TEST0038_310720251450.CSV";
    /// A record for each return code that files alone get.
    REGISTRATION_CODES_OF_FILES = "LRB_TEST0038_310720251451.CSV";
    /// A record for every response code of a verification.
    VERIFICATION_CODES = "VLD_TEST0038_310720251450.CSV";
    /// A record for the code that a verify file alone gets.
    VERIFICATION_CODES_OF_FILES = "VLD_TEST0038_310720251451.CSV";
    /// A record for every error of an achievement but the two that follow.
    ACHIEVEMENT_ERRORS = "QCF_TEST0045_20250731_050.CSV";
    /// An achievement after the end of the awarding organisation's recognition, if that has ended.
    UNRECOGNISED = "QCF_TEST0045_20250731_051.CSV";
    /// An achievement that is final, as provisional.
    PROVISIONAL = "QCF_TEST0045_20250731_052.CSV";
}

impl Sample {
    /// The path from the folder in which the demonstration was started, as long as its folder has its usual name.
    pub fn path(&self) -> String {
        format!("demo/samples/{}", self.name)
    }
}

//! The batch files in the demo's folder, about its own people, from `fixtures/files/demo/`. In all
//! but the first three, the MISIdentifier of each record begins with the code that the record gets,
//! or says what it prepares.

/// A batch file.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Its name.
    pub name: &'static str,
    /// Its contents.
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
    /// Three learners: a new one, a known one, and one similar to another. Used in
    /// `docs/send-a-batch.md`.
    LEARNERS = "LRB_TEST0038_310720251440.CSV";
    /// 200 learners, of whom one is similar to the learner whom README registers, and one has no
    /// gender.
    YEAR = "LRB_TEST0038_310720251230.CSV";
    /// Three achievements, the last of an unknown qualification. Used in `docs/send-a-batch.md`.
    ACHIEVEMENTS = "QCF_TEST0045_20250731_040.CSV";
    /// A record for every return code of the web service.
    REGISTRATION_CODES = "LRB_TEST0038_310720251450.CSV";
    /// A record for each return code that only files get.
    REGISTRATION_CODES_OF_FILES = "LRB_TEST0038_310720251451.CSV";
    /// A record for every response code of a verification.
    VERIFICATION_CODES = "VLD_TEST0038_310720251450.CSV";
    /// A record for the code that only verification files get.
    VERIFICATION_CODES_OF_FILES = "VLD_TEST0038_310720251451.CSV";
    /// A record for every error of an achievement, except the next two.
    ACHIEVEMENT_ERRORS = "QCF_TEST0045_20250731_050.CSV";
    /// An achievement awarded after the end of recognition, if recognition has ended.
    UNRECOGNISED = "QCF_TEST0045_20250731_051.CSV";
    /// A final achievement sent as provisional.
    PROVISIONAL = "QCF_TEST0045_20250731_052.CSV";
}

impl Sample {
    /// The path from the folder in which the demo was started, if the demo's folder has its default
    /// name.
    pub fn path(&self) -> String {
        format!("demo/samples/{}", self.name)
    }
}

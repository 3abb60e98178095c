//! What a call does, in the domain's own words: LearnerService's find and the portal's are one action. The door stands
//! beside it in the audit trail.

/// Declares the actions: the text by which the audit trail keeps each, and the texts by which it did before.
macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal $(, formerly $($former:literal)|+)?;)+) => {
        /// What a call does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[doc = $doc])+ $variant),+ }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text in the audit trail. It never changes: lines are kept for years.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The action of a line of the audit trail, however old it is: before there were actions, a line had the
            /// name of the web service's operation, or of the operator's command.
            pub fn of_line(text: &str) -> Option<Self> {
                match text {
                    $($text $($(| $former)+)? => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

actions! {
    /// Somebody says who they are, and nothing more is known yet.
    SignIn = "sign-in";
    /// Find a learner by ULN.
    FindByUln = "find-by-uln", formerly "learnerByULN" | "LearnerByUln";
    /// Find learners by their details.
    FindByDetails = "find-by-details", formerly "learnerByDemographics";
    /// Register a learner.
    RegisterLearner = "register-learner", formerly "registerSingleLearner";
    /// Change a learner's details.
    UpdateLearner = "update-learner", formerly "updateSingleLearner" | "UpdateLearnerSubsetFields";
    /// Verify a learner's details.
    VerifyLearner = "verify-learner", formerly "verifyLearner";
    /// Say which of a list of ULNs have a learner.
    RetrieveUlns = "retrieve-ulns", formerly "retrieveULNs";
    /// Submit a batch of learners to be registered, updated or found.
    SubmitRegistrations = "submit-registrations", formerly "submitBatchRegistration";
    /// Read what became of such a batch.
    ReadRegistrations = "read-registrations", formerly "getBatchRegistrationOutput";
    /// Submit a batch of details to be verified.
    SubmitVerifications = "submit-verifications", formerly "submitVerifyBatch";
    /// Read what became of such a batch.
    ReadVerifications = "read-verifications", formerly "getVerifyBatchOutput";
    /// Submit a batch of achievements.
    SubmitAchievements = "submit-achievements", formerly "SubmitAchievementBatchJob";
    /// Read what became of such a batch.
    ReadAchievements = "read-achievements", formerly "GetAchievementBatchJob";
    /// See a learner's events.
    ViewEvents = "view-events", formerly "GetLearnerLearningEvents";
    /// See a learner's record: personal details and events.
    ViewRecord = "view-record", formerly "GetLearnerRecord";
    /// See who saw a learner's record.
    ViewAudit = "view-audit", formerly "ViewAudit";
    /// See an organisation.
    ViewOrganisation = "view-organisation", formerly "GetOrganisation";
    /// Add an organisation.
    AddOrganisation = "add-organisation", formerly "organisation add";
    /// Set an organisation's password.
    SetPassword = "set-password", formerly "organisation password";
    /// Set what an organisation may do.
    SetPermissions = "set-permissions", formerly "organisation grant";
    /// Let an organisation call, or not.
    SetActive = "set-active", formerly "organisation active";
    /// Set an awarding organisation's recognition.
    SetRecognition = "set-recognition", formerly "organisation recognition";
    /// Let a certificate act for an organisation.
    AddCertificate = "add-certificate", formerly "certificate add";
    /// Revoke a certificate.
    RevokeCertificate = "revoke-certificate", formerly "certificate revoke";
    /// Load qualifications and units into the catalogue.
    ImportCatalogue = "import-catalogue", formerly "catalogue import";
    /// Load learners into the register.
    ImportLearners = "import-learners", formerly "learner import";
    /// Load learning events.
    ImportEvents = "import-events", formerly "event import";
    /// See everything that is kept of a learner.
    ShowLearner = "show-learner", formerly "learner show";
    /// Merge one ULN into another.
    MergeLearner = "merge-learner", formerly "merge";
    /// Take a merge back.
    UnmergeLearner = "unmerge-learner", formerly "unmerge";
    /// Delete a learner.
    DeleteLearner = "delete-learner", formerly "delete";
    /// See which batches there are, and how far each is.
    ListJobs = "list-batches";
    /// Fetch the file that a batch came in.
    FetchFile = "fetch-batch-file";
    /// See the records of a batch.
    ShowRecords = "show-batch-records", formerly "batch records";
    /// Cancel a batch.
    CancelJob = "cancel-batch", formerly "batch cancel";
    /// Remove everything.
    Wipe = "wipe";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_text_reads_back_and_none_stands_for_two() {
        for action in Action::ALL {
            assert_eq!(Action::of_line(action.text()), Some(*action));
        }
        let texts: HashSet<_> = Action::ALL.iter().map(|action| action.text()).collect();
        assert_eq!(texts.len(), Action::ALL.len());
    }

    #[test]
    fn lines_from_before_there_were_actions_are_readable() {
        assert_eq!(Action::of_line("LearnerByUln"), Some(Action::FindByUln));
        assert_eq!(Action::of_line("GetLearnerRecord"), Some(Action::ViewRecord));
        assert_eq!(Action::of_line("batch cancel"), Some(Action::CancelJob));
        assert_eq!(Action::of_line("a word of nobody's"), None);
    }
}

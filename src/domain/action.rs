//! What a call does, in the domain's own words: LearnerService's find and the portal's are one
//! action. The audit trail states the door separately.

/// Declares the actions: the text of each in the audit trail, and its former texts there.
macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal $(, formerly $($former:literal)|+)?;)+) => {
        /// What a call does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[doc = $doc])+ $variant),+ }

        impl Action {
            /// All actions.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text in the audit trail. It never changes, because lines are kept for years.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The action of an audit line of any age: before actions existed, a line had the name
            /// of the web service's operation or of the operator's command.
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
    /// Sign in: credentials were given, and nothing more is known yet.
    SignIn = "sign-in";
    /// Give the second factor of a sign-in, or give it again.
    SecondFactor = "second-factor";
    /// Choose the organisation to work for.
    ChooseOrganisation = "choose-organisation";
    /// Sign out.
    SignOut = "sign-out";
    /// Lock an account: the service does so after wrong passwords or codes.
    LockAccount = "lock-account";
    /// Sign in with a recovery code in place of the second factor.
    UseRecoveryCode = "use-recovery-code";
    /// Sign in with a passkey in place of the app's code.
    UsePasskey = "use-passkey";
    /// Add a passkey to one's own account.
    AddPasskey = "add-passkey";
    /// Remove a passkey from one's own account.
    RemovePasskey = "remove-passkey";
    /// Ask for a new password.
    AskForPassword = "ask-for-password";
    /// Choose a password for one's own account.
    SetUserPassword = "set-user-password";
    /// Set up a second factor for one's own account, or new recovery codes.
    SetSecondFactor = "set-second-factor";
    /// Accept the user agreement.
    AcceptAgreement = "accept-agreement";
    /// Add a user to an organisation.
    AddUser = "add-user";
    /// See the users of an organisation.
    ViewUsers = "view-users";
    /// See what a user did.
    ViewUserActivity = "view-user-activity";
    /// Set the roles of a user.
    SetUserRoles = "set-user-roles";
    /// Set the details of a user.
    UpdateUser = "update-user";
    /// Deny a user access for a time.
    SuspendUser = "suspend-user";
    /// Give a user access again.
    ReinstateUser = "reinstate-user";
    /// Remove a user from an organisation.
    RevokeUser = "revoke-user";
    /// Unlock a user's account.
    UnlockUser = "unlock-user";
    /// Take a user's password away, and send a link for a new one.
    ResetUserPassword = "reset-user-password";
    /// Take a user's second factor away, and send a link for a new one.
    ResetUserFactor = "reset-user-factor";
    /// Find a learner by ULN.
    FindByUln = "find-by-uln", formerly "learnerByULN" | "LearnerByUln";
    /// Find learners by their details.
    FindByDetails = "find-by-details", formerly "learnerByDemographics";
    /// See the details of a learner who was found before.
    ViewLearner = "view-learner";
    /// Say that a learner who was found is not the one to be registered.
    DismissMatch = "dismiss-match";
    /// Register a learner.
    RegisterLearner = "register-learner", formerly "registerSingleLearner";
    /// Change a learner's details.
    UpdateLearner = "update-learner", formerly "updateSingleLearner" | "UpdateLearnerSubsetFields";
    /// Verify a learner's details.
    VerifyLearner = "verify-learner", formerly "verifyLearner";
    /// Look up a list of ULNs.
    RetrieveUlns = "retrieve-ulns", formerly "retrieveULNs";
    /// Submit a batch of learners to find, update or register.
    SubmitRegistrations = "submit-registrations", formerly "submitBatchRegistration";
    /// Read the results of such a batch.
    ReadRegistrations = "read-registrations", formerly "getBatchRegistrationOutput";
    /// Submit a batch of details to verify.
    SubmitVerifications = "submit-verifications", formerly "submitVerifyBatch";
    /// Read the results of such a batch.
    ReadVerifications = "read-verifications", formerly "getVerifyBatchOutput";
    /// Submit a batch of achievements.
    SubmitAchievements = "submit-achievements", formerly "SubmitAchievementBatchJob";
    /// Read the results of such a batch.
    ReadAchievements = "read-achievements", formerly "GetAchievementBatchJob";
    /// See achievements of the organisation's own.
    ViewAchievements = "view-achievements";
    /// Look for qualifications and units that may be submitted.
    SearchCatalogue = "search-catalogue";
    /// Create an achievement.
    CreateAchievement = "create-achievement";
    /// Change an achievement.
    ChangeAchievement = "change-achievement";
    /// Withdraw an achievement.
    WithdrawAchievement = "withdraw-achievement";
    /// Take the withdrawal of an achievement back.
    ReinstateAchievement = "reinstate-achievement";
    /// See a learner's events.
    ViewEvents = "view-events", formerly "GetLearnerLearningEvents";
    /// See a learning record: personal details and events.
    ViewRecord = "view-record", formerly "GetLearnerRecord";
    /// Make a report of a learning record.
    ReportRecord = "report-record";
    /// Raise a learning event data challenge.
    RaiseChallenge = "raise-challenge";
    /// See learning event data challenges.
    ViewChallenges = "view-challenges";
    /// Ask, answer, decide or withdraw a learning event data challenge.
    DecideChallenge = "decide-challenge";
    /// See who saw a learning record.
    ViewAudit = "view-audit", formerly "ViewAudit";
    /// See an organisation.
    ViewOrganisation = "view-organisation", formerly "GetOrganisation";
    /// Add an organisation.
    AddOrganisation = "add-organisation", formerly "organisation add";
    /// Set an organisation's password.
    SetPassword = "set-password", formerly "organisation password";
    /// Set an organisation's permissions.
    SetPermissions = "set-permissions", formerly "organisation grant";
    /// Allow an organisation to call, or stop it.
    SetActive = "set-active", formerly "organisation active";
    /// Set an awarding organisation's recognition.
    SetRecognition = "set-recognition", formerly "organisation recognition";
    /// Allow a certificate to act for an organisation.
    AddCertificate = "add-certificate", formerly "certificate add";
    /// See the certificates of an organisation.
    ViewCertificates = "view-certificates";
    /// Revoke a certificate.
    RevokeCertificate = "revoke-certificate", formerly "certificate revoke";
    /// Ask for a certificate for one's own organisation.
    RequestCertificate = "request-certificate";
    /// Withdraw the request for a certificate.
    WithdrawCertificateRequest = "withdraw-certificate-request";
    /// Register the certificate that was signed for a request.
    SignCertificate = "sign-certificate";
    /// Load qualifications and units into the catalogue.
    ImportCatalogue = "import-catalogue", formerly "catalogue import";
    /// Load learners into the register.
    ImportLearners = "import-learners", formerly "learner import";
    /// Load learning events.
    ImportEvents = "import-events", formerly "event import";
    /// See everything stored about a learner.
    ShowLearner = "show-learner", formerly "learner show";
    /// Merge one ULN into another.
    MergeLearner = "merge-learner", formerly "merge";
    /// Undo a merge.
    UnmergeLearner = "unmerge-learner", formerly "unmerge";
    /// Delete a learner.
    DeleteLearner = "delete-learner", formerly "delete";
    /// Restore a learner who was deleted.
    RestoreLearner = "restore-learner";
    /// Move learning events from a ULN that two people shared to the one of their own.
    SplitLearner = "split-learner";
    /// See what a change of the links between learners would do.
    PreviewLinks = "preview-link-change";
    /// See what was done to the links between learners.
    ViewLinks = "view-link-changes";
    /// See everything that is held about a person and was disclosed of it.
    ViewSubject = "view-subject";
    /// Count what was kept long enough.
    PreviewErasure = "preview-erasure";
    /// Erase what was kept long enough.
    Erase = "erase";
    /// Hand out lines of the audit trail.
    ExportTrail = "export-trail";
    /// Report which ULNs were merged, unmerged or deleted.
    ReportLinks = "report-link-changes";
    /// Report a problem with a ULN.
    ReportUlnProblem = "report-uln-problem";
    /// See reported problems with ULNs.
    ViewUlnProblems = "view-uln-problems";
    /// Log a case of the service desk.
    LogCase = "log-case";
    /// See cases of the service desk.
    ViewCases = "view-cases";
    /// Rectify a case of the service desk.
    RectifyCase = "rectify-case";
    /// See which batches there are, and how far each is.
    ListJobs = "list-batches";
    /// Fetch the file that a batch came in.
    FetchFile = "fetch-batch-file";
    /// See the records of a job.
    ShowRecords = "show-batch-records", formerly "batch records";
    /// Upload a file, to be checked and perhaps submitted.
    UploadFile = "upload-file";
    /// Check a file of which nothing is stored.
    CheckFile = "check-file";
    /// See what the check of an uploaded file found.
    ViewUpload = "view-upload";
    /// Cancel an uploaded file.
    CancelUpload = "cancel-upload";
    /// Work records of a registration batch that needed attention.
    WorkExceptions = "work-exceptions";
    /// Cancel a job.
    CancelJob = "cancel-batch", formerly "batch cancel";
    /// See the plans of a learner, or one of them.
    ViewPlan = "view-plan";
    /// Make a plan for a learner.
    CreatePlan = "create-plan";
    /// Change a plan of a learner.
    ChangePlan = "change-plan";
    /// Take over a plan of a learner who has come from another establishment.
    TakeOverPlan = "take-over-plan";
    /// Plan maintenance, and announce it.
    PlanMaintenance = "plan-maintenance";
    /// Cancel planned maintenance.
    CancelMaintenance = "cancel-maintenance";
    /// Copy the whole database to a file.
    BackUp = "back-up";
    /// Bring the tables back to those of an earlier release.
    UndoMigrations = "undo-migrations";
    /// Delete everything.
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

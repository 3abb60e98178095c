//! Empties the database, for the demo's reset.

use diesel::connection::SimpleConnection;

use super::{AnyConnection, StoreError, Transaction, audit, organisations};

/// Deletes all rows and restarts their numbering, so that data added afterwards gets the same
/// numbers again.
pub fn wipe(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.changes_any();
    match &mut **transaction {
        #[cfg(feature = "sqlite")]
        AnyConnection::Sqlite(c) => c.batch_execute(
            "INSERT OR REPLACE INTO audit_erased (chain, through, hash, erased_at) \
             SELECT chain, 9223372036854775807, head, '2000-01-01' FROM audit_chains UNION ALL SELECT 0, 9223372036854775807, x'', '2000-01-01'; \
             DELETE FROM erased_ulns; DELETE FROM event_versions; DELETE FROM challenge_steps; DELETE FROM challenges; DELETE FROM uln_problems; DELETE FROM cases; DELETE FROM link_changes; DELETE FROM kept_values; DELETE FROM sessions; DELETE FROM pending_sign_ins; DELETE FROM account_links; DELETE FROM recovery_codes; DELETE FROM passkeys; \
             DELETE FROM memberships; DELETE FROM account_passwords; DELETE FROM accounts; DELETE FROM outbox; \
             DELETE FROM plan_versions; DELETE FROM plans; DELETE FROM worked_exceptions; DELETE FROM upload_findings; DELETE FROM upload_finding_kinds; DELETE FROM upload_pieces; DELETE FROM uploads; \
             DELETE FROM job_results; DELETE FROM job_records; DELETE FROM job_files; DELETE FROM jobs; DELETE FROM job_turns; DELETE FROM catalogue; DELETE FROM awarding_recognitions; DELETE FROM audit; \
             DELETE FROM recent_searches; DELETE FROM achievement_steps; DELETE FROM learning_events; DELETE FROM learners; \
             DELETE FROM certificate_requests; DELETE FROM certificate_organisations; DELETE FROM certificates; DELETE FROM organisations; DELETE FROM sqlite_sequence;",
        )?,
        #[cfg(feature = "postgres")]
        AnyConnection::Postgres(c) => c.batch_execute(
            "ALTER TABLE audit DISABLE TRIGGER audit_is_never_emptied; \
             TRUNCATE erased_ulns, uln_problems, plan_versions, plans, cases, link_changes, kept_values, sessions, pending_sign_ins, account_links, recovery_codes, passkeys, memberships, account_passwords, accounts, outbox, \
             worked_exceptions, upload_findings, upload_finding_kinds, upload_pieces, uploads, \
             job_results, job_records, job_files, jobs, job_turns, catalogue, awarding_recognitions, audit, recent_searches, achievement_steps, event_versions, challenge_steps, challenges, learning_events, learners, \
             certificate_requests, certificate_organisations, certificates, organisations \
             RESTART IDENTITY; \
             ALTER TABLE audit ENABLE TRIGGER audit_is_never_emptied",
        )?,
    }
    audit::start_over(transaction)?;
    organisations::count_change(transaction)
}

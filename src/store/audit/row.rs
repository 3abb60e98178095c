//! A row of the audit trail: its columns, the text that is hashed, and its hash.
//!
//! **Warning: the text is for ever.** A line is verified by making its text again from its columns:
//! a column that is renamed, moved or written differently makes every earlier line look changed. A
//! new column goes to the end, and is left out where it is null, as `account_id` is.

use std::borrow::Cow;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::model::{AuditEntry, ChainHash, ChainHead, Fingerprint, to_microseconds};
use crate::store::schema::audit;
use crate::store::values::StoredTime;

/// The columns that say what happened.
#[derive(Insertable, Queryable, Serialize, Deserialize)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub(super) struct Row<'a> {
    pub(super) at: StoredTime,
    organisation_id: Option<i32>,
    organisation_ref: Cow<'a, str>,
    organisation_name: Cow<'a, str>,
    user_name: Cow<'a, str>,
    certificate: Option<Cow<'a, str>>,
    door: Cow<'a, str>,
    action: Cow<'a, str>,
    uln: Option<Cow<'a, str>>,
    outcome: Cow<'a, str>,
    record_shown: bool,
    // Lines that an earlier release left in a trail file have neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_id: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    about_account_id: Option<i32>,
}

/// A row with its place in a chain.
#[derive(Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub(super) struct ChainedRow<'a> {
    #[diesel(embed)]
    row: Row<'a>,
    chain: i32,
    sequence: i64,
    hash: [u8; 32],
}

/// A row as JSON. The hash is that of the text without it.
#[derive(Serialize)]
struct Text<'t, 'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    chain: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
    #[serde(flatten)]
    row: &'t Row<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
}

impl Row<'_> {
    /// The hash of this row as the next of a chain.
    pub(super) fn hash_after(&self, head: &ChainHead) -> ChainHash {
        ChainHash::of(&self.text(Some(head), None))
    }

    /// The row as JSON; where it is in a chain, as the next one, with its hash.
    pub(super) fn text(&self, head: Option<&ChainHead>, hash: Option<ChainHash>) -> Vec<u8> {
        let text = Text {
            chain: head.map(|head| head.chain),
            sequence: head.map(|head| head.sequence.saturating_add(1)),
            previous: head.map(|head| head.hash.text()),
            row: self,
            hash: hash.map(|hash| hash.text()),
        };
        let mut bytes = Vec::with_capacity(640);
        // Serialising to memory cannot fail.
        let _ = serde_json::to_writer(&mut bytes, &text);
        bytes
    }
}

impl<'a> ChainedRow<'a> {
    /// The row as the next of a chain, which becomes its head.
    pub(super) fn after(head: &mut ChainHead, row: Row<'a>) -> Self {
        let hash = row.hash_after(head);
        *head = ChainHead { chain: head.chain, sequence: head.sequence.saturating_add(1), hash };
        Self { row, chain: head.chain, sequence: head.sequence, hash: *hash.as_bytes() }
    }
}

impl<'a> From<&'a AuditEntry> for Row<'a> {
    fn from(entry: &'a AuditEntry) -> Self {
        let AuditEntry {
            at,
            organisation_id,
            organisation_ref,
            organisation_name,
            user_name,
            certificate,
            door,
            action,
            uln,
            outcome,
            record_shown,
            account_id,
            about_account_id,
        } = entry;
        Self {
            // What a database cuts off could not be hashed again.
            at: StoredTime(to_microseconds(*at)),
            organisation_id: *organisation_id,
            organisation_ref: organisation_ref.into(),
            organisation_name: organisation_name.into(),
            user_name: user_name.into(),
            certificate: certificate.as_ref().map(|certificate| hexadecimal(certificate).into()),
            door: door.code().into(),
            action: action.as_ref().into(),
            uln: uln.as_ref().map(|uln| uln.as_str().into()),
            outcome: outcome.into(),
            record_shown: *record_shown,
            account_id: *account_id,
            about_account_id: *about_account_id,
        }
    }
}

/// The 64 hexadecimal digits of a fingerprint; runs for every line written.
fn hexadecimal(fingerprint: &Fingerprint) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| DIGITS.get(usize::from(value & 15)).copied().map_or('0', char::from);
    fingerprint.as_bytes().iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::model::Door;

    #[test]
    fn a_fingerprint_is_written_as_everywhere() {
        let fingerprint = Fingerprint::of_der(b"synthetic");
        assert_eq!(hexadecimal(&fingerprint), fingerprint.to_string());
    }

    /// If this fails, every line that is stored would look changed.
    #[test]
    fn the_text_that_is_hashed_stays_as_it_is() {
        let entry = AuditEntry {
            at: "2026-01-05T09:12:44.120003".parse().unwrap(),
            organisation_id: Some(7),
            organisation_ref: "TEST0038".to_owned(),
            organisation_name: "Synthetic \"College\"\nof Zo\u{eb}".to_owned(),
            user_name: "tester".to_owned(),
            certificate: None,
            door: Door::WebService,
            action: "find-by-uln".into(),
            uln: "1100001017".parse().ok(),
            outcome: "WSRC0004".to_owned(),
            record_shown: false,
            account_id: None,
            about_account_id: Some(3),
        };
        let head = ChainHead { chain: 2, sequence: 41, hash: ChainHash::of(b"before") };
        let text = Row::from(&entry).text(Some(&head), None);
        let expected = concat!(
            r#"{"chain":2,"sequence":42,"previous":"6db7d803e74f1ffa7d8f5adc0bf95b3e15bf4c8373fffadf546227cc6c6742cb","#,
            r#""at":"2026-01-05T09:12:44.120003","organisation_id":7,"organisation_ref":"TEST0038","#,
            r#""organisation_name":"Synthetic \"College\"\nof Zoë","user_name":"tester","certificate":null,"#,
            r#""door":"web-service","action":"find-by-uln","uln":"1100001017","outcome":"WSRC0004","#,
            r#""record_shown":false,"about_account_id":3}"#,
        );
        assert_eq!(std::str::from_utf8(&text).unwrap(), expected);
    }
}

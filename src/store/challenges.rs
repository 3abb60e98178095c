//! Learning event data challenges, what was done about them, and what events had before.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::dialect::on_either;
use super::schema::{challenge_steps, challenges, event_versions, learning_events};
use super::{AnyConnection, StoreError};
use crate::model::{
    Challenge, ChallengeId, ChallengeKind, ChallengeState, ChallengeStep, EventField, EventTexts, EventVersion,
    Timestamp, Uln,
};

/// Events per statement, below the databases' limits on bound values.
const ROWS_AT_ONCE: usize = 1_000;

/// Selects challenges. Only what the organisation raised or decides is found.
#[derive(Debug, Clone, Copy)]
pub struct ChallengeFilter<'a> {
    /// What this organisation raised, by its internal number.
    pub raised_by: i32,
    /// And what it decides, by its UKPRN.
    pub decided_by: Option<&'a str>,
    /// And what the service desk decides.
    pub of_desk: bool,
    /// Only these learners; empty means all.
    pub ulns: &'a [Uln],
    /// Only those that wait for a decision, or only those that do not.
    pub open: Option<bool>,
    /// Only of this kind.
    pub kind: Option<ChallengeKind>,
    /// Only those that follow this one: the last of the page before.
    pub after: Option<ChallengeId>,
    /// Whether the oldest is the first, and not the latest.
    pub oldest_first: bool,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = challenges, treat_none_as_default_value = false)]
struct Row {
    #[diesel(skip_insertion)]
    id: i32,
    raised_by: i32,
    raised_by_name: String,
    account_id: Option<i32>,
    decided_by: Option<String>,
    uln: String,
    kind: String,
    state: String,
    event_id: Option<i32>,
    other_event_id: Option<i32>,
    original: String,
    supplied: String,
    contact_name: String,
    telephone: String,
    email: String,
    information: String,
    created_at: Timestamp,
    resolved_at: Option<Timestamp>,
    case_number: Option<i32>,
}

impl TryFrom<Row> for Challenge {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: ChallengeId(row.id),
            raised_by: row.raised_by,
            raised_by_name: row.raised_by_name,
            account_id: row.account_id,
            decided_by: row.decided_by,
            uln: row.uln.parse().map_err(|_| StoreError::Corrupt("challenges.uln"))?,
            kind: row.kind.parse().map_err(|_| StoreError::Corrupt("challenges.kind"))?,
            state: row.state.parse().map_err(|_| StoreError::Corrupt("challenges.state"))?,
            event: row.event_id,
            other_event: row.other_event_id,
            original: read(&row.original)?,
            supplied: read(&row.supplied)?,
            contact_name: row.contact_name,
            telephone: row.telephone,
            email: row.email,
            information: row.information,
            created_at: row.created_at,
            resolved_at: row.resolved_at,
            case: row.case_number,
        })
    }
}

impl From<&Challenge> for Row {
    fn from(challenge: &Challenge) -> Self {
        Self {
            id: challenge.id.0,
            raised_by: challenge.raised_by,
            raised_by_name: challenge.raised_by_name.clone(),
            account_id: challenge.account_id,
            decided_by: challenge.decided_by.clone(),
            uln: challenge.uln.to_string(),
            kind: challenge.kind.code().to_owned(),
            state: challenge.state.code().to_owned(),
            event_id: challenge.event,
            other_event_id: challenge.other_event,
            original: write(&challenge.original),
            supplied: write(&challenge.supplied),
            contact_name: challenge.contact_name.clone(),
            telephone: challenge.telephone.clone(),
            email: challenge.email.clone(),
            information: challenge.information.clone(),
            created_at: challenge.created_at,
            resolved_at: challenge.resolved_at,
            case_number: challenge.case,
        }
    }
}

/// Adds a challenge and returns its number.
pub fn insert(connection: &mut AnyConnection, new: &Challenge) -> Result<ChallengeId, StoreError> {
    let row = Row::from(new);
    let id = diesel::insert_into(challenges::table).values(&row).returning(challenges::id).get_result(connection)?;
    Ok(ChallengeId(id))
}

/// A challenge by its number.
pub fn by_id(connection: &mut AnyConnection, id: ChallengeId) -> Result<Option<Challenge>, StoreError> {
    let row: Option<Row> = challenges::table.find(id.0).select(Row::as_select()).first(connection).optional()?;
    row.map(Challenge::try_from).transpose()
}

/// The challenges that the filter finds, the latest first, at most `limit`.
pub fn list(
    connection: &mut AnyConnection,
    filter: &ChallengeFilter<'_>,
    limit: i64,
) -> Result<Vec<Challenge>, StoreError> {
    let ChallengeFilter { raised_by, decided_by, of_desk, ulns, open, kind, after, oldest_first } = *filter;
    let rows: Vec<Row> = on_either!(connection, c => {
        let mut query = challenges::table.select(Row::as_select()).into_boxed();
        query = match (decided_by, of_desk) {
            (None, false) => query.filter(challenges::raised_by.eq(raised_by)),
            (Some(ukprn), false) => {
                query.filter(challenges::raised_by.eq(raised_by).or(challenges::decided_by.eq(ukprn)))
            }
            (None, true) => query.filter(challenges::raised_by.eq(raised_by).or(challenges::decided_by.is_null())),
            (Some(ukprn), true) => query.filter(
                challenges::raised_by
                    .eq(raised_by)
                    .or(challenges::decided_by.is_null())
                    .or(challenges::decided_by.eq(ukprn)),
            ),
        };
        if !ulns.is_empty() {
            query = query.filter(challenges::uln.eq_any(ulns.iter().map(Uln::as_str)));
        }
        query = match open {
            Some(true) => query.filter(challenges::state.eq_any(OPEN.map(ChallengeState::code))),
            Some(false) => query.filter(challenges::state.ne_all(OPEN.map(ChallengeState::code))),
            None => query,
        };
        if let Some(kind) = kind {
            query = query.filter(challenges::kind.eq(kind.code()));
        }
        query = match (after, oldest_first) {
            (Some(after), true) => query.filter(challenges::id.gt(after.0)),
            (Some(after), false) => query.filter(challenges::id.lt(after.0)),
            (None, _) => query,
        };
        query = if oldest_first { query.order(challenges::id.asc()) } else { query.order(challenges::id.desc()) };
        query.limit(limit).load(c)
    })?;
    rows.into_iter().map(Challenge::try_from).collect()
}

/// All challenges about these learners, the first first.
pub fn about(connection: &mut AnyConnection, ulns: &[Uln]) -> Result<Vec<Challenge>, StoreError> {
    let rows: Vec<Row> = on_either!(connection, c => {
        challenges::table
            .filter(challenges::uln.eq_any(ulns.iter().map(Uln::as_str)))
            .order(challenges::id)
            .select(Row::as_select())
            .load(c)
    })?;
    rows.into_iter().map(Challenge::try_from).collect()
}

/// The states of challenges that wait for a decision.
const OPEN: [ChallengeState; 2] = [ChallengeState::Open, ChallengeState::InProgress];

/// How many challenges wait for a decision: those that the organisation raised, and those that it
/// decides by its UKPRN, or as the service desk.
pub fn count_open(
    connection: &mut AnyConnection,
    raised_by: i32,
    decided_by: Option<&str>,
    of_desk: bool,
) -> Result<(i64, i64), StoreError> {
    let open = OPEN.map(ChallengeState::code);
    Ok(on_either!(connection, c => {
        let waiting = || challenges::table.filter(challenges::state.eq_any(open));
        let raised = waiting().filter(challenges::raised_by.eq(raised_by)).count().get_result(c)?;
        let of_organisation: i64 = match decided_by {
            Some(ukprn) => waiting().filter(challenges::decided_by.eq(ukprn)).count().get_result(c)?,
            None => 0,
        };
        let others: i64 = match of_desk {
            true => waiting().filter(challenges::decided_by.is_null()).count().get_result(c)?,
            false => 0,
        };
        Ok::<_, diesel::result::Error>((raised, of_organisation.saturating_add(others)))
    })?)
}

/// Sets the case of a challenge.
pub fn set_case(connection: &mut AnyConnection, id: ChallengeId, case: i32) -> Result<(), StoreError> {
    diesel::update(challenges::table.find(id.0)).set(challenges::case_number.eq(case)).execute(connection)?;
    Ok(())
}

/// Sets the state of a challenge that waits for a decision; `false` if it does not any more.
pub fn set_state(
    connection: &mut AnyConnection,
    id: ChallengeId,
    state: ChallengeState,
    resolved_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let open = OPEN.map(ChallengeState::code);
    let changed = on_either!(connection, c => {
        diesel::update(challenges::table.find(id.0).filter(challenges::state.eq_any(open)))
            .set((challenges::state.eq(state.code()), challenges::resolved_at.eq(resolved_at)))
            .execute(c)
    })?;
    Ok(changed > 0)
}

/// Marks an event as challenged, or not, as the challenges that wait for a decision say.
pub fn mark_event(connection: &mut AnyConnection, event: i32) -> Result<(), StoreError> {
    let open = OPEN.map(ChallengeState::code);
    let waiting: i64 = on_either!(connection, c => {
        challenges::table
            .filter(challenges::event_id.eq(event).or(challenges::other_event_id.eq(event)))
            .filter(challenges::state.eq_any(open))
            .count()
            .get_result(c)
    })?;
    diesel::update(learning_events::table.find(event))
        .set(learning_events::under_data_challenge.eq(waiting > 0))
        .execute(connection)?;
    Ok(())
}

/// Adds what somebody did about a challenge.
pub fn add_step(connection: &mut AnyConnection, id: ChallengeId, step: &ChallengeStep) -> Result<(), StoreError> {
    let number: i64 =
        challenge_steps::table.filter(challenge_steps::challenge_id.eq(id.0)).count().get_result(connection)?;
    diesel::insert_into(challenge_steps::table)
        .values((
            challenge_steps::challenge_id.eq(id.0),
            challenge_steps::number.eq(i32::try_from(number).unwrap_or(i32::MAX)),
            challenge_steps::at.eq(step.at),
            challenge_steps::state.eq(step.state.code()),
            challenge_steps::organisation.eq(&step.organisation),
            challenge_steps::user_name.eq(&step.user_name),
            challenge_steps::message.eq(&step.message),
        ))
        .execute(connection)?;
    Ok(())
}

/// What was done about a challenge, in order.
pub fn steps(connection: &mut AnyConnection, id: ChallengeId) -> Result<Vec<ChallengeStep>, StoreError> {
    type Columns = (Timestamp, String, String, String, String);
    let rows: Vec<Columns> = challenge_steps::table
        .filter(challenge_steps::challenge_id.eq(id.0))
        .order(challenge_steps::number)
        .select((
            challenge_steps::at,
            challenge_steps::state,
            challenge_steps::organisation,
            challenge_steps::user_name,
            challenge_steps::message,
        ))
        .load(connection)?;
    let step = |(at, state, organisation, user_name, message): Columns| -> Result<_, StoreError> {
        let state = state.parse().map_err(|_| StoreError::Corrupt("challenge_steps.state"))?;
        Ok(ChallengeStep { at, state, organisation, user_name, message })
    };
    rows.into_iter().map(step).collect()
}

/// Keeps what an event had before a correction.
pub fn add_version(connection: &mut AnyConnection, event: i32, version: &EventVersion) -> Result<(), StoreError> {
    let number: i64 =
        event_versions::table.filter(event_versions::event_id.eq(event)).count().get_result(connection)?;
    diesel::insert_into(event_versions::table)
        .values((
            event_versions::event_id.eq(event),
            event_versions::number.eq(i32::try_from(number).unwrap_or(i32::MAX)),
            event_versions::at.eq(version.at),
            event_versions::challenge_id.eq(version.challenge.0),
            event_versions::before.eq(write(&version.before)),
            event_versions::after.eq(write(&version.after)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Those of these events that were corrected.
pub fn corrected(connection: &mut AnyConnection, events: &[i32]) -> Result<BTreeSet<i32>, StoreError> {
    let ids: Vec<i32> = on_either!(connection, c => {
        event_versions::table
            .filter(event_versions::event_id.eq_any(events))
            .select(event_versions::event_id)
            .distinct()
            .load(c)
    })?;
    Ok(ids.into_iter().collect())
}

/// What an event had before each correction, the first first.
pub fn versions(connection: &mut AnyConnection, event: i32) -> Result<Vec<EventVersion>, StoreError> {
    type Columns = (Timestamp, i32, String, String);
    let rows: Vec<Columns> = event_versions::table
        .filter(event_versions::event_id.eq(event))
        .order(event_versions::number)
        .select((event_versions::at, event_versions::challenge_id, event_versions::before, event_versions::after))
        .load(connection)?;
    let version = |(at, challenge, before, after): Columns| -> Result<_, StoreError> {
        Ok(EventVersion { at, challenge: ChallengeId(challenge), before: read(&before)?, after: read(&after)? })
    };
    rows.into_iter().map(version).collect()
}

/// Moves the challenges of these events from one learner to another.
pub fn reassign(connection: &mut AnyConnection, events: &[i32], from: Uln, to: Uln) -> Result<(), StoreError> {
    for events in events.chunks(ROWS_AT_ONCE) {
        let theirs = challenges::event_id.eq_any(events.iter().copied()).and(challenges::uln.eq(from.as_str()));
        on_either!(connection, c => {
            diesel::update(challenges::table.filter(theirs)).set(challenges::uln.eq(to.as_str())).execute(c)
        })?;
    }
    Ok(())
}

fn write(texts: &EventTexts) -> String {
    let by_name: std::collections::BTreeMap<&str, &String> =
        texts.iter().map(|(field, text)| (field.code(), text)).collect();
    // A map of texts can always be written.
    serde_json::to_string(&by_name).unwrap_or_default()
}

fn read(json: &str) -> Result<EventTexts, StoreError> {
    let corrupt = || StoreError::Corrupt("a challenge's values");
    let by_name: std::collections::BTreeMap<String, String> = serde_json::from_str(json).map_err(|_| corrupt())?;
    let field = |(name, text): (String, String)| -> Result<_, StoreError> {
        Ok((name.parse::<EventField>().map_err(|_| corrupt())?, text))
    };
    by_name.into_iter().map(field).collect()
}

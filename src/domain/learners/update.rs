//! Updating a learner: the optimistic lock, the changes that are allowed, and what counts as none (rules.md 2.6, 2.15, 4.4).

use super::super::names::{normalise, search_keys};
use super::super::{Caller, Error, Service, codes};
use super::present;
use crate::domain::format::is_one_line;
use crate::model::{AbilityToShare, Learner, LearnerStatus, Permission, SearchKeys, Timestamp, Uln, VerificationType};
use crate::store::learners::{self as rows, Stored};
use crate::store::{StoreError, Transaction, audit};

/// A change of a learner. `None` leaves a field as it is, empty text clears it; mandatory fields cannot be cleared.
#[derive(Clone, Copy, Default)]
#[expect(missing_docs, reason = "the fields are those of the model's learner")]
pub struct LearnerChange<'a> {
    /// The learner's number.
    pub uln: &'a str,
    /// The version that the caller read.
    pub version: i32,
    pub title: Option<&'a str>,
    pub given_name: Option<&'a str>,
    pub middle_other_name: Option<&'a str>,
    pub family_name: Option<&'a str>,
    pub preferred_given_name: Option<&'a str>,
    pub previous_family_name: Option<&'a str>,
    pub family_name_at_age_16: Option<&'a str>,
    pub school_at_age_16: Option<&'a str>,
    pub address_line_1: Option<&'a str>,
    pub address_line_2: Option<&'a str>,
    pub address_town: Option<&'a str>,
    pub address_county_or_city: Option<&'a str>,
    pub postcode: Option<&'a str>,
    pub date_of_address_capture: Option<&'a str>,
    pub date_of_birth: Option<&'a str>,
    pub place_of_birth: Option<&'a str>,
    pub gender: Option<&'a str>,
    pub email_address: Option<&'a str>,
    pub nationality: Option<&'a str>,
    pub scottish_candidate_number: Option<&'a str>,
    pub verification_type: Option<&'a str>,
    pub other_verification_description: Option<&'a str>,
    pub ability_to_share: Option<&'a str>,
    pub notes: Option<&'a str>,
    pub unique_candidate_identifier: Option<&'a str>,
}

/// A change of the few fields of UpdateLearnerSubsetFields. `None` leaves a field as it is, empty text clears it.
#[derive(Clone, Copy, Default)]
pub struct SubsetChange<'a> {
    /// The learner's number.
    pub uln: &'a str,
    /// The version that the caller read.
    pub version: i32,
    /// E-mail address.
    pub email_address: Option<&'a str>,
    /// Telephone number.
    pub telephone_number: Option<&'a str>,
    /// Ability to share; `None` is the wire's `NotProvided`.
    pub ability_to_share: Option<AbilityToShare>,
    /// School at age 16.
    pub school_at_age_16: Option<&'a str>,
    /// Preferred given name.
    pub preferred_given_name: Option<&'a str>,
}

/// What an update comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updated {
    /// Changed, and the version counted up (WSRC0006).
    Updated,
    /// Somebody else changed it since it was read (WSRC0013).
    Stale,
    /// The ability to share may not change like that (WSRC0014).
    InvalidSharing,
    /// No such learner (WSRC0019).
    NotFound,
    /// Nothing differs (WSRC0020).
    NoChange,
    /// A mandatory field would be empty, a value is none of its kind, or too much of the identity changes (WSRC0015).
    InsufficientData,
    /// The number was merged: update its master instead (WSRC0022).
    Linked,
}

impl Updated {
    /// The response code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Updated => codes::UPDATED,
            Self::Stale => codes::STALE,
            Self::InvalidSharing => codes::INVALID_SHARING,
            Self::NotFound => codes::NOT_FOUND_FOR_UPDATE,
            Self::NoChange => codes::NO_CHANGE,
            Self::InsufficientData => codes::INSUFFICIENT_DATA,
            Self::Linked => codes::MASTER_SUBSTITUTED,
        }
    }
}

impl Service {
    /// updateSingleLearner.
    pub fn update(&self, caller: &Caller<'_>, change: &LearnerChange<'_>) -> Result<Updated, Error> {
        self.change(caller, change.uln, change.version, |learner| {
            apply(change, learner).ok_or(Updated::InsufficientData)
        })
    }

    /// UpdateLearnerSubsetFields.
    pub fn update_subset(&self, caller: &Caller<'_>, change: &SubsetChange<'_>) -> Result<Updated, Error> {
        self.change(caller, change.uln, change.version, |learner| Ok(apply_subset(change, learner)))
    }

    /// Decides on what was read; the write then insists that nobody changed it meanwhile.
    fn change(
        &self,
        caller: &Caller<'_>,
        uln: &str,
        version: i32,
        apply: impl Fn(&Learner) -> Result<Learner, Updated>,
    ) -> Result<Updated, Error> {
        caller.require(Permission::UpdateLearner)?;
        caller.call.must_be_able_to_block()?;
        self.may_look(caller)?;
        let number: Option<Uln> = uln.parse().ok();
        let current = match number {
            Some(uln) => self.inner.store.read(|store| rows::by_uln(store, uln))?,
            None => None,
        };
        let changed = match decide(current, version, apply, self.inner.settings.kept_demographics) {
            Ok(changed) => changed,
            Err(refusal) => {
                self.missed(caller, usize::from(refusal == Updated::NotFound && number.is_some()));
                caller.trail([number], refusal.code());
                return Ok(refusal);
            }
        };
        self.replace(caller, version, changed)
    }

    fn replace(&self, caller: &Caller<'_>, version: i32, changed: Stored) -> Result<Updated, Error> {
        let now = self.inner.clock.now();
        let (changed, keys) = next_version(changed, version, now);
        let entry = caller.entry(now, Some(changed.learner.uln), codes::UPDATED);
        Ok(self.inner.store.write(move |store| {
            let outcome =
                if rows::replace(store, &changed, &keys, version)? { Updated::Updated } else { Updated::Stale };
            let mut entry = entry.clone();
            outcome.code().clone_into(&mut entry.outcome);
            audit::insert(store, std::iter::once(&entry))?;
            Ok(outcome)
        })?)
    }
}

/// Updates a learner who was read in the same transaction; nobody may have changed it meanwhile ([`StoreError::Overtaken`]).
pub(in crate::domain) fn change_in(
    store: &mut Transaction<'_>,
    change: &LearnerChange<'_>,
    kept_demographics: usize,
    now: Timestamp,
) -> Result<Updated, StoreError> {
    let current = match change.uln.parse() {
        Ok(uln) => rows::by_uln(store, uln)?,
        Err(_) => None,
    };
    let apply = |learner: &Learner| apply(change, learner).ok_or(Updated::InsufficientData);
    match decide(current, change.version, apply, kept_demographics) {
        Err(refusal) => Ok(refusal),
        Ok(changed) => {
            let (changed, keys) = next_version(changed, change.version, now);
            if rows::replace(store, &changed, &keys, change.version)? {
                Ok(Updated::Updated)
            } else {
                Err(StoreError::Overtaken)
            }
        }
    }
}

fn next_version(mut changed: Stored, version: i32, now: Timestamp) -> (Stored, SearchKeys) {
    changed.learner.version = version.saturating_add(1);
    changed.learner.updated_at = now;
    let keys = search_keys(&changed.learner);
    (changed, keys)
}

fn decide(
    current: Option<Stored>,
    version: i32,
    apply: impl Fn(&Learner) -> Result<Learner, Updated>,
    kept_demographics: usize,
) -> Result<Stored, Updated> {
    let Stored { learner, has_linked } = current.ok_or(Updated::NotFound)?;
    match learner.status {
        LearnerStatus::Deleted => return Err(Updated::NotFound),
        LearnerStatus::Merged => return Err(Updated::Linked),
        LearnerStatus::Active => {}
    }
    if learner.version != version {
        return Err(Updated::Stale);
    }
    let changed = apply(&learner)?;
    if changed == learner {
        return Err(Updated::NoChange);
    }
    if !may_change_sharing(learner.ability_to_share, changed.ability_to_share) {
        return Err(Updated::InvalidSharing);
    }
    if equal_demographics(&learner, &changed) < kept_demographics {
        return Err(Updated::InsufficientData);
    }
    Ok(Stored { learner: changed, has_linked })
}

/// The allowed changes of the ability to share (rules.md 4.4, our choice): a learner who has seen the notice now may share, also one who
/// once refused; nobody un-sees it, and a refusal is for the service desk alone.
fn may_change_sharing(from: AbilityToShare, to: AbilityToShare) -> bool {
    match (from, to) {
        (AbilityToShare::NotSeen | AbilityToShare::DoesNotShare | AbilityToShare::Shares, AbilityToShare::Shares) => {
            true
        }
        (AbilityToShare::NotSeen, AbilityToShare::NotSeen)
        | (AbilityToShare::DoesNotShare, AbilityToShare::DoesNotShare) => true,
        (AbilityToShare::Shares | AbilityToShare::DoesNotShare, AbilityToShare::NotSeen)
        | (AbilityToShare::NotSeen | AbilityToShare::Shares, AbilityToShare::DoesNotShare) => false,
    }
}

/// How many of the five demographics stay as they are.
fn equal_demographics(before: &Learner, after: &Learner) -> usize {
    [
        normalise(&before.names.given) == normalise(&after.names.given),
        normalise(&before.names.family) == normalise(&after.names.family),
        before.birth.date == after.birth.date,
        before.gender == after.gender,
        before.address.postcode == after.address.postcode,
    ]
    .into_iter()
    .filter(|equal| *equal)
    .count()
}

/// The record after the change; `None` when a mandatory field would be empty or a value is none of its kind.
fn apply(change: &LearnerChange<'_>, learner: &Learner) -> Option<Learner> {
    let LearnerChange {
        uln: _,     // names the learner
        version: _, // is compared before
        title,
        given_name,
        middle_other_name,
        family_name,
        preferred_given_name,
        previous_family_name,
        family_name_at_age_16,
        school_at_age_16,
        address_line_1,
        address_line_2,
        address_town,
        address_county_or_city,
        postcode,
        date_of_address_capture,
        date_of_birth,
        place_of_birth,
        gender,
        email_address,
        nationality,
        scottish_candidate_number,
        verification_type,
        other_verification_description,
        ability_to_share,
        notes,
        unique_candidate_identifier,
    } = *change;
    let mut changed = learner.clone();
    set(&mut changed.names.title, title);
    set_name(&mut changed.names.given, given_name)?;
    set_further_name(&mut changed.names.middle_other, middle_other_name)?;
    set_name(&mut changed.names.family, family_name)?;
    set_further_name(&mut changed.names.preferred_given, preferred_given_name)?;
    set_further_name(&mut changed.names.previous_family, previous_family_name)?;
    set_further_name(&mut changed.names.family_at_16, family_name_at_age_16)?;
    set(&mut changed.school_at_16, school_at_age_16);
    set(&mut changed.address.line_1, address_line_1);
    set(&mut changed.address.line_2, address_line_2);
    set(&mut changed.address.town, address_town);
    set(&mut changed.address.county_or_city, address_county_or_city);
    set_parsed(&mut changed.address.postcode, postcode)?;
    if let Some(text) = date_of_address_capture {
        changed.address.captured_on = present(Some(text)).map(str::parse).transpose().ok()?;
    }
    set_parsed(&mut changed.birth.date, date_of_birth)?;
    set(&mut changed.birth.place, place_of_birth);
    set_parsed(&mut changed.gender, gender)?;
    set(&mut changed.contact.email, email_address);
    set(&mut changed.nationality, nationality);
    set(&mut changed.identifiers.scottish_candidate_number, scottish_candidate_number);
    set_parsed(&mut changed.evidence.verification_type, verification_type)?;
    set(&mut changed.evidence.other_description, other_verification_description);
    set_parsed(&mut changed.ability_to_share, ability_to_share)?;
    set(&mut changed.notes, notes);
    set(&mut changed.identifiers.uci, unique_candidate_identifier);
    let unnamed_verification =
        changed.evidence.verification_type == VerificationType::Other && changed.evidence.other_description.is_none();
    (!unnamed_verification).then_some(changed)
}

fn apply_subset(change: &SubsetChange<'_>, learner: &Learner) -> Learner {
    let SubsetChange {
        uln: _,     // names the learner
        version: _, // is compared before
        email_address,
        telephone_number,
        ability_to_share,
        school_at_age_16,
        preferred_given_name,
    } = *change;
    let mut changed = learner.clone();
    set(&mut changed.contact.email, email_address);
    set(&mut changed.contact.telephone, telephone_number);
    changed.ability_to_share = ability_to_share.unwrap_or(changed.ability_to_share);
    set(&mut changed.school_at_16, school_at_age_16);
    set(&mut changed.names.preferred_given, preferred_given_name);
    changed
}

fn set(field: &mut Option<String>, text: Option<&str>) {
    if let Some(text) = text {
        *field = present(Some(text)).map(str::to_owned);
    }
}

fn set_further_name(field: &mut Option<String>, text: Option<&str>) -> Option<()> {
    text.is_none_or(is_one_line).then(|| set(field, text))
}

fn set_name(field: &mut String, text: Option<&str>) -> Option<()> {
    match text {
        Some(text) if text.trim().is_empty() || !is_one_line(text) => None,
        Some(text) => {
            text.clone_into(field);
            Some(())
        }
        None => Some(()),
    }
}

fn set_parsed<T: std::str::FromStr>(field: &mut T, text: Option<&str>) -> Option<()> {
    if let Some(text) = text {
        *field = text.parse().ok()?;
    }
    Some(())
}

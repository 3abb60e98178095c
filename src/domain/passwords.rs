//! Organisation passwords: argon2id at rest, and a bounded memory of verified ones under a keyed hash, so that a call costs a hash and not
//! an argon2 run. The memory holds no password and is worth nothing outside this process.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use super::{Call, Error};
use crate::model::{Fingerprint, Organisation, Timestamp};

/// The length that the contract demands (`MIAPOrgPassword`, domain.md 2.1).
pub(super) const PASSWORD_LENGTH: usize = 16;
/// How many passwords are checked at once. An organisation's are checked one after another, so that guessing blocks the guesser.
const LANES: usize = 4;

/// The memory.
pub(super) struct Passwords {
    key: [u8; 32],
    memory: chrono::TimeDelta,
    verified: RwLock<HashMap<i32, Verified>>,
    lanes: [Mutex<()>; LANES],
    /// By organisation and certificate: no more than are registered for each other.
    wrong: Mutex<HashMap<(i32, Fingerprint), Wrong>>,
}

/// Wrong passwords, one after another.
struct Wrong {
    count: u64,
    last: Timestamp,
}

/// After so long without a wrong password they are counted from the start again.
const FORGIVEN_AFTER: chrono::TimeDelta = chrono::TimeDelta::minutes(10);
/// So many wrong passwords are worth a line of the log, and ten times as many another one (our choice).
const WORTH_A_LINE: u64 = 10;

struct Verified {
    hash: blake3::Hash,
    at: Timestamp,
}

impl Passwords {
    pub(super) fn new(memory: Duration) -> Self {
        Self {
            key: rand::random(),
            memory: chrono::TimeDelta::from_std(memory).unwrap_or(chrono::TimeDelta::MAX),
            verified: RwLock::default(),
            lanes: Default::default(),
            wrong: Mutex::default(),
        }
    }

    /// Checks an organisation's password.
    pub(super) fn check(
        &self,
        call: &Call,
        organisation: &Organisation,
        password: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let stored = organisation.password_hash.as_deref().ok_or(Error::IncorrectPassword)?;
        let hash = self.keyed_hash(organisation.id, stored, password);
        if self.remembers(organisation.id, hash, now) {
            return Ok(());
        }
        call.must_be_able_to_block()?;
        let lane = usize::try_from(organisation.id).unwrap_or_default() % LANES;
        let _lane = self.lanes.get(lane).map(|lane| lane.lock().unwrap_or_else(PoisonError::into_inner));
        if self.remembers(organisation.id, hash, now) {
            return Ok(());
        }
        let parsed =
            PasswordHash::new(stored).map_err(|_| Error::Unexpected("a stored password hash is unreadable"))?;
        Argon2::default().verify_password(password.as_bytes(), &parsed).map_err(|_| Error::IncorrectPassword)?;
        let mut verified = self.verified.write().unwrap_or_else(PoisonError::into_inner);
        verified.insert(organisation.id, Verified { hash, at: now });
        Ok(())
    }

    /// Counts a wrong password; says how many there were when that is worth a line of the log.
    pub(super) fn note_wrong(&self, organisation_id: i32, certificate: Fingerprint, now: Timestamp) -> Option<u64> {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = wrong.entry((organisation_id, certificate)).or_insert(Wrong { count: 0, last: now });
        if now.signed_duration_since(noted.last) > FORGIVEN_AFTER {
            noted.count = 0;
        }
        (noted.count, noted.last) = (noted.count.saturating_add(1), now);
        let is_power_of_ten = std::iter::successors(Some(WORTH_A_LINE), |power| power.checked_mul(10))
            .take_while(|power| *power <= noted.count)
            .any(|power| power == noted.count);
        is_power_of_ten.then_some(noted.count)
    }

    /// The stored hash is part of it, so that a verified password is forgotten when that changes.
    fn keyed_hash(&self, organisation_id: i32, stored: &str, password: &str) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&organisation_id.to_le_bytes());
        hasher.update(stored.as_bytes());
        hasher.update(&[0]);
        hasher.update(password.as_bytes());
        hasher.finalize()
    }

    /// The comparison of hashes takes the same time wherever they differ.
    fn remembers(&self, organisation_id: i32, hash: blake3::Hash, now: Timestamp) -> bool {
        let verified = self.verified.read().unwrap_or_else(PoisonError::into_inner);
        verified.get(&organisation_id).is_some_and(|verified| {
            let age = now.signed_duration_since(verified.at);
            verified.hash == hash && age >= chrono::TimeDelta::zero() && age <= self.memory
        })
    }
}

/// The argon2id hash of a password in PHC form.
pub(super) fn hash(password: &str) -> Result<String, Error> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|_| Error::Unexpected("a password could not be hashed"))
}

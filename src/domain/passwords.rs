//! Organisation passwords: stored as argon2id, with a bounded cache of checked ones under a keyed
//! hash, so that a call costs a hash instead of an argon2 run. The cache holds no password and is
//! useless outside this process.

mod admission;

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use super::Error;
use super::caller::Pair;
use super::waiting::Waiting;
use crate::model::{Fingerprint, Organisation, Timestamp};
use admission::Admission;

/// The length that the contract demands (`MIAPOrgPassword`, rules.md 2.1).
pub(super) const PASSWORD_LENGTH: usize = 16;

/// The cache, and the checks of passwords that are not in it.
pub(super) struct Passwords {
    key: [u8; 32],
    memory: chrono::TimeDelta,
    verified: RwLock<HashMap<i32, Verified>>,
    admission: Admission,
}

struct Verified {
    hash: blake3::Hash,
    /// The stored hash that it agreed with.
    stored: String,
    at: Timestamp,
}

/// What the cache says about a password.
#[derive(PartialEq, Eq)]
enum Recalled {
    Right,
    /// It was correct, but too long ago.
    WasRight,
    /// The organisation's password is another one.
    Wrong,
    Unknown,
}

impl Passwords {
    pub(super) fn new(memory: Duration) -> Self {
        Self {
            key: rand::random(),
            memory: chrono::TimeDelta::from_std(memory).unwrap_or(chrono::TimeDelta::MAX),
            verified: RwLock::default(),
            admission: Admission::new(),
        }
    }

    /// Checks an organisation's password as given with a certificate. A cached correct one passes
    /// immediately, whatever others of the organisation or the certificate do; while it is cached,
    /// a wrong one costs no argon2 run.
    pub(super) fn check(
        &self,
        waiting: &Waiting,
        organisation: &Organisation,
        certificate: Fingerprint,
        password: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        // An empty password is not a guess, and costs nothing.
        if password.is_empty() {
            return Err(Error::IncorrectPassword);
        }
        let pair = Pair::of_certificate(organisation.id, certificate);
        let Some(stored) = organisation.password_hash.as_deref() else {
            self.admission.check_pace(pair, now)?;
            return Err(Error::IncorrectPassword);
        };
        let hash = self.keyed_hash(organisation.id, stored, password);
        let recalled = self.recall(organisation.id, stored, hash, now);
        match recalled {
            Recalled::Right => return Ok(()),
            Recalled::Wrong => {
                self.admission.check_pace(pair, now)?;
                return Err(Error::IncorrectPassword);
            }
            Recalled::WasRight | Recalled::Unknown => {}
        }
        let _check = self.admission.begin(waiting, pair, recalled == Recalled::WasRight, now)?;
        if self.recall(organisation.id, stored, hash, now) == Recalled::Right {
            return Ok(());
        }
        if !is_right(password, stored)? {
            return Err(Error::IncorrectPassword);
        }
        let mut verified = self.verified.write().unwrap_or_else(PoisonError::into_inner);
        verified.insert(organisation.id, Verified { hash, stored: stored.to_owned(), at: now });
        Ok(())
    }

    /// Counts a wrong password; returns the count if it should be logged.
    pub(super) fn note_wrong(&self, organisation_id: i32, certificate: Fingerprint, now: Timestamp) -> Option<u64> {
        self.admission.note_wrong(Pair::of_certificate(organisation_id, certificate), now)
    }

    /// Wrong passwords so far, and passwords refused without a check.
    pub(super) fn counts(&self) -> (u64, u64) {
        self.admission.counts()
    }

    /// Includes the stored hash, so that a change of password invalidates the entry.
    fn keyed_hash(&self, organisation_id: i32, stored: &str, password: &str) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&organisation_id.to_le_bytes());
        hasher.update(stored.as_bytes());
        hasher.update(&[0]);
        hasher.update(password.as_bytes());
        hasher.finalize()
    }

    /// Compares the hashes in constant time.
    fn recall(&self, organisation_id: i32, stored: &str, hash: blake3::Hash, now: Timestamp) -> Recalled {
        let verified = self.verified.read().unwrap_or_else(PoisonError::into_inner);
        let Some(verified) = verified.get(&organisation_id) else { return Recalled::Unknown };
        let age = now.signed_duration_since(verified.at);
        if age < chrono::TimeDelta::zero() || age > self.memory {
            if verified.hash == hash { Recalled::WasRight } else { Recalled::Unknown }
        } else if verified.hash == hash {
            Recalled::Right
        } else if verified.stored == stored {
            Recalled::Wrong
        } else {
            Recalled::Unknown
        }
    }
}

/// A password as it is stored: its argon2id hash in PHC form.
#[derive(Clone)]
pub struct HashedPassword(String);

impl HashedPassword {
    /// Hashes a password, which takes some milliseconds and 19 MiB.
    ///
    /// # Errors
    /// [`Error::Unexpected`] if it is too long.
    pub fn of(password: &str) -> Result<Self, Error> {
        hash(password).map(Self)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The argon2id hash of a password in PHC form.
pub(super) fn hash(password: &str) -> Result<String, Error> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|_| Error::Unexpected("a password could not be hashed"))
}

/// Whether this is the password of a hash in PHC form. Takes 19 MiB and some milliseconds: limit
/// how many run at once.
pub(super) fn is_right(password: &str, stored: &str) -> Result<bool, Error> {
    let parsed = PasswordHash::new(stored).map_err(|_| Error::Unexpected("a stored password hash is unreadable"))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

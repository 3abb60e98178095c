//! Passkeys by the rules of Web Authentication Level 3, section 7: what a browser is asked for, and
//! whether its answer is right. The library checks; here are the choices.
//!
//! A passkey is a second factor after the password (our choice): an authenticator verifies its user
//! if it can (`preferred`), but one that cannot, such as a plain security key, is taken. No
//! attestation is asked for. A counter that does not grow, where the authenticator has one, refuses
//! the passkey: it was copied.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::{
    AllowedCredential, AllowedCredentials, AuthenticationVerificationOptions, NonDiscoverableCredentialRequestOptions,
};
use webauthn_rp::request::register::{
    PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle64, Username,
};
use webauthn_rp::request::{
    AsciiDomain, Credentials as _, PublicKeyCredentialDescriptor, RpId, UserVerificationRequirement,
};
use webauthn_rp::response::register::{DynamicState, StaticState, bin::DecodeStaticStateErr};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, NonDiscoverableAuthentication64, NonDiscoverableAuthenticationServerState,
    PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
};

/// What the handle of a user is derived for, by which an authenticator knows its passkeys.
const HANDLE: &str = "learning-records 2026 user handle of a passkey";
/// The length of that handle.
const HANDLE_LENGTH: usize = 64;

/// The site for which passkeys are made and used.
pub(super) struct Site {
    /// Its origin, such as `https://portal.example.org:8444`.
    origin: String,
    id: RpId,
}

/// A question for a browser.
pub(super) struct Question {
    /// What the browser is asked, as JSON.
    pub(super) options: String,
    /// What the answer is checked against. It must be kept for this question alone, and used once.
    pub(super) state: String,
}

/// A passkey as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// The name that the authenticator gave it.
    pub(super) credential: String,
    /// Its public key.
    pub(super) fixed: String,
    /// What changes with its use: the counter.
    pub(super) counted: String,
}

impl Site {
    /// The site with this origin; `None` if it has no host name, without which there are no
    /// passkeys.
    pub(super) fn of(origin: &str) -> Option<Self> {
        let host = origin.strip_prefix("https://")?.split(':').next()?;
        let last = host.rsplit('.').next()?;
        // An address of version 4 is no domain; one of version 6 is refused by its brackets.
        if host.starts_with('[') || last.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let id = RpId::Domain(AsciiDomain::try_from(host.to_owned()).ok()?);
        Some(Self { origin: origin.to_owned(), id })
    }

    /// Asks for a new passkey of this account, on an authenticator that has none of these.
    pub(super) fn ask_for_new(&self, account_id: i32, email: &str, known: &[Key]) -> Option<Question> {
        let handle = handle(account_id);
        let user =
            PublicKeyCredentialUserEntity { name: Username::try_from(email).ok()?, id: &handle, display_name: None };
        let known = known.iter().filter_map(descriptor).collect();
        let mut options = PublicKeyCredentialCreationOptions::second_factor(&self.id, user, known);
        options.authenticator_selection.user_verification = UserVerificationRequirement::Preferred;
        let (state, client) = options.start_ceremony().ok()?;
        Some(Question { options: serde_json::to_string(&client).ok()?, state: text(&state.encode().ok()?) })
    }

    /// The passkey that a browser has made; `None` if the answer is not one to the question.
    pub(super) fn new_key(&self, state: &str, answer: &str) -> Option<Key> {
        let state = RegistrationServerState::<HANDLE_LENGTH>::decode(bytes(state)?.as_slice()).ok()?;
        let answer = Registration::from_json_relaxed(answer.as_bytes()).ok()?;
        let origins = [self.origin.as_str()];
        let options = RegistrationVerificationOptions::<'_, '_, &str, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let made = state.verify(&self.id, &answer, &options).ok()?;
        Some(Key {
            credential: text(made.id().as_ref()),
            fixed: text(&made.static_state().encode().ok()?),
            counted: text(&made.dynamic_state().encode().ok()?),
        })
    }

    /// Asks for one of these passkeys; `None` if there is none.
    pub(super) fn ask(&self, known: &[Key]) -> Option<Question> {
        let mut allowed = AllowedCredentials::with_capacity(known.len());
        for descriptor in known.iter().filter_map(descriptor) {
            let _ = allowed.push(AllowedCredential::from(descriptor));
        }
        let mut options = NonDiscoverableCredentialRequestOptions::second_factor(&self.id, allowed).ok()?;
        options.options().user_verification = UserVerificationRequirement::Preferred;
        let (state, client) = options.start_ceremony().ok()?;
        Some(Question { options: serde_json::to_string(&client).ok()?, state: text(&state.encode().ok()?) })
    }

    /// Which of these passkeys of the account answers the question, as it is stored from now on;
    /// `None` if the answer is wrong.
    pub(super) fn used_key(&self, account_id: i32, known: &[Key], state: &str, answer: &str) -> Option<Key> {
        let state = NonDiscoverableAuthenticationServerState::decode(bytes(state)?.as_slice()).ok()?;
        let answer = NonDiscoverableAuthentication64::from_json_relaxed(answer.as_bytes()).ok()?;
        let credential = text(answer.raw_id().as_ref());
        let key = known.iter().find(|key| key.credential == credential)?;
        let (id, fixed) = (bytes(&key.credential)?, bytes(&key.fixed)?);
        let counted: [u8; 7] = bytes(&key.counted)?.try_into().ok()?;
        let handle = handle(account_id);
        let fixed: Result<_, DecodeStaticStateErr> = StaticState::decode(fixed.as_slice());
        let mut stored = AuthenticatedCredential::new(
            CredentialId::<&[u8]>::decode(id.as_slice()).ok()?,
            &handle,
            fixed.ok()?,
            DynamicState::decode(counted).ok()?,
        )
        .ok()?;
        let origins = [self.origin.as_str()];
        let options = AuthenticationVerificationOptions::<'_, '_, &str, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        state.verify(&self.id, &answer, &mut stored, &options).ok()?;
        Some(Key { counted: text(&stored.dynamic_state().encode().ok()?), ..key.clone() })
    }
}

fn descriptor(key: &Key) -> Option<PublicKeyCredentialDescriptor<Vec<u8>>> {
    let id = CredentialId::<Vec<u8>>::decode(bytes(&key.credential)?).ok()?;
    Some(PublicKeyCredentialDescriptor { id, transports: AuthTransports::decode(0).ok()? })
}

fn handle(account_id: i32) -> UserHandle64 {
    let mut handle = [0; HANDLE_LENGTH];
    blake3::Hasher::new_derive_key(HANDLE).update(&account_id.to_be_bytes()).finalize_xof().fill(&mut handle);
    match UserHandle64::decode(handle) {
        Ok(handle) => handle,
        Err(never) => match never {},
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests;

//! Identifies the caller: the organisation by its numbers, its certificate and its password; also
//! looks up organisations (rules.md 2.0, 2.17).

use std::sync::Arc;

use super::caller::Party;
use super::{Account, Call, Caller, Error, Roles, Service, codes};
use crate::model::{OrgRef, Organisation, Peer, Permission, Ukprn};

/// The credentials of a caller.
pub struct Claim<'a> {
    /// The peer, by its certificate; without one nobody is admitted.
    pub peer: Option<&'a Peer>,
    /// The UKPRN; it takes precedence over the reference.
    pub ukprn: Option<&'a str>,
    /// The organisation reference, or a UKPRN in its place.
    pub org_ref: Option<&'a str>,
    /// The organisation's password.
    pub password: &'a str,
    /// The user: a label for the audit trail, not authenticated.
    pub user_name: &'a str,
}

/// Who calls, and organisations as others see them.
#[derive(Clone, Copy)]
pub struct Organisations<'s>(pub(super) &'s Service);

/// An organisation as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationSummary {
    /// UKPRN.
    pub ukprn: Ukprn,
    /// Organisation reference.
    pub org_ref: OrgRef,
    /// Name.
    pub name: String,
    /// Whether it may call.
    pub active: bool,
}

impl From<&Organisation> for OrganisationSummary {
    fn from(organisation: &Organisation) -> Self {
        Self {
            ukprn: organisation.ukprn,
            org_ref: organisation.org_ref,
            name: organisation.name.clone(),
            active: organisation.active,
        }
    }
}

impl Organisations<'_> {
    /// Identifies the caller. The pair of certificate and organisation must be registered and
    /// neither revoked nor expired; otherwise the organisation counts as unknown (WSEC0003: "not
    /// recognised or not authorised"). Then the password is checked. A wrong one is audited; after
    /// many, they are logged, and the certificate must wait ([`Error::Busy`]). So must a caller
    /// with too many calls.
    pub fn authenticate<'c>(&self, call: &'c Call<'c>, claim: &Claim<'c>) -> Result<Caller<'c>, Error> {
        let now = self.0.inner.clock.now();
        let registry = self.0.registry(call.may_block())?;
        let known = claim.peer.and_then(|peer| {
            registry
                .organisation(claim.ukprn.unwrap_or_default(), claim.org_ref.unwrap_or_default())
                .filter(|organisation| organisation.active && registry.may_act(peer, organisation, now))
                .map(|organisation| (peer, organisation))
        });
        let Some((peer, organisation)) = known else {
            if let Some(ticket) = self.0.note_stranger(call.door(), call.action(), claim) {
                call.keep(ticket);
            }
            return Err(Error::UnknownOrganisation);
        };
        let party = Party::Program {
            organisation: Arc::clone(organisation),
            certificate: peer.fingerprint,
            user_name: claim.user_name,
        };
        let caller = Caller { call, party };
        match self.0.inner.passwords.check(call.waiting(), organisation, peer.fingerprint, claim.password, now) {
            Ok(()) => {
                self.0.admit_program(&caller, peer.fingerprint)?;
                Ok(caller)
            }
            Err(error) => {
                if matches!(error, Error::IncorrectPassword) {
                    caller.trail([None], codes::INCORRECT_PASSWORD);
                    // An empty password is not a guess.
                    let is_guess = !claim.password.is_empty();
                    if is_guess
                        && let Some(count) = self.0.inner.passwords.note_wrong(organisation.id, peer.fingerprint, now)
                    {
                        let (ukprn, certificate) = (&organisation.ukprn, &peer.fingerprint);
                        log::warn!(
                            "{count} wrong passwords for {ukprn} with certificate {certificate}: is somebody guessing? \
                             It may try once a minute; 'lrs cert revoke' revokes the certificate"
                        );
                    }
                }
                Err(error)
            }
        }
    }

    /// A user of an organisation, known by their session.
    ///
    /// # Errors
    /// [`Error::UnknownOrganisation`] if the organisation is not active, [`Error::Busy`] if its
    /// users make too many calls, [`Error::MustBlock`], and errors of the store.
    pub fn signed_in<'c>(
        &self,
        call: &'c Call<'c>,
        ukprn: Ukprn,
        account: Account<'c>,
        roles: Roles,
    ) -> Result<Caller<'c>, Error> {
        let registry = self.0.registry(call.may_block())?;
        let known = registry.organisation(ukprn.as_str(), "").filter(|organisation| organisation.active);
        let organisation = Arc::clone(known.ok_or(Error::UnknownOrganisation)?);
        let caller = Caller { call, party: Party::User { organisation, account, roles } };
        self.0.admit_person(&caller)?;
        Ok(caller)
    }

    /// GetOrganisation: an organisation by UKPRN or, if that is empty, by reference.
    pub fn find(&self, caller: &Caller<'_>, ukprn: &str, org_ref: &str) -> Result<Option<OrganisationSummary>, Error> {
        caller.require(Permission::ViewOrganisation)?;
        let registry = self.0.registry(caller.call.may_block())?;
        let found =
            registry.organisation(ukprn, org_ref).map(|organisation| OrganisationSummary::from(&**organisation));
        caller.trail([None], if found.is_some() { codes::FOUND } else { codes::NO_MATCH });
        Ok(found)
    }
}

//! Who has a share of what a listener has: a certificate, or where clients have none, the place
//! that they call from. Connections of a reverse proxy are nobody's, its requests are its
//! visitors'.

use super::origin::Origin;
use super::refused::Refused;
use crate::model::Fingerprint;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Party {
    Certificate(Fingerprint),
    Address(Origin),
    /// A reverse proxy, which may have all connections.
    Proxy,
}

impl Party {
    /// It has as many connections as it may have.
    pub(super) const fn too_many_connections(self) -> Refused {
        match self {
            Self::Certificate(_) => Refused::CONNECTIONS_OF_CERTIFICATE,
            Self::Address(_) | Self::Proxy => Refused::CONNECTIONS_OF_ADDRESS,
        }
    }

    /// It has as many long bodies on their way as it may have.
    pub(super) const fn too_many_bodies(self) -> Refused {
        match self {
            Self::Certificate(_) => Refused::BODIES_OF_CERTIFICATE,
            Self::Address(_) | Self::Proxy => Refused::BODIES_OF_ADDRESS,
        }
    }
}

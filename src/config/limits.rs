//! `[limits]`: how much a client can make the service store, wait for or do at once (our choice,
//! from the defaults of other SOAP stacks).

use std::time::Duration;

use super::ConfigError;
use super::reader::Reader;

/// Sizes are in bytes; numbers are for the whole process.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Maximum length of a request body, before and after decompression: enough for 200 learners
    /// with all fields.
    pub body_bytes: usize,
    /// The same for web services that accept batches.
    pub batch_body_bytes: usize,
    /// Memory for all request bodies in flight. The default has room for six of the longest. With
    /// the buffers of TLS and HTTP, forty that arrive at once take less than 256 MB.
    pub bodies_bytes: usize,
    /// The same for the requests of one certificate.
    pub bodies_bytes_by_certificate: usize,
    /// Maximum time for the request line and headers.
    pub header_timeout: Duration,
    /// Maximum time for a body, extended while it arrives at `minimum_rate`.
    pub body_timeout: Duration,
    /// Bytes per second at which a body may exceed `body_timeout`.
    pub minimum_rate: u64,
    /// A connection without requests is closed after this time.
    pub idle: Duration,
    /// Maximum time for a TLS handshake.
    pub handshake_timeout: Duration,
    /// Maximum connections that have not sent a complete TLS hello.
    pub waiting: usize,
    /// The same for one address (IPv6: one /64 network).
    pub waiting_by_address: usize,
    /// Maximum TLS handshakes in progress.
    pub handshakes: usize,
    /// Maximum connections after their handshake.
    pub connections: usize,
    /// The same for one client certificate; never more than half of all.
    pub connections_by_certificate: usize,
    /// The same for one organisation, which made the last call on them; never more than half of
    /// all.
    pub connections_by_organisation: usize,
    /// Maximum calls per second of an organisation; twice as many at once after a pause. Beyond it,
    /// calls wait for a moment; 0 for no limit, also in the next four. The default lets a college
    /// verify all its learners within a minute, and is a small part of what a processor answers, so
    /// that several organisations may reach it without harm to the others.
    pub calls_per_second_by_organisation: u32,
    /// The same for one certificate, whichever organisation it calls for: suppliers call for many
    /// with one.
    pub calls_per_second_by_certificate: u32,
    /// Maximum calls that are at work at once on threads that may wait. Beyond it, calls queue for
    /// a moment, and organisations take turns. The default is several times what the connections
    /// to the database can do at once, so that changes still share commits.
    pub calls_at_once: u32,
    /// The same for one organisation.
    pub calls_at_once_by_organisation: u32,
    /// The same for one certificate.
    pub calls_at_once_by_certificate: u32,
    /// Maximum misses of an organisation with one certificate; 0 for no limit.
    pub misses_per_hour: u32,
    /// Maximum failed verifications of one ULN by them; 0 for no limit.
    pub failed_verifications_per_minute: u32,
    /// Maximum records of learners that they submit in batches; 0 for no limit.
    pub batch_records_per_hour: u32,
}

impl Limits {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let defaults = Self::default();
        let some = |n: &usize| if *n == 0 { Err("must be more than 0".to_owned()) } else { Ok(()) };
        let time = |t: &Duration| if t.is_zero() { Err("must be more than 0".to_owned()) } else { Ok(()) };
        let body_bytes = reader.get_checked("limits.body_bytes", defaults.body_bytes, some)?;
        let batch_body_bytes = reader.get_checked("limits.batch_body_bytes", defaults.batch_body_bytes, some)?;
        let longest = body_bytes.max(batch_body_bytes);
        let room = |n: &usize| match *n < longest {
            true => {
                Err(format!("must be at least {longest}, the maximum length of a request (limits.batch_body_bytes)"))
            }
            false => Ok(()),
        };
        let (all, each) = (defaults.bodies_bytes.max(longest), defaults.bodies_bytes_by_certificate.max(longest));
        Ok(Self {
            body_bytes,
            batch_body_bytes,
            bodies_bytes: reader.get_checked("limits.bodies_bytes", all, room)?,
            bodies_bytes_by_certificate: reader.get_checked("limits.bodies_bytes_by_certificate", each, room)?,
            header_timeout: reader.get_checked("limits.header_timeout_s", defaults.header_timeout, time)?,
            body_timeout: reader.get_checked("limits.body_timeout_s", defaults.body_timeout, time)?,
            minimum_rate: reader.get_checked("limits.minimum_rate", defaults.minimum_rate, |n| {
                if *n == 0 { Err("must be more than 0".to_owned()) } else { Ok(()) }
            })?,
            idle: reader.get_checked("limits.idle_s", defaults.idle, time)?,
            handshake_timeout: reader.get_checked("limits.handshake_timeout_s", defaults.handshake_timeout, time)?,
            waiting: reader.get_checked("limits.waiting", defaults.waiting, some)?,
            waiting_by_address: reader.get_checked("limits.waiting_by_address", defaults.waiting_by_address, some)?,
            handshakes: reader.get_checked("limits.handshakes", defaults.handshakes, some)?,
            connections: reader.get_checked("limits.connections", defaults.connections, some)?,
            connections_by_certificate: reader.get_checked(
                "limits.connections_by_certificate",
                defaults.connections_by_certificate,
                some,
            )?,
            connections_by_organisation: reader.get_checked(
                "limits.connections_by_organisation",
                defaults.connections_by_organisation,
                some,
            )?,
            calls_per_second_by_organisation: reader
                .get("limits.calls_per_second_by_organisation", defaults.calls_per_second_by_organisation)?,
            calls_per_second_by_certificate: reader
                .get("limits.calls_per_second_by_certificate", defaults.calls_per_second_by_certificate)?,
            calls_at_once: reader.get("limits.calls_at_once", defaults.calls_at_once)?,
            calls_at_once_by_organisation: reader
                .get("limits.calls_at_once_by_organisation", defaults.calls_at_once_by_organisation)?,
            calls_at_once_by_certificate: reader
                .get("limits.calls_at_once_by_certificate", defaults.calls_at_once_by_certificate)?,
            misses_per_hour: reader.get("limits.misses_per_hour", defaults.misses_per_hour)?,
            failed_verifications_per_minute: reader
                .get("limits.failed_verifications_per_minute", defaults.failed_verifications_per_minute)?,
            batch_records_per_hour: reader.get("limits.batch_records_per_hour", defaults.batch_records_per_hour)?,
        })
    }
}

/// Open files other than clients' connections: the database, the log, threads, and the operations
/// listener with its connections.
const OTHER_FILES: u64 = 192;

/// Connections just accepted, or cut and not yet closed. Part of [`OTHER_FILES`].
const IN_PASSING: usize = 64;

/// Each phase before the end of the handshake gets at most this part of all files; connections
/// beyond `connections`, which are told so, this part of `connections`.
const PART: usize = 8;

/// Open files that remain for clients' connections under the process's limit; all there can be if
/// the process has none.
pub fn files_for_connections(open_files: Option<u64>) -> usize {
    let files = open_files.map(|files| usize::try_from(files.saturating_sub(OTHER_FILES)));
    files.and_then(Result::ok).unwrap_or(usize::MAX)
}

impl Limits {
    /// The limits of the portal's listener: its clients are browsers, a few for each person. All
    /// people behind one reverse proxy or gateway share an address.
    #[must_use]
    pub fn for_portal(&self) -> Self {
        Self {
            waiting: self.waiting.min(512),
            waiting_by_address: self.waiting_by_address.min(256),
            handshakes: self.handshakes.min(128),
            connections: self.connections.min(512),
            connections_by_certificate: self.connections_by_certificate.min(256),
            ..self.clone()
        }
    }

    /// Lowers the numbers of connections to fit so many open files, of which each takes one.
    /// Returns the configured number of connections if that was lowered.
    #[must_use]
    pub fn fit(&mut self, files: usize) -> Option<usize> {
        let part = (files / PART).max(1);
        self.waiting = self.waiting.min(part);
        self.handshakes = self.handshakes.min(part);
        let standing = files.saturating_sub(self.waiting).saturating_sub(self.handshakes);
        let fitting = (standing / (PART + 1)).saturating_mul(PART).max(1);
        let asked = self.connections;
        self.connections = asked.min(fitting);
        (asked > fitting).then_some(asked)
    }

    /// How many connections beyond `connections` may be open while they are told so.
    pub const fn told(&self) -> usize {
        self.connections.div_ceil(PART)
    }

    /// Maximum connections in all phases together. Beyond them, new ones stay in the system's
    /// queue.
    pub const fn open(&self) -> usize {
        let standing = self.connections.saturating_add(self.told());
        standing.saturating_add(self.waiting).saturating_add(self.handshakes).saturating_add(IN_PASSING)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 2 * 1024 * 1024,
            batch_body_bytes: 32 * 1024 * 1024,
            bodies_bytes: 192 * 1024 * 1024,
            bodies_bytes_by_certificate: 64 * 1024 * 1024,
            header_timeout: Duration::from_secs(5),
            body_timeout: Duration::from_secs(10),
            minimum_rate: 4096,
            idle: Duration::from_secs(60),
            handshake_timeout: Duration::from_secs(5),
            waiting: 4096,
            waiting_by_address: 1024,
            handshakes: 1024,
            connections: 4096,
            connections_by_certificate: 512,
            connections_by_organisation: 1024,
            calls_per_second_by_organisation: 500,
            calls_per_second_by_certificate: 2000,
            calls_at_once: 64,
            calls_at_once_by_organisation: 4,
            calls_at_once_by_certificate: 32,
            misses_per_hour: 10_000,
            failed_verifications_per_minute: 5,
            batch_records_per_hour: 100_000,
        }
    }
}

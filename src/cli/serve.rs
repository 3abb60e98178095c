//! `lrs serve`: starts the service, from configuration to listeners, and stops it.

use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;

use super::failure::Failure;
use super::workers::Minutes;
use super::{config as file, setup, stop, workers};
use crate::config::{self, Config, Sources};
use crate::demo::Demo;
use crate::domain::{Database, Service};
use crate::http::{self, Clients, Listener, Setup, Signals, StartError};
use crate::mail::{Folder, Post, Sender};
use crate::ops::{self, Metrics, Operations};
use crate::portal::{Addresses, Notices, Portal};
use crate::soap::{self, SoapHandler};
use crate::tls::{self, TlsError, Trust};
use crate::workers::Observer;

/// How long the health check trusts its last test write: for less long if it failed, so that load
/// balancers use the node again soon after its database is back.
const TRIED_AGAIN_AFTER: Duration = Duration::from_secs(2);
const FAILED_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// Threads that serve the portal's connections: pages are made on threads of their own.
const PORTAL_THREADS: usize = 1;

/// The portal gets at most this part of all open files for connections.
const FILES_OF_PORTAL: usize = 4;

/// Run the service
#[derive(Debug, clap::Args)]
#[command(after_help = "\
SIGTERM or SIGINT stops the service after the calls in flight. SIGHUP reloads the certificates and service.maintenance.

Examples:
  lrs serve --config /etc/lrs/lrs.toml
  lrs serve --workers 0")]
pub struct Serve {
    /// Number of batches to process at once; 0 leaves them to 'lrs worker'
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=64))]
    workers: Option<u16>,
    #[command(flatten)]
    config: file::File,
}

/// Runs the command.
pub fn run(serve: &Serve, out: &mut impl Write) -> Result<(), Failure> {
    let mut sources = serve.config.sources();
    if let Some(workers) = serve.workers {
        sources = sources.with_flag("jobs.workers", workers.to_string());
    }
    let config = file::load(&sources)?;
    ops::init_log(&config.log);
    let database = setup::open_existing(&config)?;
    setup::check_migrated(&database)?;
    let service = setup::service(&config, database);
    listen(&sources, config, service, None, out)
}

/// Listens until a signal. For the demo, prints the first commands and allows a reset of its data.
pub fn listen(
    sources: &Sources,
    config: Config,
    service: Service,
    demo: Option<Demo>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    setup::check_writable(&service.database())?;
    setup::use_replica(&config, &service.database())?;
    let maintenance = service.status().maintenance();
    maintenance.store(config.service.maintenance, Ordering::Relaxed);
    let metrics = Metrics::new().map_err(|error| Failure::doing("Cannot set up the metrics", error))?;
    let metrics = Arc::new(metrics);
    let jobs = config.jobs;
    let mut limits = config.limits;
    let open_files = ops::raise_open_files();
    let files = config::files_for_connections(open_files);
    let mut portal_limits = limits.for_portal();
    let for_portal = portal_limits.open().min(files / FILES_OF_PORTAL);
    let _ = portal_limits.fit(for_portal);
    if let (Some(asked), Some(files)) = (limits.fit(files - for_portal), open_files) {
        log::warn!(
            "limits.connections is {} instead of {asked}: the system limits this process to {files} open files. \
             Raise the limit (ulimit -n, LimitNOFILE= in systemd), or lower limits.connections",
            limits.connections
        );
    }
    let trust = Trust::load(&tls::Files::of(&config.tls)).map_err(|error| not_started(tls_advice(&error)))?;
    let health = http::look_after(&trust, health(&service, &metrics, demo.clone())).map_err(not_started)?;
    let config::Server { listen, public_url, workers } = config.server;
    let always_block = !service.database().is_embedded();
    let handler = SoapHandler::new(service.clone(), public_url.clone(), &limits, always_block);
    let services = Listener::new(listen, workers, limits, trust.clone(), Clients::Certified, Arc::new(handler));
    let addresses = Addresses { portal: config.portal.public_url.clone(), web_services: public_url.clone() };
    let demo_mail = match (&demo, &config.mail.folder) {
        (Some(_), Some(folder)) => Some(Folder::at(folder.clone()).map_err(not_started)?),
        _ => None,
    };
    let shown = trust.clone();
    let notices: Notices = Box::new(move || {
        let warnings = shown.warnings(Utc::now().naive_utc());
        warnings.into_iter().map(|warning| warning.told).collect()
    });
    let portal = Arc::new(Portal::new(service.clone(), addresses, &config.portal, demo_mail, notices));
    let visitors = if config.portal.behind_proxy { Clients::Proxied } else { Clients::Anybody };
    let portal = Listener::new(config.portal.listen, PORTAL_THREADS, portal_limits, trust.clone(), visitors, portal);
    let setup = Setup { listeners: vec![services, portal], operations: config.operations, health };
    let post = Post::of(&config.mail, &config.portal.public_url).map_err(not_started)?;
    if post.is_none() {
        log::warn!("mail.server is not set: messages to users wait until it is");
    }
    let signals = Signals::receive().map_err(not_started)?;
    let running = http::start(setup).map_err(|error| not_started(advised(&error)))?;

    let mut addresses = running.addresses().iter();
    if let Some(address) = addresses.next() {
        writeln!(out, "The service answers on {address} as")?;
    }
    for address in soap::addresses(&public_url) {
        writeln!(out, "  {address}")?;
    }
    if let Some(address) = addresses.next() {
        writeln!(out, "The portal answers on {address} as\n  {}", config.portal.public_url)?;
    }
    writeln!(out, "Operations: http://{}/health, /metrics", running.operations())?;
    if let Some(demo) = &demo {
        greet(demo, out)?;
    }
    out.flush()?;

    let counted = Arc::clone(&metrics);
    let observer: Observer = Arc::new(move |kind, records| counted.job_records(kind.code(), records));
    let working = workers::start(&service, jobs, &observer)?;
    let minutes = Minutes::start(&service, &metrics)?;
    let sending = post.map(|post| Sender::start(&service, post)).transpose();
    let sending = sending.map_err(|error| Failure::doing("Cannot start a thread", error))?;
    let stopped = running.until_signal(signals, || reload(sources, &trust, &maintenance), stop::within_limit);
    working.stop();
    drop(sending);
    drop(minutes);
    service.database().close();
    stopped.map_err(|error| Failure::doing("The service stopped", error))
}

fn health(service: &Service, metrics: &Arc<Metrics>, demo: Option<Demo>) -> Operations {
    let database = service.database();
    let tried = Mutex::new(None);
    let probe = move || {
        database.check_place().map_err(|error| error.to_string())?;
        match database.is_ready() {
            Ok(true) => change_is_taken(&database, &tried),
            Ok(false) => Err("tables are missing or from another release".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    };
    let (searched, replicated) = (service.database(), service.database());
    let service = service.clone();
    let (queue, guessed, desk) = (service.clone(), service.clone(), service.clone());
    let health = Operations::new(Arc::clone(metrics))
        .with_probe("store", probe)
        .with_remarks(move || replicated.replica_trouble().map(without_replica).into_iter().collect())
        .with_refresh(move |metrics| workers::look_at_searches(&searched, metrics))
        .with_refresh(move |metrics| workers::look_at_queue(&queue, metrics))
        .with_refresh(move |metrics| workers::look_at_callers(&guessed, metrics))
        .with_refresh(move |metrics| workers::look_at_cases(&desk, metrics));
    match demo {
        None => health,
        Some(demo) => health.with_reset(move || match demo.reset(&service) {
            Ok(seeded) => Ok(format!("{} learners, {} learning events", seeded.learners, seeded.events)),
            Err(error) => Err(error.to_string()),
        }),
    }
}

/// A lost replica is a warning: the primary answers in its place.
fn without_replica(trouble: String) -> String {
    format!("the replica answers no searches: {trouble}")
}

/// Whether the store can be written. The outcome is kept for a while, so that frequent health
/// checks do not cause writes.
fn change_is_taken(database: &Database, tried: &Mutex<Option<(Instant, Result<(), String>)>>) -> Result<(), String> {
    let mut tried = tried.lock().unwrap_or_else(PoisonError::into_inner);
    match &*tried {
        Some((when, Ok(()))) if when.elapsed() < TRIED_AGAIN_AFTER => Ok(()),
        Some((when, Err(error))) if when.elapsed() < FAILED_AGAIN_AFTER => Err(error.clone()),
        _ => {
            let outcome = database.check_writable().map_err(|error| format!("cannot write: {error}"));
            *tried = Some((Instant::now(), outcome.clone()));
            outcome
        }
    }
}

fn greet(demo: &Demo, out: &mut impl Write) -> Result<(), Failure> {
    let program = std::env::args().next().unwrap_or_else(|| "lrs".to_owned());
    let commands = demo.commands(&program).map_err(|error| Failure::doing("The demo's files are incomplete", error))?;
    let folder = demo.folder().display();
    writeln!(
        out,
        "\n{folder}/PEOPLE.md has a request for every response code. To begin, in another shell:\n\n. {folder}/demo.env"
    )?;
    for command in commands {
        writeln!(out, "\n{command}")?;
    }
    writeln!(out, "\n{}", Demo::how_to_sign_in())?;
    Ok(())
}

fn not_started(why: impl fmt::Display) -> Failure {
    Failure::doing("Cannot start the service", why)
}

fn advised(error: &StartError) -> String {
    match error {
        StartError::Listen { .. } => {
            format!("{error}.\nThe addresses are set by server.listen, portal.listen and operations.listen.")
        }
        StartError::Thread(_) => error.to_string(),
    }
}

fn tls_advice(error: &TlsError) -> String {
    format!(
        "{error}.\nCheck tls.certificate, tls.key and tls.client_ca; docs/run-it-for-real.md shows how to create the files."
    )
}

/// What SIGHUP reloads.
fn reload(sources: &Sources, trust: &Trust, maintenance: &AtomicBool) {
    match trust.reload() {
        Ok(()) => log::info!("reloaded the certificate, trusted authorities and revocation lists"),
        Err(error) => log::error!("the certificates were not reloaded, and the old ones stay in use: {error}"),
    }
    match Config::load(sources) {
        Ok(config) => maintenance.store(config.service.maintenance, Ordering::Relaxed),
        Err(error) => log::error!("the configuration was not reloaded: {error}"),
    }
}

//! `lrs demo`: a service with synthetic people, certificates and a guide, in one folder.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::PathBuf;

use super::failure::Failure;
use super::{config, serve, setup};
use crate::config::Sources;
use crate::demo::{self, DemoError, ORGANISATIONS, Ports, Start};
use crate::domain::Service;
use crate::ops;

/// Try the service with synthetic people
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The demo fills a folder: certificates (pki/), lrs.toml, lrs.db, demo.env (variables for a shell) and PEOPLE.md (a \
request for every response code). Started again, it uses the same folder. A folder with other files in it is refused. \
To restore the data while the demo runs, send POST /demo/reset to the operations address.

Examples:
  lrs demo
  lrs demo --dir /tmp/demo --port 9443 --portal-port 9444 --ops-port 9091 --learners 100000")]
pub struct Demo {
    /// Folder for the demo's files
    #[arg(long, default_value = "demo")]
    dir: PathBuf,
    /// Port of the service, on localhost; 0 picks a free port
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// Port of the portal, on localhost; 0 picks a free port
    #[arg(long, default_value_t = 8444)]
    portal_port: u16,
    /// Port of the operations listener, on localhost; 0 picks a free port
    #[arg(long, default_value_t = 9090)]
    ops_port: u16,
    /// Number of learners besides the people in PEOPLE.md
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(..=i64::from(demo::population::MOST_PEOPLE)))]
    learners: u32,
    /// Start afresh: delete the files of an earlier demo in the folder
    #[arg(long)]
    reset: bool,
}

/// Runs the command.
pub fn run(demo: &Demo, out: &mut impl Write) -> Result<(), Failure> {
    let Demo { dir, learners, reset, .. } = demo;
    let ports = ports(demo)?;
    let start = if *reset { Start::Over } else { Start::Again };
    let demo = demo::Demo::prepare(dir, ports, *learners, start).map_err(|error| unmade(&error))?;
    let sources = Sources::of_process(Some(demo.configuration()))
        .with_flag("server.listen", format!("127.0.0.1:{}", ports.service))
        .with_flag("portal.listen", format!("127.0.0.1:{}", ports.portal))
        .with_flag("operations.listen", format!("127.0.0.1:{}", ports.operations))
        .with_flag("mail.folder", dir.join("mail").display().to_string());
    let config = config::load(&sources)?;
    ops::init_log(&config.log);
    let database = setup::open(&config)?;
    database.migrate().map_err(|error| Failure::doing("Cannot migrate the database", error))?;
    let service = setup::service(&config, database);
    seed(&demo, &service, u64::from(*learners), out)?;
    serve::listen(&sources, config, service, Some(demo), out)
}

/// Fills an empty store. Any store but the demo's is refused, because a reset would empty it.
fn seed(demo: &demo::Demo, service: &Service, learners: u64, out: &mut impl Write) -> Result<(), Failure> {
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} learners")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(learners).with_style(style);
    let seeded = demo.seed(service, |count| bar.set_position(count)).map_err(|error| unmade(&error))?;
    bar.finish_and_clear();
    if let Some(seeded) = seeded {
        writeln!(out, "Registered {} synthetic learners with {} learning events.", seeded.learners, seeded.events)?;
        writeln!(out, "Imported {} synthetic qualifications and units.", seeded.catalogue)?;
        return Ok(());
    }
    let organisations = service.administration("lrs demo").organisations().map_err(|error| setup::refused(&error))?;
    let is_ours = organisations.iter().any(|there| ORGANISATIONS.iter().any(|ours| ours.ukprn == there.ukprn.as_str()));
    if is_ours {
        Ok(())
    } else {
        Err(Failure::Failed(
            "The database holds data that is not the demo's. Give the demo a database of its own.".to_owned(),
        ))
    }
}

/// The ports of the listeners, tested before anything is written. Free ports are picked here,
/// because `demo.env` names them.
fn ports(demo: &Demo) -> Result<Ports, Failure> {
    let service = listen(demo.port, "--port")?;
    // While the first is still open, so that they differ.
    let portal = listen(demo.portal_port, "--portal-port")?;
    let operations = listen(demo.ops_port, "--ops-port")?;
    let number = |listener: TcpListener| {
        let address = listener.local_addr().map_err(|error| Failure::doing("Cannot choose a port", error))?;
        Ok::<_, Failure>(address.port())
    };
    Ok(Ports { service: number(service)?, portal: number(portal)?, operations: number(operations)? })
}

fn listen(port: u16, flag: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(("127.0.0.1", port)).map_err(|error| {
        let what = match error.kind() {
            io::ErrorKind::AddrInUse => format!("Port {port} is already in use."),
            _ => format!("Cannot listen on port {port}: {error}."),
        };
        Failure::Failed(format!("{what}\nChoose another port with {flag} PORT; {flag} 0 picks a free one."))
    })
}

fn unmade(error: &DemoError) -> Failure {
    Failure::doing("Cannot set up the demo", error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;
    use crate::domain::NewOrganisation;

    fn service(folder: &std::path::Path) -> Service {
        let file = folder.join("store.toml");
        std::fs::write(&file, "[store]\nurl = \"other.db\"\n").unwrap();
        let config = config::File { config: Some(file) }.load().unwrap();
        let database = setup::open(&config).unwrap();
        database.migrate().unwrap();
        setup::service(&config, database)
    }

    fn prepared(folder: &std::path::Path) -> demo::Demo {
        demo::Demo::prepare(&folder.join("demo"), Ports { service: 1, portal: 2, operations: 3 }, 10, Start::Again)
            .unwrap()
    }

    #[test]
    fn an_empty_store_is_filled_once_and_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let (service, demo) = (service(folder.path()), prepared(folder.path()));
        let mut out = Vec::new();
        seed(&demo, &service, 10, &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("synthetic learners"));
        let mut out = Vec::new();
        seed(&demo, &service, 10, &mut out).unwrap();
        assert!(out.is_empty());
    }

    #[test]
    fn a_register_that_is_no_demonstrations_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (service, demo) = (service(folder.path()), prepared(folder.path()));
        let real = NewOrganisation {
            ukprn: "90000051".parse().unwrap(),
            org_ref: "RIVER1".parse().unwrap(),
            name: "Riverside College",
            learner_registration_body: true,
            awarding_organisation: false,
            permissions: None,
            password: None,
        };
        service.administration("test").add_organisation(&real).unwrap();
        let Err(Failure::Failed(message)) = seed(&demo, &service, 10, &mut Vec::new()) else {
            panic!("expected a failure")
        };
        assert!(message.contains("a database of its own"), "{message}");
    }

    #[test]
    fn port_0_becomes_a_port_that_can_be_named() {
        let demo = Demo { dir: PathBuf::new(), port: 0, portal_port: 0, ops_port: 0, learners: 1, reset: false };
        let Ports { service, portal, operations } = ports(&demo).unwrap();
        assert!(![service, portal, operations].contains(&0));
        assert!(service != portal && portal != operations && operations != service);
    }
}

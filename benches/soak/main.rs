//! A soak: the service under four fifths of what it can do, for half an hour, with the calls of a
//! working day and ten people at the portal. It prints rate, times, memory and errors of every
//! minute, and whether memory and p99 stayed flat. Run it with `make soak`; `SOAK_MINUTES`
//! shortens it.

mod mixture;
#[path = "../served/mod.rs"]
mod served;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use learning_records::demo::{self, population};
use learning_records::model::{AbilityToShare, Learner};
use mixture::{Called, Client, SHARES};
use served::visitor::Visitor;
use served::{Children, Outcome, connector, memory_kib, start_service};
use tokio_rustls::TlsConnector;

const LEARNERS: u32 = 100_000;
/// Learners whom the calls ask for.
const PEOPLE: usize = 20_000;
const CONNECTIONS: u32 = 16;
const PEOPLE_AT_THE_PORTAL: usize = 10;
/// A person reads a page before opening the next.
const READING: Duration = Duration::from_secs(3);
/// The first seconds are faster than what the service sustains.
const CAPACITY: Duration = Duration::from_secs(60);
const MINUTE: Duration = Duration::from_secs(60);

fn main() -> Outcome<()> {
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let minutes = std::env::var("SOAK_MINUTES").ok().map_or(Ok(30), |text| text.parse::<u32>())?;
    let folder = tempfile::tempdir()?;
    let demo = folder.path().join("demo");
    let (service, address) = start_service(&demo, LEARNERS)?;
    let process = service.id();
    let _children = Children(vec![service]);
    let shares = |learner: &Learner| learner.ability_to_share == AbilityToShare::Shares;
    let everybody = population::people(demo::SEED, LEARNERS)?.map(|(learner, _)| learner);
    let people: Vec<Learner> = everybody.filter(shares).take(PEOPLE).collect();
    let connector = connector(&demo, "provider")?;
    let people_at_the_portal = at_the_portal(&demo, people.clone())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = tokio::task::LocalSet::new();
    let ended = local.block_on(&runtime, soak(&connector, address, people, minutes, process, &people_at_the_portal));
    people_at_the_portal.stop.store(true, Ordering::Relaxed);
    ended
}

async fn soak(
    connector: &TlsConnector,
    address: SocketAddr,
    people: Vec<Learner>,
    minutes: u32,
    process: u32,
    portal: &Portal,
) -> Outcome<()> {
    let people: Rc<[Learner]> = people.into();
    // The first calls fill caches; they are not measured.
    closed(connector, address, &people, 0, Duration::from_secs(5)).await?;
    let calls = closed(connector, address, &people, u64::from(CONNECTIONS), CAPACITY).await?;
    let capacity = f64::from(calls) / CAPACITY.as_secs_f64();
    let rate = capacity * 0.8;
    println!(
        "capacity {capacity:.0} calls/s; {minutes} minutes at {rate:.0} calls/s, {CONNECTIONS} connections, {PEOPLE_AT_THE_PORTAL} people at the portal"
    );
    println!(
        "{:<7}{:>8}{:>9}{:>9}{:>11}{:>9}{:>13}{:>10}  errors",
        "minute", "calls/s", "p50 us", "p99 us", "max us", "pages", "p99 page us", "RSS MiB"
    );
    let log = Rc::new(std::cell::RefCell::new(Minute::default()));
    let begin = Instant::now();
    let end = begin + MINUTE * minutes;
    let interval = Duration::from_secs_f64(f64::from(CONNECTIONS) / rate);
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|number| {
            let (connector, people, log) = (connector.clone(), Rc::clone(&people), Rc::clone(&log));
            tokio::task::spawn_local(async move {
                let seed = u64::from(2 * CONNECTIONS + number);
                let mut client = Client::connect(&connector, address, &people, seed).await?;
                let mut due = begin + interval.mul_f64(f64::from(number) / f64::from(CONNECTIONS));
                while due < end {
                    tokio::time::sleep_until(due.into()).await;
                    // From when the call was due: a slow service must not thin out its own load.
                    match client.call().await {
                        Ok(called) => log.borrow_mut().add(called, due.elapsed()),
                        Err(error) => {
                            log.borrow_mut().add_error(error.to_string());
                            client.reconnect(&connector, address).await?;
                        }
                    }
                    due += interval;
                }
                Outcome::Ok(())
            })
        })
        .collect();
    let mut rows = Vec::new();
    for minute in 1..=minutes {
        tokio::time::sleep_until((begin + MINUTE * minute).into()).await;
        let calls = std::mem::take(&mut *log.borrow_mut());
        let row = calls.close(minute, portal.take(), memory_kib(process, "VmRSS:"));
        rows.push(row);
    }
    for task in tasks {
        task.await??;
    }
    verdict(&rows)
}

/// Calls on every connection, one after the other, until the time is up. Returns how many.
async fn closed(
    connector: &TlsConnector,
    address: SocketAddr,
    people: &[Learner],
    first: u64,
    time: Duration,
) -> Outcome<u32> {
    let mut clients = Vec::new();
    for number in 0..u64::from(CONNECTIONS) {
        clients.push(Client::connect(connector, address, people, first + number).await?);
    }
    let end = Instant::now() + time;
    let calls = clients.into_iter().map(|mut client| async move {
        let mut calls = 0_u32;
        while Instant::now() < end {
            if let Some(code) = client.call().await?.unasked {
                return Err(format!("{code}, while the capacity was measured").into());
            }
            calls += 1;
        }
        Outcome::Ok(calls)
    });
    futures_util::future::join_all(calls).await.into_iter().sum()
}

/// A minute's calls.
#[derive(Default)]
struct Minute {
    /// Microseconds.
    times: Vec<u32>,
    errors: BTreeMap<String, u32>,
}

impl Minute {
    fn add(&mut self, Called { kind, unasked }: Called, took: Duration) {
        self.times.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        if let Some(code) = unasked {
            let name = SHARES.iter().find(|(each, ..)| *each == kind).map_or("", |(_, name, _)| name);
            self.add_error(format!("{name} {code}"));
        }
    }

    /// A call without a reply that could be read.
    fn add_error(&mut self, error: String) {
        *self.errors.entry(error).or_default() += 1;
    }

    /// Prints the minute.
    fn close(mut self, minute: u32, mut pages: Pages, rss_kib: u64) -> Row {
        self.times.sort_unstable();
        pages.times.sort_unstable();
        for (error, count) in pages.errors {
            *self.errors.entry(error).or_default() += count;
        }
        let errors: Vec<_> = self.errors.iter().map(|(error, count)| format!("{error} ({count})")).collect();
        let row = Row {
            p99: percentile(&self.times, 99),
            rss_mib: f64::from(u32::try_from(rss_kib).unwrap_or(u32::MAX)) / 1024.0,
            errors: self.errors.values().sum(),
        };
        println!(
            "{minute:<7}{:>8}{:>9}{:>9}{:>11}{:>9}{:>13}{:>10.1}  {}",
            self.times.len() / 60,
            percentile(&self.times, 50),
            row.p99,
            self.times.last().copied().unwrap_or(0),
            pages.times.len(),
            percentile(&pages.times, 99),
            row.rss_mib,
            if errors.is_empty() { "none".to_owned() } else { errors.join(", ") },
        );
        row
    }
}

struct Row {
    p99: u32,
    rss_mib: f64,
    errors: u32,
}

/// Compares the last third of the minutes with the second; the first is for warming up.
fn verdict(rows: &[Row]) -> Outcome<()> {
    let third = rows.len() / 3;
    let (Some(before), Some(last)) = (rows.get(third..2 * third), rows.get(2 * third..)) else { return Ok(()) };
    let median = |rows: &[Row], value: fn(&Row) -> f64| {
        let mut values: Vec<f64> = rows.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let ratio = |value: fn(&Row) -> f64| median(last, value) / median(before, value);
    let errors: u32 = rows.iter().map(|row| row.errors).sum();
    println!(
        "last third against the second: memory {:.2}, p99 {:.2}; {errors} errors that were not asked for",
        ratio(|row| row.rss_mib),
        ratio(|row| f64::from(row.p99))
    );
    if errors == 0 { Ok(()) } else { Err("there were errors".into()) }
}

fn percentile(sorted: &[u32], percent: usize) -> u32 {
    sorted.get(sorted.len() * percent / 100).copied().unwrap_or(0)
}

/// The people at the portal, on threads of their own.
struct Portal {
    stop: Arc<AtomicBool>,
    pages: Arc<Mutex<Pages>>,
}

#[derive(Default)]
struct Pages {
    /// Microseconds.
    times: Vec<u32>,
    errors: BTreeMap<String, u32>,
}

impl Portal {
    fn take(&self) -> Pages {
        std::mem::take(&mut *self.pages.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Signs people in and lets each find learners and read their records.
fn at_the_portal(demo: &Path, people: Vec<Learner>) -> Outcome<Portal> {
    let portal = Portal { stop: Arc::default(), pages: Arc::default() };
    let (demo, stop, pages) = (demo.to_owned(), Arc::clone(&portal.stop), Arc::clone(&portal.pages));
    let (ready, is_ready) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let mut visitors = Vec::new();
            for number in 0..PEOPLE_AT_THE_PORTAL {
                // Two users, each at five browsers: a code of the second factor counts once.
                let visitor = match visitors.get(number.wrapping_sub(2)) {
                    Some(signed_in) => Visitor::beside(&demo, signed_in).await,
                    None => Visitor::signed_in(&demo, if number == 0 { "PORTAL_ONLINE" } else { "PORTAL_VIEW" }).await,
                };
                match visitor {
                    Ok(visitor) => visitors.push(visitor),
                    Err(error) => drop(ready.send(Err(error.to_string()))),
                }
            }
            let _ = ready.send(Ok(()));
            let each = visitors.into_iter().enumerate().map(|(number, mut visitor)| {
                let (people, stop, pages) = (&people, &stop, &pages);
                async move {
                    for learner in people.iter().cycle().skip(number * 1_009) {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        read(&mut visitor, learner, pages).await;
                    }
                }
            });
            futures_util::future::join_all(each).await;
        });
    });
    is_ready.recv()??;
    Ok(portal)
}

/// Finds a learner and opens the record.
async fn read(visitor: &mut Visitor, learner: &Learner, pages: &Mutex<Pages>) {
    let note = |begun: Instant, error: Option<String>| {
        let mut pages = pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.times.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        if let Some(error) = error {
            *pages.errors.entry(error).or_default() += 1;
        }
    };
    let begun = Instant::now();
    let page = visitor.learner_page(learner).await;
    note(begun, page.as_ref().err().map(|error| format!("page {error}")));
    tokio::time::sleep(READING).await;
    let Ok(page) = page else { return };
    for address in [page.clone(), format!("{page}/record")] {
        let begun = Instant::now();
        let error = match visitor.exchange("GET", &address, "").await {
            Ok(answer) if answer.starts_with("HTTP/1.1 200") => None,
            Ok(answer) => Some(format!("page {}", answer.lines().next().unwrap_or_default())),
            Err(error) => Some(format!("page {error}")),
        };
        note(begun, error);
        tokio::time::sleep(READING).await;
    }
}

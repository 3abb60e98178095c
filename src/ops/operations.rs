//! What operators are shown, and where it comes from: probes, warnings, numbers, and in the demo
//! its reset.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::Metrics;

/// Runs all probes.
pub(super) type Findings = Vec<(&'static str, Result<(), String>)>;

/// Something that must work for the service to answer calls.
pub struct Probe {
    /// Its name, for example `database`.
    pub name: &'static str,
    /// The check. Its error is shown to operators and contains no secrets. May block.
    pub check: Box<dyn Fn() -> Result<(), String> + Send + Sync>,
}

/// Warnings of what will stop the service from answering calls, one line each. They do not make the
/// service unready. They are shown to operators and contain no secrets.
pub type Remarks = Box<dyn Fn() -> Vec<String> + Send + Sync>;

/// Updates metrics before they are shown. May block.
pub type Refresh = Box<dyn Fn(&Metrics) + Send + Sync>;

/// Restores the demo's data, and returns a summary. May block.
pub type Reset = Box<dyn Fn() -> Result<String, String> + Send + Sync>;

/// The contents of the listener's pages.
pub struct Operations {
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// All must succeed for `/readyz`.
    pub probes: Vec<Probe>,
    /// Warnings in `/readyz` and `/health`.
    pub remarks: Vec<Remarks>,
    /// Run before `/metrics` is shown.
    pub refreshes: Vec<Refresh>,
    /// For `POST /demo/reset`, which exists only in the demo.
    pub reset: Option<Reset>,
    /// Set when the service begins to stop. `/readyz` then fails, so that no new calls are sent
    /// here.
    pub stopping: AtomicBool,
    /// When the process started.
    pub started: Instant,
}

impl Operations {
    /// Without probes or reset.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            metrics,
            probes: Vec::new(),
            remarks: Vec::new(),
            refreshes: Vec::new(),
            reset: None,
            stopping: AtomicBool::new(false),
            started: Instant::now(),
        }
    }

    /// Adds a probe.
    #[must_use]
    pub fn with_probe(
        mut self,
        name: &'static str,
        check: impl Fn() -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.probes.push(Probe { name, check: Box::new(check) });
        self
    }

    /// Adds warnings.
    #[must_use]
    pub fn with_remarks(mut self, remarks: impl Fn() -> Vec<String> + Send + Sync + 'static) -> Self {
        self.remarks.push(Box::new(remarks));
        self
    }

    /// Adds metrics to update before `/metrics` is shown.
    #[must_use]
    pub fn with_refresh(mut self, refresh: impl Fn(&Metrics) + Send + Sync + 'static) -> Self {
        self.refreshes.push(Box::new(refresh));
        self
    }

    /// Adds the demo's reset.
    #[must_use]
    pub fn with_reset(mut self, reset: impl Fn() -> Result<String, String> + Send + Sync + 'static) -> Self {
        self.reset = Some(Box::new(reset));
        self
    }

    pub(super) fn remarks(&self) -> Vec<String> {
        self.remarks.iter().flat_map(|remarks| remarks()).collect()
    }

    /// Runs all probes.
    pub(super) fn look(&self) -> Findings {
        let stopping = self.stopping.load(Ordering::Relaxed);
        let process = if stopping { Err("the service is stopping".to_owned()) } else { Ok(()) };
        std::iter::once(("process", process)).chain(self.probes.iter().map(|p| (p.name, (p.check)()))).collect()
    }
}

//! What operators see: health and readiness, metrics, the log. Labels and log fields are fixed
//! words, numbers and references of organisations. Personal data cannot get into them.

mod calls;
mod gathered;
mod listener;
mod logging;
mod metrics;
mod operations;
mod process;

pub use self::calls::{Calls, Outcome, UNKNOWN};
pub use self::gathered::flush_log;
pub use self::listener::bind;
pub use self::logging::{CallLine, RequestId, init_log, log_call};
pub use self::metrics::{Metrics, Queue};
pub use self::operations::{Operations, Probe, Refresh, Remarks, Reset};
pub use self::process::{forbid_core_files, raise_open_files};

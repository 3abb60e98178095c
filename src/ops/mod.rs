//! What operators see: health and readiness, metrics, the log. Labels and log fields are fixed
//! words, numbers and references of organisations. Personal data cannot get into them.

mod gathered;
mod listener;
mod logging;
mod metrics;
mod process;

pub use self::gathered::flush_log;
pub use self::listener::{Operations, Probe, Refresh, Remarks, Reset, bind};
pub use self::logging::{CallLine, RequestId, init_log, log_call};
pub use self::metrics::{Calls, Metrics, Queue};
pub use self::process::{forbid_core_files, raise_open_files};

//! What the operating system grants this process and what the process used.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

/// CPU time of this process so far, all threads, seconds.
pub(crate) fn cpu_seconds() -> f64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    used.tv_sec as f64 + used.tv_nsec as f64 * 1e-9
}

/// Files that this process may need besides its connections.
const OTHER_FILES: u64 = 64;

/// How many connections the limit of open files can be made to leave room for.
pub(crate) fn connections_possible() -> usize {
    connections_within(getrlimit(Resource::Nofile).maximum)
}

/// Raises the limit of open files as far as is allowed and says how many connections it leaves room for. Shells start
/// programs with 1024, which a server that stalls for two seconds uses up at 500 requests a second.
pub(crate) fn allow_connections() -> usize {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // Where it is not granted the old limit holds.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
    connections_within(getrlimit(Resource::Nofile).current)
}

fn connections_within(files: Option<u64>) -> usize {
    files.map_or(usize::MAX, |files| files.saturating_sub(OTHER_FILES).max(1) as usize)
}

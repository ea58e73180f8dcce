//! A run: one thread keeps time, others send and receive, and the caller's thread counts.

mod counting;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use podpilot_core::Span;
use tokio::runtime::{Builder, Runtime};

use crate::client::Client;
use crate::clock::{Clock, unix_seconds};
use crate::machine::allow_connections;
use crate::pacer::Pacer;
use crate::{MinuteRow, Options, Plan, SecondRow, Summary, Target, exposition};
use counting::Counting;

/// Watches a run and may stop it. Called from the thread that called [`run`].
pub trait Watcher {
    /// A second is over. Called in order, about a quarter of a second after its end.
    fn second(&mut self, row: &SecondRow, live: &Live);

    /// A minute of the ledger is closed.
    fn minute(&mut self, row: &MinuteRow);

    /// Whether to send nothing more and end with what there is.
    fn should_stop(&self) -> bool;
}

/// Watches nothing and never stops.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watcher for Unwatched {
    fn second(&mut self, _row: &SecondRow, _live: &Live) {}

    fn minute(&mut self, _row: &MinuteRow) {}

    fn should_stop(&self) -> bool {
        false
    }
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Live {
    /// Planned length of the run, seconds.
    pub duration_s: f64,
    /// P50 and P95 of requests that ended in the last five seconds, milliseconds.
    pub recent_ms: Option<(f64, f64)>,
    /// Requests that failed so far.
    pub failed: u64,
}

/// All that is known after a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunResult {
    /// The run as a whole.
    pub summary: Summary,
    /// Its seconds.
    pub seconds: Vec<SecondRow>,
    /// Its minutes.
    pub minutes: Vec<MinuteRow>,
    /// Its metrics at the end, in the text format of Prometheus.
    pub exposition: String,
}

/// A run that could not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Nothing would be left to count.
    #[error("--warm-up-s is {warm_up_s}, must be less than the run's {duration_s} s")]
    WarmUp {
        /// The warm-up.
        warm_up_s: f64,
        /// The run's length.
        duration_s: f64,
    },
    /// More requests in flight than files may be open.
    #[error("--max-in-flight is {wanted}, must be at most {allowed}: no more files may be open (ulimit -n)")]
    TooManyInFlight {
        /// What was asked for.
        wanted: usize,
        /// What the limit leaves.
        allowed: usize,
    },
    /// The address for metrics cannot be listened on.
    #[error("cannot listen on {address} for Prometheus: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Threads or sockets cannot be had.
    #[error("cannot start: {0}")]
    Start(io::Error),
}

impl RunError {
    /// Whether what was asked for was at fault, rather than the machine.
    pub fn is_bad_input(&self) -> bool {
        !matches!(self, Self::Start(_))
    }
}

/// From the call until the first request may be due: time for threads to start.
const LEAD: Duration = Duration::from_millis(50);

/// A run that has all it needs: nothing that was asked for can stop it any more.
#[derive(Debug)]
pub struct PreparedRun<'run> {
    plan: &'run Plan,
    target: &'run Target,
    options: &'run Options,
    runtime: Runtime,
    page: exposition::Page,
}

impl<'run> PreparedRun<'run> {
    /// Checks what was asked for and makes the threads. `metrics` is an address to serve `GET /metrics` at. The limit of
    /// open files of the process is raised as far as is allowed.
    pub fn new(
        plan: &'run Plan,
        target: &'run Target,
        options: &'run Options,
        metrics: Option<SocketAddr>,
    ) -> Result<Self, RunError> {
        check(plan, options)?;
        let listener = metrics.map(listen).transpose()?;
        let runtime = runtime(options.threads).map_err(RunError::Start)?;
        let page = exposition::Page::default();
        if let Some(listener) = listener {
            runtime.spawn(exposition::serve(listener, Arc::clone(&page)));
        }
        Ok(Self { plan, target, options, runtime, page })
    }

    /// Sends and measures; blocks until the last request has ended. CPU use is that of the whole process.
    pub fn run(self, watcher: &mut dyn Watcher) -> Result<RunResult, RunError> {
        let Self { plan, target, options, runtime, page } = self;
        let started_at_s = unix_seconds() + LEAD.as_secs_f64();
        let clock = Clock::starting(LEAD);
        let (events, received) = mpsc::channel();
        let client = Arc::new(Client::new(target, options, clock));
        let pacer = Pacer { clock, client, runtime: runtime.handle().clone(), events };
        let stop = AtomicBool::new(false);
        let mut counting = Counting::new(plan, options, clock, page);
        let stopped_at = thread::scope(|scope| {
            thread::Builder::new()
                .name("pacer".to_owned())
                .spawn_scoped(scope, || pacer.run(plan, &stop))
                .map_err(RunError::Start)?;
            Ok(counting.until_the_end(&received, &stop, watcher))
        })?;
        let result = counting.result(target, started_at_s, stopped_at, watcher);
        // Requests that an interruption left under way end with it.
        runtime.shutdown_background();
        Ok(result)
    }
}

/// Sends the requests of a plan to a target and measures: [`PreparedRun::new`] and [`PreparedRun::run`].
pub fn run(
    plan: &Plan,
    target: &Target,
    options: &Options,
    watcher: &mut dyn Watcher,
) -> Result<RunResult, RunError> {
    PreparedRun::new(plan, target, options, None)?.run(watcher)
}

fn check(plan: &Plan, options: &Options) -> Result<(), RunError> {
    if options.warm_up >= plan.duration() {
        let (warm_up_s, duration_s) = (options.warm_up.as_seconds(), plan.duration().as_seconds());
        return Err(RunError::WarmUp { warm_up_s, duration_s });
    }
    let (wanted, allowed) = (options.max_in_flight, allow_connections());
    if wanted > allowed { Err(RunError::TooManyInFlight { wanted, allowed }) } else { Ok(()) }
}

fn listen(address: SocketAddr) -> Result<TcpListener, RunError> {
    let listener = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    listener.map_err(|source| RunError::Listen { address, source })
}

fn runtime(threads: usize) -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(threads.max(1)).thread_name("sender").enable_all().build()
}

/// After an interruption, requests under way may take this long to end.
pub(crate) const INTERRUPTION_GRACE: Span = Span::seconds(1);

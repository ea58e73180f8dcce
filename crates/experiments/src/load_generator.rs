//! Open-loop load on a service of the testbed: Poisson arrivals, a new connection for each request, latency from the
//! intended instant.

use anyhow::Result;
use podpilot_core::Span;
use podpilot_load::{Live, MinuteRow, Options, Plan, PlanOptions, SecondRow, Summary, Target, Watcher};
use podpilot_traffic::{Arrivals, LoadSeries};
use serde::{Deserialize, Serialize};

/// The demo service compresses only for clients that say they understand it; that is its work.
const HEADERS: [&str; 1] = ["Accept-Encoding: gzip"];

/// A constant rate at one service.
#[derive(Debug, Clone)]
pub(crate) struct SteadyLoad {
    /// Where to.
    pub(crate) url: String,
    /// Requests per second.
    pub(crate) rate_rps: f64,
    /// Seconds sent before counting.
    pub(crate) warm_up_s: f64,
    /// Seconds counted.
    pub(crate) measured_s: f64,
    /// Time-out of a request, seconds.
    pub(crate) timeout_s: f64,
    /// Seed of the arrivals.
    pub(crate) seed: u64,
}

/// What the generator saw of one run, warm-up not counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LoadMeasure {
    /// Requests that were due.
    pub(crate) requests: u64,
    /// Those that ended well.
    pub(crate) done: u64,
    /// Those that failed.
    pub(crate) failed: u64,
    /// Failed ones by kind.
    pub(crate) failures: podpilot_load::FailureCounts,
    /// Share of requests over 200 ms or failed.
    pub(crate) slow_ratio: f64,
    /// Latency of all that ended, failed ones at the time-out, milliseconds.
    pub(crate) p50_ms: f64,
    pub(crate) p90_ms: f64,
    pub(crate) p95_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) mean_ms: f64,
    pub(crate) max_ms: f64,
    /// Delay of sending behind the intended instant, milliseconds.
    pub(crate) send_error_p99_ms: f64,
    pub(crate) send_error_max_ms: f64,
    /// Why the generator could not keep up; empty if it could.
    pub(crate) saturation_reasons: Vec<String>,
}

impl SteadyLoad {
    /// Sends it and waits until the last request has ended.
    pub(crate) fn send(&self) -> Result<LoadMeasure> {
        let duration_s = self.warm_up_s + self.measured_s;
        let plan = Plan::steady(self.rate_rps, duration_s, Arrivals::Poisson, self.seed)?;
        let options = Options {
            timeout: Span::from_seconds(self.timeout_s),
            warm_up: Span::from_seconds(self.warm_up_s),
            ..Options::default()
        };
        let result = podpilot_load::run(&plan, &target(&self.url)?, &options, &mut podpilot_load::Unwatched)?;
        Ok(LoadMeasure::of(&result.summary))
    }
}

impl LoadMeasure {
    fn of(summary: &Summary) -> Self {
        let latency = summary.latency_ms.unwrap_or_default();
        let send_error = summary.send_error_ms.unwrap_or_default();
        Self {
            requests: summary.intended,
            done: summary.completed,
            failed: summary.failed,
            failures: summary.failures,
            slow_ratio: summary.slow_ratio,
            p50_ms: latency.p50,
            p90_ms: latency.p90,
            p95_ms: latency.p95,
            p99_ms: latency.p99,
            mean_ms: latency.mean,
            max_ms: latency.max,
            send_error_p99_ms: send_error.p99,
            send_error_max_ms: send_error.max,
            saturation_reasons: summary.saturation_reasons.clone(),
        }
    }
}

/// A load that changes over time.
#[derive(Debug)]
pub(crate) struct PlannedLoad {
    plan: Plan,
    target: Target,
}

impl PlannedLoad {
    /// Rates as they are in `series`.
    pub(crate) fn series(url: &str, series: &LoadSeries, seed: u64) -> Result<Self> {
        let plan = Plan::new(series, PlanOptions { seed, ..PlanOptions::default() })?;
        Ok(Self { plan, target: target(url)? })
    }

    /// One constant rate.
    pub(crate) fn steady(url: &str, rate_rps: f64, duration_s: f64, seed: u64) -> Result<Self> {
        let plan = Plan::steady(rate_rps, duration_s, Arrivals::Poisson, seed)?;
        Ok(Self { plan, target: target(url)? })
    }

    /// Sends it, telling every second and every minute of the ledger, and waits until the last request has ended.
    pub(crate) fn send(
        &self,
        on_second: impl FnMut(&SecondRow),
        on_minute: impl FnMut(&MinuteRow),
    ) -> Result<Summary> {
        let mut watcher = Tell { on_second, on_minute };
        Ok(podpilot_load::run(&self.plan, &self.target, &Options::default(), &mut watcher)?.summary)
    }
}

struct Tell<S, M> {
    on_second: S,
    on_minute: M,
}

impl<S: FnMut(&SecondRow), M: FnMut(&MinuteRow)> Watcher for Tell<S, M> {
    fn second(&mut self, row: &SecondRow, _live: &Live) {
        (self.on_second)(row);
    }

    fn minute(&mut self, row: &MinuteRow) {
        (self.on_minute)(row);
    }

    fn should_stop(&self) -> bool {
        false
    }
}

fn target(url: &str) -> Result<Target> {
    Ok(Target::new(url, &HEADERS.map(str::to_owned))?)
}

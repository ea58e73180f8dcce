use podpilot_core::{MinuteCounts, Span};

use super::{Cpu, Minutes, Parameters, Rates, SCHEMA, Summary};
use crate::recorder::Totals;
use crate::{Options, Plan, Target, saturation};

/// What a summary is made of.
#[derive(Debug)]
pub(crate) struct MadeOf<'run> {
    pub(crate) plan: &'run Plan,
    pub(crate) target: &'run Target,
    pub(crate) options: &'run Options,
    /// Requests after the warm-up.
    pub(crate) totals: &'run Totals,
    pub(crate) minutes: MinuteCounts,
    pub(crate) cpu: Cpu,
    pub(crate) started_at_s: f64,
    /// When the run was interrupted.
    pub(crate) stopped_at: Option<Span>,
}

impl MadeOf<'_> {
    pub(crate) fn summary(&self) -> Summary {
        let totals = self.totals;
        let end = self.stopped_at.unwrap_or(self.plan.duration());
        let measured_s = (end - self.options.warm_up).as_seconds().max(0.0);
        let rate = |count: u64| ratio(count as f64, measured_s);
        let share = |count: u64| ratio(count as f64, totals.ended() as f64);
        let reasons = saturation::reasons(totals, &self.cpu, self.options.threads);
        let MinuteCounts { good, bad } = self.minutes;
        Summary {
            schema: SCHEMA.to_owned(),
            podpilot_version: env!("CARGO_PKG_VERSION").to_owned(),
            url: self.target.url().to_owned(),
            started_at_s: self.started_at_s,
            parameters: self.parameters(),
            interrupted: self.stopped_at.is_some(),
            saturated: !reasons.is_empty(),
            saturation_reasons: reasons,
            measured_s,
            intended: totals.intended,
            sent: totals.sent,
            completed: totals.completed,
            failed: totals.failures.total(),
            slow: totals.slow,
            unfinished: totals.sent.saturating_sub(totals.ended_after_sending),
            failures: totals.failures,
            failed_ratio: share(totals.failures.total()),
            slow_ratio: share(totals.slow),
            rps: Rates {
                intended: rate(totals.intended),
                sent: rate(totals.sent),
                completed: rate(totals.completed),
            },
            latency_ms: totals.latency.quantiles(),
            completed_latency_ms: totals.completed_latency.quantiles(),
            send_error_ms: totals.send_error.quantiles(),
            minutes: Minutes { good, bad, bad_ratio: self.minutes.bad_ratio() },
            cpu: self.cpu,
            body_bytes: totals.body_bytes,
        }
    }

    fn parameters(&self) -> Parameters {
        let Options { timeout, warm_up, slow_ms, quantile, connections, max_in_flight, threads } =
            *self.options;
        let origin = self.plan.origin();
        Parameters {
            load: origin.spec.clone(),
            sources: origin.sources.clone(),
            plan: *self.plan.options(),
            scale_factor: self.plan.scale_factor(),
            duration_s: self.plan.duration().as_seconds(),
            timeout_s: timeout.as_seconds(),
            warm_up_s: warm_up.as_seconds(),
            slow_ms,
            quantile,
            connections,
            headers: self.target.header_lines(),
            max_in_flight,
            threads,
        }
    }
}

/// 0 where there is nothing to divide by.
fn ratio(count: f64, of: f64) -> f64 {
    if of > 0.0 { count / of } else { 0.0 }
}

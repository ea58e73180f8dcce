use serde::{Deserialize, Serialize};

const SECONDS_PER_MINUTE: f64 = 60.0;

/// A minute's smooth badness starts at this multiple of the slow share that is allowed …
const SOFT_FROM: f64 = 0.5;
/// … and is full at this one: the verdict's limit lies in the middle.
const SOFT_TO: f64 = 1.5;

/// Names and units of the terms.
pub(crate) const REWARD_TERMS: [(&str, &str); 6] = [
    ("cost", "pod-minutes/reference pods"),
    ("latency", "bad minutes"),
    ("throughput", "minutes"),
    ("cpu", "minutes"),
    ("memory", "minutes"),
    ("churn", "pods/reference pods"),
];

/// What happened between two decisions, as the world measures it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct IntervalMeasures {
    /// Length, seconds.
    pub duration_s: f64,
    /// Pod-seconds from scheduled to deleted.
    pub pod_seconds: f64,
    /// Pods that the load needs on average, for scale: a constant of the training load, above 0.
    pub reference_pods: f64,
    /// Requests that arrived.
    pub offered: f64,
    /// Requests that were answered in time-out.
    pub completed: f64,
    /// Requests that ended, failures included.
    pub ended: f64,
    /// Those of them slower than the threshold, failures included.
    pub slow: f64,
    /// Bad minutes of the service-level ledger that closed.
    pub minutes_bad: f64,
    /// Share of the interval, 0-1, in which mean CPU exceeded its ceiling.
    pub cpu_over_share: f64,
    /// Share of the interval, 0-1, in which mean memory exceeded its ceiling.
    pub memory_over_share: f64,
    /// Pods started.
    pub pods_started: f64,
}

/// Price of each term of the reward. With a cost of 1, every other price is in pod-minutes of the mean load.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RewardWeights {
    /// Of one minute with as many pods as the load needs on average.
    pub cost: f64,
    /// Of a bad minute.
    pub latency: f64,
    /// Share of `latency` that counts by the ledger's verdict, the rest by how close each interval came, 0-1.
    pub hard_share: f64,
    /// Of a minute in which nothing is completed.
    pub throughput: f64,
    /// Of a minute over the CPU ceiling.
    pub cpu: f64,
    /// Of a minute over the memory ceiling.
    pub memory: f64,
    /// Of starting as many pods as the load needs on average.
    pub churn: f64,
}

impl Default for RewardWeights {
    fn default() -> Self {
        Self {
            cost: 1.0,
            latency: 30.0,
            hard_share: 0.3,
            throughput: 30.0,
            cpu: 1.0,
            memory: 1.0,
            churn: 0.1,
        }
    }
}

/// The terms of one reward; none is above zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct RewardTerms {
    /// Pods paid for.
    pub cost: f64,
    /// Requests over the threshold.
    pub latency: f64,
    /// Requests not completed.
    pub throughput: f64,
    /// CPU over its ceiling.
    pub cpu: f64,
    /// Memory over its ceiling.
    pub memory: f64,
    /// Pods started.
    pub churn: f64,
}

impl RewardTerms {
    /// The reward.
    pub fn total(&self) -> f64 {
        self.cost + self.latency + self.throughput + self.cpu + self.memory + self.churn
    }

    /// The terms with their names, in a fixed order.
    pub fn named(&self) -> [(&'static str, f64); REWARD_TERMS.len()] {
        let values = [self.cost, self.latency, self.throughput, self.cpu, self.memory, self.churn];
        core::array::from_fn(|i| (REWARD_TERMS[i].0, values[i]))
    }
}

impl RewardWeights {
    /// The terms of an interval. `slow_share_allowed` is 1 − the objective's latency quantile.
    pub fn terms(&self, measures: &IntervalMeasures, slow_share_allowed: f64) -> RewardTerms {
        let minutes = measures.duration_s / SECONDS_PER_MINUTE;
        let pod_minutes = measures.pod_seconds / SECONDS_PER_MINUTE;
        let soft = minutes * soft_badness(measures, slow_share_allowed);
        let bad_minutes = self.hard_share * measures.minutes_bad + (1.0 - self.hard_share) * soft;
        RewardTerms {
            cost: -self.cost * pod_minutes / measures.reference_pods,
            latency: -self.latency * bad_minutes,
            throughput: -self.throughput * minutes * lost_share(measures),
            cpu: -self.cpu * minutes * measures.cpu_over_share,
            memory: -self.memory * minutes * measures.memory_over_share,
            churn: -self.churn * measures.pods_started / measures.reference_pods,
        }
    }

    /// These weights with the price of latency following the trim: × exp(`kappa` · (`trim` − `trim_base`)). At a
    /// constant price an agent that sees high headroom would undo it. `kappa` is how fast bad minutes fall as the trim
    /// rises, −d ln(bad)/d trim.
    #[must_use]
    pub fn following_trim(&self, trim: f64, trim_base: f64, kappa: f64) -> Self {
        Self { latency: self.latency * libm::exp(kappa * (trim - trim_base)), ..*self }
    }
}

/// 0 while few requests are slow, 1 when clearly too many are, linear in between. Load without any answer is fully bad.
fn soft_badness(measures: &IntervalMeasures, slow_share_allowed: f64) -> f64 {
    if measures.ended <= 0.0 {
        return if measures.offered > 0.0 { 1.0 } else { 0.0 };
    }
    let of_allowed = measures.slow / (slow_share_allowed * measures.ended);
    ((of_allowed - SOFT_FROM) / (SOFT_TO - SOFT_FROM)).clamp(0.0, 1.0)
}

fn lost_share(measures: &IntervalMeasures) -> f64 {
    if measures.offered <= 0.0 {
        return 0.0;
    }
    (1.0 - measures.completed / measures.offered).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet_minute() -> IntervalMeasures {
        IntervalMeasures {
            duration_s: 60.0,
            pod_seconds: 600.0,
            reference_pods: 5.0,
            offered: 6_000.0,
            completed: 6_000.0,
            ended: 6_000.0,
            slow: 60.0,
            ..IntervalMeasures::default()
        }
    }

    fn weights() -> RewardWeights {
        RewardWeights {
            cost: 1.0,
            latency: 20.0,
            hard_share: 0.3,
            throughput: 40.0,
            cpu: 3.0,
            memory: 5.0,
            churn: 0.5,
        }
    }

    #[test]
    fn a_quiet_minute_costs_its_pods() {
        let terms = weights().terms(&quiet_minute(), 0.05);
        assert_eq!(
            terms,
            RewardTerms { cost: -2.0, ..RewardTerms { latency: -0.0, throughput: -0.0, ..terms } }
        );
        assert_eq!(terms.total(), -2.0);
    }

    #[test]
    fn each_term_has_its_price() {
        let measures = IntervalMeasures {
            slow: 300.0,
            minutes_bad: 1.0,
            completed: 4_500.0,
            cpu_over_share: 0.5,
            memory_over_share: 0.2,
            pods_started: 4.0,
            ..quiet_minute()
        };
        let terms = weights().terms(&measures, 0.05);
        // Exactly the allowed share is slow: the smooth part is one half.
        assert!((terms.latency - -20.0 * (0.3 + 0.7 * 0.5)).abs() < 1e-12);
        assert_eq!(terms.throughput, -10.0);
        assert_eq!(terms.cpu, -1.5);
        assert_eq!(terms.memory, -1.0);
        assert_eq!(terms.churn, -0.4);
        let sum: f64 = terms.named().iter().map(|(_, value)| value).sum();
        assert_eq!(sum, terms.total());
    }

    #[test]
    fn load_without_an_answer_is_bad_and_no_load_is_not() {
        let stuck = IntervalMeasures { completed: 0.0, ended: 0.0, slow: 0.0, ..quiet_minute() };
        let terms = weights().terms(&stuck, 0.05);
        assert_eq!(terms.latency, -14.0);
        assert_eq!(terms.throughput, -40.0);
        let idle = IntervalMeasures { offered: 0.0, ..stuck };
        assert_eq!(weights().terms(&idle, 0.05).total(), -2.0);
    }

    #[test]
    fn the_price_of_latency_follows_the_trim() {
        let weights = weights();
        assert_eq!(weights.following_trim(0.1, 0.1, 12.0), weights);
        let dearer = weights.following_trim(0.2, 0.1, 12.0);
        assert!((dearer.latency / weights.latency - libm::exp(1.2)).abs() < 1e-12);
        assert_eq!(RewardWeights { latency: weights.latency, ..dearer }, weights);
    }
}

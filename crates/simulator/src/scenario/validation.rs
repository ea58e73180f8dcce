mod node_groups;

use podpilot_core::ObjectiveError;
use podpilot_service_model::{PodSpec, SpecError, StartupSpec};
use podpilot_traffic::LoadError;

use super::{FaultSpec, RetrySpec, SCENARIO_SCHEMA, Scenario};

/// A scenario that cannot be simulated: names the field, its value and what would be right.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file is of another kind or version.
    #[error("schema is \"{found}\", must be \"{SCENARIO_SCHEMA}\"")]
    Schema {
        /// What the file says.
        found: String,
    },
    /// A field has an impossible value.
    #[error("{field} is {value}, must be {expected}")]
    Field {
        /// Path of the field.
        field: String,
        /// Its value.
        value: String,
        /// What would be right.
        expected: &'static str,
    },
    /// The objective makes no sense.
    #[error(transparent)]
    Objective(#[from] ObjectiveError),
    /// The service or the pod makes no sense.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The load makes no sense.
    #[error(transparent)]
    Load(#[from] LoadError),
}

struct Check<'a> {
    field: &'a str,
    value: f64,
    holds: bool,
    expected: &'static str,
}

fn check<'a>(field: &'a str, value: f64, holds: bool, expected: &'static str) -> Check<'a> {
    Check { field, value, holds, expected }
}

fn positive(field: &str, value: f64) -> Check<'_> {
    check(field, value, value.is_finite() && value > 0.0, "a positive number")
}

fn not_negative(field: &str, value: f64) -> Check<'_> {
    check(field, value, value.is_finite() && value >= 0.0, "a number of at least 0")
}

fn at_least_the_median(field: &str, spread: StartupSpec) -> Check<'_> {
    check(field, spread.p95, spread.p95.is_finite() && spread.p95 >= spread.median, "at least the median")
}

fn room_for_cpu<'a>(field: &'a str, node_cpu_m: u32, pod: &PodSpec) -> Check<'a> {
    let holds = node_cpu_m >= pod.cpu_request_m;
    check(field, f64::from(node_cpu_m), holds, "at least pod.cpu_request_m, or no pod fits")
}

fn room_for_memory<'a>(field: &'a str, node_memory_mib: u32, pod: &PodSpec) -> Check<'a> {
    let node_memory_mib = f64::from(node_memory_mib);
    let holds = node_memory_mib >= pod.memory_requested_mib();
    check(field, node_memory_mib, holds, "at least the pod's memory request, or no pod fits")
}

fn first_failure<'a>(checks: impl IntoIterator<Item = Check<'a>>) -> Result<(), ScenarioError> {
    match checks.into_iter().find(|check| !check.holds) {
        Some(Check { field, value, expected, .. }) => {
            Err(ScenarioError::Field { field: field.to_owned(), value: value.to_string(), expected })
        }
        None => Ok(()),
    }
}

pub(super) fn validate(scenario: &Scenario) -> Result<(), ScenarioError> {
    if scenario.schema != SCENARIO_SCHEMA {
        return Err(ScenarioError::Schema { found: scenario.schema.clone() });
    }
    if scenario.name.trim().is_empty() {
        return Err(ScenarioError::Field {
            field: "name".to_owned(),
            value: "empty".to_owned(),
            expected: "a short name",
        });
    }
    first_failure([check(
        "tick_s",
        scenario.tick_s,
        scenario.tick_s >= 0.01 && scenario.tick_s <= 1.0,
        "between 0.01 and 1 second",
    )])?;
    scenario.load.validate()?;
    scenario.service.validate()?;
    scenario.pod.validate()?;
    scenario.objective.validate()?;
    cluster(scenario)?;
    node_groups::validate(scenario)?;
    retries(scenario)?;
    lifecycle(scenario)?;
    metrics(scenario)?;
    price(scenario)?;
    scenario.faults.iter().enumerate().try_for_each(|(index, fault)| fault_spec(index, fault))
}

fn cluster(scenario: &Scenario) -> Result<(), ScenarioError> {
    let cluster = &scenario.cluster;
    let pod = &scenario.pod;
    let initial = cluster.initial_replicas.unwrap_or(cluster.min_replicas.max(1));
    first_failure([
        check(
            "cluster.nodes",
            f64::from(cluster.nodes),
            (1..=1_000).contains(&cluster.nodes),
            "between 1 and 1000",
        ),
        room_for_cpu("cluster.node_cpu_m", cluster.node_cpu_m, pod),
        room_for_memory("cluster.node_memory_mib", cluster.node_memory_mib, pod),
        check(
            "cluster.pods_per_node",
            f64::from(cluster.pods_per_node),
            cluster.pods_per_node >= 1,
            "at least 1",
        ),
        check(
            "cluster.max_replicas",
            f64::from(cluster.max_replicas),
            (1..=10_000).contains(&cluster.max_replicas),
            "between 1 and 10000",
        ),
        check(
            "cluster.min_replicas",
            f64::from(cluster.min_replicas),
            cluster.min_replicas <= cluster.max_replicas,
            "at most cluster.max_replicas",
        ),
        check(
            "cluster.initial_replicas",
            f64::from(initial),
            (cluster.min_replicas..=cluster.max_replicas).contains(&initial),
            "between cluster.min_replicas and cluster.max_replicas",
        ),
    ])
}

fn lifecycle(scenario: &Scenario) -> Result<(), ScenarioError> {
    let lifecycle = &scenario.lifecycle;
    let probe = &scenario.probe;
    let creating = lifecycle.creating_s;
    first_failure([
        not_negative("lifecycle.creating_s.median", creating.median),
        at_least_the_median("lifecycle.creating_s.p95", creating),
        not_negative("lifecycle.grace_s", lifecycle.grace_s),
        not_negative("lifecycle.endpoint_delay_s", lifecycle.endpoint_delay_s),
        not_negative("lifecycle.node_loss_detection_s", lifecycle.node_loss_detection_s),
        not_negative("lifecycle.node_loss_eviction_s", lifecycle.node_loss_eviction_s),
        not_negative("lifecycle.restart_backoff_s", lifecycle.restart_backoff_s),
        positive("probe.period_s", probe.period_s),
        positive("probe.timeout_s", probe.timeout_s),
        check(
            "probe.failure_threshold",
            f64::from(probe.failure_threshold),
            probe.failure_threshold >= 1,
            "at least 1",
        ),
    ])
}

fn metrics(scenario: &Scenario) -> Result<(), ScenarioError> {
    let resource = &scenario.metrics.resource;
    let prometheus = &scenario.metrics.prometheus;
    let [shortest_s, longest_s] = resource.sample_s;
    first_failure([
        check(
            "metrics.resource.sample_s[0]",
            shortest_s,
            shortest_s.is_finite() && shortest_s >= scenario.tick_s,
            "at least tick_s",
        ),
        check(
            "metrics.resource.sample_s[1]",
            longest_s,
            longest_s >= shortest_s && longest_s <= 600.0,
            "at least sample_s[0] and at most 600 seconds",
        ),
        check(
            "metrics.resource.resolution_s",
            resource.resolution_s,
            resource.resolution_s >= scenario.tick_s && resource.resolution_s <= 600.0,
            "between tick_s and 600 seconds",
        ),
        check(
            "metrics.prometheus.scrape_s",
            prometheus.scrape_s,
            prometheus.scrape_s >= scenario.tick_s && prometheus.scrape_s <= 600.0,
            "between tick_s and 600 seconds",
        ),
        check(
            "metrics.prometheus.window_s",
            prometheus.window_s,
            prometheus.window_s >= 2.0 * prometheus.scrape_s
                && prometheus.window_s <= 100.0 * prometheus.scrape_s,
            "between 2 and 100 times scrape_s",
        ),
        check(
            "metrics.noise_cv",
            scenario.metrics.noise_cv,
            scenario.metrics.noise_cv >= 0.0 && scenario.metrics.noise_cv <= 2.0,
            "between 0 and 2",
        ),
    ])?;
    let mut below_s = 0.0;
    for (index, &bound_s) in prometheus.latency_buckets_s.iter().enumerate() {
        if !(bound_s.is_finite() && bound_s > below_s) {
            return Err(ScenarioError::Field {
                field: format!("metrics.prometheus.latency_buckets_s[{index}]"),
                value: bound_s.to_string(),
                expected: "finite, above 0 and above the bound before it",
            });
        }
        below_s = bound_s;
    }
    if prometheus.latency_buckets_s.is_empty() {
        return Err(ScenarioError::Field {
            field: "metrics.prometheus.latency_buckets_s".to_owned(),
            value: "empty".to_owned(),
            expected: "a list of at least one upper bound",
        });
    }
    Ok(())
}

fn retries(scenario: &Scenario) -> Result<(), ScenarioError> {
    let Some(retries) = &scenario.retries else { return Ok(()) };
    let budget = retries.budget.unwrap_or(1.0);
    first_failure([
        check(
            "retries.attempts",
            f64::from(retries.attempts),
            (1..=RetrySpec::MOST_ATTEMPTS).contains(&retries.attempts),
            "between 1 and 8",
        ),
        not_negative("retries.backoff_s", retries.backoff_s),
        check(
            "retries.backoff_factor",
            retries.backoff_factor,
            retries.backoff_factor >= 1.0 && retries.backoff_factor <= 10.0,
            "between 1 and 10",
        ),
        check(
            "retries.longest_backoff_s",
            retries.longest_backoff_s,
            retries.longest_backoff_s >= retries.backoff_s && retries.longest_backoff_s <= 600.0,
            "at least backoff_s and at most 600 seconds",
        ),
        check("retries.budget", budget, budget > 0.0 && budget <= 10.0, "above 0 and at most 10"),
    ])
}

fn price(scenario: &Scenario) -> Result<(), ScenarioError> {
    first_failure([
        not_negative("price.replica_hour", scenario.price.replica_hour),
        not_negative("price.node_hour", scenario.price.node_hour),
    ])
}

fn fault_spec(index: usize, fault: &FaultSpec) -> Result<(), ScenarioError> {
    let when = fault.schedule();
    let path = |field: &str| format!("faults[{index}].{field}");
    let field = path("when");
    match (when.at_s, when.per_day) {
        (Some(at_s), None) => first_failure([not_negative(&path("when.at_s"), at_s)])?,
        (None, Some(per_day)) => first_failure([positive(&path("when.per_day"), per_day)])?,
        (Some(_), Some(_)) | (None, None) => {
            return Err(ScenarioError::Field {
                field,
                value: if when.at_s.is_some() { "both" } else { "neither" }.to_owned(),
                expected: "either at_s or per_day",
            });
        }
    }
    first_failure([not_negative(&path("when.for_s"), when.for_s)])?;
    match *fault {
        FaultSpec::SlowApi { delay_s, .. } => first_failure([positive(&path("delay_s"), delay_s)]),
        FaultSpec::Conflict { probability, .. } | FaultSpec::CrashLoop { probability, .. } => {
            first_failure([check(
                &path("probability"),
                probability,
                probability > 0.0 && probability <= 1.0,
                "above 0 and at most 1",
            )])
        }
        FaultSpec::MemoryLeak { mib_per_hour, .. } => {
            first_failure([positive(&path("mib_per_hour"), mib_per_hour)])
        }
        FaultSpec::SlowStart { factor, .. } => first_failure([check(
            &path("factor"),
            factor,
            factor > 1.0 && factor <= 100.0,
            "above 1 and at most 100",
        )]),
        FaultSpec::PodCrash { pods, .. } => {
            first_failure([check(&path("pods"), f64::from(pods), pods >= 1, "at least 1")])
        }
        FaultSpec::ClockJump { by_s, .. } => first_failure([check(
            &path("by_s"),
            by_s,
            by_s.is_finite() && by_s != 0.0 && by_s.abs() <= 1e7,
            "not 0 and at most 10000000 seconds either way",
        )]),
        FaultSpec::MetricsOutage { .. }
        | FaultSpec::Nan { .. }
        | FaultSpec::Stale { .. }
        | FaultSpec::NodeLoss { .. } => Ok(()),
    }
}

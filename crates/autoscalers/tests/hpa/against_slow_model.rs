//! Random autoscalers live through random ticks, decided by the crate and by the slow model: always the same count.
//! `PROPTEST_CASES=1000000 cargo test --release` runs as many cases.

use std::cell::RefCell;
use std::cmp::Ordering;

use podpilot_autoscalers::hpa::manifest::{
    Behavior, ContainerResourceSource, ExternalSource, MetricIdentifier, MetricSourceType, MetricSpec,
    MetricTarget, MetricTargetType, PodsSource, PolicyType, ResourceSource, ScalingPolicy, ScalingRules,
    SelectPolicy,
};
use podpilot_autoscalers::hpa::{Hpa, HpaControllerConfig, HpaManifest, Quantity};
use podpilot_core::{
    Autoscaler, ContainerObservation, ContainerUsage, MetricKey, MetricSeries, MetricValue, Observation,
    Outcome, PodId, PodPhase, PodTable, Readiness, ReadyCondition, ReplicaBounds, ReplicaCounts, Span,
    Timestamp, WriteResult,
};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};

use crate::slow_model::{SlowHpa, SlowMetric, SlowRules, SlowSelect};
use crate::world::NOW;

const FEWEST_CASES: u32 = 3_000;
const AGES_S: [i64; 14] = [0, 5, 29, 30, 31, 60, 90, 120, 200, 299, 300, 301, 330, 4_000];

#[derive(Debug, Clone)]
struct PodScript {
    phase: PodPhase,
    started_age_s: Option<i64>,
    ready: Option<(Readiness, i64)>,
    deleted: bool,
    /// Request in millicores; usage as nanocores and age of the sample in seconds.
    containers: Vec<(Option<i64>, Option<(Option<i64>, i64)>)>,
    /// Value of the custom metric.
    custom_milli: Option<i64>,
}

#[derive(Debug, Clone)]
struct Tick {
    step_s: i64,
    pods: Vec<PodScript>,
    stray_custom_milli: Option<i64>,
    external_milli: Option<Vec<i64>>,
    status_offset: i32,
    written: bool,
    /// Someone else sets the count before this tick.
    meddling: Option<i32>,
}

fn age() -> impl Strategy<Value = i64> {
    prop::sample::select(AGES_S.to_vec())
}

fn container() -> impl Strategy<Value = (Option<i64>, Option<(Option<i64>, i64)>)> {
    let request = prop::option::weighted(0.97, prop::sample::select(vec![0_i64, 100, 250, 500, 1_000, 333]));
    let nanocores = prop_oneof![
        6 => (0_i64..=24).prop_map(|step| step * 50_000_000),
        2 => 0_i64..2_000_000_000,
    ];
    let usage = prop::option::weighted(0.85, (prop::option::weighted(0.97, nanocores), age()));
    (request, usage)
}

fn pod() -> impl Strategy<Value = PodScript> {
    let phase = prop_oneof![
        12 => Just(PodPhase::Running),
        1 => Just(PodPhase::Pending),
        1 => Just(PodPhase::Failed),
        1 => Just(PodPhase::Succeeded),
        1 => Just(PodPhase::Unknown),
    ];
    let status =
        prop_oneof![5 => Just(Readiness::True), 2 => Just(Readiness::False), 1 => Just(Readiness::Unknown)];
    (
        phase,
        prop::option::weighted(0.95, age()),
        prop::option::weighted(0.95, (status, age())),
        prop::bool::weighted(0.06),
        prop::collection::vec(container(), 1..=2),
        prop::option::weighted(0.8, (0_i64..=20).prop_map(|step| step * 1_000 + step % 3)),
    )
        .prop_map(|(phase, started_age_s, ready, deleted, containers, custom_milli)| PodScript {
            phase,
            started_age_s,
            ready,
            deleted,
            containers,
            custom_milli,
        })
}

fn tick() -> impl Strategy<Value = Tick> {
    (
        prop_oneof![6 => Just(15_i64), 2 => 1_i64..90, 1 => Just(300_i64), 1 => Just(4_000_i64)],
        prop::collection::vec(pod(), 0..7),
        prop::option::weighted(0.2, 0_i64..50_000),
        prop::option::weighted(0.85, prop::collection::vec(0_i64..40_000, 0..4)),
        -1_i32..=2,
        prop::bool::weighted(0.8),
        prop::option::weighted(0.1, 0_i32..12),
    )
        .prop_map(
            |(step_s, pods, stray_custom_milli, external_milli, status_offset, written, meddling)| Tick {
                step_s,
                pods,
                stray_custom_milli,
                external_milli,
                status_offset,
                written,
                meddling,
            },
        )
}

fn metric() -> impl Strategy<Value = SlowMetric> {
    let container = || {
        prop::sample::select(vec![None, Some("c0".to_owned()), Some("c1".to_owned()), Some("c9".to_owned())])
    };
    let percent = prop::sample::select(vec![10, 50, 80, 100, 150]);
    prop_oneof![
        4 => (container(), percent).prop_map(|(container, percent)| SlowMetric::CpuUtilization { container, percent }),
        1 => (container(), 1_i64..1_500).prop_map(|(container, milli)| SlowMetric::CpuAverage { container, milli }),
        2 => (1_i64..12).prop_map(|units| SlowMetric::Pods { name: "custom".to_owned(), milli: units * 1_000 }),
        1 => (1_i64..40_000).prop_map(|milli| SlowMetric::External { name: "outside".to_owned(), milli }),
        1 => (1_i64..20_000).prop_map(|milli| SlowMetric::ExternalPerPod { name: "outside".to_owned(), milli }),
    ]
}

fn rules() -> impl Strategy<Value = SlowRules> {
    let policy = (any::<bool>(), 1_i32..150, prop::sample::select(vec![1_i32, 15, 30, 60, 300, 1_800]));
    (
        prop::sample::select(vec![0_i64, 15, 60, 300, 3_600]),
        prop::sample::select(vec![SlowSelect::Max, SlowSelect::Max, SlowSelect::Min, SlowSelect::Disabled]),
        prop::collection::vec(policy, 1..4),
    )
        .prop_map(|(window_s, select, policies)| SlowRules { window_s, select, policies })
}

fn autoscaler() -> impl Strategy<Value = SlowHpa> {
    (
        prop::collection::vec(metric(), 1..4),
        prop::option::of((rules(), rules())),
        0_i32..4,
        1_i32..15,
        prop::sample::select(vec![0_i32, 50, 100, 300]),
        prop::sample::select(vec![0_i32, 50, 100, 340, 2_000]),
    )
        .prop_map(|(metrics, behavior, min, above, up_milli, down_milli)| {
            let outside = metrics.iter().any(|metric| {
                matches!(metric, SlowMetric::External { .. } | SlowMetric::ExternalPerPod { .. })
            });
            let min = if outside { min } else { min.max(1) };
            // Without behavior both tolerances are the controller's.
            let (up, down) = if behavior.is_some() { (up_milli, down_milli) } else { (100, 100) };
            let ratio = |milli: i32| {
                if milli % 1_000 == 0 { f64::from(milli / 1_000) } else { f64::from(milli) * 1e-3 }
            };
            SlowHpa {
                min,
                max: min + above,
                metrics,
                behavior,
                tolerance_up: ratio(up),
                tolerance_down: ratio(down),
                initialization_s: 300,
                readiness_delay_s: 30,
                down_window_s: 300,
                recommended: Vec::new(),
                written: [Vec::new(), Vec::new()],
                zero_is_own: false,
            }
        })
}

fn milli_quantity(milli: i64) -> Quantity {
    format!("{milli}m").parse().unwrap()
}

fn identifier(name: &str) -> MetricIdentifier {
    MetricIdentifier { name: name.to_owned(), selector: None }
}

fn metric_spec(metric: &SlowMetric) -> MetricSpec {
    let target = |target_type, value, average_value, average_utilization| MetricTarget {
        target_type,
        value,
        average_value,
        average_utilization,
    };
    let of_pods = |container: &Option<String>, target: MetricTarget| match container {
        None => MetricSpec {
            resource: Some(ResourceSource { name: "cpu".to_owned(), target }),
            ..MetricSpec::cpu_utilization(1)
        },
        Some(container) => MetricSpec {
            source_type: MetricSourceType::ContainerResource,
            resource: None,
            container_resource: Some(ContainerResourceSource {
                name: "cpu".to_owned(),
                container: container.clone(),
                target,
            }),
            ..MetricSpec::cpu_utilization(1)
        },
    };
    let outside = |name: &str, target: MetricTarget| MetricSpec {
        source_type: MetricSourceType::External,
        resource: None,
        external: Some(ExternalSource { metric: identifier(name), target }),
        ..MetricSpec::cpu_utilization(1)
    };
    match metric {
        SlowMetric::CpuUtilization { container, percent } => {
            of_pods(container, target(MetricTargetType::Utilization, None, None, Some(*percent)))
        }
        SlowMetric::CpuAverage { container, milli } => of_pods(
            container,
            target(MetricTargetType::AverageValue, None, Some(milli_quantity(*milli)), None),
        ),
        SlowMetric::Pods { name, milli } => MetricSpec {
            source_type: MetricSourceType::Pods,
            resource: None,
            pods: Some(PodsSource {
                metric: identifier(name),
                target: target(MetricTargetType::AverageValue, None, Some(milli_quantity(*milli)), None),
            }),
            ..MetricSpec::cpu_utilization(1)
        },
        SlowMetric::External { name, milli } => {
            outside(name, target(MetricTargetType::Value, Some(milli_quantity(*milli)), None, None))
        }
        SlowMetric::ExternalPerPod { name, milli } => {
            outside(name, target(MetricTargetType::AverageValue, None, Some(milli_quantity(*milli)), None))
        }
    }
}

fn scaling_rules(rules: &SlowRules, tolerance: f64) -> ScalingRules {
    let policies = rules.policies.iter().map(|&(is_pods, value, period_seconds)| ScalingPolicy {
        policy_type: if is_pods { PolicyType::Pods } else { PolicyType::Percent },
        value,
        period_seconds,
    });
    ScalingRules {
        stabilization_window_seconds: Some(rules.window_s as i32),
        select_policy: Some(match rules.select {
            SlowSelect::Max => SelectPolicy::Max,
            SlowSelect::Min => SelectPolicy::Min,
            SlowSelect::Disabled => SelectPolicy::Disabled,
        }),
        policies: Some(policies.collect()),
        tolerance: Some(milli_quantity((tolerance * 1_000.0).round() as i64)),
    }
}

fn manifest(slow: &SlowHpa) -> HpaManifest {
    let mut manifest = HpaManifest::cpu_utilization(1, ReplicaBounds { min: slow.min, max: slow.max });
    manifest.spec.metrics = Some(slow.metrics.iter().map(metric_spec).collect());
    manifest.spec.behavior = slow.behavior.as_ref().map(|(up, down)| Behavior {
        scale_up: Some(scaling_rules(up, slow.tolerance_up)),
        scale_down: Some(scaling_rules(down, slow.tolerance_down)),
    });
    manifest
}

fn pod_table(pods: &[PodScript], now: Timestamp) -> PodTable {
    let ago = |seconds: i64| now - Span::seconds(seconds);
    let mut table = PodTable::default();
    let names = [table.intern("c0"), table.intern("c1")];
    for (index, pod) in pods.iter().enumerate() {
        let containers: Vec<ContainerObservation> = names
            .into_iter()
            .zip(&pod.containers)
            .map(|(name, &(cpu_request_millicores, usage))| ContainerObservation {
                name,
                restartable_init: false,
                cpu_request_millicores,
                cpu_limit_millicores: None,
                memory_request_bytes: None,
                memory_limit_bytes: None,
                usage: usage.map(|(cpu_nanocores, age_s)| ContainerUsage {
                    at: ago(age_s),
                    window: Span::seconds(30),
                    cpu_nanocores,
                    memory_bytes: None,
                }),
            })
            .collect();
        let ready = pod.ready.map(|(status, age_s)| ReadyCondition { status, last_transition: ago(age_s) });
        table.push(
            PodId(index as u64),
            pod.phase,
            pod.started_age_s.map(ago),
            ready,
            pod.deleted.then_some(now),
            &containers,
        );
    }
    table
}

fn observation(tick: &Tick, spec: i32, now: Timestamp) -> Observation {
    let value = |pod, milli| MetricValue { pod, milli, at: now, window: Span::seconds(30) };
    let mut custom: Vec<MetricValue> = (0_u64..)
        .zip(&tick.pods)
        .filter_map(|(index, pod)| Some(value(Some(PodId(index)), pod.custom_milli?)))
        .collect();
    custom.extend(tick.stray_custom_milli.map(|milli| value(Some(PodId(99)), milli)));
    let mut metrics =
        vec![MetricSeries { key: MetricKey::Pods { metric: "custom".to_owned() }, values: custom }];
    if let Some(milli) = &tick.external_milli {
        metrics.push(MetricSeries {
            key: MetricKey::External { metric: "outside".to_owned() },
            values: milli.iter().map(|&milli| value(None, milli)).collect(),
        });
    }
    Observation {
        now,
        replicas: ReplicaCounts { spec, status: (spec + tick.status_offset).max(0) },
        pods: pod_table(&tick.pods, now),
        metrics,
        ..Observation::default()
    }
}

/// What the decisions were, to see that the random worlds are not all alike.
#[derive(Debug, Clone, Copy, Default)]
struct Decisions {
    undecided: u32,
    unchanged: u32,
    up: u32,
    down: u32,
}

impl Decisions {
    fn count(&mut self, spec: i32, decided: Option<i32>) {
        let counter = match decided.map(|replicas| replicas.cmp(&spec)) {
            None => &mut self.undecided,
            Some(Ordering::Equal) => &mut self.unchanged,
            Some(Ordering::Greater) => &mut self.up,
            Some(Ordering::Less) => &mut self.down,
        };
        *counter += 1;
    }

    fn rarest(&self) -> u32 {
        self.undecided.min(self.unchanged).min(self.up).min(self.down)
    }
}

fn live(mut slow: SlowHpa, ticks: &[Tick], decisions: &mut Decisions) -> Result<(), TestCaseError> {
    let mut hpa = Hpa::new("fast", &manifest(&slow), HpaControllerConfig::default())
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    let mut now = NOW;
    let mut spec = slow.max / 2 + 1;
    for (index, tick) in ticks.iter().enumerate() {
        now += Span::seconds(tick.step_s);
        spec = tick.meddling.unwrap_or(spec);
        let seen = observation(tick, spec, now);
        let expected = slow.decide(&seen);
        prop_assert_eq!(hpa.decide(&seen).replicas, expected, "tick {} of {:?}", index, slow);
        decisions.count(spec, expected);
        let wanted = expected.unwrap_or(spec);
        if wanted != spec && tick.written {
            hpa.applied(&Outcome { at: now, from: spec, to: wanted, result: WriteResult::Applied });
            slow.written(spec, wanted, now.0);
            spec = wanted;
        }
    }
    Ok(())
}

#[test]
fn the_same_count_at_every_tick() {
    let asked = ProptestConfig::default();
    let config = ProptestConfig {
        cases: asked.cases.max(FEWEST_CASES),
        rng_seed: RngSeed::Fixed(20_260_731),
        failure_persistence: None,
        ..asked
    };
    // One count for autoscalers without behavior and one for those with.
    let decisions = RefCell::new([Decisions::default(); 2]);
    let strategy = (autoscaler(), prop::collection::vec(tick(), 1..14));
    let outcome = TestRunner::new(config).run(&strategy, |(slow, ticks)| {
        let kind = usize::from(slow.behavior.is_some());
        live(slow, &ticks, &mut decisions.borrow_mut()[kind])
    });
    assert!(outcome.is_ok(), "{}", outcome.err().map(|error| error.to_string()).unwrap_or_default());
    let decisions = decisions.into_inner();
    assert!(decisions.iter().all(|kind| kind.rarest() > 200), "the worlds are too much alike: {decisions:?}");
}

use std::collections::BTreeMap;
use std::fmt;

use podpilot_autoscalers::HpaManifest;
use podpilot_autoscalers::hpa::Quantity;
use podpilot_autoscalers::hpa::manifest::{MetricSpec, MetricTarget, PolicyType, ScalingRules, SelectPolicy};

use crate::answer::{Answer, SyncAnswer};
use crate::case::{Case, ControllerFlags, Sync};
use crate::world::{Phase, Pod, ReadyStatus};

/// From here on an amount counts as extreme, in thousandths.
const EXTREME_MILLI: i64 = 1 << 50;
const EXTREME_REPLICAS: i32 = 1 << 20;

/// What the cases of a run were like: in how many cases, or at how many syncs, something was so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    cases: u64,
    syncs: u64,
    of_cases: BTreeMap<String, u64>,
    of_syncs: BTreeMap<String, u64>,
}

impl Census {
    /// Counts a case with the answer of Kubernetes.
    pub fn add(&mut self, case: &Case, answer: &Answer) {
        self.cases += 1;
        let mut traits = traits_of_manifest(&case.hpa);
        for sync in &case.syncs {
            traits.extend(traits_of_sync(sync, &case.controller));
        }
        if case.controller != ControllerFlags::default() {
            traits.push("controller: flags other than the defaults".to_owned());
        }
        traits.sort_unstable();
        traits.dedup();
        for name in traits {
            *self.of_cases.entry(name).or_default() += 1;
        }
        for (sync, answer) in case.syncs.iter().zip(&answer.syncs) {
            self.syncs += 1;
            for name in outcomes(sync, answer) {
                *self.of_syncs.entry(name).or_default() += 1;
            }
        }
    }

    /// Cases counted.
    pub fn cases(&self) -> u64 {
        self.cases
    }

    /// In how many cases this was so; names as in the table.
    pub fn cases_with(&self, name: &str) -> u64 {
        self.of_cases.get(name).copied().unwrap_or_default()
    }

    /// At how many syncs this was so; names as in the table.
    pub fn syncs_with(&self, name: &str) -> u64 {
        self.of_syncs.get(name).copied().unwrap_or_default()
    }
}

impl fmt::Display for Census {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (title, total, counts) in
            [("cases", self.cases, &self.of_cases), ("syncs", self.syncs, &self.of_syncs)]
        {
            writeln!(formatter, "{total} {title}, of which per cent")?;
            for (name, &count) in counts {
                let percent = count as f64 * 100.0 / total.max(1) as f64;
                writeln!(formatter, "  {name:<58} {percent:6.2}  {count:>9}")?;
            }
        }
        Ok(())
    }
}

fn traits_of_manifest(hpa: &HpaManifest) -> Vec<String> {
    let metrics = hpa.spec.metrics.as_deref().unwrap_or_default();
    let mut traits: Vec<String> =
        metrics.iter().map(|spec| format!("metric: {}", metric_kind(spec))).collect();
    traits.push(match metrics.len() {
        0 => "metrics: the default".to_owned(),
        1 => "metrics: one".to_owned(),
        _ => "metrics: several".to_owned(),
    });
    if hpa.spec.min_replicas == Some(0) {
        traits.push("bounds: minReplicas 0".to_owned());
    }
    if hpa.spec.max_replicas > EXTREME_REPLICAS {
        traits.push("extreme: maxReplicas".to_owned());
    }
    if metrics
        .iter()
        .filter_map(target)
        .any(|target| is_extreme(target.value) || is_extreme(target.average_value))
    {
        traits.push("extreme: target".to_owned());
    }
    match &hpa.spec.behavior {
        None => traits.push("behavior: none".to_owned()),
        Some(behavior) => {
            traits.push("behavior: some".to_owned());
            traits.extend(behavior.scale_up.iter().flat_map(|rules| traits_of_rules("scaleUp", rules)));
            traits.extend(behavior.scale_down.iter().flat_map(|rules| traits_of_rules("scaleDown", rules)));
        }
    }
    traits
}

fn target(spec: &MetricSpec) -> Option<&MetricTarget> {
    let resource = spec.resource.as_ref().map(|source| &source.target);
    let container = spec.container_resource.as_ref().map(|source| &source.target);
    let pods = spec.pods.as_ref().map(|source| &source.target);
    let object = spec.object.as_ref().map(|source| &source.target);
    let external = spec.external.as_ref().map(|source| &source.target);
    resource.or(container).or(pods).or(object).or(external)
}

fn metric_kind(spec: &MetricSpec) -> String {
    let target = target(spec).map(|target| format!("{:?}", target.target_type)).unwrap_or_default();
    format!("{:?} {target}", spec.source_type)
}

fn traits_of_rules(direction: &str, rules: &ScalingRules) -> Vec<String> {
    let mut traits = Vec::new();
    if rules.tolerance.is_some() {
        traits.push(format!("{direction}: tolerance"));
    }
    if rules.stabilization_window_seconds.is_some() {
        traits.push(format!("{direction}: stabilization window"));
    }
    match rules.select_policy {
        Some(SelectPolicy::Min) => traits.push(format!("{direction}: selectPolicy Min")),
        Some(SelectPolicy::Disabled) => traits.push(format!("{direction}: selectPolicy Disabled")),
        Some(SelectPolicy::Max) => traits.push(format!("{direction}: selectPolicy Max")),
        None => {}
    }
    let policies = rules.policies.as_deref().unwrap_or_default();
    for policy in policies {
        traits.push(match policy.policy_type {
            PolicyType::Pods => format!("{direction}: policy Pods"),
            PolicyType::Percent => format!("{direction}: policy Percent"),
        });
    }
    if policies.len() > 1 {
        traits.push(format!("{direction}: several policies"));
    }
    traits
}

fn is_extreme(quantity: Option<Quantity>) -> bool {
    quantity.is_some_and(|quantity| quantity.nanos() < 0 || quantity > Quantity::from_milli(EXTREME_MILLI))
}

fn traits_of_sync(sync: &Sync, flags: &ControllerFlags) -> Vec<String> {
    let mut traits = Vec::new();
    let mut note = |name: &str, holds: bool| {
        if holds {
            traits.push(name.to_owned());
        }
    };
    note("replicas: 0", sync.spec_replicas == 0);
    note("replicas: status other than spec", sync.spec_replicas != sync.status_replicas);
    note("manifest: changed on the way", sync.hpa.is_some());
    note("write: fails", sync.write.fails);
    note("write: meets conflicts", sync.write.conflicts > 0);
    note("pods: none", sync.pods.is_empty());
    note("extreme: replicas", sync.spec_replicas > EXTREME_REPLICAS);
    let mut values = sync.external_metrics.values().flatten().copied();
    let mut pod_values = sync.pod_metrics.values().flatten().map(|value| value.value);
    let mut object_values = sync.object_metrics.iter().map(|object| object.value);
    note(
        "extreme: custom or external value",
        values.any(|value| is_extreme(Some(value)))
            || pod_values.any(|value| is_extreme(Some(value)))
            || object_values.any(|value| is_extreme(Some(value))),
    );
    for usage in sync.usage.iter().flatten() {
        let extreme = usage.containers.iter().any(|of| is_extreme(of.cpu) || is_extreme(of.memory));
        note("extreme: usage", extreme);
    }
    let strangers = |name: &str| !sync.pods.iter().any(|pod| pod.name == name);
    let mut named = sync.pod_metrics.values().flatten();
    note("pods: value of a pod that is gone", named.any(|value| strangers(&value.pod)));
    if let Some(fault) = sync.fault {
        traits.push(format!("fault: {fault:?}"));
    }
    traits.extend(sync.pods.iter().flat_map(|pod| traits_of_pod(pod, sync, flags)));
    traits
}

fn traits_of_pod(pod: &Pod, sync: &Sync, flags: &ControllerFlags) -> Vec<String> {
    let mut traits = Vec::new();
    let mut note = |name: &str, holds: bool| {
        if holds {
            traits.push(name.to_owned());
        }
    };
    if pod.phase != Phase::Running {
        note(&format!("pods: {:?}", pod.phase), true);
    }
    note("pods: being deleted", pod.deleting);
    note("pods: no Ready condition", pod.ready.is_none());
    note("pods: no start time", pod.start_ms.is_none());
    note("pods: start time ahead", pod.start_ms.is_some_and(|start| start > sync.at_ms));
    let initializing = pod.start_ms.is_some_and(|start| start + flags.cpu_initialization_ms > sync.at_ms);
    note("pods: within the CPU initialization period", initializing);
    let not_ready = pod.ready.is_some_and(|ready| ready.status != ReadyStatus::True);
    note("pods: not ready", not_ready);
    note(
        "pods: container without request",
        pod.containers.iter().any(|of| of.cpu.is_none() || of.memory.is_none()),
    );
    note("pods: sidecar", pod.containers.iter().any(|container| container.sidecar));
    let sampled = |usage: &Vec<crate::world::PodUsage>| usage.iter().any(|usage| usage.pod == pod.name);
    note("pods: resource sample missing", sync.usage.as_ref().is_some_and(|usage| !sampled(usage)));
    traits
}

fn outcomes(sync: &Sync, answer: &SyncAnswer) -> Vec<String> {
    let mut outcomes: Vec<String> = answer
        .conditions
        .iter()
        .map(|(kind, condition)| format!("{kind} {}: {}", condition.status, condition.reason))
        .collect();
    outcomes.push(match answer.write {
        Some(replicas) if replicas > sync.spec_replicas => "decision: up".to_owned(),
        Some(_) => "decision: down".to_owned(),
        None if answer.error.is_empty() => "decision: unchanged".to_owned(),
        None => "decision: none possible".to_owned(),
    });
    if answer.write.is_some() && !answer.error.is_empty() {
        outcomes.push("decision: written in spite of a failing metric, or not written".to_owned());
    }
    outcomes
}

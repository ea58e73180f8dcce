//! A second model of the whole autoscaler, written from the description of the algorithm alone: maps by pod name, all
//! recommendations kept and searched, signs of comparisons by exact integers. Nothing is shared with the crate under
//! test but its vocabulary of inputs.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use podpilot_core::{ContainerObservation, Observation, PodPhase, Readiness};

const SECOND: i128 = 1_000_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SlowSelect {
    Max,
    Min,
    Disabled,
}

#[derive(Debug, Clone)]
pub(crate) struct SlowRules {
    pub(crate) window_s: i64,
    pub(crate) select: SlowSelect,
    /// Pods rather than per cent, value, period in seconds.
    pub(crate) policies: Vec<(bool, i32, i32)>,
}

#[derive(Debug, Clone)]
pub(crate) enum SlowMetric {
    CpuUtilization { container: Option<String>, percent: i32 },
    CpuAverage { container: Option<String>, milli: i64 },
    Pods { name: String, milli: i64 },
    External { name: String, milli: i64 },
    ExternalPerPod { name: String, milli: i64 },
}

#[derive(Debug, Clone)]
pub(crate) struct SlowHpa {
    pub(crate) min: i32,
    pub(crate) max: i32,
    pub(crate) metrics: Vec<SlowMetric>,
    pub(crate) behavior: Option<(SlowRules, SlowRules)>,
    pub(crate) tolerance_up: f64,
    pub(crate) tolerance_down: f64,
    pub(crate) initialization_s: i64,
    pub(crate) readiness_delay_s: i64,
    pub(crate) down_window_s: i64,
    /// Everything that was ever recommended: replicas and when, in nanoseconds.
    pub(crate) recommended: Vec<(i32, i128)>,
    /// Changes upward and downward that are still known: size and when.
    pub(crate) written: [Vec<(i32, i128)>; 2],
    pub(crate) zero_is_own: bool,
}

/// Grouping of the pods for one metric.
struct Groups {
    ready: i64,
    unready: BTreeSet<u64>,
    missing: BTreeSet<u64>,
    samples: BTreeMap<u64, i128>,
}

struct Sample {
    milli: i128,
    at: i128,
    window: i128,
}

fn ceiling_division(dividend: i128, divisor: i128) -> i128 {
    dividend.div_euclid(divisor) + i128::from(dividend.rem_euclid(divisor) != 0)
}

impl SlowHpa {
    pub(crate) fn decide(&mut self, seen: &Observation) -> Option<i32> {
        let now = i128::from(seen.now.0);
        let current = seen.replicas.spec;
        if self.recommended.is_empty() {
            self.recommended.push((current, now));
        }
        if current == 0 {
            let outside = self.metrics.iter().any(|metric| {
                matches!(metric, SlowMetric::External { .. } | SlowMetric::ExternalPerPod { .. })
            });
            if !(self.zero_is_own && (outside || self.min > 0)) {
                return Some(0);
            }
        } else if current > self.max {
            return Some(self.max);
        } else if current < self.min {
            return Some(self.min);
        }
        let wanted = self.wanted(seen)?;
        let result = match self.behavior.clone() {
            None => self.without_behavior(current, wanted, now),
            Some((up, down)) => self.with_behavior(current, wanted, now, &up, &down),
        };
        Some(if current == 0 && result < self.min { self.min } else { result })
    }

    pub(crate) fn written(&mut self, from: i32, to: i32, at: i64) {
        self.remember(from, to, i128::from(at));
        let outside = self
            .metrics
            .iter()
            .any(|metric| matches!(metric, SlowMetric::External { .. } | SlowMetric::ExternalPerPod { .. }));
        self.zero_is_own = from > 0 && to == 0 && self.min == 0 && outside;
    }

    /// The controller forgets one change of a direction for each new one, once that is older than the longest period of
    /// the *same* direction, though the other direction may still look at it.
    fn remember(&mut self, from: i32, to: i32, at: i128) {
        let Some((up, down)) = &self.behavior else { return };
        let (rules, known) =
            if to > from { (up, &mut self.written[0]) } else { (down, &mut self.written[1]) };
        let longest_s = rules.policies.iter().map(|&(_, _, period_s)| period_s).max().unwrap();
        let forgotten = known.iter().rposition(|&(_, then)| at - then > i128::from(longest_s) * SECOND);
        let change = ((to - from).abs(), at);
        match forgotten {
            Some(place) => known[place] = change,
            None => known.push(change),
        }
    }

    fn wanted(&self, seen: &Observation) -> Option<i32> {
        let proposals: Vec<Option<i32>> =
            self.metrics.iter().map(|metric| self.proposal(metric, seen)).collect();
        let highest = proposals.iter().flatten().copied().max()?;
        let any_failed = proposals.iter().any(Option::is_none);
        if any_failed && highest < seen.replicas.spec { None } else { Some(highest) }
    }

    fn within(&self, ratio: f64) -> bool {
        ratio >= 1.0 - self.tolerance_down && ratio <= 1.0 + self.tolerance_up
    }

    fn proposal(&self, metric: &SlowMetric, seen: &Observation) -> Option<i32> {
        let current = seen.replicas.spec;
        match metric {
            SlowMetric::CpuUtilization { container, percent } => {
                let samples = cpu_samples(seen, container.as_deref());
                let groups = self.groups(seen, &samples, true)?;
                let requests = requests(seen, container.as_deref())?;
                let percent = i128::from(*percent);
                let fallback = |pod: &u64| requests[pod] * percent.max(100) / 100;
                let usage = |samples: &BTreeMap<u64, i128>| {
                    let used: i128 = samples.values().sum();
                    let asked: i128 = samples.keys().map(|pod| requests[pod]).sum();
                    (asked != 0).then(|| used * 100 / asked)
                };
                self.of_pods(current, groups, percent, usage, fallback)
            }
            SlowMetric::CpuAverage { container, milli } => {
                let samples = cpu_samples(seen, container.as_deref());
                self.of_average(seen, &samples, i128::from(*milli), true)
            }
            SlowMetric::Pods { name, milli } => {
                let samples = custom_samples(seen, name)?;
                self.of_average(seen, &samples, i128::from(*milli), false)
            }
            SlowMetric::External { name, milli } => {
                let usage = external_usage(seen, name)?;
                let ratio = usage as f64 / *milli as f64;
                if current == 0 {
                    return Some(ratio.ceil() as i32);
                }
                if self.within(ratio) {
                    return Some(current);
                }
                let pods = seen.pods.pods();
                let serving = pods.iter().filter(|pod| pod.phase == PodPhase::Running && pod.is_ready());
                (!pods.is_empty()).then(|| (ratio * serving.count() as f64).ceil() as i32)
            }
            SlowMetric::ExternalPerPod { name, milli } => {
                let usage = external_usage(seen, name)?;
                let status = seen.replicas.status;
                let ratio = usage as f64 / (*milli as f64 * f64::from(status));
                let whole = ceiling_division(usage, i128::from(*milli));
                Some(if self.within(ratio) { status } else { i32::try_from(whole).unwrap_or(i32::MAX) })
            }
        }
    }

    fn of_average(
        &self,
        seen: &Observation,
        samples: &BTreeMap<u64, Sample>,
        target: i128,
        is_cpu: bool,
    ) -> Option<i32> {
        let groups = self.groups(seen, samples, is_cpu)?;
        let usage =
            |samples: &BTreeMap<u64, i128>| Some(samples.values().sum::<i128>() / samples.len() as i128);
        self.of_pods(seen.replicas.spec, groups, target, usage, |_| target)
    }

    fn groups(&self, seen: &Observation, samples: &BTreeMap<u64, Sample>, is_cpu: bool) -> Option<Groups> {
        if samples.is_empty() || seen.pods.pods().is_empty() {
            return None;
        }
        let now = i128::from(seen.now.0);
        let mut groups = Groups {
            ready: 0,
            unready: BTreeSet::new(),
            missing: BTreeSet::new(),
            samples: samples.iter().map(|(pod, sample)| (*pod, sample.milli)).collect(),
        };
        for pod in seen.pods.pods() {
            let id = pod.id.0;
            if pod.deleted_at.is_some() || pod.phase == PodPhase::Failed {
                groups.samples.remove(&id);
                continue;
            }
            if pod.phase == PodPhase::Pending {
                groups.samples.remove(&id);
                groups.unready.insert(id);
                continue;
            }
            let Some(sample) = samples.get(&id) else {
                groups.missing.insert(id);
                continue;
            };
            let cold = match (pod.ready, pod.started_at) {
                (Some(ready), Some(started)) => {
                    let turned = i128::from(ready.last_transition.0);
                    let started = i128::from(started.0);
                    let says_no = ready.status == Readiness::False;
                    if now < started + i128::from(self.initialization_s) * SECOND {
                        says_no || sample.at < turned + sample.window
                    } else {
                        says_no && turned < started + i128::from(self.readiness_delay_s) * SECOND
                    }
                }
                _ => true,
            };
            if is_cpu && cold {
                groups.samples.remove(&id);
                groups.unready.insert(id);
            } else {
                groups.ready += 1;
            }
        }
        (!groups.samples.is_empty()).then_some(groups)
    }

    fn of_pods(
        &self,
        current: i32,
        groups: Groups,
        target: i128,
        usage: impl Fn(&BTreeMap<u64, i128>) -> Option<i128>,
        fallback: impl Fn(&u64) -> i128,
    ) -> Option<i32> {
        let ratio = |usage: i128| usage as f64 / target as f64;
        let first = usage(&groups.samples)?;
        let rising = first > target;
        if groups.missing.is_empty() && (groups.unready.is_empty() || !rising) {
            let first = ratio(first);
            return Some(if self.within(first) {
                current
            } else {
                (first * groups.ready as f64).ceil() as i32
            });
        }
        let mut filled = groups.samples;
        for pod in &groups.missing {
            match first.cmp(&target) {
                Ordering::Less => filled.insert(*pod, fallback(pod)),
                Ordering::Greater => filled.insert(*pod, 0),
                Ordering::Equal => None,
            };
        }
        if rising {
            filled.extend(groups.unready.iter().map(|pod| (*pod, 0)));
        }
        let second = usage(&filled)?;
        let flipped = (first < target && second > target) || (rising && second < target);
        if self.within(ratio(second)) || flipped {
            return Some(current);
        }
        let replicas = (ratio(second) * filled.len() as f64).ceil() as i32;
        let wrong_way = (second < target && replicas > current) || (second > target && replicas < current);
        Some(if wrong_way { current } else { replicas })
    }

    fn without_behavior(&mut self, current: i32, wanted: i32, now: i128) -> i32 {
        let since = now - i128::from(self.down_window_s) * SECOND;
        let recent = self.recommended.iter().filter(|(_, at)| *at >= since).map(|(replicas, _)| *replicas);
        let stabilized = recent.chain([wanted]).max().unwrap();
        self.recommended.push((wanted, now));
        let ceiling = self.max.min((2 * current).max(4));
        if stabilized < self.min { self.min } else { stabilized.min(ceiling) }
    }

    fn with_behavior(
        &mut self,
        current: i32,
        wanted: i32,
        now: i128,
        up: &SlowRules,
        down: &SlowRules,
    ) -> i32 {
        let within = |window_s: i64| {
            let since = now - i128::from(window_s) * SECOND;
            let recent = self.recommended.iter().filter(move |(_, at)| *at > since);
            recent.map(|(replicas, _)| *replicas).chain([wanted])
        };
        let lowest = within(up.window_s).min().unwrap();
        let highest = within(down.window_s).max().unwrap();
        let mut stabilized = current;
        if stabilized < lowest {
            stabilized = lowest;
        }
        if stabilized > highest {
            stabilized = highest;
        }
        self.recommended.push((wanted, now));
        match stabilized.cmp(&current) {
            Ordering::Greater => {
                let limit = self.rate_limit(current, now, up, true).max(current);
                stabilized.min(limit).min(self.max)
            }
            Ordering::Less => {
                let limit = self.rate_limit(current, now, down, false).min(current);
                stabilized.max(limit).max(self.min)
            }
            Ordering::Equal => stabilized,
        }
    }

    fn rate_limit(&self, current: i32, now: i128, rules: &SlowRules, is_up: bool) -> i32 {
        if rules.select == SlowSelect::Disabled {
            return current;
        }
        let mut limits: Vec<i32> = Vec::new();
        for &(is_pods, value, period_s) in &rules.policies {
            let since = now - i128::from(period_s) * SECOND;
            let [added, removed]: [i32; 2] = [0, 1].map(|direction: usize| {
                self.written[direction].iter().filter(|(_, at)| *at > since).map(|(size, _)| *size).sum()
            });
            let start = current - added + removed;
            limits.push(match (is_pods, is_up) {
                (true, true) => start + value,
                (true, false) => start - value,
                (false, true) => (f64::from(start) * (1.0 + f64::from(value) / 100.0)).ceil() as i32,
                (false, false) => (f64::from(start) * (1.0 - f64::from(value) / 100.0)).trunc() as i32,
            });
        }
        let furthest_is_highest = is_up == (rules.select == SlowSelect::Max);
        if furthest_is_highest { *limits.iter().max().unwrap() } else { *limits.iter().min().unwrap() }
    }
}

fn name_of(seen: &Observation, container: &ContainerObservation, wanted: &str) -> bool {
    seen.pods.find_name(wanted) == Some(container.name)
}

fn cpu_samples(seen: &Observation, only: Option<&str>) -> BTreeMap<u64, Sample> {
    let mut samples = BTreeMap::new();
    for pod in seen.pods.pods() {
        let listed: Vec<&ContainerObservation> =
            seen.pods.containers(pod).iter().filter(|container| container.usage.is_some()).collect();
        if listed.is_empty() {
            continue;
        }
        let chosen: Vec<&ContainerObservation> = match only {
            None => listed,
            Some(wanted) => {
                listed.into_iter().filter(|container| name_of(seen, container, wanted)).take(1).collect()
            }
        };
        let Some(first) = chosen.first().and_then(|container| container.usage) else { continue };
        let millicores: Option<Vec<i128>> = chosen
            .iter()
            .map(|container| container.usage?.cpu_nanocores)
            .map(|nanocores| nanocores.map(|value| ceiling_division(i128::from(value), 1_000_000)))
            .collect();
        if let Some(millicores) = millicores {
            let sample = Sample {
                milli: millicores.iter().sum(),
                at: i128::from(first.at.0),
                window: i128::from(first.window.0),
            };
            samples.insert(pod.id.0, sample);
        }
    }
    samples
}

/// `None` if a container states no request or a pod has no container of that name.
fn requests(seen: &Observation, only: Option<&str>) -> Option<BTreeMap<u64, i128>> {
    let mut requests = BTreeMap::new();
    for pod in seen.pods.pods() {
        let asked = seen.pods.containers(pod).iter();
        let asked: Vec<_> = asked.filter(|of| only.is_none_or(|wanted| name_of(seen, of, wanted))).collect();
        if only.is_some() && asked.is_empty() {
            return None;
        }
        let mut sum = 0;
        for container in asked {
            sum += i128::from(container.cpu_request_millicores?);
        }
        requests.insert(pod.id.0, sum);
    }
    Some(requests)
}

fn custom_samples(seen: &Observation, name: &str) -> Option<BTreeMap<u64, Sample>> {
    let key = podpilot_core::MetricKey::Pods { metric: name.to_owned() };
    let values = &seen.metric(&key)?.values;
    let sample = |value: &podpilot_core::MetricValue| Sample {
        milli: i128::from(value.milli),
        at: i128::from(value.at.0),
        window: i128::from(value.window.0),
    };
    Some(values.iter().filter_map(|value| Some((value.pod?.0, sample(value)))).collect())
}

fn external_usage(seen: &Observation, name: &str) -> Option<i128> {
    let key = podpilot_core::MetricKey::External { metric: name.to_owned() };
    let values = &seen.metric(&key)?.values;
    (!values.is_empty()).then(|| values.iter().map(|value| i128::from(value.milli)).sum())
}

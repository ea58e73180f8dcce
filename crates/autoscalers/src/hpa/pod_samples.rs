//! From what is observed of pods to the sums that the calculation works on.

use podpilot_core::{ContainerObservation, ContainerUsage, MetricValue, NameId, PodObservation, PodTable};

use super::group_pods::{PodGroup, PodSample, ReadinessRules};
use super::manifest::ManifestError;
use super::metric_error::MetricError;
use super::pod_tally::PodTally;

const NANOCORES_PER_MILLICORE: i64 = 1_000_000;
const MILLI: i64 = 1_000;

/// A resource that the resource metrics API reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// CPU, in millicores.
    Cpu,
    /// Memory, in thousandths of a byte.
    Memory,
}

/// Which containers of a pod a resource metric adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerChoice {
    /// All of them.
    All,
    /// The one with this name; `None` if no pod has such a container.
    Named(Option<NameId>),
}

/// A resource of some containers of each pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceMetric {
    /// Which resource.
    pub resource: Resource,
    /// Of which containers.
    pub containers: ContainerChoice,
}

impl Resource {
    pub(crate) fn from_name(name: &str, field: &str) -> Result<Self, ManifestError> {
        match name {
            "cpu" => Ok(Self::Cpu),
            "memory" => Ok(Self::Memory),
            _ => {
                let problem = format!("is `{name}`, must be cpu or memory: the metrics API reports no other");
                Err(ManifestError::new(field, problem))
            }
        }
    }

    /// Usage × 1000, rounded up as Kubernetes does.
    #[inline]
    fn usage_milli(self, usage: &ContainerUsage) -> Option<i64> {
        match self {
            Self::Cpu => usage.cpu_nanocores.map(millicores),
            Self::Memory => usage.memory_bytes.map(|bytes| bytes.saturating_mul(MILLI)),
        }
    }

    /// Request × 1000.
    #[inline]
    fn request_milli(self, container: &ContainerObservation) -> Option<i64> {
        match self {
            Self::Cpu => container.cpu_request_millicores,
            Self::Memory => container.memory_request_bytes.map(|bytes| bytes.saturating_mul(MILLI)),
        }
    }
}

fn millicores(nanocores: i64) -> i64 {
    let whole = nanocores / NANOCORES_PER_MILLICORE;
    whole + (nanocores - whole * NANOCORES_PER_MILLICORE).signum()
}

impl ResourceMetric {
    /// Sums for a utilization target: a missing pod is assumed to use its request, or the target if that is more.
    pub fn tally_with_requests(
        self,
        pods: &PodTable,
        rules: &ReadinessRules,
        target_percent: i32,
    ) -> Result<PodTally, MetricError> {
        let fallback_percent = i64::from(target_percent.max(100));
        let mut missing_request = None;
        let request = |pod: &PodObservation, containers: &[ContainerObservation]| {
            self.request(pod, containers).unwrap_or_else(|error| {
                missing_request.get_or_insert(error);
                0
            })
        };
        let fallback = |request: i64| request.wrapping_mul(fallback_percent) / 100;
        let tally = self.tally(pods, rules, request, fallback)?;
        match missing_request {
            Some(error) if tally.samples() > 0 => Err(error),
            _ => Ok(tally),
        }
    }

    /// Sums for an average-value target: a missing pod is assumed to be on target.
    pub fn tally_plain(
        self,
        pods: &PodTable,
        rules: &ReadinessRules,
        target_milli: i64,
    ) -> Result<PodTally, MetricError> {
        self.tally(pods, rules, |_, _| 0, |_| target_milli)
    }

    /// `fallback` gives the usage assumed for a pod without sample from its request.
    fn tally(
        self,
        pods: &PodTable,
        rules: &ReadinessRules,
        request: impl FnMut(&PodObservation, &[ContainerObservation]) -> i64,
        fallback: impl Fn(i64) -> i64,
    ) -> Result<PodTally, MetricError> {
        // The choice of containers is made once, outside the loop over pods.
        match self.containers {
            ContainerChoice::All => self
                .tally_sampled(pods, rules, request, fallback, |containers| self.sample_of_all(containers)),
            ContainerChoice::Named(name) => {
                self.tally_sampled(pods, rules, request, fallback, |containers| {
                    self.sample_of_one(containers, name)
                })
            }
        }
    }

    #[inline]
    fn tally_sampled(
        self,
        pods: &PodTable,
        rules: &ReadinessRules,
        mut request: impl FnMut(&PodObservation, &[ContainerObservation]) -> i64,
        fallback: impl Fn(i64) -> i64,
        sample: impl Fn(&[ContainerObservation]) -> Option<PodSample>,
    ) -> Result<PodTally, MetricError> {
        if pods.pods().is_empty() {
            return Err(MetricError::NoPods);
        }
        let is_cpu = self.resource == Resource::Cpu;
        let mut tally = PodTally::default();
        let mut any_sample = false;
        for pod in pods.pods() {
            let containers = pods.containers(pod);
            let sample = sample(containers);
            any_sample |= sample.is_some();
            let request_milli = request(pod, containers);
            let group = rules.group(pod, sample.as_ref(), is_cpu);
            let usage_milli = sample.map_or_else(|| fallback(request_milli), |sample| sample.value_milli);
            tally.add(group, usage_milli, request_milli);
        }
        if any_sample { Ok(tally) } else { Err(MetricError::NoValue) }
    }

    /// A pod's sample. A listed container without this resource makes the pod's sample missing; time and window
    /// are those of the first listed container, as the metrics API gives one of each per pod.
    #[inline]
    fn sample_of_all(self, containers: &[ContainerObservation]) -> Option<PodSample> {
        let mut listed = containers.iter().filter_map(|container| container.usage.as_ref());
        let first = listed.next()?;
        let mut value_milli = self.resource.usage_milli(first)?;
        for usage in listed {
            value_milli = value_milli.wrapping_add(self.resource.usage_milli(usage)?);
        }
        Some(PodSample { value_milli, at: first.at, window: first.window })
    }

    /// The sample of the container called `name`, missing if the pod's metrics do not list it.
    fn sample_of_one(self, containers: &[ContainerObservation], name: Option<NameId>) -> Option<PodSample> {
        let named = containers.iter().find(|container| Some(container.name) == name)?;
        let usage = named.usage.as_ref()?;
        let value_milli = self.resource.usage_milli(usage)?;
        Some(PodSample { value_milli, at: usage.at, window: usage.window })
    }

    #[inline]
    fn request(self, pod: &PodObservation, containers: &[ContainerObservation]) -> Result<i64, MetricError> {
        let mut sum = 0_i64;
        let mut is_found = self.containers == ContainerChoice::All;
        for container in containers {
            if let ContainerChoice::Named(name) = self.containers {
                if Some(container.name) != name {
                    continue;
                }
                is_found = true;
            }
            let missing = MetricError::MissingRequest { pod: pod.id, container: container.name };
            sum = sum.wrapping_add(self.resource.request_milli(container).ok_or(missing)?);
        }
        if is_found { Ok(sum) } else { Err(MetricError::ContainerAbsent { pod: pod.id }) }
    }
}

/// Sums of a custom pod metric: readiness does not matter, a missing pod is assumed to be on target, and values
/// of pods that are not among `pods` count in the average. Each pod has at most one value.
pub fn tally_custom(
    pods: &PodTable,
    values: &[MetricValue],
    rules: &ReadinessRules,
    target_milli: i64,
) -> Result<PodTally, MetricError> {
    if values.is_empty() {
        return Err(MetricError::NoValue);
    }
    if pods.pods().is_empty() {
        return Err(MetricError::NoPods);
    }
    let mut tally = PodTally::default();
    let mut of_known_pods = PodTally::default();
    let mut likely_position = 0;
    for pod in pods.pods() {
        // Worlds list values in the order of pods, so that the next one is nearly always the right one.
        let (before, after) = values.split_at(likely_position.min(values.len()));
        let found = after.iter().chain(before).position(|value| value.pod == Some(pod.id));
        let sample = found.map(|offset| {
            let position = (likely_position.min(values.len()) + offset) % values.len();
            likely_position = position + 1;
            let value = &values[position];
            of_known_pods.add(PodGroup::Ready, value.milli, 0);
            PodSample { value_milli: value.milli, at: value.at, window: value.window }
        });
        let group = rules.group(pod, sample.as_ref(), false);
        tally.add(group, sample.map_or(target_milli, |sample| sample.value_milli), 0);
    }
    let all_milli = values.iter().fold(0_i64, |sum, value| sum.wrapping_add(value.milli));
    tally.superfluous.pods = values.len() as i64 - of_known_pods.ready.pods;
    tally.superfluous.usage_milli = all_milli.wrapping_sub(of_known_pods.ready.usage_milli);
    Ok(tally)
}

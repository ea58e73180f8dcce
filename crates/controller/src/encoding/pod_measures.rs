use podpilot_core::{ContainerObservation, PodTable};

/// What the pods show at one instant.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct PodMeasures {
    /// Pods that serve.
    pub(crate) serving: i32,
    /// Pods on their way to serving.
    pub(crate) arriving: i32,
    /// CPU that serving pods use over their limits (requests where there is no limit); `None` if not measured.
    pub(crate) cpu_share: Option<f64>,
    /// The same for memory.
    pub(crate) memory_share: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Use {
    used: f64,
    allowed: f64,
}

impl Use {
    fn add(&mut self, used: Option<i64>, limit: Option<i64>, request: Option<i64>) {
        if let (Some(used), Some(allowed)) = (used, limit.or(request)) {
            self.used += used as f64;
            self.allowed += allowed as f64;
        }
    }

    fn share(self) -> Option<f64> {
        (self.allowed > 0.0).then(|| self.used / self.allowed)
    }
}

const NANOCORES_PER_MILLICORE: f64 = 1e6;

impl PodMeasures {
    pub(crate) fn of(pods: &PodTable) -> Self {
        let mut measures = Self { arriving: pods.arriving() as i32, ..Self::default() };
        let mut cpu = Use::default();
        let mut memory = Use::default();
        for pod in pods.pods().iter().filter(|pod| pod.is_serving()) {
            measures.serving += 1;
            for container in pods.containers(pod) {
                add_container(&mut cpu, &mut memory, container);
            }
        }
        measures.cpu_share = cpu.share().map(|share| share / NANOCORES_PER_MILLICORE);
        measures.memory_share = memory.share();
        measures
    }
}

fn add_container(cpu: &mut Use, memory: &mut Use, container: &ContainerObservation) {
    let Some(usage) = container.usage else { return };
    cpu.add(usage.cpu_nanocores, container.cpu_limit_millicores, container.cpu_request_millicores);
    memory.add(usage.memory_bytes, container.memory_limit_bytes, container.memory_request_bytes);
}

#[cfg(test)]
mod tests {
    use podpilot_core::{ContainerUsage, PodId, PodPhase, Readiness, ReadyCondition, Span, Timestamp};

    use super::*;

    fn push(
        pods: &mut PodTable,
        id: u64,
        status: Readiness,
        limit: Option<i64>,
        cpu_millicores: Option<i64>,
    ) {
        let name = pods.intern("app");
        let usage = cpu_millicores.map(|millicores| ContainerUsage {
            at: Timestamp(0),
            window: Span::seconds(15),
            cpu_nanocores: Some(millicores * 1_000_000),
            memory_bytes: None,
        });
        let container = ContainerObservation {
            name,
            restartable_init: false,
            cpu_request_millicores: Some(100),
            cpu_limit_millicores: limit,
            memory_request_bytes: None,
            memory_limit_bytes: Some(1 << 20),
            usage,
        };
        let ready = ReadyCondition { status, last_transition: Timestamp(0) };
        pods.push(PodId(id), PodPhase::Running, None, Some(ready), None, &[container]);
    }

    #[test]
    fn only_measured_serving_pods_count() {
        let mut pods = PodTable::default();
        push(&mut pods, 1, Readiness::True, Some(200), Some(150));
        push(&mut pods, 2, Readiness::True, None, Some(75));
        push(&mut pods, 3, Readiness::True, Some(200), None);
        push(&mut pods, 4, Readiness::False, Some(200), Some(200));
        let measures = PodMeasures::of(&pods);
        assert_eq!((measures.serving, measures.arriving), (3, 1));
        assert_eq!(measures.cpu_share, Some(0.75), "150 of a limit of 200 and 75 of a request of 100");
        assert_eq!(measures.memory_share, None, "missing is never zero");
    }
}

use super::group_pods::PodGroup;

/// Pods of one metric summed up by group: all that the calculation needs to know of them.
///
/// Sums wrap on overflow, as the integers of the Kubernetes controller do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PodTally {
    /// Pods that count with their sample.
    pub ready: GroupSum,
    /// Pods not yet able to serve.
    pub unready: GroupSum,
    /// Pods whose sample is missing; their usage is what a scale-down assumes of them.
    pub missing: GroupSum,
    /// Samples of pods that are not among the target's pods.
    pub superfluous: GroupSum,
}

/// Sums over one group of pods.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GroupSum {
    /// How many.
    pub pods: i64,
    /// Usage × 1000.
    pub usage_milli: i64,
    /// Request × 1000.
    pub request_milli: i64,
}

impl PodTally {
    /// Adds a pod of the target: its usage (for a missing one, the usage that a scale-down assumes) and request.
    #[inline]
    pub fn add(&mut self, group: PodGroup, usage_milli: i64, request_milli: i64) {
        match group {
            PodGroup::Ignored => {}
            PodGroup::Unready => self.unready.add(0, request_milli),
            PodGroup::Missing => self.missing.add(usage_milli, request_milli),
            PodGroup::Ready => self.ready.add(usage_milli, request_milli),
        }
    }

    /// Adds a sample of a pod that is not among the target's pods.
    pub fn add_superfluous(&mut self, usage_milli: i64) {
        self.superfluous.add(usage_milli, 0);
    }

    /// Samples that count: of ready pods and superfluous ones.
    pub(crate) fn samples(&self) -> i64 {
        self.ready.pods + self.superfluous.pods
    }
}

impl GroupSum {
    #[inline]
    fn add(&mut self, usage_milli: i64, request_milli: i64) {
        self.pods += 1;
        self.usage_milli = self.usage_milli.wrapping_add(usage_milli);
        self.request_milli = self.request_milli.wrapping_add(request_milli);
    }
}

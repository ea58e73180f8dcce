use crate::{Balancer, LatencyTable, PodSpec, ServiceSpec};

/// The tables for every number of ready pods. A random balancer makes pods independent, so one table serves all.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyTables {
    /// Rising pod counts with their tables; never empty.
    tables: Vec<(u32, LatencyTable)>,
}

/// Pod counts that get a table of their own where the balancer lets pods help each other.
const POD_COUNTS: [u32; 8] = [1, 2, 3, 5, 8, 13, 21, 34];

impl LatencyTables {
    /// Builds what `1..=max_pods` ready pods need.
    pub fn build(service: &ServiceSpec, pod: &PodSpec, threshold_s: f64, max_pods: u32) -> Self {
        let build = |pods: u32| (pods, LatencyTable::build(service, pod, threshold_s, pods));
        let tables = if service.balancer == Balancer::Random {
            vec![build(1)]
        } else {
            let needed = POD_COUNTS.iter().position(|&pods| pods >= max_pods).unwrap_or(POD_COUNTS.len() - 1);
            POD_COUNTS[..=needed].iter().map(|&pods| build(pods)).collect()
        };
        Self { tables }
    }

    /// The table for `ready_pods`: the largest count built that is not above it.
    #[inline]
    pub fn for_pods(&self, ready_pods: u32) -> &LatencyTable {
        let above = self.tables.partition_point(|&(pods, _)| pods <= ready_pods);
        &self.tables[above.saturating_sub(1)].1
    }
}

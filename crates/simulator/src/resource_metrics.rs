//! cAdvisor and metrics-server: CPU and memory of pods, sampled at odd times, collected at even ones.

use podpilot_core::{ContainerUsage, Span, Timestamp};
use podpilot_random::Stream;

use crate::ResourceMetricsSpec;
use crate::pods::NEVER;

/// A container this old at its only sample is averaged from its start; a younger one has no usage yet
/// (metrics-server's `freshContainerMinMetricsResolution`).
const FRESH_CONTAINER_AGE: Span = Span::seconds(10);
const NONE: Timestamp = Timestamp(i64::MIN);

/// A container's counters at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Counters {
    /// CPU used since the container's start, core-seconds.
    pub(crate) cpu_s: f64,
    /// Working set, bytes.
    pub(crate) memory_bytes: i64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    at: Timestamp,
    counters: Counters,
}

const NO_POINT: Point = Point { at: NONE, counters: Counters { cpu_s: 0.0, memory_bytes: 0 } };

/// What is known of one container.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Container {
    started_at: Timestamp,
    next_sample_at: Timestamp,
    /// No sample by cAdvisor's own clock yet: until then, each collection takes one.
    is_new: bool,
    /// cAdvisor's newest sample.
    sampled: Point,
    /// metrics-server's newest and second newest point.
    newest: Point,
    older: Point,
    usage: Option<ContainerUsage>,
}

const NO_CONTAINER: Container = Container {
    started_at: NONE,
    next_sample_at: NEVER,
    is_new: false,
    sampled: NO_POINT,
    newest: NO_POINT,
    older: NO_POINT,
    usage: None,
};

/// The pipeline; containers are addressed by their pod's slot.
#[derive(Debug, Clone)]
pub(crate) struct ResourceMetrics {
    containers: Vec<Container>,
    shortest_gap_s: f64,
    gap_range_s: f64,
    resolution: Span,
    next_collection_at: Timestamp,
    gaps: Stream,
}

impl ResourceMetrics {
    pub(crate) fn new(spec: &ResourceMetricsSpec, slots: usize, gaps: Stream) -> Self {
        Self {
            containers: vec![NO_CONTAINER; slots],
            shortest_gap_s: spec.sample_s[0],
            gap_range_s: spec.sample_s[1] - spec.sample_s[0],
            resolution: Span::from_seconds(spec.resolution_s),
            next_collection_at: NEVER,
            gaps,
        }
    }

    /// Forgets everything; the phase of the collections is drawn anew.
    pub(crate) fn restart(&mut self, mut gaps: Stream, now: Timestamp) {
        self.containers.fill(NO_CONTAINER);
        self.next_collection_at = now + Span((self.resolution.0 as f64 * gaps.uniform()) as i64);
        self.gaps = gaps;
    }

    /// A container started at `started_at`, if not now, long ago. cAdvisor samples a new one after a whole gap for the
    /// first time, but also whenever it is asked before (measured: `docs/service-model.md`); an old one at any time.
    pub(crate) fn begin(&mut self, slot: usize, started_at: Timestamp, now: Timestamp) {
        if slot >= self.containers.len() {
            self.containers.resize(slot + 1, NO_CONTAINER);
        }
        let is_new = started_at == now;
        let place = self.gaps.uniform();
        let first_s =
            if is_new { self.shortest_gap_s + self.gap_range_s * place } else { self.shortest_gap_s * place };
        self.containers[slot] = Container {
            started_at,
            next_sample_at: now + Span::from_seconds(first_s),
            is_new,
            ..NO_CONTAINER
        };
    }

    /// A container is gone.
    pub(crate) fn end(&mut self, slot: usize) {
        if let Some(container) = self.containers.get_mut(slot) {
            *container = NO_CONTAINER;
        }
    }

    /// Takes the samples of one container that are due. Must be called before its counters are kept elsewhere.
    #[inline]
    pub(crate) fn catch_up(&mut self, slot: usize, now: Timestamp, read: impl Fn(Timestamp) -> Counters) {
        let Some(container) = self.containers.get_mut(slot) else { return };
        if container.next_sample_at > now {
            return;
        }
        let mut taken_at = container.next_sample_at;
        while container.next_sample_at <= now {
            taken_at = container.next_sample_at;
            let gap_s = self.shortest_gap_s + self.gap_range_s * self.gaps.uniform();
            container.next_sample_at += Span((gap_s * 1e9) as i64);
        }
        container.is_new = false;
        container.sampled = Point { at: taken_at, counters: read(taken_at) };
    }

    /// [`Self::catch_up`] before a collection, which makes cAdvisor sample new containers.
    #[inline]
    pub(crate) fn catch_up_to_collect(
        &mut self,
        slot: usize,
        now: Timestamp,
        read: impl Fn(Timestamp) -> Counters,
    ) {
        self.catch_up(slot, now, &read);
        let Some(container) = self.containers.get_mut(slot).filter(|container| container.is_new) else {
            return;
        };
        container.sampled = Point { at: now, counters: read(now) };
    }

    /// When metrics-server collects next.
    pub(crate) fn next_collection_at(&self) -> Timestamp {
        self.next_collection_at
    }

    /// Moves the next collection to `at`, and those behind it alike.
    pub(crate) fn collect_next_at(&mut self, at: Timestamp) {
        self.next_collection_at = at;
    }

    /// Plans the next collection.
    pub(crate) fn collected(&mut self) {
        self.next_collection_at += self.resolution;
    }

    /// Takes over one container's newest sample, after [`ResourceMetrics::catch_up`].
    #[inline]
    pub(crate) fn collect(&mut self, slot: usize) {
        let resolution = self.resolution;
        let Some(container) = self.containers.get_mut(slot) else { return };
        if container.sampled.at <= container.newest.at {
            return;
        }
        container.older = container.newest;
        container.newest = container.sampled;
        let age = container.newest.at - container.started_at;
        let since = if container.older.at != NONE {
            container.older
        } else if age >= FRESH_CONTAINER_AGE && age < resolution {
            Point { at: container.started_at, ..NO_POINT }
        } else {
            return;
        };
        container.usage = Some(usage(&since, &container.newest));
    }

    /// The newest usage that metrics-server would answer with.
    #[inline]
    pub(crate) fn usage(&self, slot: usize) -> Option<ContainerUsage> {
        self.containers.get(slot).and_then(|container| container.usage)
    }

    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.containers.clone_from(&other.containers);
        self.next_collection_at = other.next_collection_at;
        self.gaps.clone_from(&other.gaps);
    }
}

fn usage(older: &Point, newer: &Point) -> ContainerUsage {
    let window = newer.at - older.at;
    let cpu_ns = (newer.counters.cpu_s - older.counters.cpu_s) * 1e9;
    let nanocores = cpu_ns * 1e9 / window.0 as f64;
    ContainerUsage {
        at: newer.at,
        window,
        // Rounded by truncation of what is never negative: a call of `round` costs more than the rest.
        cpu_nanocores: Some((nanocores + 0.5) as i64),
        memory_bytes: Some(newer.counters.memory_bytes),
    }
}

#[cfg(test)]
mod tests {
    use podpilot_random::Seed;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(0) + Span::seconds(seconds)
    }

    fn pipeline() -> ResourceMetrics {
        let mut metrics = ResourceMetrics::new(&ResourceMetricsSpec::default(), 1, Seed(3).stream());
        metrics.restart(Seed(3).stream(), at(0));
        metrics.begin(0, at(0), at(0));
        metrics
    }

    /// Half a core, all the time.
    fn half_a_core(when: Timestamp) -> Counters {
        Counters { cpu_s: 0.5 * when.as_seconds(), memory_bytes: when.0 }
    }

    #[test]
    fn a_new_container_has_no_usage_until_two_samples_were_collected() {
        let mut metrics = pipeline();
        let mut first_usage_at = None;
        for second in 1..=90 {
            metrics.catch_up(0, at(second), half_a_core);
            if metrics.next_collection_at() <= at(second) {
                metrics.collect(0);
                metrics.collected();
            }
            if first_usage_at.is_none() && metrics.usage(0).is_some() {
                first_usage_at = Some(second);
            }
        }
        let first_usage_at = first_usage_at.unwrap();
        assert!((10..=50).contains(&first_usage_at), "{first_usage_at}");
    }

    #[test]
    fn a_new_container_has_usage_at_the_second_collection_after_its_start() {
        let resolution_s = ResourceMetricsSpec::default().resolution_s as i64;
        for seed in 0..50 {
            let mut metrics = ResourceMetrics::new(&ResourceMetricsSpec::default(), 1, Seed(seed).stream());
            metrics.restart(Seed(seed).stream(), at(0));
            metrics.begin(0, at(0), at(0));
            let mut collections_s = Vec::new();
            for second in 1..=60 {
                if metrics.next_collection_at() <= at(second) {
                    metrics.catch_up_to_collect(0, at(second), half_a_core);
                    metrics.collect(0);
                    metrics.collected();
                    collections_s.push(second);
                    if metrics.usage(0).is_some() {
                        break;
                    }
                }
            }
            // The first collection may be enough for a container that is old enough (`FRESH_CONTAINER_AGE`).
            let last_s = collections_s[collections_s.len() - 1];
            assert!(collections_s.len() <= 2 && last_s <= 2 * resolution_s + 1, "{collections_s:?}");
            let usage = metrics.usage(0).unwrap();
            assert!((usage.cpu_nanocores.unwrap() - 500_000_000).abs() <= 1, "{usage:?}");
        }
    }

    #[test]
    fn usage_is_the_slope_between_samples_and_lags_behind() {
        let mut metrics = pipeline();
        for second in 1..=600 {
            metrics.catch_up(0, at(second), half_a_core);
            if metrics.next_collection_at() <= at(second) {
                metrics.collect(0);
                metrics.collected();
            }
            if let Some(usage) = metrics.usage(0) {
                assert_eq!(usage.cpu_nanocores, Some(500_000_000));
                assert_eq!(usage.memory_bytes, Some(usage.at.0), "memory is that of the newest sample");
                assert!(usage.at <= at(second) && usage.at > at(second - 36), "{second}: {usage:?}");
                assert!(usage.window >= Span::seconds(10) && usage.window <= Span::seconds(40));
            }
        }
    }
}

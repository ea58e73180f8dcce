//! What an autoscaler sees: late, coarse, and sometimes nothing.

use podpilot_core::{ContainerObservation, Observation, ReplicaCounts, ServiceSignals, Signal};

use super::Simulation;
use crate::MetricSource;

impl Simulation {
    /// What an autoscaler sees now.
    pub fn observe(&mut self) -> &Observation {
        self.observation.now = self.now + self.faults.clock_offset();
        self.observation.replicas =
            ReplicaCounts { spec: self.spec_replicas, status: self.pods.summary().alive as i32 };
        // Where nodes follow the pods, nobody can tell how much room there will be.
        let room = (!self.nodes.are_autoscaled()).then(|| self.nodes.room() as i32);
        self.observation.room_for_pods = room;
        self.observation.service = self.answered_signals();
        self.list_pods();
        self.answer_named_metrics();
        &self.observation
    }

    fn list_pods(&mut self) {
        let watched = self.watched.contains(Signal::Pods) || self.watched.contains(Signal::ResourceUsage);
        let usage_known = self.watched.contains(Signal::ResourceUsage)
            && !self.faults.outage(MetricSource::Resource)
            && !self.faults.nan(MetricSource::Resource);
        if !watched {
            self.observation.pods.clear();
            self.listed_version = None;
            return;
        }
        if self.listed_version != Some(self.pods.version) {
            self.listed_version = Some(self.pods.version);
            self.list_pods_anew();
        }
        for (position, &slot) in self.pods.order().iter().enumerate() {
            let usage = if usage_known { self.resource.usage(slot) } else { None };
            self.observation.pods.set_usage(position, 0, usage);
        }
        if usage_known && !self.noise.is_none() {
            self.blur_usage();
        }
    }

    /// Puts the error of measurement on what was listed.
    fn blur_usage(&mut self) {
        for (position, (slot, pod)) in self.pods.iter().enumerate() {
            let usage = self.resource.usage(slot).map(|usage| self.noise.usage(pod.id, usage));
            self.observation.pods.set_usage(position, 0, usage);
        }
    }

    fn list_pods_anew(&mut self) {
        let container = self.container_without_usage();
        self.observation.pods.clear();
        for (_, pod) in self.pods.iter() {
            self.observation.pods.push(
                pod.id,
                pod.phase(),
                pod.acknowledged_at,
                pod.ready,
                pod.deleted_at,
                &[container],
            );
        }
    }

    fn container_without_usage(&self) -> ContainerObservation {
        let pod = &self.prepared.scenario().pod;
        let bytes = |mib: f64| (mib * 1_048_576.0) as i64;
        ContainerObservation {
            name: self.container,
            restartable_init: false,
            cpu_request_millicores: Some(i64::from(pod.cpu_request_m)),
            cpu_limit_millicores: pod.cpu_limit_m.map(i64::from),
            memory_request_bytes: Some(bytes(pod.memory_requested_mib())),
            memory_limit_bytes: Some(bytes(pod.memory_limit_mib)),
            usage: None,
        }
    }

    fn answered_signals(&mut self) -> ServiceSignals {
        if self.faults.outage(MetricSource::Prometheus) || self.faults.nan(MetricSource::Prometheus) {
            return ServiceSignals::default();
        }
        let signals = self.frozen.unwrap_or_else(|| self.service_signals());
        self.noise.signals(signals)
    }

    /// What queries on Prometheus answer when it works.
    pub(super) fn service_signals(&mut self) -> ServiceSignals {
        let (now, watched) = (self.now, self.watched);
        let wants = |signal| watched.contains(signal);
        let named = wants(Signal::NamedMetrics) && !self.named.is_empty();
        ServiceSignals {
            request_rate_rps: if wants(Signal::RequestRate) || named {
                self.prometheus.request_rate(now)
            } else {
                None
            },
            latency: if wants(Signal::Latency) { self.prometheus.latency(now) } else { None },
            in_flight: if wants(Signal::InFlight) || named { self.prometheus.in_flight(now) } else { None },
            proxies: if wants(Signal::Proxies) { self.proxies.totals(now) } else { None },
            totals: if wants(Signal::RequestTotals) { self.prometheus.totals(now) } else { None },
        }
    }

    fn answer_named_metrics(&mut self) {
        let answered = self.watched.contains(Signal::NamedMetrics)
            && !self.faults.outage(MetricSource::Prometheus)
            && !self.faults.nan(MetricSource::Prometheus);
        let metrics = &mut self.observation.metrics;
        self.named.answer(answered, &self.observation.service, &self.pods, metrics);
        self.noise.metrics_of_pods(metrics);
    }
}

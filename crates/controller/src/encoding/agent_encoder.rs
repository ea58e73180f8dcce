use podpilot_core::{Objective, Observation, ServiceSignals, Timestamp};

use super::pod_measures::PodMeasures;
use super::{AGENT_FEATURES, AgentFeature, DEMAND_FEATURES, STATE_LENGTH};
use crate::forecast::Forecast;
use crate::snapshot::{Damaged, Reader, Writer};
use crate::trim::Trim;

/// Until a signal was seen once, its feature has the value of a service in good order.
const INITIAL: Remembered = Remembered { cpu: 0.6, memory: 0.5, latency: -1.0, in_flight: 0.5 };

const LONGEST_SINCE_BAD_MINUTES: f64 = 720.0;

/// Encodings of signals that may be missing: they keep their last known value, since missing is never zero.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Remembered {
    cpu: f32,
    memory: f32,
    latency: f32,
    in_flight: f32,
}

/// Writes the agent's state behind the demand features.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AgentEncoder {
    threshold_s: f64,
    remembered: Remembered,
}

/// What the base policy knows when the agent is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BaseView {
    /// The forecast.
    pub(crate) forecast: Forecast,
    /// Index of the quantile level that the base policy goes by.
    pub(crate) level: usize,
    /// Mean rate of the last minutes over what the serving pods carry; infinite if none serves.
    pub(crate) load_per_capacity: f64,
    /// What the base policy wants before hold.
    pub(crate) target: i32,
    /// Highest target of the last 120 s.
    pub(crate) floor_120s: i32,
    /// Highest target of the last 360 s.
    pub(crate) floor_360s: i32,
}

impl AgentEncoder {
    pub(crate) fn new(objective: &Objective) -> Self {
        Self { threshold_s: objective.latency.threshold_ms / 1_000.0, remembered: INITIAL }
    }

    /// Takes up the signals that may be missing.
    pub(crate) fn observe(&mut self, pods: &PodMeasures, service: &ServiceSignals) {
        let known = &mut self.remembered;
        if let Some(share) = pods.cpu_share {
            known.cpu = share.clamp(0.0, 2.0) as f32;
        }
        if let Some(share) = pods.memory_share {
            known.memory = share.clamp(0.0, 2.0) as f32;
        }
        if let Some(p95_s) =
            service.latency.map(|sample| sample.value.p95_s).filter(|p95| *p95 > 0.0 && p95.is_finite())
        {
            known.latency = libm::log(p95_s / self.threshold_s).clamp(-4.0, 4.0) as f32;
        }
        let in_flight = service.in_flight.map(|sample| sample.value).filter(|n| *n >= 0.0 && n.is_finite());
        if let Some(in_flight) = in_flight
            && pods.serving > 0
        {
            known.in_flight = libm::log1p(in_flight / f64::from(pods.serving)).min(8.0) as f32;
        }
    }

    /// Writes the features behind the demand features.
    pub(crate) fn write(
        &self,
        state: &mut [f32; STATE_LENGTH],
        observation: &Observation,
        pods: &PodMeasures,
        trim: &Trim,
        base: &BaseView,
    ) {
        let replicas = f64::from(observation.replicas.spec.max(1));
        let (_, own) = state.split_at_mut(DEMAND_FEATURES.len());
        let mut set = |feature: AgentFeature, value: f64| own[feature as usize] = value as f32;
        write_forecast(&mut set, &base.forecast, base.level);
        set(AgentFeature::CpuUtilization, f64::from(self.remembered.cpu));
        set(AgentFeature::MemoryUtilization, f64::from(self.remembered.memory));
        set(AgentFeature::ServingShare, (f64::from(pods.serving) / replicas).min(4.0));
        set(AgentFeature::ArrivingShare, (f64::from(pods.arriving) / replicas).min(4.0));
        set(AgentFeature::LatencyP95, f64::from(self.remembered.latency));
        set(AgentFeature::InFlight, f64::from(self.remembered.in_flight));
        set(AgentFeature::LoadPerCapacity, base.load_per_capacity.min(4.0));
        set(AgentFeature::Trim, trim.value());
        set(AgentFeature::BadShare10M, trim.bad_share_10m());
        set(AgentFeature::BadShare2H, trim.bad_share_2h());
        set(AgentFeature::SinceBad, since_bad(trim, observation.now));
        let of_replicas = |target: i32| libm::log(f64::from(target.max(1)) / replicas);
        set(AgentFeature::BaseTarget, of_replicas(base.target));
        set(AgentFeature::HoldFloor120S, of_replicas(base.floor_120s.max(base.target)));
        set(AgentFeature::HoldFloor360S, of_replicas(base.floor_360s.max(base.target)));
        set(AgentFeature::Granularity, 1.0 / replicas);
    }

    pub(crate) fn save(&self, writer: &mut Writer) {
        let Remembered { cpu, memory, latency, in_flight } = self.remembered;
        for value in [cpu, memory, latency, in_flight] {
            writer.put_f32(value);
        }
    }

    pub(crate) fn load(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        let (cpu, memory) = (reader.f32()?, reader.f32()?);
        self.remembered = Remembered { cpu, memory, latency: reader.f32()?, in_flight: reader.f32()? };
        Ok(())
    }
}

fn write_forecast(set: &mut impl FnMut(AgentFeature, f64), forecast: &Forecast, level: usize) {
    let ratio = |index: usize| f64::from(forecast.log_ratios[index]);
    let highest = forecast.log_ratios.len() - 1;
    set(AgentFeature::ForecastMedian, ratio(0));
    set(AgentFeature::ForecastSpread, ratio(level) - ratio(0));
    set(AgentFeature::ForecastTail, ratio(highest) - ratio(level));
}

fn since_bad(trim: &Trim, now: Timestamp) -> f64 {
    let minutes = trim.last_bad().map_or(LONGEST_SINCE_BAD_MINUTES, |bad| (now - bad).as_seconds() / 60.0);
    let minutes = minutes.clamp(0.0, LONGEST_SINCE_BAD_MINUTES);
    libm::log1p(minutes) / libm::log1p(LONGEST_SINCE_BAD_MINUTES)
}

const _: () = assert!(AGENT_FEATURES.len() == AgentFeature::Granularity as usize + 1);

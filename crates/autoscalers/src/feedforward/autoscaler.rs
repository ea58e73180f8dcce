use std::sync::Arc;

use podpilot_core::{
    Autoscaler, Observation, Outcome, Proposal, Reason, ReasonList, ReplicaBounds, RestoreError, Sample,
    Signal, SignalSet, Snapshot, Span, Timestamp,
};
use podpilot_service_model::Inverse;

use super::FeedForwardParameters;
use super::forecast::Forecast;
use crate::memory::{Damaged, Reader, Writer};
use crate::recent_peak::RecentPeak;
use crate::{ManifestError, ServiceFacts};

const PERIOD: Span = Span::seconds(15);
const HEADER: &[u8] = b"ff01";
/// A rate older than this says nothing of the present.
const OLDEST_RATE: Span = Span::seconds(90);
/// Counts that the hold remembers without growing: a fall by one each decision.
const HOLD_PLACES: usize = 128;

/// Not learned, but proactive: a short forecast of the request rate, through the inverse of the service model, with
/// headroom. Up at once, down after a hold.
#[derive(Debug, Clone)]
pub struct FeedForward {
    name: String,
    inverse: Arc<Inverse>,
    bounds: ReplicaBounds,
    horizon: Span,
    headroom: f64,
    hold: Span,
    forecast: Forecast,
    peak: RecentPeak,
}

impl FeedForward {
    /// For the service that `facts` describe.
    pub fn new(
        name: impl Into<String>,
        parameters: &FeedForwardParameters,
        facts: &ServiceFacts,
    ) -> Result<Self, ManifestError> {
        parameters.check()?;
        Ok(Self {
            name: name.into(),
            inverse: Arc::clone(&facts.inverse),
            bounds: facts.bounds,
            horizon: Span::from_seconds(parameters.horizon_s),
            headroom: parameters.headroom,
            hold: Span::from_seconds(parameters.hold_s),
            forecast: Forecast::new(parameters),
            peak: RecentPeak::with_capacity(HOLD_PLACES),
        })
    }

    fn wanted(&mut self, now: Timestamp, sample: &Sample<f64>, reasons: &mut ReasonList) -> Option<i32> {
        self.forecast.observe(sample);
        let level_rps = self.forecast.level_rps()?;
        let forecast_rps = self.forecast.ahead_rps(now, self.horizon)?;
        reasons.push(Reason::Forecast { level_rps, forecast_rps });
        // A cast saturates, so that no forecast is too high.
        let pods = (self.inverse.pods_for(forecast_rps) * self.headroom).ceil() as i32;
        let wanted = self.bounds.clamp(pods);
        if wanted < pods {
            reasons.push(Reason::TooManyReplicas { wanted: pods });
        } else if wanted > pods {
            reasons.push(Reason::TooFewReplicas { wanted: pods });
        }
        self.peak.forget_after(now);
        let held = self.peak.record(now, wanted, self.hold);
        if held > wanted {
            reasons.push(Reason::ScaleDownHold { wanted });
        }
        Some(held)
    }

    fn load(&mut self, snapshot: &Snapshot) -> Result<(), Damaged> {
        let mut reader = Reader::new(snapshot, HEADER)?;
        self.forecast.load(&mut reader)?;
        self.peak.load(&mut reader)?;
        reader.finish()
    }
}

impl Autoscaler for FeedForward {
    fn name(&self) -> &str {
        &self.name
    }

    fn period(&self) -> Span {
        PERIOD
    }

    fn signals(&self) -> SignalSet {
        SignalSet::EMPTY.with(Signal::RequestRate)
    }

    fn recall(&mut self, history: &mut dyn Iterator<Item = Sample<f64>>) {
        history.for_each(|sample| self.forecast.recall(&sample));
    }

    fn decide(&mut self, observation: &Observation) -> Proposal {
        let mut reasons = ReasonList::new();
        let now = observation.now;
        let sample = observation.service.request_rate_rps.filter(|sample| sample.age(now) <= OLDEST_RATE);
        let replicas = sample.and_then(|sample| self.wanted(now, &sample, &mut reasons));
        if replicas.is_none() {
            reasons.push(Reason::NoUsableMetric);
        }
        Proposal { replicas, reasons }
    }

    fn applied(&mut self, _outcome: &Outcome) {}

    fn snapshot(&self) -> Snapshot {
        let mut writer = Writer::new(HEADER);
        self.forecast.save(&mut writer);
        self.peak.save(&mut writer);
        writer.finish()
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        self.load(snapshot).map_err(|damage| damage.in_snapshot_of(&self.name))
    }
}

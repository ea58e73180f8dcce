use podpilot_core::{MinuteCounts, Timestamp};

use super::VirtualService;
use crate::fit::ServiceModel;
use crate::resource::{Counterfactual, WouldHaveRun};

/// podpilot beside the baseline HPA over the same time, from when the service model was there.
#[derive(Debug, Clone)]
pub struct Comparison {
    last: Timestamp,
    hours: f64,
    podpilot: Side,
    hpa: Side,
}

/// One side of a comparison.
#[derive(Debug, Clone)]
pub struct Side {
    /// Replica-hours, from asked for to gone.
    pub replica_hours: f64,
    service: VirtualService,
}

impl Side {
    fn new(quantile: f64, now: Timestamp) -> Self {
        Self { replica_hours: 0.0, service: VirtualService::new(quantile, now) }
    }

    /// Bad minutes at most.
    pub fn minutes(&self) -> MinuteCounts {
        self.service.minutes()
    }

    fn told(&self) -> WouldHaveRun {
        let ratio = self.minutes().bad_ratio();
        WouldHaveRun {
            replica_hours: format!("{:.2}", self.replica_hours),
            bad_minutes_at_most: ratio.map(|ratio| format!("{ratio:.4}")),
        }
    }
}

impl Comparison {
    /// Begins now.
    pub fn new(quantile: f64, now: Timestamp) -> Self {
        Self { last: now, hours: 0.0, podpilot: Side::new(quantile, now), hpa: Side::new(quantile, now) }
    }

    /// Adds the time since the last call. Each side is given as replicas that exist and that are Ready. Without a rate the
    /// time counts for neither side.
    pub fn advance(
        &mut self,
        now: Timestamp,
        rate_rps: Option<f64>,
        podpilot: (i32, i32),
        hpa: (i32, i32),
        model: &ServiceModel,
    ) {
        let hours = (now - self.last).as_seconds() / 3_600.0;
        self.last = now;
        let Some(rate_rps) = rate_rps.filter(|_| hours > 0.0) else { return };
        self.hours += hours;
        for (side, (existing, ready)) in [(&mut self.podpilot, podpilot), (&mut self.hpa, hpa)] {
            side.replica_hours += hours * f64::from(existing);
            side.service.advance(now, rate_rps, ready, model);
        }
    }

    /// podpilot's side.
    pub fn podpilot(&self) -> &Side {
        &self.podpilot
    }

    /// The HPA's side.
    pub fn hpa(&self) -> &Side {
        &self.hpa
    }

    /// For the status.
    pub fn told(&self) -> Counterfactual {
        Counterfactual {
            hours: format!("{:.2}", self.hours),
            podpilot: self.podpilot.told(),
            hpa: self.hpa.told(),
        }
    }

    /// The saving with the bad minutes of both sides beside it; `None` before a minute of each is known.
    pub fn saving(&self, replica_hour: Option<f64>) -> Option<String> {
        let saved_hours = self.hpa.replica_hours - self.podpilot.replica_hours;
        let share = saved_hours / self.hpa.replica_hours;
        let podpilot = self.podpilot.minutes().bad_ratio()?;
        let hpa = self.hpa.minutes().bad_ratio()?;
        if !share.is_finite() {
            return None;
        }
        let money = replica_hour.map_or_else(String::new, |price| format!(" = {:.2}", saved_hours * price));
        Some(format!(
            "{:.0}%{money} (bad minutes at most {:.1}%, HPA {:.1}%)",
            100.0 * share,
            100.0 * podpilot,
            100.0 * hpa
        ))
    }
}

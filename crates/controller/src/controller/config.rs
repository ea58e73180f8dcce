use podpilot_autoscalers::Hpa;
use podpilot_core::{Objective, ReplicaBounds, Span};

use crate::forecast::level_index;
use crate::hold::LONGEST_HOLD;
use crate::{ActionScheme, CapacityCurve, ControllerError, GuardSettings, TrimSettings, VirtualHpa};

/// Everything that a controller needs besides networks.
#[derive(Debug, Clone)]
pub struct ControllerConfig {
    /// Name in tables and logs.
    pub name: String,
    /// Time between decisions.
    pub period: Span,
    /// The service level to keep.
    pub objective: Objective,
    /// What pods carry within the objective.
    pub capacity: CapacityCurve,
    /// Quantile level of the base policy: one of [`crate::FORECAST_LEVELS`].
    pub level: f64,
    /// Scale-down hold of the base policy, at most 360 s.
    pub hold: Span,
    /// Online trim; `None` keeps headroom at zero.
    pub trim: Option<TrimSettings>,
    /// What an agent may do.
    pub actions: ActionScheme,
    /// Bounds and limits.
    pub guard: GuardSettings,
    /// A signal older than this is stale.
    pub stale_after: Span,
    /// In-process HPA, the second link of the fallback chain; `None` leaves out that link.
    pub fallback: Option<Hpa>,
    /// An HPA that runs on virtual replicas beside the policy, to compare with.
    pub shadow: Option<VirtualHpa>,
}

impl ControllerConfig {
    /// The recommended settings: quantile 0.98, hold 120 s, trim for the objective, residual actions, a decision every
    /// 15 s, signals stale after a minute, no HPA.
    pub fn new(
        name: impl Into<String>,
        objective: Objective,
        capacity: CapacityCurve,
        bounds: ReplicaBounds,
    ) -> Self {
        Self {
            name: name.into(),
            period: Span::seconds(15),
            capacity,
            level: 0.98,
            hold: Span::seconds(120),
            trim: Some(TrimSettings::for_objective(&objective)),
            objective,
            actions: ActionScheme::Residual,
            guard: GuardSettings::within(bounds),
            stale_after: Span::seconds(60),
            fallback: None,
            shadow: None,
        }
    }

    /// Checks every setting's range.
    pub fn validate(&self) -> Result<(), ControllerError> {
        let in_seconds = |field, span: Span, expected| {
            Err(ControllerError::Setting { field, value: span.to_string(), expected })
        };
        if self.period <= Span::ZERO {
            return in_seconds("period", self.period, "longer than 0 s");
        }
        if !(Span::ZERO..=LONGEST_HOLD).contains(&self.hold) {
            return in_seconds("hold", self.hold, "between 0 s and 360 s");
        }
        if self.stale_after <= Span::ZERO {
            return in_seconds("stale_after", self.stale_after, "longer than 0 s");
        }
        level_index(self.level)?;
        self.objective.validate()?;
        self.guard.validate()?;
        self.trim.map_or(Ok(()), |trim| trim.validate())
    }
}

use podpilot_autoscalers::Hpa;
use podpilot_controller::Controller;
use podpilot_core::{
    Autoscaler, ClipList, Decision, DecisionSource, GuardClip, GuardRule, Observation, Outcome, Reason,
    RestoreError, Snapshot, Span, Timestamp,
};

/// Without memory, nothing is removed for this long.
const RESTART_HOLD: Span = Span::seconds(300);

/// Who decides: the controller, or an HPA as long as there is no service model to turn demand into pods.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a workload has one")]
pub enum Brain {
    /// The decision pipeline.
    Controller(Controller),
    /// The in-process HPA with a hold after a start without memory.
    Hpa {
        /// The HPA.
        hpa: Hpa,
        /// Since when it remembers everything.
        complete_since: Option<Timestamp>,
        /// Its last decision's time.
        last: Option<Timestamp>,
    },
}

impl Brain {
    /// An HPA without memory.
    pub fn hpa(hpa: Hpa) -> Self {
        Self::Hpa { hpa, complete_since: None, last: None }
    }

    /// `controller` or `hpa`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Controller(_) => "controller",
            Self::Hpa { .. } => "hpa",
        }
    }

    /// Decides, and says who and why.
    pub fn decide(&mut self, observation: &Observation) -> Decision {
        match self {
            Self::Controller(controller) => {
                let proposal = controller.decide(observation);
                controller.last_decision().copied().unwrap_or_else(|| held(observation, proposal.reasons))
            }
            Self::Hpa { hpa, complete_since, last } => {
                let now = observation.now;
                let lost = last.is_none_or(|last| now < last || now - last > RESTART_HOLD);
                if lost {
                    *complete_since = Some(now);
                }
                *last = Some(now);
                let remembers = complete_since.is_some_and(|since| now - since >= RESTART_HOLD);
                decide_by_hpa(hpa, observation, remembers)
            }
        }
    }

    /// Learns what became of its last decision.
    pub fn applied(&mut self, outcome: &Outcome) {
        match self {
            Self::Controller(controller) => controller.applied(outcome),
            Self::Hpa { hpa, .. } => hpa.applied(outcome),
        }
    }

    /// Its memory.
    pub fn snapshot(&self) -> Snapshot {
        match self {
            Self::Controller(controller) => controller.snapshot(),
            Self::Hpa { hpa, .. } => hpa.snapshot(),
        }
    }

    /// Puts back a memory that was taken at `taken`.
    pub fn restore(&mut self, snapshot: &Snapshot, taken: Timestamp) -> Result<(), RestoreError> {
        match self {
            Self::Controller(controller) => controller.restore(snapshot),
            Self::Hpa { hpa, complete_since, last } => {
                hpa.restore(snapshot)?;
                *complete_since = Some(taken - RESTART_HOLD);
                *last = Some(taken);
                Ok(())
            }
        }
    }
}

fn decide_by_hpa(hpa: &mut Hpa, observation: &Observation, remembers: bool) -> Decision {
    let current = observation.replicas.spec;
    let proposal = hpa.decide(observation);
    let Some(wanted) = proposal.replicas else { return held(observation, proposal.reasons) };
    let mut clips = ClipList::default();
    let mut replicas = wanted;
    if !remembers && wanted < current {
        replicas = current.min(hpa.bounds().max);
        clips.push(GuardClip { rule: GuardRule::RestartHold, from: wanted, to: replicas });
    }
    Decision {
        at: observation.now,
        current,
        replicas,
        source: DecisionSource::Hpa,
        reasons: proposal.reasons,
        clips,
    }
}

fn held(observation: &Observation, mut reasons: podpilot_core::ReasonList) -> Decision {
    if reasons.as_slice().is_empty() {
        reasons.push(Reason::NoUsableMetric);
    }
    let current = observation.replicas.spec;
    Decision {
        at: observation.now,
        current,
        replicas: current,
        source: DecisionSource::Hold,
        reasons,
        clips: ClipList::default(),
    }
}

use podpilot_autoscalers::{HpaManifest, ManifestError};
use podpilot_controller::VirtualHpa;
use podpilot_core::{Decision, Observation, Outcome, ReplicaCounts, Span, Timestamp, WriteResult};

use super::{Brain, Comparison, RestartState, StateError, VirtualReplicas};
use crate::fit::ServiceModel;
use crate::resource::Mode;
use crate::settings::{Settings, hpa_config};

/// Virtual pods take this long until the workload's own start-up time is known.
const USUAL_STARTUP: Span = Span::seconds(30);

/// Decides for one workload and keeps what the baseline HPA would have run beside it.
#[derive(Debug, Clone)]
pub struct Decider {
    brain: Brain,
    shadow: VirtualHpa,
    manifest: HpaManifest,
    startup: Span,
    mode: Mode,
    quantile: f64,
    /// What podpilot would run while it only observes.
    own: Option<VirtualReplicas>,
    model: Option<ServiceModel>,
    comparison: Option<Comparison>,
}

/// One decision with what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// The decision.
    pub decision: Decision,
    /// Replicas that the baseline HPA has.
    pub hpa_replicas: i32,
}

impl Decider {
    /// A decider whose HPAs follow `manifest`, without memory.
    pub fn new(settings: &Settings, brain: Brain, manifest: HpaManifest) -> Result<Self, ManifestError> {
        Ok(Self {
            brain,
            shadow: VirtualHpa::new(settings.hpa(&manifest)?, USUAL_STARTUP),
            manifest,
            startup: USUAL_STARTUP,
            mode: settings.mode,
            quantile: settings.objective.latency.quantile,
            own: None,
            model: None,
            comparison: None,
        })
    }

    /// Puts another brain in place. Memory passes on if the new one can read it; otherwise nothing is removed for one
    /// window.
    pub fn replace_brain(&mut self, mut brain: Brain, now: Timestamp) {
        if brain.name() == self.brain.name() {
            // A snapshot of another encoding is refused and changes nothing.
            let _ = brain.restore(&self.brain.snapshot(), now);
        }
        self.brain = brain;
    }

    /// The service model from now on.
    pub fn set_model(&mut self, model: ServiceModel) {
        self.model = Some(model);
    }

    /// The service model.
    pub fn model(&self) -> Option<&ServiceModel> {
        self.model.as_ref()
    }

    /// Who decides.
    pub fn brain(&self) -> &Brain {
        &self.brain
    }

    /// Follows an edited baseline; virtual replicas and history stay.
    pub fn follow(&mut self, manifest: HpaManifest) -> Result<(), ManifestError> {
        if manifest == self.manifest {
            return Ok(());
        }
        self.shadow.follow(&manifest)?;
        if let Brain::Hpa { hpa, .. } = &mut self.brain {
            hpa.follow(&manifest)?;
        }
        self.manifest = manifest;
        Ok(())
    }

    /// How long this workload's pods take to become Ready.
    pub fn set_startup(&mut self, startup: Span) {
        self.startup = startup;
        self.shadow.set_startup(startup);
    }

    /// How long virtual pods take.
    pub fn startup(&self) -> Span {
        self.startup
    }

    /// Changes the mode: the comparison starts anew, as it then compares something else.
    pub fn set_mode(&mut self, mode: Mode) {
        if mode != self.mode {
            self.mode = mode;
            self.own = None;
            self.comparison = None;
        }
    }

    /// Decides. In Observe the count that podpilot would have asked for takes the place of the real one.
    pub fn decide(&mut self, observation: &mut Observation) -> Verdict {
        let now = observation.now;
        let real = observation.replicas;
        self.shadow.advance(observation);
        self.compare(now, observation);
        if self.mode == Mode::Observe {
            let own = self.own.get_or_insert_with(|| VirtualReplicas::ready_from(now, real.spec));
            observation.replicas = ReplicaCounts { spec: own.count(), status: own.count() };
        }
        let decision = self.brain.decide(observation);
        observation.replicas = real;
        if let Some(own) = &mut self.own {
            let result =
                if own.count() == decision.replicas { WriteResult::Unchanged } else { WriteResult::Applied };
            let outcome = Outcome { at: now, from: own.count(), to: decision.replicas, result };
            own.resize(now, decision.replicas, self.startup);
            self.brain.applied(&outcome);
        }
        Verdict { decision, hpa_replicas: self.shadow.replicas() }
    }

    /// Learns what became of a decision that was written or could have been.
    pub fn applied(&mut self, outcome: &Outcome) {
        if self.own.is_none() {
            self.brain.applied(outcome);
        }
    }

    /// podpilot beside the HPA, once there is a service model.
    pub fn comparison(&self) -> Option<&Comparison> {
        self.comparison.as_ref()
    }

    /// Memory to keep over a restart.
    pub fn restart_state(&self, target: &str, now: Timestamp) -> Option<RestartState> {
        RestartState::of(&self.brain, target, now, self.shadow.replicas())
    }

    /// Puts back what was kept of the same workload.
    pub fn restore(&mut self, state: &RestartState, target: &str) -> Result<(), StateError> {
        if state.target != target {
            return Err(StateError("it is of another workload of this name".to_owned()));
        }
        if state.brain != self.brain.name() {
            return Err(StateError(format!(
                "it is of the {}, now the {} decides",
                state.brain,
                self.brain.name()
            )));
        }
        self.brain.restore(&state.memory, state.taken).map_err(|problem| StateError(problem.to_string()))
    }

    /// A fresh HPA of the same manifest, for a brain or a fallback.
    pub fn fresh_hpa(&self, period: Span) -> Result<podpilot_autoscalers::Hpa, ManifestError> {
        podpilot_autoscalers::Hpa::new("hpa", &self.manifest, hpa_config(period))
    }

    fn compare(&mut self, now: Timestamp, observation: &Observation) {
        let Some(model) = &self.model else { return };
        let comparison = self.comparison.get_or_insert_with(|| Comparison::new(self.quantile, now));
        let rate = observation.service.request_rate_rps.map(|rate| rate.value);
        let podpilot = match &self.own {
            Some(own) => (own.count(), own.ready(now)),
            None => (observation.replicas.status, observation.pods.serving() as i32),
        };
        let hpa = (self.shadow.replicas(), self.shadow.ready(now));
        comparison.advance(now, rate, podpilot, hpa, model);
    }
}

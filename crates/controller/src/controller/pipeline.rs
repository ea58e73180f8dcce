use podpilot_autoscalers::Hpa;
use podpilot_core::{
    Autoscaler, Decision, Observation, Proposal, ReasonList, RequestTotals, Sample, Span, Timestamp,
};

use super::ControllerConfig;
use super::memory::Memory;
use super::moment::Moment;
use crate::encoding::{BaseView, DEMAND_FEATURES, PodMeasures, STATE_LENGTH};
use crate::forecast::{Forecast, level_index};
use crate::guard::{Circumstances, Guard};
use crate::{ActionScheme, CapacityCurve, ControllerError, Policy, QuantileForecaster, VirtualHpa};

/// What an HPA proposes that is not there.
const NO_PROPOSAL: Proposal = Proposal { replicas: None, reasons: ReasonList::new() };

/// Rounding up forgives this much of a pod, so that noise in the last digits never costs one.
const FORGIVEN_PODS: f64 = 1e-6;

/// The decision pipeline: encoder, policy, fallback chain, guard. The one object that runs in production and in every
/// training, evaluation and fault test of a learned policy.
///
/// [`Autoscaler::decide`] is [`Controller::prepare`], the policy, then [`Controller::decide_action`] or
/// [`Controller::decide_base`]; training calls the halves itself. Nothing in a decision allocates.
#[derive(Debug, Clone)]
pub struct Controller {
    pub(super) name: String,
    pub(super) period: Span,
    pub(super) capacity: CapacityCurve,
    pub(super) level: usize,
    pub(super) hold: Span,
    pub(super) actions: ActionScheme,
    pub(super) guard: Guard,
    pub(super) stale_after: Span,
    pub(super) forecaster: QuantileForecaster,
    pub(super) policy: Policy,
    pub(super) memory: Memory,
    pub(super) moment: Moment,
    pub(super) fallback: Option<Hpa>,
    pub(super) shadow: Option<VirtualHpa>,
    pub(super) last_decision: Option<Decision>,
}

impl Controller {
    /// Checks the settings and joins the parts.
    pub fn new(
        config: ControllerConfig,
        forecaster: QuantileForecaster,
        policy: Policy,
    ) -> Result<Self, ControllerError> {
        config.validate()?;
        policy.check(config.actions)?;
        Ok(Self {
            memory: Memory::new(&config.objective, config.trim),
            name: config.name,
            period: config.period,
            capacity: config.capacity,
            level: level_index(config.level)?,
            hold: config.hold,
            actions: config.actions,
            guard: Guard::new(config.guard),
            stale_after: config.stale_after,
            forecaster,
            policy,
            moment: Moment::nothing_seen(),
            fallback: config.fallback,
            shadow: config.shadow,
            last_decision: None,
        })
    }

    /// First half of a decision: takes in what is seen and returns the agent's state (see
    /// [`crate::DEMAND_FEATURES`] and [`crate::AGENT_FEATURES`]).
    pub fn prepare(&mut self, observation: &Observation) -> &[f32; STATE_LENGTH] {
        let now = observation.now;
        let clock_went_back = self.note_time(now);
        let service = &observation.service;
        self.memory.demand.observe(now, service.request_rate_rps.as_ref());
        if let Some(totals) = &service.totals {
            self.memory.trim.observe(totals, self.memory.saturated);
        }
        let pods = PodMeasures::of(&observation.pods);
        self.memory.agent.observe(&pods, service);
        self.moment.now = now;
        self.forecast_demand();
        let policy_is_blind = self.moment.base_pods.is_none();
        let faulty = clock_went_back || policy_is_blind || self.lacks_a_signal(observation);
        self.memory.fault.tick(faulty, observation.replicas.spec);
        self.moment.circumstances = self.circumstances(observation);
        self.moment.hpa = self.fallback.as_mut().map_or(NO_PROPOSAL, |hpa| hpa.decide(observation));
        if let Some(shadow) = &mut self.shadow {
            shadow.advance(observation);
        }
        self.write_state(observation, &pods);
        &self.moment.state
    }

    /// Notes the time of this decision; says whether the clock was set back. After a pause as long as the restart hold,
    /// memory counts as lost.
    fn note_time(&mut self, now: Timestamp) -> bool {
        let went_back = self.memory.last.is_some_and(|last| now < last);
        let paused = self.memory.last.is_none_or(|last| now - last > self.guard.restart_hold());
        if went_back {
            self.memory.trim.forget_counters();
        }
        if went_back || paused {
            self.memory.complete_since = Some(now);
        }
        self.memory.last = Some(now);
        went_back
    }

    fn lacks_a_signal(&self, observation: &Observation) -> bool {
        let now = observation.now;
        let fresh = |at: Timestamp| now - at <= self.stale_after;
        let rate_is_good = observation
            .service
            .request_rate_rps
            .is_some_and(|rate| rate.value.is_finite() && rate.value >= 0.0 && fresh(rate.at));
        let totals_are_good = |totals: Sample<RequestTotals>| {
            totals.value.requests.is_finite() && totals.value.slow.is_finite() && fresh(totals.at)
        };
        let totals_lost =
            self.memory.trim.newest().is_some() && !observation.service.totals.is_some_and(totals_are_good);
        let pods_lost = observation.pods.pods().is_empty() && observation.replicas.status > 0;
        !rate_is_good || totals_lost || pods_lost
    }

    fn circumstances(&self, observation: &Observation) -> Circumstances {
        let current = observation.replicas.spec;
        let complete_for = self.memory.complete_since.map(|since| observation.now - since);
        Circumstances {
            current,
            existing: observation.replicas.status,
            room: observation.room_for_pods,
            fault_floor: self.memory.fault.floor(current),
            restarted: complete_for.is_none_or(|span| span < self.guard.restart_hold()),
        }
    }

    fn forecast_demand(&mut self) {
        let now = self.moment.now;
        let (features, reference_rps) = self.memory.demand.encode(now);
        self.moment.state[..DEMAND_FEATURES.len()].copy_from_slice(&features);
        let forecast = self.forecaster.forecast(&features, reference_rps);
        self.moment.forecast = forecast.unwrap_or(Forecast::NONE);
        let age = self.memory.demand.age(now);
        let usable = forecast.filter(|_| age.is_some_and(|age| age <= self.stale_after));
        self.moment.base_pods = usable.map(|forecast| {
            let pods = self.capacity.pods_for(forecast.rate_rps(self.level));
            pods * (1.0 + self.memory.trim.value())
        });
    }

    fn write_state(&mut self, observation: &Observation, pods: &PodMeasures) {
        let now = self.moment.now;
        let floor = |span_s: i64| self.memory.hold.floor(now, Span::seconds(span_s)).unwrap_or(0);
        let carried = self.capacity.rate_for(pods.serving);
        let view = BaseView {
            forecast: self.moment.forecast,
            level: self.level,
            load_per_capacity: if carried > 0.0 {
                self.moment.forecast.reference_rps / carried
            } else {
                f64::INFINITY
            },
            target: self.base_target(),
            floor_120s: floor(120),
            floor_360s: floor(360),
        };
        self.memory.agent.write(&mut self.moment.state, observation, pods, &self.memory.trim, &view);
        let mask = &mut self.moment.mask[..self.actions.action_count()];
        self.actions.mask(self.moment.circumstances.current, self.guard.bounds(), mask);
    }

    /// What the base policy wants before hold, within bounds; the current count if it cannot decide.
    pub(super) fn base_target(&self) -> i32 {
        let current = self.moment.circumstances.current;
        let target = self.moment.base_pods.map_or(current, |pods| whole_pods(pods, 1.0));
        self.guard.bounds().clamp(target)
    }

    /// Actions that make sense now, after [`Controller::prepare`].
    pub fn action_mask(&self) -> &[bool] {
        &self.moment.mask[..self.actions.action_count()]
    }

    /// The action that the base policy would take now, after [`Controller::prepare`].
    pub fn base_action(&self) -> usize {
        let current = self.moment.circumstances.current;
        let target = self.base_target();
        let held =
            self.memory.hold.floor(self.moment.now, self.hold).map_or(target, |floor| floor.max(target));
        self.actions.base_action(current, held)
    }

    /// The action that `policy` would take now, after [`Controller::prepare`]; `None` leaves it to the base policy.
    pub fn ask(&self, policy: &mut Policy) -> Option<usize> {
        policy.select(&self.moment.state, self.action_mask(), self.base_action())
    }

    /// Whether the last decision asked for the same replicas as that of `other` and left the same memory: two branches of
    /// one rollout then go on as one.
    pub fn decided_alike(&self, other: &Self) -> bool {
        let replicas = |controller: &Self| controller.last_decision.map(|decision| decision.replicas);
        replicas(self) == replicas(other) && self.memory == other.memory
    }

    /// What an agent may do.
    pub fn actions(&self) -> ActionScheme {
        self.actions
    }

    /// The last decision, with source and clips.
    pub fn last_decision(&self) -> Option<&Decision> {
        self.last_decision.as_ref()
    }

    /// The forecast of the last [`Controller::prepare`].
    pub fn forecast(&self) -> &Forecast {
        &self.moment.forecast
    }

    /// Headroom that the trim adds now.
    pub fn trim(&self) -> f64 {
        self.memory.trim.value()
    }

    /// Sets the headroom (within the trim's limits), for rollouts that start at a drawn trim.
    pub fn set_trim(&mut self, trim: f64) {
        self.memory.trim.set_value(trim);
    }

    /// Replicas of the HPA that runs beside the policy, if there is one.
    pub fn shadow_replicas(&self) -> Option<i32> {
        self.shadow.as_ref().map(VirtualHpa::replicas)
    }

    /// Who decides while signals are good.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Lets another policy decide from now on; memory stays. Errors if it does not fit the actions.
    pub fn set_policy(&mut self, policy: Policy) -> Result<(), ControllerError> {
        policy.check(self.actions)?;
        self.policy = policy;
        Ok(())
    }

    /// Takes in request rates from before the first decision, oldest first, as a monitoring system keeps them: without
    /// them a day passes before yesterday is known.
    pub fn recall(&mut self, history: impl IntoIterator<Item = Sample<f64>>) {
        for sample in history {
            self.memory.demand.observe(sample.at, Some(&sample));
        }
    }

    /// Takes over the state of `other`, a controller of the same configuration, to branch a rollout. Networks and
    /// settings stay. Allocates nothing unless there is a fallback or shadow HPA.
    pub fn copy_from(&mut self, other: &Self) {
        self.memory.clone_from(&other.memory);
        self.moment = other.moment;
        self.last_decision = other.last_decision;
        self.fallback.clone_from(&other.fallback);
        self.shadow.clone_from(&other.shadow);
    }
}

/// Pods times a multiplier, rounded up.
pub(super) fn whole_pods(pods: f64, multiplier: f64) -> i32 {
    (pods * multiplier - FORGIVEN_PODS).ceil().max(0.0) as i32
}

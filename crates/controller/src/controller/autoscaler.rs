use podpilot_core::{
    Autoscaler, Observation, Outcome, Proposal, RestoreError, Signal, SignalSet, Snapshot, Span,
};

use super::Controller;

impl Autoscaler for Controller {
    fn name(&self) -> &str {
        &self.name
    }

    fn period(&self) -> Span {
        self.period
    }

    fn signals(&self) -> SignalSet {
        let hpa = self.fallback.as_ref().map(Autoscaler::signals);
        let shadow = self.shadow.as_ref().map(|shadow| shadow.hpa().signals());
        let named = |set: Option<SignalSet>| set.is_some_and(|set| set.contains(Signal::NamedMetrics));
        let own = SignalSet::EMPTY
            .with(Signal::Pods)
            .with(Signal::ResourceUsage)
            .with(Signal::RequestRate)
            .with(Signal::Latency)
            .with(Signal::InFlight)
            .with(Signal::RequestTotals);
        if named(hpa) || named(shadow) { own.with(Signal::NamedMetrics) } else { own }
    }

    fn decide(&mut self, observation: &Observation) -> Proposal {
        self.prepare(observation);
        let base_action = self.base_action();
        let mask = &self.moment.mask[..self.actions.action_count()];
        let decision = match self.policy.select(&self.moment.state, mask, base_action) {
            Some(action) => self.decide_action(action),
            None => self.decide_base(),
        };
        Proposal { replicas: Some(decision.replicas), reasons: decision.reasons }
    }

    fn applied(&mut self, outcome: &Outcome) {
        if let Some(hpa) = &mut self.fallback {
            hpa.applied(outcome);
        }
    }

    /// Rates of the last ten minutes and of the last day, trim, hold, fault and clocks: at most 4 KB. The fallback and
    /// shadow HPA are not in it: a fallback HPA only ever raises replicas, so that what it forgets at a restart is not
    /// missed.
    fn snapshot(&self) -> Snapshot {
        Snapshot(self.memory.to_bytes())
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        let error = |why: &str| RestoreError { autoscaler: self.name.clone(), why: why.to_owned() };
        self.memory.restore(&snapshot.0).map_err(error)
    }
}

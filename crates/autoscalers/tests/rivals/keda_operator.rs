//! The operator's part, as KEDA's documentation describes it: between zero (or idle) and the first replicas.

use podpilot_autoscalers::{HpaControllerConfig, Keda, ScaledObject};
use podpilot_core::{Autoscaler, Observation, Outcome, Reason, WriteResult};

use crate::world::{at, seen, with_metric};

/// A target that KEDA scales and whose pods are ready at once.
pub(crate) struct Target {
    pub(crate) keda: Keda,
    pub(crate) second: i64,
    pub(crate) pods: i32,
    pub(crate) reasons: Vec<Reason>,
}

pub(crate) const RATE: &str =
    "{type: prometheus, metadata: {serverAddress: http://p, query: requests_per_second, threshold: \"10\"}}";

pub(crate) fn object(spec: &str, annotations: &str, triggers: &[&str]) -> ScaledObject {
    let triggers = triggers.join(", ");
    let text = format!(
        "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {{name: web, annotations: {{{annotations}}}}}\n\
         spec: {{scaleTargetRef: {{name: web}}, {spec}triggers: [{triggers}]}}\n"
    );
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

impl Target {
    pub(crate) fn of(object: &ScaledObject, pods: i32) -> Self {
        let keda = Keda::new("keda", object, HpaControllerConfig::default()).unwrap();
        Self { keda, second: 0, pods, reasons: Vec::new() }
    }

    /// Decisions every 15 s from now on until `second`, each at a request rate; `None` cannot be read.
    pub(crate) fn until(&mut self, second: i64, rate_rps: Option<f64>) -> i32 {
        while self.second <= second {
            let observation = seen(self.second, self.pods);
            let observation = match rate_rps {
                Some(rate) => with_metric(observation, "requests_per_second", rate),
                None => observation,
            };
            self.decide(&observation);
            self.second += 15;
        }
        self.pods
    }

    pub(crate) fn decide(&mut self, observation: &Observation) -> Option<i32> {
        let proposal = self.keda.decide(observation);
        if proposal.replicas.is_some() || !proposal.reasons.as_slice().is_empty() {
            self.reasons = proposal.reasons.as_slice().to_vec();
        }
        if let Some(to) = proposal.replicas {
            let from = self.pods;
            let result = if to == from { WriteResult::Unchanged } else { WriteResult::Applied };
            self.keda.applied(&Outcome { at: observation.now, from, to, result });
            self.pods = to;
        }
        proposal.replicas
    }
}

#[test]
fn zero_to_one_waits_for_the_poll_and_for_more_than_the_activation_threshold() {
    let trigger = RATE.replace("threshold: \"10\"", "threshold: \"10\", activationThreshold: \"5\"");
    let mut target = Target::of(&object("", "", &[&trigger]), 0);
    assert_eq!(target.until(45, Some(5.0)), 0, "not above the activation threshold");
    let loud = with_metric(seen(75, 0), "requests_per_second", 5.5);
    assert_eq!(target.decide(&with_metric(seen(60, 0), "requests_per_second", 5.0)), None);
    assert_eq!(target.decide(&loud), None, "the poll at 60 has passed, the next is at 90");
    let at_poll = with_metric(seen(90, 0), "requests_per_second", 5.5);
    assert_eq!(target.decide(&at_poll), Some(1));
    assert_eq!(target.reasons, [Reason::Activated]);
}

#[test]
fn cooldown_counts_from_the_last_activity_and_ends_at_zero() {
    let mut target = Target::of(&object("", "", &[RATE]), 1);
    target.until(60, Some(10.0));
    assert_eq!(target.until(375, Some(0.0)), 1, "active at 60, cooldown 300 s");
    assert_eq!(target.until(390, Some(0.0)), 0, "the first poll later than 360");
    assert_eq!(target.reasons, [Reason::Idle { inactive_s: 330.0 }]);
}

#[test]
fn cooldown_ends_with_all_pods_at_once_and_min_replicas_switches_it_off() {
    let mut many = Target::of(&object("cooldownPeriod: 60, ", "", &[RATE]), 1);
    many.until(90, Some(85.0));
    assert_eq!(many.pods, 9);
    assert_eq!(many.until(180, Some(0.0)), 0, "no HPA rule holds the operator back");
    let mut kept = Target::of(&object("minReplicaCount: 2, cooldownPeriod: 60, ", "", &[RATE]), 5);
    assert_eq!(kept.until(900, Some(0.0)), 2);
}

#[test]
fn an_object_that_was_never_active_waits_for_the_initial_cooldown_only() {
    let mut at_once = Target::of(&object("", "", &[RATE]), 3);
    assert_eq!(at_once.until(30, Some(0.0)), 0);
    let mut later = Target::of(&object("initialCooldownPeriod: 120, ", "", &[RATE]), 3);
    assert_eq!(later.until(120, Some(0.0)), 3);
    assert_eq!(later.until(150, Some(0.0)), 0);
}

#[test]
fn idle_replicas_are_left_for_the_minimum_at_once() {
    let spec = "idleReplicaCount: 0, minReplicaCount: 4, cooldownPeriod: 30, ";
    let mut target = Target::of(&object(spec, "", &[RATE]), 0);
    assert_eq!(target.until(30, Some(0.0)), 0, "below the minimum, and left there");
    assert_eq!(target.until(60, Some(1.0)), 4);
    assert_eq!(target.until(135, Some(0.0)), 0);
}

#[test]
fn below_the_minimum_without_idle_replicas_is_set_right() {
    let mut target = Target::of(&object("minReplicaCount: 4, ", "", &[RATE]), 0);
    assert_eq!(target.until(0, Some(0.0)), 4);
}

#[test]
fn what_cannot_be_read_is_not_inactive() {
    let mut target = Target::of(&object("cooldownPeriod: 30, ", "", &[RATE]), 1);
    target.until(60, Some(25.0));
    assert_eq!(target.until(3_600, None), 3, "neither the operator nor the HPA lets pods go");
    assert!(target.reasons.contains(&Reason::NoUsableMetric), "{:?}", target.reasons);
}

#[test]
fn cron_windows_wake_and_let_go() {
    let cron = "{type: cron, metadata: {timezone: UTC, start: \"10 0 * * *\", end: \"40 0 * * *\", desiredReplicas: \"6\"}}";
    let mut target = Target::of(&object("", "", &[cron]), 0);
    assert_eq!(target.until(585, None), 0);
    assert_eq!(target.until(600, None), 1, "the operator wakes it when the window begins");
    assert_eq!(target.until(660, None), 6, "and the HPA does the rest");
    assert_eq!(target.until(2_385, None), 6);
    assert_eq!(target.until(2_640, None), 6, "cooldown");
    assert_eq!(target.until(2_730, None), 0);
}

#[test]
fn annotations_pause_and_force() {
    let paused = "autoscaling.keda.sh/paused: \"true\"";
    let mut frozen = Target::of(&object("", paused, &[RATE]), 3);
    assert_eq!(frozen.until(900, Some(500.0)), 3);
    assert_eq!(frozen.reasons, [Reason::Paused]);
    let at_seven = "autoscaling.keda.sh/paused-replicas: \"7\"";
    assert_eq!(Target::of(&object("", at_seven, &[RATE]), 3).until(0, Some(0.0)), 7);
    let no_in = "autoscaling.keda.sh/paused-scale-in: \"true\"";
    let mut kept = Target::of(&object("", no_in, &[RATE]), 5);
    assert_eq!(kept.until(1_800, Some(0.0)), 5);
    let no_out = "autoscaling.keda.sh/paused-scale-out: \"true\"";
    assert_eq!(Target::of(&object("", no_out, &[RATE]), 0).until(60, Some(50.0)), 0);
    assert_eq!(Target::of(&object("", no_out, &[RATE]), 2).until(60, Some(500.0)), 2);
    let forced = "autoscaling.keda.sh/force-activation: \"true\"";
    assert_eq!(Target::of(&object("", forced, &[RATE]), 0).until(900, Some(0.0)), 1);
}

#[test]
fn a_write_that_failed_wakes_nothing() {
    let mut keda = Keda::new("keda", &object("", "", &[RATE]), HpaControllerConfig::default()).unwrap();
    let loud = with_metric(seen(0, 0), "requests_per_second", 50.0);
    assert_eq!(keda.decide(&loud).replicas, Some(1));
    keda.applied(&Outcome { at: at(0), from: 0, to: 1, result: WriteResult::Conflict });
    let quiet = with_metric(seen(30, 1), "requests_per_second", 0.0);
    assert_eq!(keda.decide(&quiet).replicas, Some(0), "it was never active, so there is no cooldown");
}

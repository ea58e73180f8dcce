//! What every rival must keep, whatever it sees.

use podpilot_autoscalers::schedule::ScheduleEntry;
use podpilot_autoscalers::{Rival, RivalConfig, Schedule, ServiceFacts};
use podpilot_core::{Autoscaler, Observation, Outcome, ProxyTotals, Snapshot, WriteResult};
use proptest::prelude::*;

use crate::world::{facts, seen, with_latency, with_proxies, with_rate, with_usage};

/// A schedule has no default.
fn config_of(rival: Rival) -> RivalConfig {
    RivalConfig::default_of(rival).unwrap_or_else(|| {
        let entry = |cron: &str, replicas| ScheduleEntry { cron: cron.parse().unwrap(), replicas };
        let entries = vec![entry("*/2 * * * *", 7), entry("1-59/3 * * * *", 900)];
        RivalConfig::Schedule(Schedule { timezone: "UTC".to_owned(), entries })
    })
}

/// One moment of a service, as shares.
#[derive(Debug, Clone, Copy)]
struct Moment {
    rate_rps: f64,
    cpu_percent: f64,
    p95_ms: f64,
    is_silent: bool,
}

fn moments() -> impl Strategy<Value = Vec<Moment>> {
    let moment = (0.0..600.0_f64, 0.0..100.0_f64, 0.0..900.0_f64, 0..10_u8).prop_map(
        |(rate_rps, cpu_percent, p95_ms, dice)| Moment {
            rate_rps,
            cpu_percent,
            p95_ms,
            is_silent: dice == 0,
        },
    );
    prop::collection::vec(moment, 30..90)
}

/// A service that does what it is told, watched by one autoscaler.
struct World {
    step: i64,
    period_s: i64,
    pods: i32,
    totals: ProxyTotals,
}

impl World {
    fn new(autoscaler: &dyn Autoscaler) -> Self {
        let period_s = autoscaler.period().as_seconds() as i64;
        Self { step: 0, period_s, pods: 5, totals: ProxyTotals::default() }
    }

    fn observe(&mut self, moment: &Moment) -> Observation {
        let second = self.period_s * self.step;
        self.step += 1;
        self.totals.requests += moment.rate_rps * self.period_s as f64;
        self.totals.in_flight_seconds += moment.rate_rps / 3.0 * self.period_s as f64;
        let silent = seen(second, self.pods);
        if moment.is_silent {
            return silent;
        }
        let used = with_usage(silent, moment.cpu_percent, 50.0);
        with_proxies(with_latency(with_rate(used, moment.rate_rps), moment.p95_ms), self.totals)
    }

    fn decide(&mut self, autoscaler: &mut dyn Autoscaler, observation: &Observation) -> Option<i32> {
        let proposal = autoscaler.decide(observation);
        if let Some(to) = proposal.replicas {
            let from = self.pods;
            let result = if from == to { WriteResult::Unchanged } else { WriteResult::Applied };
            autoscaler.applied(&Outcome { at: observation.now, from, to, result });
            self.pods = to;
        }
        proposal.replicas
    }
}

fn built(rival: Rival, facts: &ServiceFacts) -> Box<dyn Autoscaler> {
    config_of(rival).build("rival", facts).unwrap().autoscaler
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn proposals_keep_the_bounds(moments in moments()) {
        let facts = facts();
        for rival in Rival::ALL {
            let mut autoscaler = built(rival, &facts);
            let mut world = World::new(autoscaler.as_ref());
            for moment in &moments {
                let observation = world.observe(moment);
                if let Some(count) = world.decide(autoscaler.as_mut(), &observation) {
                    prop_assert_eq!(facts.bounds.clamp(count), count, "{}", rival);
                }
            }
        }
    }

    #[test]
    fn a_restored_autoscaler_goes_on_alike(moments in moments(), cut in 5..25_usize) {
        let facts = facts();
        for rival in Rival::ALL {
            let mut original = built(rival, &facts);
            let mut world = World::new(original.as_ref());
            for moment in &moments[..cut] {
                let observation = world.observe(moment);
                world.decide(original.as_mut(), &observation);
            }
            let snapshot = original.snapshot();
            prop_assert!(snapshot.0.len() <= 4_096, "{}: {} bytes", rival, snapshot.0.len());
            let mut restored = built(rival, &facts);
            restored.restore(&snapshot).unwrap();
            prop_assert_eq!(restored.snapshot(), snapshot);
            for moment in &moments[cut..] {
                let observation = world.observe(moment);
                let copied = restored.decide(&observation);
                let count = world.decide(original.as_mut(), &observation);
                prop_assert_eq!(copied.replicas, count, "{}", rival);
                if let Some(to) = count {
                    let outcome = Outcome { at: observation.now, from: observation.replicas.spec, to,
                        result: if to == observation.replicas.spec { WriteResult::Unchanged } else { WriteResult::Applied } };
                    restored.applied(&outcome);
                }
            }
        }
    }
}

#[test]
fn nothing_is_decided_without_metrics() {
    let facts = facts();
    for rival in Rival::ALL {
        let needs_metrics = !matches!(rival, Rival::Schedule | Rival::StaticPeak);
        let mut autoscaler = built(rival, &facts);
        for step in 0..40 {
            let decided = autoscaler.decide(&seen(60 * step, 5)).replicas;
            assert_eq!(decided.is_none(), needs_metrics, "{rival}");
        }
    }
}

#[test]
fn foreign_and_damaged_snapshots_are_refused() {
    let facts = facts();
    for rival in Rival::ALL {
        let mut autoscaler = built(rival, &facts);
        let mut world = World::new(autoscaler.as_ref());
        for step in 0..8 {
            let moment = Moment {
                rate_rps: 50.0 + f64::from(step),
                cpu_percent: 50.0,
                p95_ms: 90.0,
                is_silent: false,
            };
            let observation = world.observe(&moment);
            world.decide(autoscaler.as_mut(), &observation);
        }
        let snapshot = autoscaler.snapshot();
        assert!(built(rival, &facts).restore(&Snapshot(b"something else".to_vec())).is_err(), "{rival}");
        let longer = Snapshot([&snapshot.0[..], &[0]].concat());
        assert!(built(rival, &facts).restore(&longer).is_err(), "{rival}");
        for length in 0..snapshot.0.len() {
            let shorter = Snapshot(snapshot.0[..length].to_vec());
            assert!(built(rival, &facts).restore(&shorter).is_err(), "{rival} cut to {length}");
        }
    }
}

//! Clients that try again: what fails comes back later as more load.

use podpilot_traffic::ArrivalTick;

use crate::{RetrySpec, Scenario};

const MOST: usize = RetrySpec::MOST_ATTEMPTS as usize;
/// Time over which a retry budget is counted, seconds.
const BUDGET_TIME_S: f64 = 10.0;

/// Requests of one tick by the number of tries before them.
type ByTry = [f64; MOST + 1];

/// All clients, as counts by tick and try: requests of one tick fare alike.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    spec: RetrySpec,
    tick_s: f64,
    timeout_s: f64,
    /// Retries by the tick in which they are due: a ring.
    due: Vec<ByTry>,
    /// Requests by the tick in which they arrived: a ring of the same length.
    arrived: Vec<ByTry>,
    now: usize,
    /// Retries that did not make a whole one yet.
    remainder: ByTry,
    first_tries_rps: f64,
    tokens: f64,
    /// Retries sent since the run began.
    pub(crate) retries: f64,
    /// Requests that were not tried again, since the run began.
    pub(crate) given_up: f64,
}

impl Clients {
    pub(crate) fn new(scenario: &Scenario) -> Option<Self> {
        let spec = scenario.retries?;
        let longest_s = scenario.service.timeout_s + 1.5 * spec.pause_s(spec.attempts);
        let ticks = (longest_s / scenario.tick_s) as usize + 3;
        Some(Self {
            spec,
            tick_s: scenario.tick_s,
            timeout_s: scenario.service.timeout_s,
            due: vec![[0.0; MOST + 1]; ticks],
            arrived: vec![[0.0; MOST + 1]; ticks],
            now: 0,
            remainder: [0.0; MOST + 1],
            first_tries_rps: 0.0,
            tokens: 0.0,
            retries: 0.0,
            given_up: 0.0,
        })
    }

    pub(crate) fn restart(&mut self) {
        self.due.fill([0.0; MOST + 1]);
        self.arrived.fill([0.0; MOST + 1]);
        self.remainder = [0.0; MOST + 1];
        (self.first_tries_rps, self.tokens) = (0.0, 0.0);
        (self.retries, self.given_up) = (0.0, 0.0);
    }

    /// What arrives in the next tick: first tries and the retries that are due.
    pub(crate) fn arrive(&mut self, first_tries: ArrivalTick) -> ArrivalTick {
        self.now = (self.now + 1) % self.due.len();
        let due = std::mem::replace(&mut self.due[self.now], [0.0; MOST + 1]);
        let total: f64 = due.iter().sum();
        let share = self.spend_budget(first_tries.count as f64, total);
        self.given_up += total * (1.0 - share);
        let mut arrived = [0.0; MOST + 1];
        arrived[0] = first_tries.count as f64;
        let retries = arrived.iter_mut().zip(due).zip(&mut self.remainder).skip(1);
        for ((whole, due), remainder) in retries {
            let sent = due * share + *remainder;
            *whole = sent.floor();
            *remainder = sent - *whole;
        }
        self.arrived[self.now] = arrived;
        let retries: f64 = arrived[1..].iter().sum();
        self.retries += retries;
        ArrivalTick {
            intensity_rps: first_tries.intensity_rps + total * share / self.tick_s,
            count: first_tries.count + retries as u64,
        }
    }

    /// Share of the retries that the budget pays for: a bucket that first tries fill.
    fn spend_budget(&mut self, first_tries: f64, retries: f64) -> f64 {
        let Some(budget) = self.spec.budget else { return 1.0 };
        let weight = (self.tick_s / BUDGET_TIME_S).min(1.0);
        self.first_tries_rps += weight * (first_tries / self.tick_s - self.first_tries_rps);
        let most = budget * self.first_tries_rps * BUDGET_TIME_S;
        self.tokens = (self.tokens + budget * first_tries).min(most);
        let paid = retries.min(self.tokens);
        self.tokens -= paid;
        if retries > 0.0 { paid / retries } else { 1.0 }
    }

    /// Requests of this tick failed at once, or older ones were lost.
    pub(crate) fn see_failures(&mut self, count: f64) {
        self.plan(count, 0, 0.0);
    }

    /// Requests of this tick will time out.
    pub(crate) fn will_time_out(&mut self, count: f64) {
        self.plan(count, 0, self.timeout_s);
    }

    /// Requests that arrived some ticks ago time out now.
    pub(crate) fn time_out(&mut self, count: f64, ticks_ago: usize) {
        self.plan(count, ticks_ago, 0.0);
    }

    fn plan(&mut self, count: f64, ticks_ago: usize, failing_in_s: f64) {
        let ticks = self.arrived.len();
        let mix = self.arrived[(self.now + ticks - ticks_ago % ticks) % ticks];
        let total: f64 = mix.iter().sum();
        if count <= 0.0 {
            return;
        }
        for (tries, part) in mix.iter().enumerate() {
            // What is lost in a tick without arrivals was tried once, for all that is known.
            let share = if total > 0.0 { part / total } else { f64::from(u8::from(tries == 0)) };
            if share > 0.0 {
                self.plan_tries(count * share, tries, failing_in_s);
            }
        }
    }

    fn plan_tries(&mut self, count: f64, tries: usize, failing_in_s: f64) {
        if tries >= self.spec.attempts as usize {
            self.given_up += count;
            return;
        }
        let pause_s = self.spec.pause_s(tries as u32);
        let ticks_until = |time_s: f64| ((time_s / self.tick_s) as usize).max(1);
        let first = ticks_until(failing_in_s + 0.5 * pause_s);
        let last = ticks_until(failing_in_s + 1.5 * pause_s).min(self.due.len() - 1);
        let each = count / (last + 1 - first) as f64;
        for offset in first..=last {
            let index = (self.now + offset) % self.due.len();
            self.due[index][tries + 1] += each;
        }
    }

    pub(crate) fn copy_from(&mut self, other: &Self) {
        let (due, arrived) = (std::mem::take(&mut self.due), std::mem::take(&mut self.arrived));
        *self = Self { due, arrived, ..other.without_rings() };
        self.due.clone_from(&other.due);
        self.arrived.clone_from(&other.arrived);
    }

    fn without_rings(&self) -> Self {
        Self { due: Vec::new(), arrived: Vec::new(), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients(change: impl FnOnce(&mut RetrySpec)) -> Clients {
        let text = include_str!("../../../scenarios/default.yaml");
        let mut scenario: Scenario = serde_saphyr::from_str(text).unwrap();
        let mut spec = RetrySpec {
            attempts: 2,
            backoff_s: 2.0,
            backoff_factor: 2.0,
            longest_backoff_s: 30.0,
            budget: None,
        };
        change(&mut spec);
        scenario.retries = Some(spec);
        Clients::new(&scenario).unwrap()
    }

    const HUNDRED: ArrivalTick = ArrivalTick { intensity_rps: 100.0, count: 100 };
    const NONE: ArrivalTick = ArrivalTick { intensity_rps: 0.0, count: 0 };

    #[test]
    fn what_fails_comes_back_after_its_pause_and_at_most_so_often() {
        let mut clients = clients(|_| ());
        clients.arrive(HUNDRED);
        clients.see_failures(60.0);
        let mut counts = Vec::new();
        for _ in 0..12 {
            let arrived = clients.arrive(NONE).count;
            counts.push(arrived);
            clients.see_failures(arrived as f64);
        }
        // 60 first retries over 1-3 s, then each of them again 2-6 s later.
        assert_eq!(counts[..3], [20, 20, 24], "the first retries, and the first of the second");
        assert_eq!(counts.iter().sum::<u64>(), 120);
        assert!((clients.given_up - 60.0).abs() < 1e-9, "{}", clients.given_up);
        assert_eq!(clients.retries, 120.0);
    }

    #[test]
    fn a_budget_bounds_retries_by_first_tries() {
        let mut clients = clients(|spec| spec.budget = Some(0.1));
        let mut sent = 0.0;
        for _ in 0..1_000 {
            let arrived = clients.arrive(HUNDRED).count as f64;
            sent += arrived - 100.0;
            clients.see_failures(arrived);
        }
        assert!((sent / 100_000.0 - 0.1).abs() < 0.001, "{sent}");
    }
}

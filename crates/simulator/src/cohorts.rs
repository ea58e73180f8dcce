use crate::Scenario;

/// How many requests of each tick still wait for their answer (request mode): tells when clients give up, which the
/// pods do not see.
#[derive(Debug, Clone)]
pub(crate) struct Cohorts {
    tick_s: f64,
    timeout_ticks: usize,
    /// By tick: a ring.
    waiting: Vec<f64>,
}

impl Cohorts {
    /// `None` where nobody acts on a time-out.
    pub(crate) fn new(scenario: &Scenario) -> Option<Self> {
        scenario.retries?;
        let timeout_ticks = (scenario.service.timeout_s / scenario.tick_s).ceil() as usize;
        Some(Self { tick_s: scenario.tick_s, timeout_ticks, waiting: vec![0.0; timeout_ticks + 2] })
    }

    fn place(&self, arrived_s: f64) -> usize {
        (arrived_s / self.tick_s) as usize % self.waiting.len()
    }

    pub(crate) fn accept(&mut self, arrived_s: f64) {
        let place = self.place(arrived_s);
        self.waiting[place] += 1.0;
    }

    /// Was answered in time.
    pub(crate) fn answer(&mut self, arrived_s: f64) {
        let place = self.place(arrived_s);
        self.waiting[place] = (self.waiting[place] - 1.0).max(0.0);
    }

    /// Requests were lost with their pod; which ones is not known.
    pub(crate) fn lose(&mut self, count: f64) {
        let all: f64 = self.waiting.iter().sum();
        if all > 0.0 {
            let left = (1.0 - count / all).max(0.0);
            self.waiting.iter_mut().for_each(|waiting| *waiting *= left);
        }
    }

    /// At the end of a tick: how many give up, and how many ticks ago they arrived.
    pub(crate) fn give_up(&mut self, now_s: f64) -> (f64, usize) {
        let tick = (now_s / self.tick_s).round() as usize;
        let Some(cohort) = tick.checked_sub(1 + self.timeout_ticks) else { return (0.0, 0) };
        let place = cohort % self.waiting.len();
        (std::mem::take(&mut self.waiting[place]), self.timeout_ticks)
    }
}

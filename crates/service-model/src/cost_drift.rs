use podpilot_random::Stream;

use crate::bandwidth::whole;
use crate::cfs::Neighbour;

/// The factor by which a busy neighbour stretches CPU costs, redrawn in blocks of time.
#[derive(Debug, Clone)]
pub(crate) struct CostDrift {
    stream: Stream,
    median: f64,
    log_standard_deviation: f64,
    correlation_s: f64,
    factor: f64,
    next_draw_s: f64,
}

impl CostDrift {
    pub(crate) fn new(neighbour: Neighbour, mut stream: Stream) -> Self {
        let spread = 1.0 + neighbour.cost_cv * neighbour.cost_cv;
        let quiet = neighbour.cost_cv == 0.0;
        let next_draw_s = if quiet { f64::INFINITY } else { stream.uniform() * neighbour.correlation_s };
        let mut drift = Self {
            stream,
            median: 1.0 / spread.sqrt(),
            log_standard_deviation: libm::log(spread).sqrt(),
            correlation_s: neighbour.correlation_s,
            factor: 1.0,
            next_draw_s,
        };
        if !quiet {
            drift.redraw();
        }
        drift
    }

    /// The factor at `now_s`, which must not go back.
    #[inline]
    pub(crate) fn factor_at(&mut self, now_s: f64) -> f64 {
        if now_s >= self.next_draw_s {
            let missed = whole((now_s - self.next_draw_s) / self.correlation_s);
            self.next_draw_s += (missed + 1.0) * self.correlation_s;
            self.redraw();
        }
        self.factor
    }

    fn redraw(&mut self) {
        self.factor = self.stream.log_normal(self.median, self.log_standard_deviation);
    }
}

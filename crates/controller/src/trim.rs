use podpilot_core::{MinuteLedger, Objective, RequestTotals, Sample, Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ControllerError;
use crate::snapshot::{Damaged, Reader, Writer};

/// The set point lies this far inside the objective, as measured minutes are late and days differ.
const SET_POINT_SHARE_OF_OBJECTIVE: f64 = 0.9;
const SHORT_MEMORY_MINUTES: f64 = 10.0;
const LONG_MEMORY_MINUTES: f64 = 120.0;
const MINUTE: Span = Span::minutes(1);

/// Settings of the online trim of headroom.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrimSettings {
    /// Added after a bad minute, as a share of the base policy's pods.
    pub step_up: f64,
    /// Share of bad minutes at which the trim is in balance, 0-1.
    pub set_point: f64,
    /// Lowest trim.
    pub min: f64,
    /// Highest trim.
    pub max: f64,
}

impl TrimSettings {
    /// 3 points a bad minute, in balance at nine tenths of the bad minutes that the objective allows.
    pub fn for_objective(objective: &Objective) -> Self {
        let set_point = SET_POINT_SHARE_OF_OBJECTIVE * objective.bad_minutes;
        Self { step_up: 0.03, set_point, min: -0.25, max: 1.0 }
    }

    /// Taken back after a good minute: with a share b of bad minutes, b · up = (1 − b) · down.
    pub fn step_down(&self) -> f64 {
        self.step_up * self.set_point / (1.0 - self.set_point)
    }

    /// Checks every field's range.
    pub fn validate(&self) -> Result<(), ControllerError> {
        let checks = [
            ("trim.step_up", self.step_up, self.step_up > 0.0 && self.step_up.is_finite(), "positive"),
            (
                "trim.set_point",
                self.set_point,
                self.set_point > 0.0 && self.set_point < 1.0,
                "a share between 0 and 1",
            ),
            ("trim.min", self.min, self.min > -1.0 && self.min <= 0.0, "above -1 and at most 0"),
            ("trim.max", self.max, self.max >= 0.0 && self.max.is_finite(), "0 or more"),
        ];
        match checks.into_iter().find(|(_, _, ok, _)| !ok) {
            Some((field, value, _, expected)) => {
                Err(ControllerError::Setting { field, value: value.to_string(), expected })
            }
            None => Ok(()),
        }
    }
}

/// Headroom learned online: pods are multiplied by 1 + trim, which rises with every bad minute and falls a little with
/// every good one, so that it stands still at the set point. Also remembers how bad the last minutes were.
///
/// Cloning allocates nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Trim {
    settings: Option<TrimSettings>,
    quantile: f64,
    value: f64,
    ledger: Option<MinuteLedger>,
    last: Option<Sample<RequestTotals>>,
    bad_share_short: f64,
    bad_share_long: f64,
    last_verdict: Option<Timestamp>,
    last_bad: Option<Timestamp>,
}

impl Trim {
    /// A trim at zero. Without settings it stays there and only remembers bad minutes. `quantile` is the objective's
    /// latency quantile.
    pub fn new(settings: Option<TrimSettings>, quantile: f64) -> Self {
        Self {
            settings,
            quantile,
            value: 0.0,
            ledger: None,
            last: None,
            bad_share_short: 0.0,
            bad_share_long: 0.0,
            last_verdict: None,
            last_bad: None,
        }
    }

    /// Headroom now: pods are multiplied by 1 + this.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Sets the headroom (within its limits), for rollouts that start at a drawn trim.
    pub fn set_value(&mut self, value: f64) {
        let Some(settings) = self.settings else { return };
        self.value = value.clamp(settings.min, settings.max);
    }

    /// Share of bad minutes, exponential memory of 10 minutes.
    pub fn bad_share_10m(&self) -> f64 {
        self.bad_share_short
    }

    /// Share of bad minutes, exponential memory of 2 hours.
    pub fn bad_share_2h(&self) -> f64 {
        self.bad_share_long
    }

    /// End of the last bad minute.
    pub fn last_bad(&self) -> Option<Timestamp> {
        self.last_bad
    }

    /// When counters were last taken.
    pub fn newest(&self) -> Option<Timestamp> {
        self.last.map(|sample| sample.at)
    }

    /// Takes the newest counters; older, repeated and non-finite ones are ignored. Counters that went back start
    /// anew. `saturated`: more pods could not be had, so a bad minute is no reason for more headroom.
    pub fn observe(&mut self, totals: &Sample<RequestTotals>, saturated: bool) {
        let RequestTotals { requests, slow, failed } = totals.value;
        let usable = [requests, slow, failed].iter().all(|count| count.is_finite() && *count >= 0.0);
        let Some(previous) = self.last else {
            if usable {
                self.begin(totals);
            }
            return;
        };
        if !usable || totals.at <= previous.at {
            return;
        }
        if requests < previous.value.requests || slow < previous.value.slow {
            self.begin(totals);
            return;
        }
        self.last = Some(*totals);
        let ended = requests - previous.value.requests;
        let ended_slow = slow - previous.value.slow;
        // Requests belong to the minute in which their interval began; the end may close one more minute.
        for (at, requests, slow) in [(previous.at, ended, ended_slow), (totals.at, 0.0, 0.0)] {
            let verdict = self.ledger.as_mut().and_then(|ledger| ledger.record(at, requests, slow));
            if let Some(bad) = verdict {
                self.judge(at, bad, saturated);
            }
        }
    }

    /// Forgets the counters, as after the clock was set back; the headroom stays.
    pub fn forget_counters(&mut self) {
        self.last = None;
        self.ledger = None;
        self.last_verdict = None;
        self.last_bad = None;
    }

    fn begin(&mut self, totals: &Sample<RequestTotals>) {
        let minute_start = Timestamp(totals.at.0.div_euclid(MINUTE.0) * MINUTE.0);
        self.ledger = Some(MinuteLedger::new(self.quantile, minute_start));
        self.last = Some(*totals);
    }

    fn judge(&mut self, at: Timestamp, bad: bool, saturated: bool) {
        let minutes = self.last_verdict.map_or(1.0, |last| ((at - last).as_seconds() / 60.0).max(1.0));
        self.last_verdict = Some(at);
        if bad {
            self.last_bad = Some(at);
        }
        let verdict = f64::from(u8::from(bad));
        blend(&mut self.bad_share_short, verdict, minutes / SHORT_MEMORY_MINUTES);
        blend(&mut self.bad_share_long, verdict, minutes / LONG_MEMORY_MINUTES);
        let Some(settings) = self.settings else { return };
        match (bad, saturated) {
            (true, true) => {}
            (true, false) => self.set_value(self.value + settings.step_up),
            (false, _) => self.set_value(self.value - settings.step_down()),
        }
    }

    pub(crate) fn save(&self, writer: &mut Writer) {
        writer.put_f64(self.value);
        writer.put_f64(self.bad_share_short);
        writer.put_f64(self.bad_share_long);
        writer.put_optional_time(self.last_verdict);
        writer.put_optional_time(self.last_bad);
        // Plain numbers always serialise; an empty text would be refused when read.
        let counters = serde_json::to_vec(&(&self.ledger, &self.last)).unwrap_or_default();
        writer.put_u32(counters.len() as u32);
        writer.put_bytes(&counters);
    }

    pub(crate) fn load(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        self.value = reader.f64()?;
        self.bad_share_short = reader.f64()?;
        self.bad_share_long = reader.f64()?;
        self.last_verdict = reader.optional_time()?;
        self.last_bad = reader.optional_time()?;
        let length = reader.u32()? as usize;
        let counters = reader.bytes(length)?;
        (self.ledger, self.last) = serde_json::from_slice(counters).map_err(|_| Damaged)?;
        let in_range = |share: f64| (0.0..=1.0).contains(&share);
        let limits_kept = self.settings.is_none_or(|s| (s.min..=s.max).contains(&self.value));
        let plausible = limits_kept && in_range(self.bad_share_short) && in_range(self.bad_share_long);
        if plausible { Ok(()) } else { Err(Damaged) }
    }
}

fn blend(memory: &mut f64, news: f64, lapse: f64) {
    *memory += (news - *memory) * -libm::expm1(-lapse);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(at_s: i64, requests: f64, slow: f64) -> Sample<RequestTotals> {
        let value = RequestTotals { requests, slow, failed: 0.0 };
        Sample { value, at: Timestamp(0) + Span::seconds(at_s), window: Span::ZERO }
    }

    /// Minutes of 6 000 requests in samples of 15 s; `bad(minute)` makes a tenth of them slow.
    fn run(trim: &mut Trim, minutes: i64, bad: impl Fn(i64) -> bool, saturated: bool) {
        let (mut requests, mut slow) = (0.0, 0.0);
        trim.observe(&totals(0, 0.0, 0.0), saturated);
        for quarter in 0..4 * minutes {
            requests += 1_500.0;
            slow += if bad(quarter / 4) { 150.0 } else { 0.0 };
            trim.observe(&totals(15 * (quarter + 1), requests, slow), saturated);
        }
    }

    fn settings(set_point: f64) -> TrimSettings {
        TrimSettings { step_up: 0.03, set_point, min: -0.9, max: 5.0 }
    }

    #[test]
    fn it_balances_at_the_set_point() {
        for period in [2_i64, 20, 200] {
            let mut trim = Trim::new(Some(settings(1.0 / period as f64)), 0.95);
            run(&mut trim, 2_000, |minute| minute % period == 0, false);
            assert!(trim.value().abs() < 1e-9, "one bad minute in {period}: {}", trim.value());
        }
        let mut above = Trim::new(Some(settings(0.004)), 0.95);
        run(&mut above, 2_000, |minute| minute % 200 == 0, false);
        assert!(above.value() > 0.05, "twice the allowed minutes must raise it: {}", above.value());
    }

    #[test]
    fn a_minute_closes_with_the_sample_that_ends_it() {
        let mut trim = Trim::new(Some(settings(0.005)), 0.95);
        run(&mut trim, 1, |_| true, false);
        assert_eq!(trim.value(), 0.03);
        assert_eq!(trim.last_bad(), Some(Timestamp(0) + Span::minutes(1)));
        assert!((trim.bad_share_10m() - (1.0 - libm::exp(-0.1))).abs() < 1e-12);
        assert!((trim.bad_share_2h() - (1.0 - libm::exp(-1.0 / 120.0))).abs() < 1e-12);
    }

    #[test]
    fn it_stays_within_its_limits() {
        let limits = TrimSettings { step_up: 0.03, set_point: 0.25, min: -0.05, max: 0.1 };
        let mut trim = Trim::new(Some(limits), 0.95);
        run(&mut trim, 20, |_| true, false);
        assert_eq!(trim.value(), 0.1);
        let mut trim = Trim::new(Some(limits), 0.95);
        run(&mut trim, 20, |_| false, false);
        assert_eq!(trim.value(), -0.05);
    }

    #[test]
    fn bad_minutes_at_the_upper_bound_teach_nothing_but_are_remembered() {
        let mut trim = Trim::new(Some(settings(0.005)), 0.95);
        run(&mut trim, 10, |_| true, true);
        assert_eq!(trim.value(), 0.0);
        assert!(trim.bad_share_10m() > 0.6);
    }

    #[test]
    fn counters_that_went_back_start_anew() {
        let mut trim = Trim::new(Some(settings(0.005)), 0.95);
        run(&mut trim, 2, |_| false, false);
        let before = trim.value();
        trim.observe(&totals(180, 100.0, 90.0), false);
        trim.observe(&totals(240, 6_100.0, 90.0), false);
        assert!(trim.value() < before, "the minute after the restart was good");
        assert_eq!(trim.last_bad(), None);
    }

    #[test]
    fn unusable_counters_change_nothing() {
        let mut trim = Trim::new(Some(settings(0.005)), 0.95);
        run(&mut trim, 2, |_| false, false);
        let before = trim.clone();
        trim.observe(&totals(600, f64::NAN, 0.0), false);
        trim.observe(&totals(120, 1e9, 1e9), false);
        assert_eq!(trim, before);
    }

    #[test]
    fn without_settings_it_stays_at_zero() {
        let mut trim = Trim::new(None, 0.95);
        run(&mut trim, 5, |_| true, false);
        assert_eq!(trim.value(), 0.0);
        assert!(trim.bad_share_10m() > 0.3);
    }

    #[test]
    fn a_set_point_outside_the_unit_interval_is_refused() {
        let error = settings(1.0).validate().expect_err("a share of one cannot be a set point");
        assert_eq!(error.to_string(), "trim.set_point is 1, must be a share between 0 and 1");
    }
}

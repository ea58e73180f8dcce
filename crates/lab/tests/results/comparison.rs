//! Which HPA is the rival, and what the difference is called.

use podpilot_lab::result::{
    AutoscalerResult, Comparison, DayResult, Role, Verdict, cheapest_no_looser, efficient_front,
    front_cost_per_day, front_cost_per_day_at_slow_requests,
};

use crate::sample;

fn row(name: &str, role: Role, cost: f64, slow_minute_ratio: f64) -> AutoscalerResult {
    let template = sample::evaluation(1).autoscalers.swap_remove(0);
    AutoscalerResult {
        name: name.to_owned(),
        role,
        hours: 24.0,
        cost,
        slow_minute_ratio,
        slow_request_ratio: slow_minute_ratio / 2.0,
        days: Vec::new(),
        ..template
    }
}

fn hpa(target_percent: u32, cost: f64, slow_minute_ratio: f64) -> AutoscalerResult {
    row(&format!("hpa-{target_percent}"), Role::Hpa { target_percent }, cost, slow_minute_ratio)
}

fn front() -> Vec<AutoscalerResult> {
    vec![hpa(50, 16.0, 0.0001), hpa(60, 13.0, 0.001), hpa(70, 11.0, 0.01), hpa(80, 10.0, 0.1)]
}

#[test]
fn rival_is_the_cheapest_that_serves_no_worse() {
    let agent = row("ppo", Role::Agent, 12.0, 0.005);
    assert_eq!(cheapest_no_looser(&agent, &front()).unwrap().name, "hpa-60");
    let equal = row("ppo", Role::Agent, 12.0, 0.01);
    assert_eq!(cheapest_no_looser(&equal, &front()).unwrap().name, "hpa-70");
    let strict = row("ppo", Role::Agent, 12.0, 0.0);
    assert!(cheapest_no_looser(&strict, &front()).is_none());
}

#[test]
fn only_hpa_rows_can_be_the_rival() {
    let mut rows = front();
    rows.push(row("quantile", Role::Quantile, 1.0, 0.0));
    let agent = row("ppo", Role::Agent, 12.0, 0.005);
    assert_eq!(cheapest_no_looser(&agent, &rows).unwrap().name, "hpa-60");
}

#[test]
fn front_is_read_linearly_in_the_logarithm_of_bad_minutes() {
    let halfway = libm::sqrt(0.001 * 0.01);
    assert!((front_cost_per_day(&front(), halfway).unwrap() - 12.0).abs() < 1e-9);
    assert!((front_cost_per_day(&front(), 0.1).unwrap() - 10.0).abs() < 1e-9);
    assert_eq!(front_cost_per_day(&front(), 0.2), None, "the front does not reach so loose a service");
    assert_eq!(front_cost_per_day(&front(), 0.0), None, "nor so strict a one");
}

#[test]
fn dominated_targets_leave_the_front() {
    let mut rows = front();
    rows.push(hpa(75, 14.0, 0.02));
    let names: Vec<_> = efficient_front(&rows).iter().map(|row| row.name.clone()).collect();
    assert_eq!(names, ["hpa-50", "hpa-60", "hpa-70", "hpa-80"]);
}

fn judged(subject: &AutoscalerResult) -> Comparison {
    Comparison::against_hpa(subject, &front(), None, |_, _| None)
}

#[test]
fn a_saving_made_of_the_grid_alone_is_worse_when_the_front_between_targets_is_cheaper() {
    // 11.9 at 0.5 % looks 8 % cheaper than hpa-60, but halfway to hpa-70 HPA costs 11.6.
    let comparison = judged(&row("ppo", Role::Agent, 11.9, 0.005));
    assert!(comparison.difference.as_ref().unwrap().relative_cost < -0.08);
    let front_cost = 13.0 - 2.0 * libm::log10(5.0);
    let at_equal_service = comparison.relative_cost_at_equal_service.unwrap();
    assert!((at_equal_service - (11.9 / front_cost - 1.0)).abs() < 1e-9);
    assert_eq!(comparison.verdict, Verdict::Worse);
}

#[test]
fn out_of_the_fronts_reach_is_not_comparable_whatever_the_cost() {
    for (cost, ratio) in [(1.0, 0.2), (30.0, 0.2), (1.0, 0.0), (30.0, 0.0)] {
        let comparison = judged(&row("ppo", Role::Agent, cost, ratio));
        assert_eq!(comparison.relative_cost_at_equal_service, None);
        assert_eq!(comparison.verdict, Verdict::NotComparable, "cost {cost} with {ratio} bad minutes");
    }
}

#[test]
fn slow_requests_have_a_front_of_their_own_and_a_say() {
    let halfway = libm::sqrt(0.001 * 0.01) / 2.0;
    assert!((front_cost_per_day_at_slow_requests(&front(), halfway).unwrap() - 12.0).abs() < 1e-9);
    let agent = row("ppo", Role::Agent, 10.5, 0.005);
    assert_eq!(judged(&agent).verdict, Verdict::Better);
    let few_but_terrible_minutes = AutoscalerResult { slow_request_ratio: 0.045, ..agent };
    let comparison = judged(&few_but_terrible_minutes);
    assert!(comparison.relative_cost_at_equal_slow_requests.unwrap() > 0.04);
    assert_eq!(comparison.verdict, Verdict::Mixed);
}

/// The row with its share of bad minutes on each day and its cost spread over days with these weights.
fn by_day(row: AutoscalerResult, weights: &[f64]) -> AutoscalerResult {
    let whole: f64 = weights.iter().sum();
    let days = weights.iter().enumerate().map(|(day, weight)| DayResult {
        day: day as u32,
        episodes: 1,
        pod_hours: 1.0,
        cost: row.cost * weight / whole,
        minutes: 100_000,
        bad_minutes: (row.slow_minute_ratio * 100_000.0).round() as u64,
    });
    AutoscalerResult { days: days.collect(), ..row }
}

#[test]
fn days_decide_at_equal_service() {
    let even = [1.0; 4];
    let rows: Vec<_> = front().into_iter().map(|row| by_day(row, &even)).collect();
    let judged = |weights: &[f64]| {
        let agent = by_day(row("ppo", Role::Agent, 10.44, 0.005), weights);
        Comparison::against_hpa(&agent, &rows, None, |_, _| None)
    };
    // HPA costs 13 − 2·lg 5 = 11.602 there.
    let saving = 10.44 / (13.0 - 2.0 * libm::log10(5.0)) - 1.0;
    let same_every_day = judged(&even);
    let (low, high) = same_every_day.equal_service_spread.unwrap().by_day.unwrap();
    assert!((low - saving).abs() < 1e-9 && (high - saving).abs() < 1e-9, "{low} {high}");
    assert_eq!(same_every_day.verdict, Verdict::Better);
    let one_dear_day = judged(&[0.95, 0.95, 0.95, 1.15]);
    let (low, high) = one_dear_day.equal_service_spread.unwrap().by_day.unwrap();
    assert!((low - (0.95 * (1.0 + saving) - 1.0)).abs() < 1e-9);
    assert!((high - (1.15 * (1.0 + saving) - 1.0)).abs() < 1e-9 && high > 0.0);
    assert_eq!(one_dear_day.verdict, Verdict::NoDifference);
}

#[test]
fn ranges_come_from_days_that_both_have() {
    let result = sample::evaluation(4);
    let (agent, rival) = (&result.autoscalers[0], &result.autoscalers[1]);
    let difference = Comparison::against(agent, Some(rival), |_, _| None).difference.unwrap();
    let (low, high) = difference.relative_cost_by_day.unwrap();
    assert!(low <= difference.relative_cost && difference.relative_cost <= high);
    let by_hand = agent.days[2].cost / rival.days[2].cost - 1.0;
    assert!(low <= by_hand && by_hand <= high);
}

//! Which HPA is the rival, and what the difference is called.

use podpilot_lab::result::{
    AutoscalerResult, Comparison, Role, Verdict, cheapest_no_looser, efficient_front, front_cost_per_day,
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

#[test]
fn a_saving_made_of_the_grid_alone_is_no_difference() {
    // 11.9 at 0.5 % looks 8 % cheaper than hpa-60, but the front between 60 and 70 is cheaper still.
    let agent = row("ppo", Role::Agent, 11.9, 0.005);
    let comparison = Comparison::against_hpa(&agent, &front(), |_, _| None);
    assert!(comparison.difference.as_ref().unwrap().relative_cost < -0.08);
    assert!(comparison.relative_cost_at_equal_service.unwrap() > 0.0);
    assert_eq!(comparison.verdict, Verdict::NoDifference);
}

#[test]
fn cheaper_than_the_front_is_better_dearer_is_worse_stricter_than_all_is_not_comparable() {
    let verdict = |cost, ratio| {
        Comparison::against_hpa(&row("ppo", Role::Agent, cost, ratio), &front(), |_, _| None).verdict
    };
    assert_eq!(verdict(10.5, 0.005), Verdict::Better);
    assert_eq!(verdict(13.5, 0.005), Verdict::Worse);
    assert_eq!(verdict(10.5, 0.0), Verdict::NotComparable);
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

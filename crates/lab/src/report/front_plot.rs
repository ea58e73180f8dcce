use podpilot_core::Objective;

use super::{
    axis::Axis,
    labels::{LabelPlacer, Weight},
    marks::{self, Shape},
    svg::{Anchor, PathData, Svg},
};
use crate::{
    number::{amount, brief, percent, round_percent},
    result::{AutoscalerResult, Role},
};

const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 440.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 984.0;
const TOP: f64 = 14.0;
/// Lower end of the logarithmic axis; below it lies the strip for "none".
const BOTTOM: f64 = 356.0;
const ZERO_ROW: f64 = 380.0;
const FLOOR: f64 = 394.0;
/// Marks nearer than this are one place, user units.
const COINCIDENT: f64 = 1.0;
/// Points of the front nearer than this share one label, user units.
const FRONT_LABEL_SPACING: f64 = 32.0;

struct Point<'a> {
    row: &'a AutoscalerResult,
    class: &'a str,
    at: (f64, f64),
}

/// Cost a day against the share of bad minutes: HPA's targets as connected points, all others highlighted.
pub(super) fn draw(rows: &[AutoscalerResult], objective: &Objective) -> String {
    let (cost, share) = (cost_axis(rows), share_axis(rows, objective));
    let mut svg = Svg::new(WIDTH, HEIGHT);
    objective_area(&mut svg, &share, objective);
    frame(&mut svg, &cost, &share);
    let classes = marks::classes(rows.iter().map(|row| row.role));
    let points: Vec<_> = rows
        .iter()
        .zip(&classes)
        .map(|(row, class)| Point { row, class, at: place(row, &cost, &share) })
        .collect();
    draw_front(&mut svg, &points);
    draw_marks(&mut svg, &points);
    draw_labels(&mut svg, &points);
    svg.finish("Cost a day against the share of bad minutes, one point for each autoscaler", "")
}

/// Logarithmic: what counts is the ratio of two costs, and the strictest targets cost several times the rest.
fn cost_axis(rows: &[AutoscalerResult]) -> Axis {
    let costs = || rows.iter().map(AutoscalerResult::cost_per_day).filter(|&cost| cost > 0.0);
    let high = costs().fold(0.01, f64::max);
    let low = costs().fold(high, f64::min);
    Axis::logarithmic((low / 1.08, high * 1.08), (LEFT, RIGHT))
}

fn share_axis(rows: &[AutoscalerResult], objective: &Objective) -> Axis {
    let shares = || rows.iter().map(|row| row.slow_minute_ratio).filter(|&share| share > 0.0);
    let low = shares().fold(objective.bad_minutes, f64::min);
    let high = shares().fold(objective.bad_minutes, f64::max);
    Axis::logarithmic((low / 1.6, (high * 1.6).min(1.0)), (BOTTOM, TOP))
}

fn place(row: &AutoscalerResult, cost: &Axis, share: &Axis) -> (f64, f64) {
    let y = if row.slow_minute_ratio > 0.0 { share.at(row.slow_minute_ratio) } else { ZERO_ROW };
    (cost.at(row.cost_per_day()), y)
}

fn objective_area(svg: &mut Svg, share: &Axis, objective: &Objective) {
    let y = share.at(objective.bad_minutes);
    svg.rect("allowed", (LEFT, y), (RIGHT - LEFT, FLOOR - y));
    svg.line("objective", (LEFT, y), (RIGHT, y));
    let text = format!("objective: at most {} bad minutes", round_percent(objective.bad_minutes));
    svg.text("objective-text", (RIGHT - 6.0, y - 6.0), Anchor::End, &text);
}

fn frame(svg: &mut Svg, cost: &Axis, share: &Axis) {
    for tick in share.ticks(7) {
        let y = share.at(tick);
        svg.line("grid", (LEFT, y), (RIGHT, y));
        svg.text("tick", (LEFT - 8.0, y + 4.0), Anchor::End, &round_percent(tick));
    }
    svg.line("grid", (LEFT, ZERO_ROW), (RIGHT, ZERO_ROW));
    svg.text("tick", (LEFT - 8.0, ZERO_ROW + 4.0), Anchor::End, "none");
    svg.line("axis", (LEFT, FLOOR), (RIGHT, FLOOR));
    for tick in cost.dense_ticks(56.0) {
        svg.line("grid", (cost.at(tick), FLOOR), (cost.at(tick), FLOOR + 5.0));
        svg.text("tick", (cost.at(tick), FLOOR + 20.0), Anchor::Middle, &brief(tick));
    }
    svg.text("title", (RIGHT, FLOOR + 40.0), Anchor::End, "cost a day, logarithmic → dearer");
    svg.text("title", (LEFT, FLOOR + 40.0), Anchor::Start, "bad minutes, logarithmic ↑ worse");
}

fn draw_front(svg: &mut Svg, points: &[Point<'_>]) {
    let mut front: Vec<_> =
        points.iter().filter_map(|point| target(point).map(|target| (target, point.at))).collect();
    front.sort_by_key(|(target, _)| *target);
    svg.path("front-line", &PathData::polyline(front.into_iter().map(|(_, at)| Some(at))));
}

fn draw_marks(svg: &mut Svg, points: &[Point<'_>]) {
    let (front, lead): (Vec<_>, Vec<_>) = points.iter().partition(|point| target(point).is_some());
    for point in front.into_iter().chain(lead.into_iter().rev()) {
        let is_front = target(point).is_some();
        let shape = marks::shape(point.row.role);
        let radius = if is_front { 4.0 } else { 7.0 };
        let kind = if shape == Shape::Ring { "mark ring" } else { "mark" };
        svg.open(&format!("{kind} {}", point.class), Some(&description(point.row)));
        svg.path("", &marks::outline(shape, point.at, radius));
        svg.close();
    }
}

fn draw_labels(svg: &mut Svg, points: &[Point<'_>]) {
    let mut placer = LabelPlacer::new((LEFT, 0.0), (WIDTH, FLOOR));
    for point in points {
        placer.occupy(point.at, if target(point).is_some() { 4.0 } else { 7.0 });
    }
    for (point, text) in lead_labels(points) {
        if let Some((x, y)) = placer.place(point.at, 11.0, &text, Weight::Bold) {
            svg.text(&format!("label lead {}", point.class), (x, y), Anchor::Start, &text);
        }
    }
    let mut front: Vec<_> = points.iter().filter(|point| target(point).is_some()).collect();
    front.sort_by_key(|point| importance(point));
    let mut labelled: Vec<(f64, f64)> = Vec::new();
    for point in front {
        let crowded = labelled.iter().any(|other| distance(*other, point.at) < FRONT_LABEL_SPACING);
        let text = match target(point) {
            Some(target) if importance(point) > 0 => format!("{target} %"),
            _ => point.row.name.clone(),
        };
        if let Some((x, y)) = (!crowded).then(|| placer.place(point.at, 7.0, &text, Weight::Plain)).flatten()
        {
            labelled.push(point.at);
            svg.text(&format!("label front {}", point.class), (x, y), Anchor::Start, &text);
        }
    }
}

/// One label for each place: rows whose marks coincide share it, as in `clone = quantile`.
fn lead_labels<'a>(points: &'a [Point<'a>]) -> Vec<(&'a Point<'a>, String)> {
    let mut labels: Vec<(&Point<'_>, String)> = Vec::new();
    for point in points.iter().filter(|point| target(point).is_none()) {
        match labels.iter_mut().find(|(other, _)| distance(other.at, point.at) < COINCIDENT) {
            Some((_, text)) => *text = format!("{text} = {}", point.row.name),
            None => labels.push((point, point.row.name.clone())),
        }
    }
    labels
}

fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (x, y) = (a.0 - b.0, a.1 - b.1);
    (x * x + y * y).sqrt()
}

/// HPA's default first, then round targets, then the rest.
fn importance(point: &Point<'_>) -> u32 {
    match target(point) {
        Some(80) => 0,
        Some(target) if target % 10 == 0 => 1,
        _ => 2,
    }
}

fn target(point: &Point<'_>) -> Option<u32> {
    match point.row.role {
        Role::Hpa { target_percent } => Some(target_percent),
        _ => None,
    }
}

fn description(row: &AutoscalerResult) -> String {
    format!(
        "{}: cost a day {}, bad minutes {}, replicas {}",
        row.name,
        amount(row.cost_per_day()),
        percent(row.slow_minute_ratio),
        amount(row.mean_replicas)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, role: Role, cost: f64, slow_minute_ratio: f64) -> AutoscalerResult {
        AutoscalerResult {
            hours: 24.0,
            cost,
            slow_minute_ratio,
            ..crate::evaluation::Score::default().into_result(name, role)
        }
    }

    fn drawn(rows: &[AutoscalerResult]) -> String {
        draw(rows, &Objective::default())
    }

    #[test]
    fn rows_at_one_place_share_a_label() {
        let apart = row("ppo", Role::Agent, 9.0, 0.004);
        let clone = row("clone", Role::Clone, 10.0, 0.004);
        let quantile = row("quantile", Role::Quantile, 10.0, 0.004);
        let svg = drawn(&[apart, clone, quantile]);
        assert!(svg.contains(">clone = quantile</text>") && svg.contains(">ppo</text>"), "{svg}");
        assert!(!svg.contains(">quantile</text>"), "{svg}");
    }

    #[test]
    fn a_crowd_on_the_front_has_few_labels_and_keeps_the_default() {
        let crowd = (60..=95).map(|target_percent| {
            let cost = 10.0 - f64::from(target_percent) * 1e-3;
            row(&format!("hpa-{target_percent}"), Role::Hpa { target_percent }, cost, 0.01)
        });
        let rows: Vec<_> = crowd.chain([row("ppo", Role::Agent, 5.0, 0.004)]).collect();
        let svg = drawn(&rows);
        assert!(svg.contains(">hpa-80</text>"), "{svg}");
        assert_eq!(svg.matches("label front").count(), 1, "36 targets within 8 units");
    }
}

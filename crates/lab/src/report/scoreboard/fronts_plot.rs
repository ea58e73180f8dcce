use super::super::{
    axis::Axis,
    labels::{LabelPlacer, Weight},
    marks::{self, Shape},
    svg::{Anchor, PathData, Svg},
};
use crate::number::{amount, brief, percent, round_percent};
use crate::result::{RowKind, ScoreCase, ScoreRow};

const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 440.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 984.0;
const TOP: f64 = 14.0;
/// Lower end of the logarithmic axis; below it lies the strip for "none".
const BOTTOM: f64 = 356.0;
const ZERO_ROW: f64 = 380.0;
const FLOOR: f64 = 394.0;
/// Rivals have these hues in the order in which they appear; HPA is always grey.
const HUES: [&str; 4] = ["other-0", "other-1", "other-2", "other-3"];

struct Point<'a> {
    row: &'a ScoreRow,
    class: String,
    at: (f64, f64),
}

/// Cost a day against the share of bad minutes: every rival's tuned front as a line, all others as marks.
pub(super) fn draw(case: &ScoreCase) -> String {
    let (cost, share) = (cost_axis(case), share_axis(case));
    let mut svg = Svg::new(WIDTH, HEIGHT);
    frame(&mut svg, &cost, &share, case.objective.bad_minutes);
    let rivals = rivals(case);
    let points: Vec<_> = case
        .rows
        .iter()
        .map(|row| Point { row, class: class(row, &rivals), at: place(row, &cost, &share) })
        .collect();
    for rival in &rivals {
        let mut front: Vec<_> = points
            .iter()
            .filter(|point| point.row.kind == RowKind::Tuned && point.row.family == *rival)
            .collect();
        front.sort_by(|a, b| a.row.cost_per_day.total_cmp(&b.row.cost_per_day));
        if let Some(first) = front.first() {
            svg.open(&first.class, Some(&format!("{rival}, tuned on the train part")));
            svg.path("curve", &PathData::polyline(front.iter().map(|point| Some(point.at))));
            svg.close();
        }
    }
    draw_marks(&mut svg, &points);
    draw_labels(&mut svg, &points, &rivals);
    svg.finish("Cost a day against the share of bad minutes: tuned fronts as lines, all others as marks", "")
}

fn rivals(case: &ScoreCase) -> Vec<&str> {
    let mut rivals: Vec<&str> = Vec::new();
    let is_rival = |row: &&ScoreRow| !matches!(row.kind, RowKind::Agent | RowKind::Quantile);
    for row in case.rows.iter().filter(is_rival) {
        if !rivals.contains(&row.family.as_str()) {
            rivals.push(&row.family);
        }
    }
    rivals
}

fn class(row: &ScoreRow, rivals: &[&str]) -> String {
    match row.kind {
        RowKind::Agent => "agent".to_owned(),
        RowKind::Quantile => "quantile".to_owned(),
        _ if row.family == "hpa" => "hpa".to_owned(),
        _ => {
            let others: Vec<_> = rivals.iter().filter(|rival| **rival != "hpa").collect();
            let index = others.iter().position(|rival| ***rival == row.family).unwrap_or_default();
            HUES[index % HUES.len()].to_owned()
        }
    }
}

fn shape(kind: RowKind) -> Shape {
    match kind {
        RowKind::Agent | RowKind::Tuned => Shape::Disc,
        RowKind::Quantile => Shape::Diamond,
        RowKind::Default | RowKind::Other => Shape::Square,
    }
}

fn cost_axis(case: &ScoreCase) -> Axis {
    let costs = || case.rows.iter().map(|row| row.cost_per_day).filter(|cost| *cost > 0.0);
    let high = costs().fold(0.01, f64::max);
    let low = costs().fold(high, f64::min);
    Axis::logarithmic((low / 1.08, high * 1.08), (LEFT, RIGHT))
}

fn share_axis(case: &ScoreCase) -> Axis {
    let shares = || case.rows.iter().map(|row| row.slow_minute_ratio).filter(|share| *share > 0.0);
    let low = shares().fold(case.objective.bad_minutes, f64::min);
    let high = shares().fold(case.objective.bad_minutes, f64::max);
    Axis::logarithmic((low / 1.6, (high * 1.6).min(1.0)), (BOTTOM, TOP))
}

fn place(row: &ScoreRow, cost: &Axis, share: &Axis) -> (f64, f64) {
    let y = if row.slow_minute_ratio > 0.0 { share.at(row.slow_minute_ratio) } else { ZERO_ROW };
    (cost.at(row.cost_per_day), y)
}

fn frame(svg: &mut Svg, cost: &Axis, share: &Axis, objective: f64) {
    let y = share.at(objective);
    svg.rect("allowed", (LEFT, y), (RIGHT - LEFT, FLOOR - y));
    svg.line("objective", (LEFT, y), (RIGHT, y));
    let text = format!("objective: at most {} bad minutes", round_percent(objective));
    svg.text("objective-text", (RIGHT - 6.0, y - 6.0), Anchor::End, &text);
    for tick in share.ticks(7) {
        svg.line("grid", (LEFT, share.at(tick)), (RIGHT, share.at(tick)));
        svg.text("tick", (LEFT - 8.0, share.at(tick) + 4.0), Anchor::End, &round_percent(tick));
    }
    svg.line("grid", (LEFT, ZERO_ROW), (RIGHT, ZERO_ROW));
    svg.text("tick", (LEFT - 8.0, ZERO_ROW + 4.0), Anchor::End, "none");
    svg.line("axis", (LEFT, FLOOR), (RIGHT, FLOOR));
    for tick in cost.dense_ticks(56.0) {
        svg.text("tick", (cost.at(tick), FLOOR + 20.0), Anchor::Middle, &brief(tick));
    }
    svg.text("title", (RIGHT, FLOOR + 40.0), Anchor::End, "cost a day, logarithmic → dearer");
    svg.text("title", (LEFT, FLOOR + 40.0), Anchor::Start, "bad minutes, logarithmic ↑ worse");
}

fn draw_marks(svg: &mut Svg, points: &[Point<'_>]) {
    let (fronts, lead): (Vec<_>, Vec<_>) = points.iter().partition(|point| point.row.kind == RowKind::Tuned);
    for point in fronts.into_iter().chain(lead.into_iter().rev()) {
        let radius = if point.row.kind == RowKind::Tuned { 2.5 } else { 6.5 };
        svg.open(&format!("mark {}", point.class), Some(&description(point.row)));
        svg.path("", &marks::outline(shape(point.row.kind), point.at, radius));
        svg.close();
    }
}

/// Marks are labelled; a front is labelled at its dearer end, unless its rival has a mark.
fn draw_labels(svg: &mut Svg, points: &[Point<'_>], rivals: &[&str]) {
    let mut placer = LabelPlacer::new((LEFT, 0.0), (WIDTH, FLOOR));
    for point in points {
        placer.occupy(point.at, 3.0);
    }
    let lead = points.iter().filter(|point| point.row.kind != RowKind::Tuned);
    let ends = rivals.iter().filter_map(|rival| {
        let mut front = points.iter().filter(|p| p.row.family == *rival && p.row.kind == RowKind::Tuned);
        front.next()
    });
    for point in lead.chain(ends) {
        let text = if point.row.kind == RowKind::Tuned {
            format!("{}, tuned", point.row.family)
        } else {
            point.row.name.clone()
        };
        if let Some((x, y)) = placer.place(point.at, 10.0, &text, Weight::Bold) {
            svg.text(&format!("label lead {}", point.class), (x, y), Anchor::Start, &text);
        }
    }
}

fn description(row: &ScoreRow) -> String {
    format!(
        "{}: cost a day {}, bad minutes {}, slow requests {}{}",
        row.name,
        amount(row.cost_per_day),
        percent(row.slow_minute_ratio),
        percent(row.slow_request_ratio),
        row.config.as_ref().map_or_else(String::new, |config| format!("; {}", config["parameters"]))
    )
}

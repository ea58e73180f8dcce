use super::{
    axis::{Axis, round_step, tick_text},
    svg::{Anchor, PathData, Svg},
};
use crate::result::{TrainingPoint, TrainingRecord};

const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 250.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 200.0;
const GAP: f64 = 64.0;

struct Panel {
    title: &'static str,
    class: &'static str,
    value: fn(&TrainingPoint) -> Option<f64>,
}

const PANELS: [Panel; 3] = [
    Panel { title: "Return of an episode", class: "agent", value: |point| Some(point.episode_return) },
    Panel {
        title: "Bad minutes, per cent",
        class: "violation",
        value: |point| point.slow_minute_ratio.map(|ratio| ratio * 100.0),
    },
    Panel { title: "Cost of an episode", class: "cost", value: |point| point.episode_cost },
];

/// Return, and service and cost where they were measured, over environment steps: one small plot each.
pub(super) fn draw(training: &TrainingRecord) -> String {
    let panels: Vec<_> = PANELS
        .iter()
        .filter(|panel| training.curve.iter().any(|point| (panel.value)(point).is_some()))
        .collect();
    let mut svg = Svg::new(WIDTH, HEIGHT);
    let width = (WIDTH - 16.0) / panels.len().max(1) as f64;
    for (index, panel) in panels.iter().enumerate() {
        let left = index as f64 * width + GAP;
        draw_panel(&mut svg, training, panel, (left, (index + 1) as f64 * width));
    }
    svg.finish("Training curve over environment steps", "")
}

fn draw_panel(svg: &mut Svg, training: &TrainingRecord, panel: &Panel, (left, right): (f64, f64)) {
    let steps = Axis::linear((0.0, training.timesteps as f64), (left, right));
    let values = value_axis(training, panel);
    svg.text("title", (left, TOP - 14.0), Anchor::Start, panel.title);
    let ticks = values.ticks(4);
    let step = ticks.get(1).map_or(1.0, |second| second - ticks[0]);
    for tick in ticks {
        let y = values.at(tick);
        svg.line("grid", (left, y), (right, y));
        svg.text("tick", (left - 8.0, y + 4.0), Anchor::End, &tick_text(tick, round_step(step)));
    }
    svg.line("axis", (left, BOTTOM), (right, BOTTOM));
    for tick in steps.ticks(4) {
        svg.text("tick", (steps.at(tick), BOTTOM + 18.0), Anchor::Middle, &step_text(tick));
    }
    let points = || {
        training.curve.iter().map(|point| {
            (panel.value)(point).map(|value| (steps.at(point.timesteps as f64), values.at(value)))
        })
    };
    svg.open(&format!("track {}", panel.class), None);
    svg.path("curve faint", &PathData::polyline(points()));
    svg.path("curve", &PathData::polyline(smoothed(points().flatten()).into_iter().map(Some)));
    svg.close();
}

fn value_axis(training: &TrainingRecord, panel: &Panel) -> Axis {
    let values = || training.curve.iter().filter_map(panel.value);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let margin = ((high - low) * 0.08).max(1e-9);
    let from = if low >= 0.0 { (low - margin).max(0.0) } else { low - margin };
    Axis::linear((from, high + margin), (BOTTOM, TOP))
}

/// A running mean over a tenth of the curve on each side of nothing yet seen: only the past enters.
fn smoothed(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let points: Vec<_> = points.collect();
    let window = (points.len() / 10).max(1);
    (0..points.len())
        .map(|end| {
            let past = &points[(end + 1).saturating_sub(window)..=end];
            (points[end].0, past.iter().map(|(_, y)| y).sum::<f64>() / past.len() as f64)
        })
        .collect()
}

fn step_text(steps: f64) -> String {
    match steps {
        steps if steps >= 1e6 => format!("{} M", tick_text(steps / 1e6, 0.1)),
        steps if steps >= 1e3 => format!("{:.0} k", steps / 1e3),
        steps => format!("{steps:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_looks_back_only() {
        let points = (0..20).map(|index| (f64::from(index), if index < 10 { 0.0 } else { 1.0 }));
        let smooth = smoothed(points);
        assert_eq!(smooth[9].1, 0.0);
        assert_eq!(smooth[10].1, 0.5);
        assert_eq!(smooth[11].1, 1.0);
    }
}

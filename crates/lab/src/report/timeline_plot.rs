use podpilot_core::LatencyObjective;
use serde_json::json;

use super::{
    axis::{Axis, round_step, round_up, tick_text},
    html::{Html, escape, inline_json},
    marks,
    svg::{Anchor, PathData, Svg},
    timeline_columns::{Columns, TrackColumns},
};
use crate::{
    number::{clock, round_latency},
    result::Timeline,
};

const WIDTH: f64 = 1_000.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 984.0;
const LOAD: (f64, f64) = (26.0, 116.0);
const PODS: (f64, f64) = (152.0, 312.0);
const LATENCY: (f64, f64) = (348.0, 488.0);
/// The rows of bad minutes below the latency panel.
const RUG_TOP: f64 = 510.0;
const RUG_ROW: f64 = 12.0;

/// Load, pods and latency over the same hours, with a legend that switches autoscalers on and off.
pub(super) fn draw(timeline: &Timeline, objective: &LatencyObjective) -> String {
    let columns = Columns::of(timeline);
    let classes = marks::classes(timeline.tracks.iter().map(|track| track.role));
    let rug_bottom = RUG_TOP + RUG_ROW * timeline.tracks.len() as f64;
    let mut svg = Svg::new(WIDTH, rug_bottom + 40.0);
    let hours = Axis::linear((0.0, columns.duration_s() / 3_600.0), (LEFT, RIGHT));
    hour_ticks(&mut svg, &hours, columns.duration_s() / 3_600.0, rug_bottom);
    draw_load(&mut svg, &columns, &hours);
    draw_pods(&mut svg, &columns, &hours, &classes);
    draw_latency(&mut svg, &columns, &hours, &classes, objective);
    draw_rug(&mut svg, timeline, &columns, &hours, &classes);
    svg.line("cursor", (LEFT, LOAD.0), (LEFT, rug_bottom));
    let label = format!("Load, pods and latency over {}", timeline.label);
    let drawing = svg
        .finish(&label, &format!(r#"class="timeline" tabindex="0" data-left="{LEFT}" data-right="{RIGHT}""#));
    let data = readout_data(timeline, &columns);
    format!(
        r#"{}<div class="scroll">{drawing}</div><script type="application/json" class="timeline-data">{}</script>"#,
        legend(timeline, &classes),
        inline_json(&data)
    )
}

fn hour_ticks(svg: &mut Svg, hours: &Axis, length_h: f64, bottom: f64) {
    for (hour, text) in hour_labels(length_h) {
        let x = hours.at(hour);
        svg.line("grid", (x, LOAD.0), (x, bottom));
        svg.text("tick", (x, bottom + 18.0), Anchor::Middle, &text);
    }
}

/// Every two or six hours, or every so many days when the period is long.
fn hour_labels(length_h: f64) -> Vec<(f64, String)> {
    let (step, by_day) = match length_h {
        length if length <= 3.0 => (0.5, false),
        length if length <= 30.0 => (2.0, false),
        length if length <= 80.0 => (6.0, false),
        length => (24.0 * round_step(length / 24.0 / 12.0).max(1.0), true),
    };
    let count = (length_h / step).ceil() as usize;
    let label =
        |hour: f64| if by_day { format!("day {:.0}", hour / 24.0 + 1.0) } else { clock(hour * 3_600.0) };
    (0..count).map(|index| index as f64 * step).map(|hour| (hour, label(hour))).collect()
}

fn panel(svg: &mut Svg, span: (f64, f64), title: &str, axis: &Axis, ticks: &[(f64, String)]) {
    svg.text("title", (LEFT, span.0 - 9.0), Anchor::Start, title);
    for (value, text) in ticks {
        let y = axis.at(*value);
        svg.line("grid", (LEFT, y), (RIGHT, y));
        svg.text("tick", (LEFT - 8.0, y + 4.0), Anchor::End, text);
    }
    svg.line("axis", (LEFT, span.1), (RIGHT, span.1));
}

fn linear_ticks(axis: &Axis, count: usize) -> Vec<(f64, String)> {
    let ticks = axis.ticks(count);
    let step = ticks.get(1).map_or(1.0, |second| second - ticks[0]);
    ticks.into_iter().map(|tick| (tick, tick_text(tick, step))).collect()
}

fn draw_load(svg: &mut Svg, columns: &Columns, hours: &Axis) {
    let axis = Axis::linear((0.0, round_up(columns.most_load_rps(), 4)), (LOAD.1, LOAD.0));
    panel(svg, LOAD, "Load, requests per second", &axis, &linear_ticks(&axis, 4));
    let points: Vec<_> =
        positions(columns, hours).zip(columns.load_rps.iter().map(|&rps| axis.at(rps))).collect();
    let floor: Vec<_> = points.iter().map(|&(x, _)| (x, LOAD.1)).collect();
    svg.path("load-area", &PathData::step_area(&points, &floor, RIGHT));
    svg.path("load-line", &PathData::steps(points.into_iter(), RIGHT));
}

fn draw_pods(svg: &mut Svg, columns: &Columns, hours: &Axis, classes: &[String]) {
    let most = f64::from(columns.most_pods().max(1));
    let axis = Axis::linear((0.0, round_up(most, 4).max(4.0)), (PODS.1, PODS.0));
    panel(svg, PODS, "Pods: ready (line) and pending on top of it (shade)", &axis, &linear_ticks(&axis, 4));
    for (index, (track, class)) in columns.tracks.iter().zip(classes).enumerate().rev() {
        let at = |pods: u32| axis.at(f64::from(pods));
        let ready: Vec<_> =
            positions(columns, hours).zip(track.ready.iter().map(|&ready| at(ready))).collect();
        let total: Vec<_> = positions(columns, hours)
            .zip(track.ready.iter().zip(&track.pending).map(|(ready, pending)| at(ready + pending)))
            .collect();
        svg.open(&format!("track track-{index} {class}"), None);
        svg.path("pending", &PathData::step_area(&total, &ready, RIGHT));
        svg.path("curve", &PathData::steps(ready.into_iter(), RIGHT));
        svg.close();
    }
}

fn draw_latency(
    svg: &mut Svg,
    columns: &Columns,
    hours: &Axis,
    classes: &[String],
    objective: &LatencyObjective,
) {
    let axis = latency_axis(columns, objective.threshold_ms);
    let ticks: Vec<_> = axis.ticks(5).into_iter().map(|tick| (tick, round_latency(tick))).collect();
    panel(svg, LATENCY, "P95 latency, logarithmic", &axis, &ticks);
    for (index, (track, class)) in columns.tracks.iter().zip(classes).enumerate().rev() {
        let half_step = (hours.at(columns.step_s / 3_600.0) - LEFT) / 2.0;
        let points = positions(columns, hours)
            .zip(&track.p95_ms)
            .map(|(x, p95)| p95.map(|p95| (x + half_step, axis.at(p95))));
        svg.open(&format!("track track-{index} {class}"), None);
        svg.path("curve thin", &PathData::polyline(points));
        svg.close();
    }
    let y = axis.at(objective.threshold_ms);
    svg.line("threshold", (LEFT, y), (RIGHT, y));
    svg.text("threshold-text", (RIGHT - 4.0, y - 5.0), Anchor::End, &round_latency(objective.threshold_ms));
}

fn latency_axis(columns: &Columns, threshold_ms: f64) -> Axis {
    let values = || columns.tracks.iter().flat_map(|track| track.p95_ms.iter().flatten().copied());
    let low = values().filter(|&p95| p95 > 0.0).fold(threshold_ms, f64::min);
    let high = values().fold(threshold_ms, f64::max);
    Axis::logarithmic((low / 1.3, high * 1.3), (LATENCY.1, LATENCY.0))
}

fn draw_rug(svg: &mut Svg, timeline: &Timeline, columns: &Columns, hours: &Axis, classes: &[String]) {
    svg.text("tick", (LEFT - 8.0, RUG_TOP + 9.0), Anchor::End, "bad");
    let rows = timeline.tracks.iter().zip(&columns.tracks).zip(classes).enumerate();
    for (index, ((track, shown), class)) in rows {
        let top = RUG_TOP + RUG_ROW * index as f64;
        let count = track.bad.iter().filter(|&&bad| bad).count();
        svg.open(
            &format!("track track-{index} {class}"),
            Some(&format!("{}: {count} steps in bad minutes", track.name)),
        );
        svg.line("rug-base", (LEFT, top + RUG_ROW / 2.0), (RIGHT, top + RUG_ROW / 2.0));
        for (from, to) in runs(shown) {
            let x = |column: usize| hours.at(column as f64 * columns.step_s / 3_600.0);
            let width = (x(to) - x(from)).max(1.2);
            svg.rect("rug", (x(from), top + 2.0), (width, RUG_ROW - 4.0));
        }
        svg.close();
    }
}

/// Half-open ranges of neighbouring bad columns.
fn runs(track: &TrackColumns) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (column, _) in track.bad.iter().enumerate().filter(|(_, bad)| **bad) {
        match runs.last_mut() {
            Some((_, end)) if *end == column => *end = column + 1,
            _ => runs.push((column, column + 1)),
        }
    }
    runs
}

fn positions<'a>(columns: &'a Columns, hours: &'a Axis) -> impl Iterator<Item = f64> + 'a {
    (0..columns.load_rps.len()).map(|column| hours.at(column as f64 * columns.step_s / 3_600.0))
}

fn legend(timeline: &Timeline, classes: &[String]) -> String {
    let mut html = Html::default();
    html.raw(
        r#"<div class="legend"><div><i class="swatch load"></i>load<span class="readout time"></span></div>"#,
    );
    for (index, (track, class)) in timeline.tracks.iter().zip(classes).enumerate() {
        html.add(format_args!(
            r#"<label><input type="checkbox" class="show-{index}" checked><i class="swatch {class}"></i>{}<span class="readout" data-track="{index}"></span></label>"#,
            escape(&track.name)
        ));
    }
    html.raw("</div>");
    html.finish()
}

fn readout_data(timeline: &Timeline, columns: &Columns) -> serde_json::Value {
    let tenths = |value: f64| (value * 10.0).round() / 10.0;
    let tracks: Vec<_> = columns
        .tracks
        .iter()
        .map(|track| {
            let p95: Vec<_> = track.p95_ms.iter().map(|p95| p95.map(f64::round)).collect();
            json!({"ready": track.ready, "pending": track.pending, "p95": p95})
        })
        .collect();
    json!({
        "step": columns.step_s,
        "load": columns.load_rps.iter().map(|&rps| tenths(rps)).collect::<Vec<_>>(),
        "names": timeline.tracks.iter().map(|track| &track.name).collect::<Vec<_>>(),
        "tracks": tracks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_bad_columns_make_one_mark() {
        let track = TrackColumns {
            ready: Vec::new(),
            pending: Vec::new(),
            p95_ms: Vec::new(),
            bad: vec![true, true, false, true, false],
        };
        assert_eq!(runs(&track), [(0, 2), (3, 4)]);
    }

    #[test]
    fn a_day_is_labelled_by_hours_and_a_fortnight_by_days() {
        let day = hour_labels(24.0);
        assert_eq!((day.len(), day[1].1.as_str()), (12, "2:00"));
        let fortnight = hour_labels(336.0);
        assert_eq!(fortnight[0].1, "day 1");
        assert!(fortnight.len() <= 14);
    }
}

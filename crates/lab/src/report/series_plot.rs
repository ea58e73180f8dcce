//! One measure of several runs over environment steps, as a drawing that stands alone.

use std::fmt::Write as _;

use super::{
    axis::{Axis, round_step, tick_text},
    svg::{Anchor, PathData, Svg},
};

const WIDTH: f64 = 900.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 880.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 360.0;
const LEGEND_LINE: f64 = 18.0;

/// Told apart by those who see no colours too, in this order (Okabe and Ito 2008).
const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/// Draws the series, each with its name in the legend.
pub(crate) fn series_plot(title: &str, series: &[(String, &[(u64, f64)])]) -> String {
    let height = BOTTOM + 40.0 + LEGEND_LINE * series.len() as f64;
    let mut svg = Svg::new(WIDTH, height);
    let points = || series.iter().flat_map(|(_, points)| points.iter());
    let last = points().map(|(step, _)| *step).max().unwrap_or(1);
    let low = points().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    let high = points().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    let steps = Axis::linear((0.0, last as f64), (LEFT, RIGHT));
    let margin = ((high - low) * 0.05).max(1e-9);
    let values = Axis::linear((low - margin, high + margin), (BOTTOM, TOP));
    svg.text("title", (LEFT, TOP - 16.0), Anchor::Start, title);
    let ticks = values.ticks(6);
    let apart = ticks.get(1).map_or(1.0, |second| second - ticks[0]);
    for tick in ticks {
        svg.line("grid", (LEFT, values.at(tick)), (RIGHT, values.at(tick)));
        let text = tick_text(tick, round_step(apart));
        svg.text("tick", (LEFT - 8.0, values.at(tick) + 4.0), Anchor::End, &text);
    }
    for tick in steps.ticks(6) {
        svg.text("tick", (steps.at(tick), BOTTOM + 18.0), Anchor::Middle, &format!("{tick:.0}"));
    }
    for (index, (name, points)) in series.iter().enumerate() {
        let line = points.iter().map(|(step, value)| Some((steps.at(*step as f64), values.at(*value))));
        let class = format!("c{}", index % COLOURS.len());
        svg.path(&class, &PathData::polyline(line));
        let y = BOTTOM + 40.0 + LEGEND_LINE * index as f64;
        svg.path(&class, &PathData::polyline([(LEFT, y), (LEFT + 24.0, y)].into_iter().map(Some)));
        svg.text("tick", (LEFT + 32.0, y + 4.0), Anchor::Start, name);
    }
    let drawing = svg.finish(title, r#"xmlns="http://www.w3.org/2000/svg""#);
    drawing.replacen('>', &format!("><style>{}</style>", style()), 1)
}

fn style() -> String {
    let mut style =
        "text{font:12px sans-serif;fill:#333}.title{font-size:14px}path{fill:none;stroke-width:1.5}\
                     .grid{stroke:#ddd}"
            .to_owned();
    for (index, colour) in COLOURS.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(style, ".c{index}{{stroke:{colour}}}");
    }
    style
}

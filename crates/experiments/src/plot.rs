//! Plots of what was measured beside what was modelled, with the laboratory's drawing tools.

use podpilot_lab::report::STYLE;
use podpilot_lab::report::axis::{Axis, round_step, round_up, tick_text};
use podpilot_lab::report::svg::{Anchor, PathData, Svg};

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A line through the points.
    Line,
    /// A step line: each value holds until the next.
    Steps,
    /// A dot for each point.
    Dots,
    /// A fine vertical bar for each pair of points, from the first to the second.
    Bars,
}

/// Points that belong together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    /// Its name in the legend; empty leaves it out.
    pub(crate) name: String,
    /// Class of the style sheet that gives its colour: `agent`, `hpa`, `quantile`, `violation`, ...
    pub(crate) class: &'static str,
    /// How it is drawn.
    pub(crate) mark: Mark,
    /// Its points.
    pub(crate) points: Vec<(f64, f64)>,
}

/// A plot of several series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plot {
    /// Title, also what a screen reader says.
    pub(crate) title: String,
    /// What the horizontal axis shows.
    pub(crate) x_label: &'static str,
    /// What the vertical axis shows.
    pub(crate) y_label: &'static str,
    /// Ends of the horizontal axis.
    pub(crate) x: (f64, f64),
    /// Whether the vertical axis is logarithmic.
    pub(crate) logarithmic: bool,
    /// A value worth a line across, and its name.
    pub(crate) threshold: Option<(f64, &'static str)>,
    /// The series, drawn in this order.
    pub(crate) series: Vec<Series>,
}

const SIZE: (f64, f64) = (760.0, 320.0);
const LEFT: f64 = 62.0;
const RIGHT: f64 = 745.0;
const TOP: f64 = 52.0;
const BOTTOM: f64 = 272.0;
const DOT: f64 = 3.0;
/// Colours for a drawing without a page around it.
const BACKGROUND: &str = ".paper{fill:var(--panel)}";

impl Plot {
    /// The drawing, for a page that has the laboratory's style sheet.
    pub(crate) fn draw(&self) -> String {
        self.svg("")
    }

    /// The drawing as a file of its own, in light and dark.
    pub(crate) fn standalone(&self) -> String {
        let svg = self.svg(r#"xmlns="http://www.w3.org/2000/svg""#);
        // The style sheet goes behind the opening tag.
        svg.replacen('>', &format!("><style>{STYLE}{BACKGROUND}</style>"), 1)
    }

    fn svg(&self, attributes: &str) -> String {
        let mut svg = Svg::new(SIZE.0, SIZE.1);
        svg.rect("paper", (0.0, 0.0), SIZE);
        let (x, y) = (Axis::linear(self.x, (LEFT, RIGHT)), self.y_axis());
        self.draw_frame(&mut svg, &x, &y);
        for series in &self.series {
            series.draw(&mut svg, &x, &y);
        }
        if let Some((value, name)) = self.threshold {
            svg.line("threshold", (LEFT, y.at(value)), (RIGHT, y.at(value)));
            svg.text("threshold-text", (RIGHT, y.at(value) - 5.0), Anchor::End, name);
        }
        self.draw_legend(&mut svg);
        svg.finish(&self.title, attributes)
    }

    fn y_axis(&self) -> Axis {
        let values = || {
            let points = self.series.iter().flat_map(|series| &series.points).map(|(_, y)| *y);
            points.chain(self.threshold.map(|(value, _)| value)).filter(|value| value.is_finite())
        };
        let highest = values().fold(0.0, f64::max);
        if self.logarithmic {
            let lowest = values().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
            return Axis::logarithmic((lowest.min(highest) * 0.8, highest * 1.25), (BOTTOM, TOP));
        }
        Axis::linear((0.0, round_up(highest, 5)), (BOTTOM, TOP))
    }

    fn draw_frame(&self, svg: &mut Svg, x: &Axis, y: &Axis) {
        let y_ticks = y.ticks(6);
        for &tick in &y_ticks {
            svg.line("grid", (LEFT, y.at(tick)), (RIGHT, y.at(tick)));
            svg.text(
                "tick",
                (LEFT - 8.0, y.at(tick) + 4.0),
                Anchor::End,
                &tick_text(tick, tick_step(&y_ticks)),
            );
        }
        let x_ticks = x.ticks(10);
        for &tick in &x_ticks {
            svg.text(
                "tick",
                (x.at(tick), BOTTOM + 18.0),
                Anchor::Middle,
                &tick_text(tick, tick_step(&x_ticks)),
            );
        }
        svg.line("axis", (LEFT, BOTTOM), (RIGHT, BOTTOM));
        svg.text("title", (RIGHT, BOTTOM + 38.0), Anchor::End, self.x_label);
        svg.text("title", (LEFT, TOP - 14.0), Anchor::Start, self.y_label);
        svg.text("label", (LEFT, 16.0), Anchor::Start, &self.title);
    }

    fn draw_legend(&self, svg: &mut Svg) {
        let mut right = RIGHT;
        for series in self.series.iter().filter(|series| !series.name.is_empty()).rev() {
            svg.open(series.class, None);
            svg.text("label lead", (right, TOP - 14.0), Anchor::End, &series.name);
            svg.close();
            right -= 8.0 * series.name.chars().count() as f64 + 18.0;
        }
    }
}

impl Series {
    fn draw(&self, svg: &mut Svg, x: &Axis, y: &Axis) {
        let at = |&(horizontal, vertical): &(f64, f64)| (x.at(horizontal), y.at(vertical));
        let drawable = self
            .points
            .iter()
            .filter(|(horizontal, vertical)| horizontal.is_finite() && vertical.is_finite());
        svg.open(self.class, Some(&self.name));
        match self.mark {
            Mark::Line => svg.path("curve", &PathData::polyline(drawable.map(|point| Some(at(point))))),
            Mark::Steps => {
                let end = self.points.last().map_or(RIGHT, |(horizontal, _)| x.at(*horizontal));
                svg.path("curve", &PathData::steps(drawable.map(at), end));
            }
            Mark::Dots => {
                for (horizontal, vertical) in drawable.map(at) {
                    svg.path("mark", &dot(horizontal, vertical));
                }
            }
            Mark::Bars => {
                for pair in self.points.chunks_exact(2) {
                    svg.path("curve thin", &PathData::polyline(pair.iter().map(|point| Some(at(point)))));
                }
            }
        }
        svg.close();
    }
}

/// A disc as a path.
fn dot(x: f64, y: f64) -> String {
    format!("M{:.1} {y:.1}a{DOT} {DOT} 0 1 0 {} 0a{DOT} {DOT} 0 1 0 -{} 0Z", x - DOT, 2.0 * DOT, 2.0 * DOT)
}

fn tick_step(ticks: &[f64]) -> f64 {
    let smallest = ticks.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    if smallest.is_finite() { round_step(smallest * (1.0 - 1e-9)) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_shows_its_series_threshold_and_title_and_stands_alone() {
        let plot = Plot {
            title: "P95 of <100m>".to_owned(),
            x_label: "CPU, % of limit",
            y_label: "ms",
            x: (30.0, 100.0),
            logarithmic: true,
            threshold: Some((200.0, "objective")),
            series: vec![Series {
                name: "measured".to_owned(),
                class: "hpa",
                mark: Mark::Dots,
                points: vec![(50.0, 10.0), (80.0, 200.0), (90.0, f64::NAN)],
            }],
        };
        let svg = plot.standalone();
        assert!(svg.starts_with("<svg") && svg.contains("xmlns=") && svg.contains("prefers-color-scheme"));
        assert_eq!(svg.matches("class=\"mark\"").count(), 2, "a value that is no number is not drawn");
        assert!(svg.contains("objective") && svg.contains("P95 of &lt;100m&gt;"));
        assert!(!plot.draw().contains("<style>"));
    }
}

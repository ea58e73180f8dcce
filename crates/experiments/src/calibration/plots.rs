//! Plots of measured and modelled latency over CPU share, one a size.

use super::fit::{FitResult, LoadResult};
use super::knee::OBJECTIVE_MS;
use super::plan::Size;
use crate::plot::{Mark, Plot, Series};

/// Names of files and their plots.
pub(crate) fn of(result: &FitResult) -> Vec<(String, Plot)> {
    let mut sizes: Vec<Size> = result.loads.iter().map(|load| load.size).collect();
    sizes.dedup();
    let plot = |size: &Size| (format!("calibration-{}.svg", size.name()), of_size(result, *size));
    sizes.iter().map(plot).collect()
}

fn of_size(result: &FitResult, size: Size) -> Plot {
    let mut loads: Vec<&LoadResult> = result.loads.iter().filter(|load| load.size == size).collect();
    loads.sort_by(|a, b| a.cpu_of_limit.total_cmp(&b.cpu_of_limit));
    let points = |value: fn(&LoadResult) -> f64| -> Vec<(f64, f64)> {
        loads.iter().map(|load| (100.0 * load.cpu_of_limit, value(load))).collect()
    };
    let ranges = loads.iter().flat_map(|load| {
        let share = 100.0 * load.cpu_of_limit;
        [(share, load.p95_range_ms.0), (share, load.p95_range_ms.1)]
    });
    let series = |name: &str, class, mark, points| Series { name: name.to_owned(), class, mark, points };
    Plot {
        title: format!("Pods of {}: latency over CPU", size.name()),
        x_label: "CPU, % of the limit",
        y_label: "ms",
        x: (25.0, 105.0),
        logarithmic: true,
        threshold: Some((OBJECTIVE_MS, "objective")),
        series: vec![
            series("", "quantile", Mark::Bars, ranges.collect()),
            series("P50 measured", "hpa", Mark::Dots, points(|load| load.p50_ms)),
            series("P50 model", "hpa", Mark::Line, points(|load| load.model_p50_ms)),
            series("P95 measured", "quantile", Mark::Dots, points(|load| load.p95_ms)),
            series("P95 model", "agent", Mark::Line, points(|load| load.model_p95_ms)),
        ],
    }
}

//! The report: both courses over time, and the errors.

use podpilot_lab::report::{STYLE, escape};

use super::check::SimulatorCheck;
use super::comparison::{Course, Errors};
use crate::clock;
use crate::plot::{Mark, Plot, Series};
use crate::recording::Description;

/// Predictions that are drawn faintly behind the median one.
const SHOWN_BESIDE: usize = 12;

/// A page that works offline, in light and dark.
pub(crate) fn page(check: &SimulatorCheck, description: &Description) -> String {
    let title = format!("Simulator against a real run of {}", clock::date_utc(description.started_unix_s));
    let claim = if check.misses.is_empty() {
        "The prediction keeps every bar".to_owned()
    } else {
        format!("The prediction misses: {}", check.misses.join("; "))
    };
    let plots = [load(description), replicas(check), slow(check), p95(check)];
    let plots = plots.map(|plot| format!(r#"<div class="scroll">{}</div>"#, plot.draw())).concat();
    format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><title>{title}</title><style>{STYLE}</style></head><body><main><header><p class="kicker">{title}</p><h1>{claim}</h1><ul class="support"><li>{support}</li></ul></header><section><h2>Load, replicas, slow requests and P95</h2><p class="intro">Real: pods of the testbed under Kubernetes’ autoscaler. Predicted: the simulator with the same requests in each second, manifest, instants of syncs and of metrics-server’s collections; {runs} runs with other requests’ costs, pods chosen by the balancer, pod starts and sample times; the prediction is their median at each instant.</p>{plots}</section><section><h2>Errors</h2>{table}</section></main></body></html>"#,
        title = escape(&title),
        claim = escape(&claim),
        support = escape(&support(check)),
        runs = check.predicted.len(),
        table = table(check),
    )
}

fn support(check: &SimulatorCheck) -> String {
    let (error, runs) = (&check.error, check.errors.len());
    let within = check.errors.iter().filter(|errors| errors.misses().is_empty()).count();
    let other = check.other_real.map_or(String::new(), |other| {
        format!(
            " Another real run of the same load has equal replicas in {:.0} %.",
            100.0 * other.equal_ticks
        )
    });
    format!(
        "Replicas are equal in {:.0} % of ticks, within one in {:.0} %, and never more than two apart for longer than {} s; {} bad minutes are \
         predicted and {} were real. Two runs of the simulator have equal replicas in {:.0} % of ticks, the prediction and \
         one of its runs in {:.0} %: more, chance does not allow. {within} of {runs} runs keep every bar alone.{other} The real count is within the central nine tenths of the runs in {:.0} % of \
         ticks.",
        100.0 * error.equal_ticks,
        100.0 * error.ticks_within_one,
        error.far_apart_s,
        error.bad_minutes.0,
        error.bad_minutes.1,
        100.0 * check.between_runs,
        100.0 * check.chance_allows,
        100.0 * check.within_range
    )
}

fn table(check: &SimulatorCheck) -> String {
    let numbered =
        check.errors.iter().enumerate().map(|(index, errors)| (format!("run {}", index + 1), *errors));
    let rows: String = [("prediction".to_owned(), check.error)]
        .into_iter()
        .chain(check.other_real.map(|errors| ("another real run".to_owned(), errors)))
        .chain(numbered)
        .map(|(name, errors)| row(&name, &errors))
        .collect();
    format!(
        r#"<div class="scroll tall"><table><thead><tr><th></th><th>equal ticks, %</th><th>within one, %</th><th>more than two apart, s</th><th>mean difference</th><th>bad minutes, predicted / real</th><th>minutes with close P95, %</th></tr></thead><tbody>{rows}</tbody></table></div>"#
    )
}

fn row(name: &str, errors: &Errors) -> String {
    format!(
        "<tr><th>{name}</th><td>{:.1}</td><td>{:.1}</td><td>{}</td><td>{:+.2}</td><td>{} / {}</td><td>{:.0}</td></tr>",
        100.0 * errors.equal_ticks,
        100.0 * errors.ticks_within_one,
        errors.far_apart_s,
        errors.mean_difference,
        errors.bad_minutes.0,
        errors.bad_minutes.1,
        100.0 * errors.p95_close
    )
}

fn minutes(values: &[f64]) -> Vec<(f64, f64)> {
    values.iter().enumerate().map(|(second, value)| (second as f64 / 60.0, *value)).collect()
}

fn over_time(title: &str, y_label: &'static str, check: &SimulatorCheck) -> Plot {
    Plot {
        title: title.to_owned(),
        x_label: "minutes",
        y_label,
        x: (0.0, check.real.replicas.len() as f64 / 60.0),
        logarithmic: false,
        threshold: None,
        series: Vec::new(),
    }
}

fn series(name: &str, class: &'static str, mark: Mark, points: Vec<(f64, f64)>) -> Series {
    Series { name: name.to_owned(), class, mark, points }
}

fn load(description: &Description) -> Plot {
    let at = |index: usize| index as f64 * description.rate_step_s / 60.0;
    let points = description.rates_rps.iter().enumerate().map(|(index, rate)| (at(index), *rate)).collect();
    Plot {
        title: "Load".to_owned(),
        x_label: "minutes",
        y_label: "requests/s",
        x: (0.0, at(description.rates_rps.len())),
        logarithmic: false,
        threshold: None,
        series: vec![series("", "cost", Mark::Steps, points)],
    }
}

fn replicas(check: &SimulatorCheck) -> Plot {
    let mut plot = over_time("Replicas", "replicas asked for", check);
    for course in check.predicted.iter().take(SHOWN_BESIDE) {
        plot.series.push(series("", "other-0", Mark::Steps, minutes(&course.replicas)));
    }
    plot.series.push(series("real", "hpa", Mark::Steps, minutes(&check.real.replicas)));
    plot.series.push(series("predicted", "agent", Mark::Steps, minutes(&check.typical.replicas)));
    plot
}

fn slow(check: &SimulatorCheck) -> Plot {
    let mut plot = over_time("Slow requests", "% of a minute’s requests", check);
    plot.threshold = Some((5.0, "bad minute"));
    plot.series.push(series("real", "hpa", Mark::Steps, slow_by_minute(&check.real)));
    plot.series.push(series("predicted", "agent", Mark::Steps, slow_by_minute(&check.typical)));
    plot
}

fn slow_by_minute(course: &Course) -> Vec<(f64, f64)> {
    let sums = course.requests.chunks(60).zip(course.slow.chunks(60));
    let share = |(requests, slow): (&[f64], &[f64])| {
        100.0 * slow.iter().sum::<f64>() / requests.iter().sum::<f64>().max(1.0)
    };
    sums.map(share).enumerate().map(|(minute, share)| (minute as f64, share)).collect()
}

fn p95(check: &SimulatorCheck) -> Plot {
    let mut plot = over_time("95th percentile of latency", "ms, by minute", check);
    plot.logarithmic = true;
    plot.threshold = Some((200.0, "objective"));
    let points = |course: &Course| -> Vec<(f64, f64)> {
        let minute = |(index, p95): (usize, &Option<f64>)| (index as f64, p95.unwrap_or(f64::NAN));
        course.minute_p95_ms.iter().enumerate().map(minute).collect()
    };
    plot.series.push(series("real (gateway)", "hpa", Mark::Steps, points(&check.real)));
    plot.series.push(series("predicted", "agent", Mark::Steps, points(&check.typical)));
    plot
}

//! The calibration's results as Markdown.

use std::fmt::Write;

use super::fit::FitResult;

/// Tables of loads and knees.
pub(crate) fn markdown(result: &FitResult) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_loads(&mut text, result);
    let _ = write_knees(&mut text, result);
    text
}

fn write_loads(text: &mut String, result: &FitResult) -> std::fmt::Result {
    writeln!(
        text,
        "| limit × pods | CPU % | runs | cost ms | throttled | P50 | P95 (range over runs) | P99 | fitted P95 | model P50 | model P95 (90 % of runs) | model P99 | use |"
    )?;
    writeln!(text, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")?;
    for load in &result.loads {
        writeln!(
            text,
            "| {} | {:.1} | {} | {:.2} | {:.2} | {:.1} | {:.0} ({:.0}-{:.0}) | {:.0} | {:.0} | {:.1} | {:.0} ({:.0}-{:.0}) | {:.0} | {} |",
            load.size.name(),
            100.0 * load.cpu_of_limit,
            load.runs,
            load.cpu_ms_per_request,
            load.throttled_period_share,
            load.p50_ms,
            load.p95_ms,
            load.p95_range_ms.0,
            load.p95_range_ms.1,
            load.p99_ms,
            load.fitted_p95_ms,
            load.model_p50_ms,
            load.model_p95_ms,
            load.model_p95_range_ms.0,
            load.model_p95_range_ms.1,
            load.model_p99_ms,
            if load.held_out { "held out" } else { "fitted" },
        )?;
    }
    writeln!(text)
}

fn write_knees(text: &mut String, result: &FitResult) -> std::fmt::Result {
    writeln!(
        text,
        "| limit × pods | knee, measured (90 % of resamples) | model | difference | fitted model |"
    )?;
    writeln!(text, "| --- | --- | --- | --- | --- |")?;
    for knee in &result.knees {
        writeln!(
            text,
            "| {} | {:.1} % ({:.1}-{:.1}) | {:.1} % | {:+.1} | {:.1} % |",
            knee.size.name(),
            100.0 * knee.measured,
            100.0 * knee.measured_range.0,
            100.0 * knee.measured_range.1,
            100.0 * knee.model,
            100.0 * (knee.model - knee.measured),
            100.0 * knee.fitted,
        )?;
    }
    writeln!(text)?;
    writeln!(
        text,
        "Fitted: cost_cv {:.2}, correlation {} s; a busy pod got {:.1} % of a core. Log error of P95: {:.3} where fitted, {:.3} held out; of the model in use {:.3}. {} runs left out as disturbed.",
        result.fitted_cost_cv,
        result.fitted_correlation_s,
        100.0 * result.core_share,
        result.fit_error,
        result.held_out_error,
        result.error_in_use,
        result.disturbed.len(),
    )
}

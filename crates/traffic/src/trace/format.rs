use podpilot_core::Span;

use super::error::{Problem, shown};
use super::grid::{Held, on_grid};
use super::hash::sha256_hex;
use super::{Trace, TraceError, arrival_rows, grafana, prometheus, rate_rows};
use crate::LoadSeries;
use crate::smoothing::are_counts;

/// Formats of recorded load, told apart by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceFormat {
    /// CSV `t_seconds,rps`: a rate that is held until the next row.
    Rates,
    /// CSV `t_seconds` or `t_seconds,work`: one arrival a row, counted in bins of ten seconds.
    Arrivals,
    /// Saved answer of Prometheus' `query_range` (JSON, result type `matrix`); several series are summed.
    Prometheus,
    /// CSV export of a Grafana panel's data; several columns are summed.
    Grafana,
}

const EXPECTED_HEADER: &str = "`t_seconds,rps` (rates), `t_seconds` or `t_seconds,work` (one arrival a row), \
     `\"Time\",...` (Grafana export), or a Prometheus query_range answer in JSON";

/// Parses a trace of any known format. `name` stands for the file in errors.
///
/// Values must be finite and at least 0, and times must grow. A rate is held until the next row; what Prometheus
/// and Grafana left out for longer than five minutes is a gap, which is cut.
pub fn parse_trace(name: &str, content: &[u8]) -> Result<Trace, TraceError> {
    let text = as_text(content).map_err(|problem| problem.of(name))?;
    let (format, series) = parse(text).map_err(|problem| problem.of(name))?;
    let are_counts = match format {
        TraceFormat::Arrivals => true,
        TraceFormat::Rates => are_counts(&series),
        // A rate over a window or a rounded value on a panel is no count.
        TraceFormat::Prometheus | TraceFormat::Grafana => false,
    };
    Ok(Trace { name: name.to_owned(), format, sha256: sha256_hex(content), series, split: None, are_counts })
}

fn as_text(content: &[u8]) -> Result<&str, Problem> {
    let text = std::str::from_utf8(content).map_err(|error| {
        let line = content[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        Problem::line(line, "not UTF-8 text, must be CSV or JSON")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn parse(text: &str) -> Result<(TraceFormat, LoadSeries), Problem> {
    if text.trim_start().starts_with('{') {
        return Ok((TraceFormat::Prometheus, on_grid(&prometheus::parse(text)?, Held::UpTo(LOOKBACK))?));
    }
    let Some((index, header)) = text.lines().enumerate().find(|(_, line)| !line.trim().is_empty()) else {
        return Err(Problem::whole(format!("the file is empty, must start with {EXPECTED_HEADER}")));
    };
    if grafana::is_header(header) {
        return Ok((TraceFormat::Grafana, on_grid(&grafana::parse(text)?, Held::UpTo(LOOKBACK))?));
    }
    let columns: Vec<&str> = header.split(',').map(|column| column.trim().trim_matches('"')).collect();
    let rows = text.lines().enumerate().skip(index + 1);
    let rows = rows.map(|(index, line)| (index + 1, line)).filter(|(_, line)| !line.trim().is_empty());
    match columns[..] {
        ["t_seconds", "rps"] => Ok((TraceFormat::Rates, on_grid(&rate_rows::parse(rows)?, Held::UntilNext)?)),
        ["t_seconds"] | ["t_seconds", "work"] => {
            Ok((TraceFormat::Arrivals, arrival_rows::parse(rows, columns.len())?))
        }
        _ => Err(Problem::line(
            index + 1,
            format!("the header is `{}`, must be {EXPECTED_HEADER}", shown(header)),
        )),
    }
}

/// For how long Prometheus itself takes the last sample for the present one.
const LOOKBACK: Span = Span::minutes(5);

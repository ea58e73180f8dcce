//! What really happened in a recorded run, in the same form as a prediction.

use anyhow::{Context, Result};
use podpilot_load::{SecondRow, Summary};
use serde_json::Value;

use super::comparison::Course;
use crate::recording::{Description, Folder, Row, file};

/// Reads the course of a recording.
pub(crate) fn course(folder: &Folder, description: &Description) -> Result<Course> {
    let total_s = description.duration_s.round() as usize;
    let seconds: Vec<SecondRow> = folder.rows(file::SECONDS)?;
    let summary: Summary = folder.json(file::LOAD)?;
    let of_second = |second: usize, value: fn(&SecondRow) -> u64| {
        seconds.iter().find(|row| row.t_s == second as u64).map_or(0.0, |row| value(row) as f64)
    };
    let deployment: Vec<Row> = folder.rows(file::DEPLOYMENT)?;
    let changes: Vec<(f64, f64)> = deployment.iter().filter_map(replicas).collect();
    let pods: Vec<Row> = folder.rows(file::PODS)?;
    let history = crate::hpa_check::PodHistory::new(&pods);
    let end_of = |second: usize| description.started_unix_s + second as f64 + 1.0;
    Ok(Course {
        replicas: (0..total_s).map(|second| value_at(&changes, end_of(second))).collect(),
        serving: (0..total_s).map(|second| history.counts(end_of(second)).1 as f64).collect(),
        sent: (0..total_s).map(|second| of_second(second, |row| row.intended)).collect(),
        requests: (0..total_s)
            .map(|second| of_second(second, |row| row.completed + row.failed.total()))
            .collect(),
        slow: (0..total_s).map(|second| of_second(second, |row| row.slow)).collect(),
        minute_p95_ms: minute_p95_ms(&folder.rows(file::GATEWAY)?, description),
        bad_minutes: summary.minutes.bad,
        minutes: summary.minutes.bad + summary.minutes.good,
    })
}

/// Replicas when the load began.
pub(crate) fn initial_replicas(course: &Course) -> Result<u32> {
    Ok(*course.replicas.first().context("the recording is empty")? as u32)
}

fn replicas(row: &Row) -> Option<(f64, f64)> {
    Some((row.at_unix_s, row.object.pointer("/spec/replicas")?.as_f64()?))
}

fn value_at(changes: &[(f64, f64)], at_unix_s: f64) -> f64 {
    changes
        .iter()
        .take_while(|(change_s, _)| *change_s <= at_unix_s)
        .last()
        .map_or(f64::NAN, |(_, value)| *value)
}

/// P95 of each whole minute from the gateway's histogram, interpolated within its buckets as Prometheus does.
fn minute_p95_ms(rows: &[Row], description: &Description) -> Vec<Option<f64>> {
    let minutes = (description.duration_s / 60.0).floor() as usize;
    let at = |minute: usize| {
        let at_unix_s = description.started_unix_s + 60.0 * minute as f64;
        rows.iter().take_while(|row| row.at_unix_s <= at_unix_s).last().map(|row| buckets(&row.object))
    };
    (0..minutes)
        .map(|minute| {
            let (before, after) = (at(minute)?, at(minute + 1)?);
            let counted = |(bound_s, count): &(f64, f64)| {
                let earlier =
                    before.iter().find(|(bound, _)| bound == bound_s).map_or(0.0, |(_, count)| *count);
                (*bound_s, count - earlier)
            };
            histogram_quantile(&after.iter().map(counted).collect::<Vec<_>>(), 0.95).map(|p95_s| 1e3 * p95_s)
        })
        .collect()
}

/// Cumulative counts by upper bound (seconds, rising, `+Inf` last) over all status codes.
fn buckets(answer: &Value) -> Vec<(f64, f64)> {
    let mut sums: Vec<(f64, f64)> = Vec::new();
    let series = answer.pointer("/data/result").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for sample in series {
        let bound = sample.pointer("/metric/le").and_then(Value::as_str).and_then(|le| match le {
            "+Inf" => Some(f64::INFINITY),
            number => number.parse().ok(),
        });
        let value =
            sample.pointer("/value/1").and_then(Value::as_str).and_then(|value| value.parse::<f64>().ok());
        let (Some(bound), Some(value)) = (bound, value) else { continue };
        match sums.iter_mut().find(|(known, _)| *known == bound) {
            Some((_, sum)) => *sum += value,
            None => sums.push((bound, value)),
        }
    }
    sums.sort_by(|a, b| a.0.total_cmp(&b.0));
    sums
}

/// `histogram_quantile` of Prometheus: linear within a bucket; above the last finite bound it is that bound.
fn histogram_quantile(cumulative: &[(f64, f64)], quantile: f64) -> Option<f64> {
    let total = cumulative.last().filter(|(_, count)| *count > 0.0)?.1;
    let rank = quantile * total;
    let index = cumulative.iter().position(|(_, count)| *count >= rank)?;
    let (bound, count) = cumulative[index];
    let (low_bound, low_count) = if index == 0 { (0.0, 0.0) } else { cumulative[index - 1] };
    if bound.is_infinite() {
        return Some(low_bound);
    }
    Some(low_bound + (bound - low_bound) * (rank - low_count) / (count - low_count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_linear_within_buckets() {
        let cumulative = [(0.1, 50.0), (0.2, 90.0), (0.4, 100.0), (f64::INFINITY, 100.0)];
        assert!((histogram_quantile(&cumulative, 0.95).unwrap() - 0.3).abs() < 1e-12);
        let late = [(0.1, 0.0), (10.0, 10.0), (f64::INFINITY, 100.0)];
        assert_eq!(histogram_quantile(&late, 0.95), Some(10.0));
        assert_eq!(histogram_quantile(&[(0.1, 0.0), (f64::INFINITY, 0.0)], 0.95), None);
    }
}

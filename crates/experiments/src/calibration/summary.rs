//! `calibrate summarize`: start-up times, metric lags and probe runs of a folder as tables.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::lags::LagRow;
use super::probes::ProbeRow;
use crate::cluster::PodTimes;

/// What `calibrate summarize` is asked to do.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SummaryArguments {
    /// Folder with the results of `calibrate startup`, `lags` and `probes`; what is missing is left out
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Deserialize)]
struct StartRow {
    at_once: u32,
    times: PodTimes,
}

/// The load of a lag measurement: `lags.json`.
#[derive(Debug, Deserialize)]
struct Wave {
    started_unix_s: f64,
    rates_rps: Vec<f64>,
    rate_step_s: f64,
}

/// Prints the tables and writes them to `summary.md`.
pub(crate) fn summarize(arguments: &SummaryArguments) -> Result<()> {
    let folder = &arguments.folder;
    let mut text = String::new();
    let starts: Vec<StartRow> = rows(&folder.join("startup.jsonl"))?;
    let lags: Vec<LagRow> = rows(&folder.join("lags.jsonl"))?;
    let probes: Vec<ProbeRow> = rows(&folder.join("probes.jsonl"))?;
    // Writing to a String cannot fail.
    let _ = write_starts(&mut text, &starts);
    if !lags.is_empty() {
        let wave = fs::read_to_string(folder.join("lags.json")).context("lags.json")?;
        let _ = write_lags(&mut text, &lags, &serde_json::from_str(&wave)?);
    }
    let _ = write_probes(&mut text, &probes);
    fs::write(folder.join("summary.md"), &text)?;
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}

fn rows<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let Ok(text) = fs::read_to_string(path) else { return Ok(Vec::new()) };
    let row = |(index, line): (usize, &str)| {
        serde_json::from_str(line).with_context(|| format!("{} line {}", path.display(), index + 1))
    };
    text.lines().enumerate().map(row).collect()
}

/// A named distribution: count, extremes and quantiles.
fn distribution(text: &mut String, name: &str, values: impl Iterator<Item = f64>) -> std::fmt::Result {
    let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let at =
        |share: f64| values.get(((values.len() as f64 * share) as usize).min(values.len().saturating_sub(1)));
    let shown = |share: f64| at(share).map_or("-".to_owned(), |value| format!("{value:.2}"));
    let count = values.len();
    writeln!(
        text,
        "| {name} | {count} | {} | {} | {} | {} |",
        shown(0.0),
        shown(0.5),
        shown(0.95),
        shown(1.0)
    )
}

fn write_starts(text: &mut String, starts: &[StartRow]) -> std::fmt::Result {
    if starts.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "| pod, s | count | least | median | P95 | most |\n| --- | --- | --- | --- | --- | --- |"
    )?;
    let between = |from: fn(&PodTimes) -> Option<f64>, to: fn(&PodTimes) -> Option<f64>| {
        starts.iter().filter_map(move |row| Some(to(&row.times)? - from(&row.times)?))
    };
    distribution(text, "created to scheduled", between(|pod| pod.created_s, |pod| pod.scheduled_s))?;
    distribution(text, "scheduled to started", between(|pod| pod.scheduled_s, |pod| pod.started_s))?;
    distribution(text, "started to ready", between(|pod| pod.started_s, |pod| pod.ready_s))?;
    distribution(text, "created to ready", between(|pod| pod.created_s, |pod| pod.ready_s))?;
    distribution(text, "deletion to gone", between(|pod| pod.deleting_s, |pod| pod.gone_s))?;
    let mut sizes: Vec<u32> = starts.iter().map(|row| row.at_once).collect();
    sizes.sort_unstable();
    sizes.dedup();
    for size in sizes {
        let of_size = starts.iter().filter(|row| row.at_once == size);
        let ready = of_size.filter_map(|row| Some(row.times.ready_s? - row.times.created_s?));
        distribution(text, &format!("created to ready, {size} at once"), ready)?;
    }
    writeln!(text)
}

fn write_lags(text: &mut String, rows: &[LagRow], wave: &Wave) -> std::fmt::Result {
    writeln!(
        text,
        "| pipeline, s | count | least | median | P95 | most |\n| --- | --- | --- | --- | --- | --- |"
    )?;
    let changes = changes(wave);
    for (name, share) in [("first tenth", 0.1), ("half", 0.5), ("nine tenths", 0.9)] {
        let cpu = changes.iter().filter_map(|change| lag_s(rows, change, share, |row| row.cpu_cores));
        distribution(text, &format!("resource metrics: {name} of a change shows"), cpu)?;
    }
    let ages = rows.iter().filter_map(|row| Some(row.at_unix_s - row.cpu_at_unix_s?));
    distribution(text, "resource metrics: age of the newest window's end", ages)?;
    distribution(text, "resource metrics: window", rows.iter().filter_map(|row| row.cpu_window_s))?;
    distribution(text, "resource metrics: between windows' ends", gaps(rows, |row| row.cpu_at_unix_s))?;
    for (name, share) in [("first tenth", 0.1), ("half", 0.5), ("nine tenths", 0.9)] {
        let rate = changes.iter().filter_map(|change| lag_s(rows, change, share, |row| row.rate_rps));
        distribution(text, &format!("Prometheus, rate over 15 s: {name} of a change shows"), rate)?;
    }
    let ages = rows.iter().filter_map(|row| Some(row.at_unix_s - row.scraped_unix_s?));
    distribution(text, "Prometheus: age of the newest scrape", ages)?;
    writeln!(text)
}

/// A change of the rate: when, and until when the new rate holds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Change {
    at_unix_s: f64,
    until_unix_s: f64,
}

fn changes(wave: &Wave) -> Vec<Change> {
    let instants: Vec<f64> = (1..wave.rates_rps.len())
        .filter(|index| wave.rates_rps[*index] != wave.rates_rps[index - 1])
        .map(|index| wave.started_unix_s + index as f64 * wave.rate_step_s)
        .collect();
    let end_unix_s = wave.started_unix_s + wave.rates_rps.len() as f64 * wave.rate_step_s;
    let ends = instants.iter().skip(1).copied().chain([end_unix_s]);
    instants.iter().zip(ends).map(|(&at_unix_s, until_unix_s)| Change { at_unix_s, until_unix_s }).collect()
}

/// Time from a change until a value has gone `share` of the way from what it was to what it becomes. What it becomes is
/// its mean over the last ten seconds before the next change.
fn lag_s(rows: &[LagRow], change: &Change, share: f64, value: fn(&LagRow) -> Option<f64>) -> Option<f64> {
    let mean_before = |end_unix_s: f64| {
        let last = rows.iter().filter(|row| (end_unix_s - 10.0..end_unix_s).contains(&row.at_unix_s));
        let values: Vec<f64> = last.filter_map(value).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let (old, new) = (mean_before(change.at_unix_s)?, mean_before(change.until_unix_s)?);
    let within = rows.iter().filter(|row| (change.at_unix_s..change.until_unix_s).contains(&row.at_unix_s));
    let mut gone = within.filter_map(|row| Some((row.at_unix_s, (value(row)? - old) / (new - old))));
    gone.find(|(_, gone)| *gone >= share).map(|(at_unix_s, _)| at_unix_s - change.at_unix_s)
}

/// Distances between the distinct values of a time stamp.
fn gaps(rows: &[LagRow], stamp: fn(&LagRow) -> Option<f64>) -> impl Iterator<Item = f64> {
    let mut stamps: Vec<f64> = rows.iter().filter_map(stamp).collect();
    stamps.dedup();
    (1..stamps.len()).map(move |index| stamps[index] - stamps[index - 1])
}

fn write_probes(text: &mut String, probes: &[ProbeRow]) -> std::fmt::Result {
    if probes.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "| probe | load, % of capacity | times out | time out, s of pods | failed, % | refused | timed out | P95 ms |"
    )?;
    writeln!(text, "| --- | --- | --- | --- | --- | --- | --- | --- |")?;
    for run in probes {
        let kind = if run.probe.get("httpGet").is_some() { "httpGet" } else { "tcpSocket" };
        writeln!(
            text,
            "| {kind}, {} s | {:.0} | {} | {:.0} | {:.1} | {} | {} | {:.0} |",
            run.probe["timeoutSeconds"],
            100.0 * run.share,
            run.outs,
            run.unready_s,
            100.0 * run.load.failed as f64 / run.load.requests.max(1) as f64,
            run.load.failures.refused,
            run.load.failures.timeout,
            run.load.p95_ms,
        )?;
    }
    writeln!(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value that follows a change at 100 s with a delay of 12 s and then rises over 10 s.
    fn rows_with_ramp() -> Vec<LagRow> {
        (0..800)
            .map(|index| {
                let at_unix_s = 50.0 + 0.25 * f64::from(index);
                let gone = ((at_unix_s - 112.0) / 10.0).clamp(0.0, 1.0);
                LagRow {
                    at_unix_s,
                    cpu_cores: Some(0.03 + 0.1 * gone),
                    cpu_at_unix_s: Some((at_unix_s / 15.0).floor() * 15.0),
                    cpu_window_s: Some(15.0),
                    rate_rps: None,
                    scraped_unix_s: None,
                }
            })
            .collect()
    }

    #[test]
    fn a_lag_is_the_time_to_a_share_of_the_change() {
        let wave = Wave {
            started_unix_s: 40.0,
            rates_rps: [vec![8.0; 60], vec![38.0; 60]].concat(),
            rate_step_s: 1.0,
        };
        let found = changes(&wave);
        assert_eq!(found, [Change { at_unix_s: 100.0, until_unix_s: 160.0 }]);
        let rows = rows_with_ramp();
        let lag = |share| lag_s(&rows, &found[0], share, |row| row.cpu_cores).unwrap();
        assert!((lag(0.1) - 13.0).abs() <= 0.25 && (lag(0.5) - 17.0).abs() <= 0.25, "{}", lag(0.1));
        assert_eq!(lag_s(&rows, &found[0], 0.5, |row| row.rate_rps), None);
        assert!(gaps(&rows, |row| row.cpu_at_unix_s).all(|gap_s| gap_s == 15.0));
    }
}

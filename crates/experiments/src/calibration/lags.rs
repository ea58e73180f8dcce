//! `calibrate lags`: how long a change of load takes to show in the two metric pipelines.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result};
use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_traffic::LoadSeries;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::DemoArguments;
use super::point;
use crate::clock;
use crate::cluster::Api;
use crate::load_generator::PlannedLoad;

/// What `calibrate lags` is asked to do.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct LagArguments {
    /// Folder of the results
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Changes of load
    #[arg(long, default_value_t = 10)]
    pub(crate) changes: usize,
    /// Low and high rate, requests per second
    #[arg(long, value_delimiter = ',', default_values_t = [8.0, 38.0])]
    pub(crate) rates: Vec<f64>,
    /// Where requests are sent: the gateway, whose counters Prometheus scrapes
    #[arg(long, default_value = "http://10.96.0.81/")]
    pub(crate) url: String,
    /// Where Prometheus answers
    #[arg(long, default_value = "http://10.96.0.90:9090")]
    pub(crate) prometheus: String,
    /// Label selector of the demo service's pods
    #[arg(long, default_value = "app=web")]
    pub(crate) selector: String,
    /// Seed of the times between changes
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) demo: DemoArguments,
}

/// Long enough for both pipelines to settle; the rest of each stretch is random so that no phase is preferred.
const SHORTEST_STRETCH_S: usize = 60;
const RANDOM_STRETCH_S: usize = 20;
const LOOK_EVERY_S: f64 = 0.25;

/// What both pipelines answered at one instant: a row of `lags.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LagRow {
    /// When they were asked, seconds since the Unix epoch.
    pub(crate) at_unix_s: f64,
    /// CPU of the pod by the resource metrics API, cores.
    pub(crate) cpu_cores: Option<f64>,
    /// End of its window.
    pub(crate) cpu_at_unix_s: Option<f64>,
    /// Its window, seconds.
    pub(crate) cpu_window_s: Option<f64>,
    /// Request rate by Prometheus, over `[15s]`.
    pub(crate) rate_rps: Option<f64>,
    /// Time of the newest scrape.
    pub(crate) scraped_unix_s: Option<f64>,
}

/// Alternates between two rates and asks both pipelines all the time.
pub(crate) fn measure(arguments: &LagArguments) -> Result<()> {
    std::fs::create_dir_all(&arguments.out)?;
    let [low, high] = arguments.rates[..] else { anyhow::bail!("--rates must be two numbers: low,high") };
    let load = square_wave(low, high, arguments.changes, Seed(arguments.seed))?;
    let api = Arc::new(Api::start()?);
    let planned = PlannedLoad::series(&arguments.url, &load, arguments.seed)?;
    let (stop, started_unix_s) = (Arc::new(AtomicBool::new(false)), clock::unix_s());
    let sampler = {
        let (api, arguments, stop) = (Arc::clone(&api), arguments.clone(), Arc::clone(&stop));
        thread::spawn(move || sample(&api, &arguments, &stop))
    };
    planned.send(|_| {}, |_| {})?;
    stop.store(true, Ordering::Relaxed);
    sampler.join().ok().context("the sampler panicked")??;
    let wave = serde_json::json!({
        "schema": "podpilot/lags/v1", "started_unix_s": started_unix_s,
        "rates_rps": load.rates_rps(), "rate_step_s": load.step().as_seconds(),
    });
    std::fs::write(arguments.out.join("lags.json"), serde_json::to_vec(&wave)?)?;
    Ok(())
}

/// Steps of one second; each stretch of one rate lasts 60 to 80 s.
fn square_wave(low: f64, high: f64, changes: usize, seed: Seed) -> Result<LoadSeries> {
    let mut stream = seed.named("stretches").stream();
    let mut rates = Vec::new();
    for stretch in 0..=changes {
        let length_s = SHORTEST_STRETCH_S + stream.below(RANDOM_STRETCH_S + 1);
        let rate = if stretch % 2 == 0 { low } else { high };
        rates.extend(std::iter::repeat_n(rate, length_s));
    }
    Ok(LoadSeries::new(Span::seconds(1), rates)?)
}

fn sample(api: &Api, arguments: &LagArguments, stop: &AtomicBool) -> Result<()> {
    let LagArguments { prometheus, selector, demo, .. } = arguments;
    let path = arguments.out.join("lags.jsonl");
    let metrics =
        format!("/apis/metrics.k8s.io/v1beta1/namespaces/{}/pods?labelSelector={selector}", demo.namespace);
    let rate = format!("{prometheus}/api/v1/query?query=sum(rate(http_requests_total%5B15s%5D))");
    let scraped = format!("{prometheus}/api/v1/query?query=max(timestamp(http_requests_total))");
    let mut next_s = clock::unix_s();
    while !stop.load(Ordering::Relaxed) {
        let at_unix_s = clock::unix_s();
        let pod = api.get(&metrics).unwrap_or_default();
        let row = LagRow {
            at_unix_s,
            cpu_cores: pod_cpu_cores(&pod),
            cpu_at_unix_s: text(&pod, "/items/0/timestamp").and_then(clock::parse_rfc3339_s),
            cpu_window_s: text(&pod, "/items/0/window").and_then(go_duration_s),
            rate_rps: scalar(&api.get(&rate).unwrap_or_default()),
            scraped_unix_s: scalar(&api.get(&scraped).unwrap_or_default()),
        };
        point::append(&path, &row)?;
        next_s += LOOK_EVERY_S;
        clock::sleep_until(next_s);
    }
    Ok(())
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// CPU of the first pod of a metrics answer: nanocores with the suffix `n`, or other quantities of CPU.
fn pod_cpu_cores(metrics: &Value) -> Option<f64> {
    let quantity = text(metrics, "/items/0/containers/0/usage/cpu")?;
    let digits = quantity.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let scale = match &quantity[digits.len()..] {
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "" => 1.0,
        _ => return None,
    };
    Some(digits.parse::<f64>().ok()? * scale)
}

/// A duration as Go prints it, such as `15.05s` or `1m0.2s`, in seconds.
pub(crate) fn go_duration_s(text: &str) -> Option<f64> {
    let (minutes, seconds) =
        text.split_once('m').filter(|(_, rest)| !rest.starts_with('s')).unwrap_or(("0", text));
    let seconds = match seconds.strip_suffix("ms") {
        Some(milliseconds) => milliseconds.parse::<f64>().ok()? * 1e-3,
        None => seconds.strip_suffix('s')?.parse::<f64>().ok()?,
    };
    Some(minutes.parse::<f64>().ok()? * 60.0 + seconds)
}

fn scalar(answer: &Value) -> Option<f64> {
    text(answer, "/data/result/0/value/1")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_of_both_pipelines_are_read() {
        let metrics = json!({"items": [{"timestamp": "2026-11-24T14:00:00Z", "window": "15.5s",
            "containers": [{"name": "web", "usage": {"cpu": "152000000n", "memory": "1Ki"}}]}]});
        assert_eq!(pod_cpu_cores(&metrics), Some(0.152));
        assert_eq!(text(&metrics, "/items/0/window").and_then(go_duration_s), Some(15.5));
        assert_eq!(go_duration_s("1m0.25s"), Some(60.25));
        assert_eq!(go_duration_s("850ms"), Some(0.85));
        assert_eq!(scalar(&json!({"data": {"result": [{"value": [1.0, "37.5"]}]}})), Some(37.5));
        assert_eq!(scalar(&json!({"data": {"result": []}})), None, "no series is no value, not zero");
    }

    #[test]
    fn stretches_are_long_enough_and_differ() {
        let load = square_wave(8.0, 38.0, 10, Seed(1)).unwrap();
        let mut lengths = vec![0];
        for pair in load.rates_rps().windows(2) {
            *lengths.last_mut().unwrap() += 1;
            if pair[0] != pair[1] {
                lengths.push(0);
            }
        }
        assert_eq!(lengths.len(), 11);
        assert!(lengths.iter().all(|length| (59..=80).contains(length)), "{lengths:?}");
        assert!(lengths.windows(2).any(|pair| pair[0] != pair[1]));
    }
}

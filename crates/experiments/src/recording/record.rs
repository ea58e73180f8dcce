//! `record`: applies an autoscaler, sends the load, and writes down everything until both are done.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use podpilot_traffic::LoadSeries;
use serde_json::{Value, json};

use super::folder::{Description, Folder, RECORDING_SCHEMA, file};
use super::profile;
use super::tap::{self, Lines, Stop};
use crate::clock;
use crate::cluster::{Api, ready_pods};
use crate::load_generator::PlannedLoad;
use crate::machine::Machine;

/// What `record` is asked to do.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct RecordArguments {
    /// Folder of the recording, which must not hold one yet
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// Manifest of the `HorizontalPodAutoscaler`, for the Deployment below
    #[arg(long)]
    pub(crate) hpa: PathBuf,
    /// Length of the load: ramp, step and burst are stretched to it, minutes
    #[arg(long, default_value_t = 20.0)]
    pub(crate) minutes: f64,
    /// Highest rate, requests per second
    #[arg(long, default_value_t = 150.0)]
    pub(crate) peak_rps: f64,
    /// Goes on recording after the load has ended, seconds
    #[arg(long, default_value_t = 30.0)]
    pub(crate) tail: f64,
    /// Seed of the arrivals
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where requests are sent: the gateway, which sees the queues of the pods
    #[arg(long, default_value = "http://10.96.0.81/")]
    pub(crate) url: String,
    /// Where Prometheus answers
    #[arg(long, default_value = "http://10.96.0.90:9090")]
    pub(crate) prometheus: String,
    /// Log of the process that runs the autoscaler; the testbed must have been started with `TESTBED_RECORD_HPA=1`
    #[arg(long, default_value = "/var/lib/podpilot-testbed/logs/hpa-controller.log")]
    pub(crate) controller_log: PathBuf,
    /// Settings of the running testbed, copied into the recording
    #[arg(long, default_value = "/var/lib/podpilot-testbed/settings.env")]
    pub(crate) testbed_settings: PathBuf,
    /// Namespace of the demo service
    #[arg(long, default_value = "demo")]
    pub(crate) namespace: String,
    /// Its Deployment
    #[arg(long, default_value = "web")]
    pub(crate) deployment: String,
    /// Replicas at the start
    #[arg(long, default_value_t = 1)]
    pub(crate) initial_replicas: u32,
}

/// Until the autoscaler has metrics and made its first decisions, seconds: its load is the first of the profile.
const SETTLE_S: f64 = 45.0;
/// The controller remembers recommendations by name until the first sync that finds the autoscaler gone, seconds: more than
/// a sync period.
const FORGETS_AFTER_S: f64 = 20.0;
pub(crate) const METRICS_POLL_S: f64 = 1.0;
const GATEWAY_POLL_S: f64 = 5.0;
const MACHINE_PERIOD_S: f64 = 15.0;

/// Records a run; at its end the autoscaler is removed and the replicas are what they were at the start.
pub(crate) fn record(arguments: &RecordArguments) -> Result<Folder> {
    let manifest = read_manifest(&arguments.hpa)?;
    let folder = Folder::create(&arguments.out)?;
    folder.write_json(file::HPA_MANIFEST, &manifest)?;
    let api = Arc::new(Api::start()?);
    let pods = start_over(&api, arguments, &manifest)?;
    let log_from = std::fs::metadata(&arguments.controller_log).map_or(0, |metadata| metadata.len());
    let stop = Stop::default();
    let samplers = start_taps(&api, arguments, &folder, &pods, &stop)?;
    let load = profile::ramp_step_burst(arguments.minutes, arguments.peak_rps)?;
    let outcome = apply_and_send(&api, arguments, &folder, &manifest, &load);
    clock::sleep_s(arguments.tail);
    stop.stop();
    for sampler in samplers {
        let _ = sampler.join();
    }
    let removed = api
        .delete(&hpa_path(arguments, &manifest))
        .and_then(|()| api.scale(&arguments.namespace, &arguments.deployment, arguments.initial_replicas));
    copy_log(&arguments.controller_log, log_from, &folder.file(file::CONTROLLER_LOG))?;
    outcome.and(removed)?;
    Ok(folder)
}

fn read_manifest(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_saphyr::from_str(&text).with_context(|| path.display().to_string())
}

fn hpas(arguments: &RecordArguments) -> String {
    format!("/apis/autoscaling/v2/namespaces/{}/horizontalpodautoscalers", arguments.namespace)
}

fn hpa_path(arguments: &RecordArguments, manifest: &Value) -> String {
    let name = manifest.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    format!("{}/{name}", hpas(arguments))
}

/// Removes the autoscaler if it is there, with its past, and goes back to the initial replicas. Returns the collection of the pods.
fn start_over(api: &Api, arguments: &RecordArguments, manifest: &Value) -> Result<String> {
    let RecordArguments { namespace, deployment, initial_replicas, .. } = arguments;
    api.delete(&hpa_path(arguments, manifest))?;
    clock::sleep_s(FORGETS_AFTER_S);
    api.scale(namespace, deployment, *initial_replicas)?;
    let live = api.get(&format!("/apis/apps/v1/namespaces/{namespace}/deployments/{deployment}"))?;
    let labels = live.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    let pairs = labels.context("the Deployment selects by no labels")?.iter();
    let selector: Vec<String> =
        pairs.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    let selector = selector.join(",");
    ready_pods(api, namespace, &selector, *initial_replicas, 120.0)?;
    Ok(format!("/api/v1/namespaces/{namespace}/pods?labelSelector={selector}"))
}

fn start_taps(
    api: &Arc<Api>,
    arguments: &RecordArguments,
    folder: &Folder,
    pods: &str,
    stop: &Stop,
) -> Result<Vec<std::thread::JoinHandle<()>>> {
    let RecordArguments { namespace, deployment, prometheus, .. } = arguments;
    let watch = |collection: String, name: &str| tap::watch(Arc::clone(api), collection, &folder.file(name));
    watch(pods.to_owned(), file::PODS)?;
    watch(hpas(arguments), file::HPA)?;
    let by_name = format!("fieldSelector=metadata.name={deployment}");
    watch(format!("/apis/apps/v1/namespaces/{namespace}/deployments?{by_name}"), file::DEPLOYMENT)?;
    watch(format!("/api/v1/namespaces/{namespace}/events"), file::EVENTS)?;
    let metrics = pods.replacen("/api/v1/", "/apis/metrics.k8s.io/v1beta1/", 1);
    let gateway = format!(
        "{prometheus}/api/v1/query?query=http_request_duration_seconds_bucket%7Bapp%3D%22gateway%22%7D"
    );
    Ok(vec![
        tap::poll(Arc::clone(api), metrics, METRICS_POLL_S, &folder.file(file::POD_METRICS), stop)?,
        tap::poll(Arc::clone(api), gateway, GATEWAY_POLL_S, &folder.file(file::GATEWAY), stop)?,
        tap::machine(MACHINE_PERIOD_S, &folder.file(file::MACHINE), stop)?,
    ])
}

/// Applies the autoscaler under the first rate of the load, waits until it has settled, and sends the load.
fn apply_and_send(
    api: &Api,
    arguments: &RecordArguments,
    folder: &Folder,
    manifest: &Value,
    load: &LoadSeries,
) -> Result<()> {
    api.create(&hpas(arguments), manifest)?;
    let first_rps = load.rates_rps()[0];
    PlannedLoad::steady(&arguments.url, first_rps, SETTLE_S, arguments.seed)?.send(|_| {}, |_| {})?;
    let started_unix_s = clock::unix_s();
    folder.write_json(file::DESCRIPTION, &describe(api, arguments, load, started_unix_s)?)?;
    let mut seconds = Lines::create(&folder.file(file::SECONDS))?;
    let mut minutes = Lines::create(&folder.file(file::MINUTES))?;
    let planned = PlannedLoad::series(&arguments.url, load, arguments.seed)?;
    // A row that cannot be written shows as a gap; the run is worth more than the row.
    let summary = planned.send(|second| drop(seconds.write(second)), |minute| drop(minutes.write(minute)))?;
    folder.write_json(file::LOAD, &summary)
}

fn describe(
    api: &Api,
    arguments: &RecordArguments,
    load: &LoadSeries,
    started_unix_s: f64,
) -> Result<Description> {
    let RecordArguments { namespace, deployment, url, seed, .. } = arguments;
    let live = api.get(&format!("/apis/apps/v1/namespaces/{namespace}/deployments/{deployment}"))?;
    let settings = std::fs::read_to_string(&arguments.testbed_settings).unwrap_or_default();
    let settings: Value = settings
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect::<serde_json::Map<String, Value>>()
        .into();
    Ok(Description {
        schema: RECORDING_SCHEMA.to_owned(),
        started_unix_s,
        duration_s: load.duration().as_seconds(),
        url: url.clone(),
        rates_rps: load.rates_rps().to_vec(),
        rate_step_s: load.step().as_seconds(),
        arrival_seed: *seed,
        namespace: namespace.clone(),
        deployment: deployment.clone(),
        pod_spec: live.pointer("/spec/template/spec").cloned().unwrap_or_default(),
        testbed: settings,
        machine: Machine::read(),
    })
}

/// Copies what a log has grown by since `from`.
fn copy_log(log: &Path, from: u64, to: &Path) -> Result<()> {
    let mut source = File::open(log).with_context(|| format!("cannot read {}", log.display()))?;
    source.seek(SeekFrom::Start(from))?;
    let mut target = File::create(to).with_context(|| format!("cannot write {}", to.display()))?;
    let mut chunk = vec![0; 1 << 20];
    loop {
        let length = source.read(&mut chunk)?;
        if length == 0 {
            return Ok(());
        }
        target.write_all(&chunk[..length])?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_log_grew_by_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        let (log, copy) = (folder.path().join("log"), folder.path().join("copy"));
        std::fs::write(&log, "before\nduring\n").unwrap();
        copy_log(&log, 7, &copy).unwrap();
        assert_eq!(std::fs::read_to_string(copy).unwrap(), "during\n");
    }
}

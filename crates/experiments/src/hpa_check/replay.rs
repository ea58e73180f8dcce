//! `replay-hpa`: feeds our HPA what the real one read, and compares each decision.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use podpilot_autoscalers::hpa::{Hpa, HpaControllerConfig, HpaManifest};
use podpilot_core::{Autoscaler, Observation, Outcome, ReplicaCounts, WriteResult};
use serde::{Deserialize, Serialize};

use super::controller_log;
use super::pods_at::{PodHistory, timestamp};
use super::syncs::{self, Sync};
use crate::clock;
use crate::recording::{Description, Folder, Row, file};

/// What `replay-hpa` is asked to do.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ReplayArguments {
    /// Folder of a recording
    pub(crate) recording: PathBuf,
    /// Fewest syncs that must have been compared
    #[arg(long, default_value_t = 5)]
    pub(crate) at_least: usize,
    /// Prints the differing syncs only
    #[arg(long)]
    pub(crate) quiet: bool,
}

impl ReplayArguments {
    /// The defaults for a recording.
    pub(crate) fn of(recording: PathBuf) -> Self {
        Self { recording, at_least: 5, quiet: false }
    }
}

/// The recorder's watch and the controller's own cache may show a change of pods in another order within this time,
/// seconds. A sync so close to a change is compared with the pods before and after it as well.
const WATCH_SKEW_S: f64 = 0.25;

/// One condition: type, status, reason.
type Condition = (String, String, String);

/// What a sync came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Verdict {
    /// What the metrics asked for.
    proposed: Option<i32>,
    /// What was decided.
    decided: Option<i32>,
    /// Conditions after the sync, sorted.
    conditions: Vec<Condition>,
}

/// A sync as both saw it: a row of `hpa-check.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Compared {
    at_unix_s: f64,
    /// `scale.spec.replicas` before.
    replicas: i32,
    pods: usize,
    ready: usize,
    /// Pods in the metrics API's answer; `None` without an answer.
    with_metrics: Option<usize>,
    real: Verdict,
    ours: Verdict,
    /// Compared with the pods just before or after, as a change came within the skew of the watches.
    near_a_change: bool,
}

/// Replays a recording; fails if a decision or a condition differs.
pub(crate) fn replay(arguments: &ReplayArguments) -> Result<()> {
    let (folder, description) = Folder::open(&arguments.recording)?;
    let compared = compare_recording(&folder, &description)?;
    print_table(&compared, arguments.quiet)?;
    let lines: Vec<String> = compared.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    std::fs::write(folder.file("hpa-check.jsonl"), lines.join("\n") + "\n")?;
    let differing = compared.iter().filter(|row| row.real != row.ours).count();
    if compared.len() < arguments.at_least {
        bail!(
            "only {} syncs were found in {}, at least {} are needed",
            compared.len(),
            file::CONTROLLER_LOG,
            arguments.at_least
        );
    }
    if differing > 0 {
        bail!("{differing} of {} syncs differ", compared.len());
    }
    Ok(())
}

fn compare_recording(folder: &Folder, description: &Description) -> Result<Vec<Compared>> {
    let manifest: HpaManifest = folder.json(file::HPA_MANIFEST)?;
    let hpa = Hpa::new("real", &manifest, HpaControllerConfig::default()).context("the recorded manifest")?;
    let rows: Vec<Row> = folder.rows(file::PODS)?;
    Ok(compare(hpa, &read_syncs(folder, description)?, &PodHistory::new(&rows)))
}

/// The real autoscaler's syncs in a recording.
pub(crate) fn read_syncs(folder: &Folder, description: &Description) -> Result<Vec<Sync>> {
    let path = folder.file(file::CONTROLLER_LOG);
    let log = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let year = clock::date_utc(description.started_unix_s)[..4].parse().context("the recording's year")?;
    Ok(syncs::cut(&controller_log::parse(&log, year), &description.namespace, &description.deployment))
}

fn compare(mut hpa: Hpa, syncs: &[Sync], history: &PodHistory<'_>) -> Vec<Compared> {
    let mut compared = Vec::new();
    let mut real_conditions = Vec::new();
    for (index, sync) in syncs.iter().enumerate() {
        let is_last_and_cut_off =
            index + 1 == syncs.len() && sync.decided.is_none() && sync.conditions.is_none();
        if is_last_and_cut_off {
            break;
        }
        if let Some(conditions) = &sync.conditions {
            real_conditions.clone_from(conditions);
        }
        let real =
            Verdict { proposed: sync.proposed, decided: sync.decided, conditions: real_conditions.clone() };
        let moments = moments(sync.at_unix_s, history);
        let tries: Vec<(Hpa, Verdict)> =
            moments.iter().map(|&at_unix_s| one_sync(&hpa, sync, at_unix_s, history)).collect();
        let matching = tries.iter().position(|(_, ours)| *ours == real).unwrap_or(0);
        let (after, ours) =
            tries.into_iter().nth(matching).unwrap_or_else(|| (hpa.clone(), Verdict::default()));
        let (pods, ready) = history.counts(sync.at_unix_s);
        compared.push(Compared {
            at_unix_s: sync.at_unix_s,
            replicas: sync.spec_replicas,
            pods,
            ready,
            with_metrics: sync.pod_metrics.as_ref().map(Vec::len),
            real,
            ours,
            near_a_change: matching > 0,
        });
        hpa = after;
    }
    compared
}

/// The instant of a sync, and instants before and after it if pods changed close by.
fn moments(at_unix_s: f64, history: &PodHistory<'_>) -> Vec<f64> {
    let mut moments = vec![at_unix_s];
    let close = history.changes().filter(|change_s| (change_s - at_unix_s).abs() < WATCH_SKEW_S);
    moments.extend(close.flat_map(|change_s| [change_s - 1e-4, change_s]));
    moments
}

/// Our HPA after the sync, which goes on with what the real one wrote, and what ours decided.
fn one_sync(hpa: &Hpa, sync: &Sync, pods_at_unix_s: f64, history: &PodHistory<'_>) -> (Hpa, Verdict) {
    let mut hpa = hpa.clone();
    let now = timestamp(sync.at_unix_s);
    let observation = Observation {
        now,
        replicas: ReplicaCounts { spec: sync.spec_replicas, status: sync.status_replicas },
        pods: history.table(pods_at_unix_s, sync.pod_metrics.as_deref()),
        ..Observation::default()
    };
    let decided = hpa.decide(&observation).replicas;
    let proposals = hpa.metric_results().iter().flatten().filter_map(|result| result.as_ref().ok());
    let proposed = proposals.map(|proposal| proposal.replicas).max().filter(|_| decided.is_some());
    if let (true, Some(to)) = (sync.rescaled, sync.decided) {
        hpa.applied(&Outcome { at: now, from: sync.spec_replicas, to, result: WriteResult::Applied });
    }
    let mut conditions: Vec<Condition> = hpa
        .conditions()
        .iter()
        .map(|condition| {
            let status = if condition.status { "True" } else { "False" };
            (format!("{:?}", condition.kind), status.to_owned(), format!("{:?}", condition.reason))
        })
        .collect();
    conditions.sort();
    (hpa, Verdict { proposed, decided, conditions })
}

fn print_table(compared: &[Compared], quiet: bool) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "time      replicas  pods ready metrics   proposed real/ours   decided real/ours   conditions"
    )?;
    for row in compared.iter().filter(|row| !quiet || row.real != row.ours) {
        let time = &clock::date_utc(row.at_unix_s)[11..19];
        let count = |value: Option<i32>| value.map_or("-".to_owned(), |count| count.to_string());
        let pair = |real, ours| format!("{}/{}", count(real), count(ours));
        writeln!(
            out,
            "{time}  {:8}  {:4} {:5} {:>7}   {:>18}   {:>17}   {}",
            row.replicas,
            row.pods,
            row.ready,
            row.with_metrics.map_or("none".to_owned(), |pods| pods.to_string()),
            pair(row.real.proposed, row.ours.proposed),
            pair(row.real.decided, row.ours.decided),
            condition_note(row),
        )?;
    }
    let differing = compared.iter().filter(|row| row.real != row.ours).count();
    let near = compared.iter().filter(|row| row.near_a_change).count();
    let rescales =
        compared.iter().filter(|row| row.real.decided.is_some_and(|to| to != row.replicas)).count();
    writeln!(
        out,
        "{} syncs, {rescales} changes of the replica count, {differing} differences ({near} syncs agree with the pods \
         as the other watch may have had them)",
        compared.len()
    )?;
    Ok(())
}

fn condition_note(row: &Compared) -> String {
    if row.real.conditions == row.ours.conditions {
        let reasons: Vec<&str> = row.real.conditions.iter().map(|(_, _, reason)| reason.as_str()).collect();
        return format!(
            "equal: {}{}",
            reasons.join(" "),
            if row.near_a_change { " (near a change)" } else { "" }
        );
    }
    let differing = |mine: &[Condition], other: &[Condition]| {
        let only: Vec<String> = mine
            .iter()
            .filter(|condition| !other.contains(condition))
            .map(|(kind, status, reason)| format!("{kind}={status}/{reason}"))
            .collect();
        only.join(" ")
    };
    format!(
        "DIFFERENT real [{}] ours [{}]",
        differing(&row.real.conditions, &row.ours.conditions),
        differing(&row.ours.conditions, &row.real.conditions)
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A real run of two minutes, with what is not needed cut out of the objects.
    fn real_run() -> (Folder, Description) {
        Folder::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/live-run")).unwrap()
    }

    #[test]
    fn a_real_run_is_decided_alike() {
        let (folder, description) = real_run();
        let compared = compare_recording(&folder, &description).unwrap();
        let differing: Vec<&Compared> = compared.iter().filter(|row| row.real != row.ours).collect();
        assert!(differing.is_empty(), "{differing:#?}");
        assert_eq!(compared.len(), 13);
        let counts: Vec<i32> = compared.iter().map(|row| row.replicas).collect();
        assert_eq!(counts, [1, 1, 1, 1, 1, 1, 2, 4, 5, 5, 5, 7, 7]);
    }

    #[test]
    fn a_metric_that_was_read_otherwise_shows_as_a_difference() {
        let (folder, description) = real_run();
        let manifest: HpaManifest = folder.json(file::HPA_MANIFEST).unwrap();
        let rows: Vec<Row> = folder.rows(file::PODS).unwrap();
        let mut syncs = read_syncs(&folder, &description).unwrap();
        // The sync at which 115m of 100m asked for a second replica: with 75m, the tolerance would have kept one.
        let usage = &mut syncs[5].pod_metrics.as_mut().unwrap()[0]["containers"][0]["usage"]["cpu"];
        assert_eq!(*usage, "114795557n");
        *usage = "75000000n".into();
        let hpa = Hpa::new("real", &manifest, HpaControllerConfig::default()).unwrap();
        let compared = compare(hpa, &syncs, &PodHistory::new(&rows));
        let differing: Vec<usize> =
            (0..compared.len()).filter(|&at| compared[at].real != compared[at].ours).collect();
        assert!(differing.contains(&5), "{differing:?}");
        assert_eq!((compared[5].real.decided, compared[5].ours.decided), (Some(2), Some(1)));
    }
}

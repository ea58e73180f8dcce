//! The instants of a recorded run that a prediction shares: when the autoscaler decided, when metrics were collected.

use anyhow::{Context, Result};
use serde_json::Value;

use super::collections::{self, Look};
use crate::hpa_check::{Sync, read_syncs};
use crate::recording::{Description, Folder, METRICS_POLL_S, Row, file};

/// Seconds that a simulation runs before the load: longer than any period of the metrics.
pub(crate) const LEAD_S: usize = 30;

/// Instants, in seconds since the start of the simulation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Instants {
    /// The autoscaler's syncs. They come a little later than every 15 s, so they drift past the collections.
    pub(crate) syncs_s: Vec<f64>,
    /// The first collection of metrics-server.
    pub(crate) first_collection_s: f64,
}

/// Reads them from a recording.
pub(crate) fn of_recording(
    folder: &Folder,
    description: &Description,
    resolution_s: f64,
) -> Result<Instants> {
    let origin_unix_s = description.started_unix_s - LEAD_S as f64;
    let syncs = read_syncs(folder, description)?;
    let answers: Vec<Row> = folder.rows(file::POD_METRICS)?;
    let looks = looks(&answers, &syncs, origin_unix_s);
    let first_collection_s = collections::phase_s(&looks, resolution_s)
        .with_context(|| format!("{} has no newer sample in it", folder.file(file::POD_METRICS).display()))?;
    let since_origin = syncs.iter().map(|sync| sync.at_unix_s - origin_unix_s);
    Ok(Instants { syncs_s: since_origin.filter(|at_s| *at_s >= 0.0).collect(), first_collection_s })
}

/// All known answers in the order of time: those that the recorder wrote down, the same again while it asked in vain,
/// and those that the autoscaler got.
fn looks<'a>(answers: &'a [Row], syncs: &'a [Sync], origin_unix_s: f64) -> Vec<Look<'a>> {
    let mut looks: Vec<Look<'a>> = Vec::new();
    for (index, answer) in answers.iter().enumerate() {
        let Some(items) = answer.object["items"].as_array() else { continue };
        let until_s = answers.get(index + 1).map_or(answer.at_unix_s, |next| next.at_unix_s);
        let mut at_unix_s = answer.at_unix_s;
        loop {
            looks.push(Look { at_s: at_unix_s - origin_unix_s, items });
            at_unix_s += METRICS_POLL_S;
            if at_unix_s > until_s - 0.5 * METRICS_POLL_S {
                break;
            }
        }
    }
    looks.extend(syncs.iter().filter_map(|sync| {
        let items: &[Value] = sync.pod_metrics.as_deref()?;
        Some(Look { at_s: sync.at_unix_s - origin_unix_s, items })
    }));
    looks.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
    looks
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sync_between_two_polls_narrows_the_gap() {
        let items = |at: &str| json!({"items": [{"metadata": {"name": "a"}, "timestamp": at}]});
        let row = |at_unix_s, object| Row { at_unix_s, event: "SAMPLE".to_owned(), object };
        let answers = [row(100.0, items("1")), row(105.0, items("2"))];
        let newest = items("2")["items"].as_array().cloned();
        let syncs = [Sync { at_unix_s: 104.3, pod_metrics: newest, ..Sync::default() }];
        let looks = looks(&answers, &syncs, 90.0);
        assert_eq!(looks.len(), 7, "polls at 100..=105 and the sync");
        let phase_s = collections::phase_s(&looks, 10.0).unwrap();
        assert!((4.0..4.3).contains(&phase_s), "{phase_s}");
    }
}

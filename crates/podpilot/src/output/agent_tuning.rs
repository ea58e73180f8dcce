//! What a search of an agent's settings found, on standard output.

use podpilot_lab::agent_tuning::AgentTuning;
use serde_json::Value;

use super::tables::entries;
use super::{print, print_json};
use crate::arguments::OutputFormat;
use crate::failure::Failure;

pub(crate) fn agent_tuning(found: &AgentTuning, format: OutputFormat) -> Result<(), Failure> {
    let rows = settings("", &Value::Object(found.learner.clone()));
    match format {
        OutputFormat::Json => print_json(found),
        OutputFormat::Csv => {
            let lines = rows.iter().map(|(name, value)| format!("{name},{value}\n"));
            print(&std::iter::once("setting,value\n".to_owned()).chain(lines).collect::<String>())
        }
        OutputFormat::Table => {
            let trials = found.finished + found.pruned + found.failed;
            let default = found.default_score.map_or_else(|| "not known".to_owned(), score);
            print(&format!(
                "{}\n{trials} trials of {} with {} steps each: {} to their end, {} given up early, {} failed\n\
                 cost over the base policy on held-out days, pods and priced bad minutes in pods of the mean load: {} \
                 (trial {}), with the defaults {default}\n{}\n",
                entries(&rows),
                found.agent,
                found.timesteps,
                found.finished,
                found.pruned,
                found.failed,
                score(found.best_score),
                found.best_trial,
                found.best_file.display()
            ))
        }
    }
}

fn score(value: f64) -> String {
    format!("{value:+.4}").replace('-', "−")
}

/// Settings by dotted name; numbers that were searched between carry no more digits than say something.
fn settings(place: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, inner)| {
                let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                settings(&place, inner)
            })
            .collect(),
        Value::Number(number) if number.is_f64() => {
            vec![(place.to_owned(), format!("{:.4}", number.as_f64().unwrap_or_default()))]
        }
        Value::String(text) => vec![(place.to_owned(), text.clone())],
        other => vec![(place.to_owned(), other.to_string())],
    }
}

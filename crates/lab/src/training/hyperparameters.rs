//! Settings of the learner out of a file: what `podpilot tune --agent` found, or what the user wrote.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::settings::LearnerSettings;
use crate::LabError;

/// Marks such a file.
pub(crate) const HYPERPARAMETERS_SCHEMA: &str = "podpilot/hyperparameters/v1";

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hyperparameters {
    pub(crate) schema: String,
    /// Settings by name as in `settings.json` under `learner`; what is not named keeps its default.
    pub(crate) learner: Map<String, Value>,
    /// Where they come from; for people.
    #[serde(default)]
    pub(crate) found_by: Option<Value>,
}

/// Reads a file over the defaults.
pub(crate) fn read(path: &Path, defaults: &LearnerSettings) -> Result<LearnerSettings, LabError> {
    let shown = path.display();
    let text =
        std::fs::read(path).map_err(|source| LabError::Unreadable { path: path.to_owned(), source })?;
    let file: Hyperparameters =
        serde_json::from_slice(&text).map_err(|error| LabError::BadInput(format!("{shown}: {error}")))?;
    if file.schema != HYPERPARAMETERS_SCHEMA {
        let found = &file.schema;
        return Err(LabError::BadInput(format!(
            "{shown}: schema is `{found}`, this version reads `{HYPERPARAMETERS_SCHEMA}`"
        )));
    }
    with(defaults, &file.learner).map_err(|problem| LabError::BadInput(format!("{shown}: {problem}")))
}

/// Settings with some of them replaced. Each must be there already, and have a value that its type takes.
pub(crate) fn with(
    defaults: &LearnerSettings,
    changes: &Map<String, Value>,
) -> Result<LearnerSettings, String> {
    let mut settings = serde_json::to_value(defaults).map_err(|error| error.to_string())?;
    replace(&mut settings, changes, "learner")?;
    serde_json::from_value(settings).map_err(|error| format!("learner: {error}"))
}

fn replace(settings: &mut Value, changes: &Map<String, Value>, place: &str) -> Result<(), String> {
    let fields = settings.as_object_mut().ok_or_else(|| format!("{place}: has no settings of its own"))?;
    for (name, value) in changes {
        let known: Vec<String> = fields.keys().cloned().collect();
        let Some(field) = fields.get_mut(name) else {
            return Err(format!("{place}.{name}: there is no such setting; there are {}", known.join(", ")));
        };
        // The kind of learner is chosen by --agent.
        if name == "agent" && field != value {
            return Err(format!("{place}.agent: is {value}, but --agent is {field}"));
        }
        match value {
            // Tagged values such as schedules are replaced whole.
            Value::Object(inner) if field.is_object() && inner.keys().all(|key| field.get(key).is_some()) => {
                replace(field, inner, &format!("{place}.{name}"))?;
            }
            _ => *field = value.clone(),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::training::settings::tests::ppo_settings;

    fn changed(changes: &Value) -> Result<LearnerSettings, String> {
        with(&ppo_settings().learner, changes.as_object().unwrap())
    }

    #[test]
    fn what_is_not_named_keeps_its_default() {
        let defaults = ppo_settings().learner;
        let (LearnerSettings::Ppo(before), LearnerSettings::Ppo(after)) =
            (defaults, changed(&json!({"agent": "ppo", "gamma": 0.9})).unwrap())
        else {
            unreachable!("PPO stays PPO")
        };
        assert_eq!(after.gamma, 0.9);
        assert_eq!((after.epochs, after.learning_rate), (before.epochs, before.learning_rate));
    }

    #[test]
    fn wrong_names_kinds_and_learners_are_named() {
        assert!(
            changed(&json!({"gama": 0.9})).unwrap_err().contains("learner.gama: there is no such setting")
        );
        assert!(changed(&json!({"gamma": "much"})).unwrap_err().contains("learner"));
        assert!(changed(&json!({"agent": "dqn"})).unwrap_err().contains("--agent is \"ppo\""));
    }
}

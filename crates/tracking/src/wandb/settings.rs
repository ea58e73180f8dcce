//! What W&B's users set in the environment.

use std::path::PathBuf;

/// Whether and how W&B gets the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WandbMode {
    /// No file is written.
    Disabled,
    /// A file is written, for `wandb sync` later.
    Offline,
    /// The same, and W&B's own tool uploads it while it grows.
    Online,
}

/// Settings under the names that W&B's own tools read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WandbSettings {
    /// `WANDB_MODE`; offline unless set.
    pub mode: WandbMode,
    /// `WANDB_PROJECT`.
    pub project: String,
    /// `WANDB_ENTITY`.
    pub entity: Option<String>,
    /// `WANDB_RUN_ID`.
    pub run_id: Option<String>,
    /// `WANDB_NAME`.
    pub name: Option<String>,
    /// `WANDB_RUN_GROUP`.
    pub group: Option<String>,
    /// `WANDB_TAGS`, separated by commas.
    pub tags: Vec<String>,
    /// `WANDB_NOTES`.
    pub notes: Option<String>,
    /// `WANDB_DIR`: where the folder `wandb` lies; the run directory unless set.
    pub directory: Option<PathBuf>,
}

/// Project of runs that name none.
const PROJECT: &str = "podpilot";

impl WandbSettings {
    /// Reads the variables. `WANDB_BASE_URL` and `WANDB_API_KEY` are left to W&B's own tool, which inherits them.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let tags = set("WANDB_TAGS").unwrap_or_default();
        let run_id = set("WANDB_RUN_ID");
        if let Some(id) = run_id.as_deref().filter(|id| !is_run_id(id)) {
            return Err(format!(
                "WANDB_RUN_ID={id}: must be letters, digits, `-` and `_`, 64 at most, such as 3k9x2a7q"
            ));
        }
        Ok(Self {
            mode: mode(set("WANDB_MODE").as_deref(), set("WANDB_DISABLED").as_deref())?,
            project: set("WANDB_PROJECT").unwrap_or_else(|| PROJECT.to_owned()),
            entity: set("WANDB_ENTITY"),
            run_id,
            name: set("WANDB_NAME"),
            group: set("WANDB_RUN_GROUP"),
            tags: tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
            notes: set("WANDB_NOTES"),
            directory: set("WANDB_DIR").map(PathBuf::from),
        })
    }
}

fn mode(mode: Option<&str>, disabled: Option<&str>) -> Result<WandbMode, String> {
    if disabled.is_some_and(|value| ["true", "1"].contains(&value.to_lowercase().as_str())) {
        return Ok(WandbMode::Disabled);
    }
    match mode {
        None | Some("offline" | "dryrun") => Ok(WandbMode::Offline),
        Some("online" | "run") => Ok(WandbMode::Online),
        Some("disabled") => Ok(WandbMode::Disabled),
        Some(other) => Err(format!("WANDB_MODE={other}: must be offline, online or disabled")),
    }
}

/// It becomes part of paths.
fn is_run_id(id: &str) -> bool {
    id.len() <= 64 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<WandbSettings, String> {
        WandbSettings::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_set_is_offline() {
        let settings = with(&[("WANDB_MODE", "")]).unwrap();
        assert_eq!((settings.mode, settings.project.as_str()), (WandbMode::Offline, "podpilot"));
        assert_eq!(settings.entity, None);
    }

    #[test]
    fn the_names_are_those_of_the_wandb_tools() {
        let settings = with(&[
            ("WANDB_MODE", "online"),
            ("WANDB_PROJECT", "p"),
            ("WANDB_ENTITY", "e"),
            ("WANDB_TAGS", "a, b,,"),
            ("WANDB_RUN_GROUP", "g"),
        ])
        .unwrap();
        assert_eq!(settings.mode, WandbMode::Online);
        assert_eq!((settings.project.as_str(), settings.entity.as_deref()), ("p", Some("e")));
        assert_eq!(
            (settings.tags.as_slice(), settings.group.as_deref()),
            (&["a".to_owned(), "b".to_owned()][..], Some("g"))
        );
        assert_eq!(with(&[("WANDB_DISABLED", "true")]).unwrap().mode, WandbMode::Disabled);
    }

    #[test]
    fn wrong_values_are_named() {
        assert!(
            with(&[("WANDB_MODE", "ofline")]).unwrap_err().contains("WANDB_MODE=ofline: must be offline")
        );
        assert!(with(&[("WANDB_RUN_ID", "../x")]).unwrap_err().contains("WANDB_RUN_ID"));
    }
}

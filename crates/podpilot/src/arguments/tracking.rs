#![expect(clippy::doc_markdown, reason = "clap shows these comments as they are")]

use std::env;

use clap::{Args, ValueEnum};
use podpilot_lab::request::{Tracking, WandbMode, WandbSettings};

use crate::failure::Failure;

/// Where runs are recorded besides the JSON lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tracker {
    /// A Weights & Biases file
    Wandb,
    /// TensorBoard events
    Tensorboard,
    /// Nowhere else
    None,
}

/// What is recorded of a training.
#[derive(Debug, Args)]
#[command(next_help_heading = "Tracking")]
pub(crate) struct TrackingArguments {
    /// Where the run is recorded besides metrics.jsonl: wandb (offline unless WANDB_MODE says otherwise), tensorboard, none
    #[arg(
        long,
        value_name = "LIST",
        default_value = "wandb,tensorboard",
        value_delimiter = ',',
        hide_possible_values = true
    )]
    pub(crate) track: Vec<Tracker>,
    /// Words to find the run by, separated by commas, besides WANDB_TAGS
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    pub(crate) tags: Vec<String>,
    /// Group of runs that it belongs to [default: WANDB_RUN_GROUP]
    #[arg(long, value_name = "NAME")]
    pub(crate) group: Option<String>,
}

impl TrackingArguments {
    /// With what the environment says.
    pub(crate) fn tracking(&self) -> Result<Tracking, Failure> {
        let settings =
            WandbSettings::from_variables(|name| env::var(name).ok()).map_err(Failure::BadInput)?;
        if self.track.contains(&Tracker::None) && self.track.len() > 1 {
            return Err(Failure::BadInput("--track: none excludes the others".to_owned()));
        }
        let tags = self.tags.iter().chain(&settings.tags).filter(|tag| !tag.is_empty()).cloned().collect();
        let group = self.group.clone().or_else(|| settings.group.clone());
        let wanted = self.track.contains(&Tracker::Wandb) && settings.mode != WandbMode::Disabled;
        Ok(Tracking {
            tensorboard: self.track.contains(&Tracker::Tensorboard),
            wandb: wanted.then_some(settings),
            tags,
            group,
        })
    }
}

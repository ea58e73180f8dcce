//! `podpilot tune --agent`.

use std::path::Path;

use podpilot_lab::LabError;
use podpilot_lab::agent_tuning::{AgentTuneRequest, is_agent_tuning, resume_agent_tuning, tune_agent};
use podpilot_lab::request::AgentKind;

use super::free_directory;
use crate::arguments::TuneArguments;
use crate::failure::Failure;
use crate::output;
use crate::progress::Terminal;

/// Whether an agent's settings are searched, and not a rival's.
pub(super) fn is_meant(arguments: &TuneArguments) -> bool {
    arguments.agent.is_some() || arguments.resume.as_deref().is_some_and(is_agent_tuning)
}

pub(super) fn run(arguments: &TuneArguments) -> Result<(), Failure> {
    let tracking = arguments.tracking.tracking()?;
    let mut terminal = Terminal::new(arguments.output.quiet)?.with_tracking(tracking);
    let (found, directory) = if let Some(directory) = &arguments.resume {
        (resume_agent_tuning(directory, &mut terminal), directory.clone())
    } else {
        let request = request(arguments, arguments.agent.unwrap_or(AgentKind::Ppo));
        (tune_agent(&request, &mut terminal), request.out)
    };
    drop(terminal);
    let found = found.map_err(|error| match error {
        LabError::Interrupted { .. } => Failure::Interrupted(format!(
            "{error}; go on with `podpilot tune --resume {}`",
            directory.display()
        )),
        other => Failure::from(other),
    })?;
    output::agent_tuning(&found, arguments.output.format)
}

fn request(arguments: &TuneArguments, agent: AgentKind) -> AgentTuneRequest {
    let load = arguments.load.trace.as_deref().unwrap_or(Path::new(&arguments.load.scenario));
    let load = load.file_stem().map_or_else(|| "load".into(), |stem| stem.to_string_lossy());
    let name = format!("tune-{load}-{agent}-seed{}", arguments.load.seed);
    AgentTuneRequest {
        load: arguments.load.choice(),
        agent,
        experience: arguments.experience.into(),
        trials: arguments.trials,
        timesteps: arguments.timesteps,
        seed: arguments.load.seed,
        out: arguments.out.clone().unwrap_or_else(|| free_directory(&name)),
    }
}

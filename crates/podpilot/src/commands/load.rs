use std::fs;
use std::path::PathBuf;

use podpilot_core::Span;
use podpilot_lab::{NamedLoad, load_of_scenario, load_of_text};
use podpilot_load::{
    K6Stages, Options, Plan, PlanError, PlanOptions, PreparedRun, RunError, RunFiles, RunResult, Scale,
    Target,
};
use podpilot_traffic::{GeneratedLoad, LoadSpec, Shape, TraceLoad};

use crate::arguments::{
    ExportK6Arguments, LoadCommand, LoadTestArguments, RequestArguments, SourceArguments,
};
use crate::failure::Failure;
use crate::live_line::LiveLine;
use crate::output;

pub(super) fn run_load(arguments: &LoadTestArguments) -> Result<(), Failure> {
    if let Some(LoadCommand::ExportK6(export)) = &arguments.instead {
        return export_k6(export);
    }
    let url = arguments.url.as_deref().unwrap_or_default();
    let target = Target::new(url, &arguments.requests.headers).map_err(bad_input)?;
    let plan = plan(&arguments.source)?;
    if arguments.dry_run {
        return output::load_plan(&plan, arguments.output.format);
    }
    let options = options(&arguments.requests);
    let prepared =
        PreparedRun::new(&plan, &target, &options, arguments.prometheus_listen).map_err(failure_of)?;
    let files = match &arguments.out {
        Some(folder) => Some(RunFiles::create(folder, &plan).map_err(bad_input)?),
        None => None,
    };
    let mut line = LiveLine::new(arguments.output.quiet, files)?;
    let ran = prepared.run(&mut line);
    let files = line.finish();
    let result = ran.map_err(failure_of)?;
    // What was measured is shown even if it cannot be written.
    output::load_result(&result, arguments.output.format)?;
    if let Some(files) = files {
        files.finish(&result).map_err(|error| Failure::Failed(error.to_string()))?;
    }
    judged(&result)
}

fn export_k6(arguments: &ExportK6Arguments) -> Result<(), Failure> {
    let stages = K6Stages::of(&plan(&arguments.source)?, arguments.step_s);
    let text = serde_json::to_string_pretty(&stages).map_err(std::io::Error::other)? + "\n";
    match &arguments.out {
        Some(path) => fs::write(path, text)
            .map_err(|error| Failure::BadInput(format!("--out {}: {error}", path.display()))),
        None => output::print(&text),
    }
}

/// Results that do not count must not look as if they did.
fn judged(result: &RunResult) -> Result<(), Failure> {
    let summary = &result.summary;
    if summary.interrupted {
        let [sent, duration] = [summary.measured_s, summary.parameters.duration_s].map(f64::round);
        let text = format!("stopped after {sent} of {duration} s; the results are those until then");
        return Err(Failure::Interrupted(text));
    }
    if summary.saturated {
        return Err(Failure::Failed(output::SATURATED.to_owned()));
    }
    Ok(())
}

fn bad_input(error: impl std::fmt::Display) -> Failure {
    Failure::BadInput(error.to_string())
}

fn failure_of(error: RunError) -> Failure {
    if error.is_bad_input() { bad_input(error) } else { Failure::Failed(error.to_string()) }
}

fn plan(arguments: &SourceArguments) -> Result<Plan, Failure> {
    let NamedLoad { spec, folder } = named_load(arguments)?;
    let scale = match (arguments.scale, arguments.peak_rps, arguments.mean_rps) {
        (_, Some(rps), _) => Scale::PeakRps(rps),
        (_, _, Some(rps)) => Scale::MeanRps(rps),
        (factor, ..) => factor.map_or_else(Scale::default, Scale::Factor),
    };
    let options = PlanOptions {
        scale,
        speed_up: arguments.speed_up,
        start_s: arguments.start_s,
        duration_s: arguments.duration_s,
        arrivals: arguments.arrivals.unwrap_or(spec.arrivals()),
        seed: arguments.seed,
    };
    Plan::from_spec(&spec, &folder, options).map_err(|error: PlanError| bad_input(error))
}

fn named_load(arguments: &SourceArguments) -> Result<NamedLoad, Failure> {
    let here = |spec| NamedLoad { spec, folder: PathBuf::new() };
    if let Some(rps) = arguments.rps {
        return Ok(here(LoadSpec::Generated(GeneratedLoad::of(Shape::Steady { rps }))));
    }
    if let Some(text_or_file) = &arguments.load {
        return Ok(load_of_text(text_or_file)?);
    }
    let of_scenario = arguments.scenario.as_deref().map(load_of_scenario).transpose()?;
    match (&arguments.trace, of_scenario) {
        // As everywhere: the trace replaces the scenario's load, whose arrivals stay.
        (Some(trace), scenario) => {
            let arrivals = scenario.map(|scenario| scenario.spec.arrivals()).unwrap_or_default();
            Ok(here(LoadSpec::Trace(TraceLoad { arrivals, ..TraceLoad::of(trace) })))
        }
        (None, Some(scenario)) => Ok(scenario),
        (None, None) => {
            let text =
                "no load is given: say --rps N, --trace FILE, --load FILE|TEXT or --scenario FILE|NAME";
            Err(Failure::BadInput(text.to_owned()))
        }
    }
}

fn options(arguments: &RequestArguments) -> Options {
    let default = Options::default();
    Options {
        timeout: Span::from_seconds(arguments.timeout_s),
        warm_up: Span::from_seconds(arguments.warm_up_s),
        slow_ms: arguments.slow_ms,
        connections: arguments.connections,
        max_in_flight: arguments.max_in_flight.unwrap_or(default.max_in_flight),
        threads: arguments.threads,
        ..default
    }
}

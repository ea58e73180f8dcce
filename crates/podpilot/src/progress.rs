use std::{
    fmt,
    io::{self, IsTerminal},
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use podpilot_lab::request::{Observer, Progress, Stage, Tracking};

const PLAIN: &str = "{prefix:<11} {bar:32} {human_pos}/{human_len}  {rate}  {eta} left";
const WITH_RETURN: &str =
    "{prefix:<11} {bar:32} {human_pos}/{human_len} steps  {rate}  return {msg}  {eta} left";
const WORKING: &str = "{prefix:<11} {spinner}";

/// A flag that the first Ctrl-C sets; the second ends the process.
pub(crate) fn stop_on_interrupt() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if seen.swap(true, Ordering::SeqCst) {
            process::exit(130);
        }
        anstream::eprintln!("stopping at the next safe point; press Ctrl-C again to stop at once");
    })
    .map_err(io::Error::other)?;
    Ok(stop)
}

/// Shows progress on standard error and listens for Ctrl-C. Notes wait until the work proper begins, so that bad input
/// is answered by one line and nothing else.
#[derive(Debug)]
pub(crate) struct Terminal {
    bar: ProgressBar,
    held: Vec<String>,
    working: bool,
    stage: Option<Stage>,
    has_return: bool,
    quiet: bool,
    stop: Arc<AtomicBool>,
    tracking: Tracking,
}

impl Terminal {
    /// No bar when quiet or when standard error is not a terminal.
    pub(crate) fn new(quiet: bool) -> io::Result<Self> {
        let stop = stop_on_interrupt()?;
        let shown = !quiet && io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        let tracking = Tracking::default();
        Ok(Self {
            bar,
            held: Vec::new(),
            working: false,
            stage: None,
            has_return: false,
            quiet,
            stop,
            tracking,
        })
    }

    /// Records trainings there too.
    pub(crate) fn with_tracking(mut self, tracking: Tracking) -> Self {
        self.tracking = tracking;
        self
    }

    fn release(&mut self) {
        self.working = true;
        let held = std::mem::take(&mut self.held);
        if !self.quiet && !held.is_empty() {
            self.bar.suspend(|| held.iter().for_each(|line| anstream::eprintln!("{line}")));
        }
    }

    fn begin(&mut self, progress: &Progress) {
        let restyle =
            self.stage != Some(progress.stage) || self.has_return != progress.episode_return.is_some();
        if !restyle {
            return;
        }
        let template = match (progress.stage, progress.episode_return) {
            (Stage::Preparing, _) => WORKING,
            (_, Some(_)) => WITH_RETURN,
            (_, None) => PLAIN,
        };
        // A template that does not parse would only cost the looks of the bar.
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.progress_chars("━╸─").with_key("rate", write_rate));
        }
        self.bar.set_prefix(name(progress.stage));
        if self.stage != Some(progress.stage) {
            self.bar.reset();
            self.bar.set_position(progress.done);
            self.bar.reset_eta();
        }
        self.stage = Some(progress.stage);
        self.has_return = progress.episode_return.is_some();
    }
}

impl Observer for Terminal {
    fn progress(&mut self, progress: &Progress) {
        self.begin(progress);
        if progress.stage != Stage::Preparing || progress.done > 0 {
            self.release();
        }
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.done);
        if let Some(episode_return) = progress.episode_return {
            self.bar.set_message(format!("{episode_return:.2}"));
        }
    }

    fn note(&mut self, line: &str) {
        self.held.push(line.to_owned());
        if self.working {
            self.release();
        }
    }

    fn should_stop(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    fn tracking(&self) -> Tracking {
        self.tracking.clone()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Whole units a second.
fn write_rate(state: &ProgressState, out: &mut dyn fmt::Write) {
    // The bar has no use for an error.
    let _ = write!(out, "{}/s", HumanCount(state.per_sec().round() as u64));
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Preparing => "preparing",
        Stage::Training => "training",
        Stage::Evaluating => "evaluating",
        Stage::Simulating => "simulating",
        Stage::Tuning => "tuning",
    }
}

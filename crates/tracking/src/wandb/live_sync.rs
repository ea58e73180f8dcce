//! Online mode: W&B's own tool uploads the file while it grows. Keys, retries, proxies and rate limits stay its business.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::clock;

/// How long the end of a run waits for the upload to be complete.
const PATIENCE: Duration = Duration::from_mins(1);

const TOOL: &str = "wandb";

/// What uploads a run later, to show to people.
pub fn sync_command(folder: &Path) -> String {
    format!("{TOOL} sync {}", folder.display())
}

/// The uploading tool at work, or why it is not.
#[derive(Debug)]
pub(super) struct LiveSync {
    folder: PathBuf,
    child: Option<Child>,
    notices: Vec<String>,
}

impl LiveSync {
    pub(super) fn start(folder: &Path) -> Self {
        let mut sync = Self { folder: folder.to_owned(), child: None, notices: Vec::new() };
        match spawn(folder) {
            Ok(child) => sync.child = Some(child),
            Err(error) => sync.notices.push(sync.not_started(&error)),
        }
        sync
    }

    fn not_started(&self, error: &io::Error) -> String {
        let later = sync_command(&self.folder);
        if error.kind() == io::ErrorKind::NotFound {
            return format!(
                "W&B online: the tool `{TOOL}` is not on the PATH, so nothing is uploaded now; `pip install {TOOL}` \
                 (0.24 or later), then `{later}` uploads this run"
            );
        }
        format!("W&B online: `{TOOL}` cannot be started ({error}); `{later}` uploads this run")
    }

    /// What is new, each line once.
    pub(super) fn notices(&mut self) -> Vec<String> {
        self.look();
        std::mem::take(&mut self.notices)
    }

    fn look(&mut self) {
        let ended = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
        let Some(status) = ended else { return };
        self.child = None;
        if !status.success() {
            self.notices.push(format!(
                "W&B online: `{TOOL} beta sync --live` ended with {status} ({}); `{}` tries again",
                log_path(&self.folder).display(),
                sync_command(&self.folder)
            ));
        }
    }

    /// Waits until everything is uploaded, but not for ever.
    pub(super) fn close(mut self) -> Vec<String> {
        let began = clock::instant();
        while self.child.is_some() && began.elapsed() < PATIENCE {
            self.look();
            if self.child.is_some() {
                thread::sleep(Duration::from_millis(50));
            }
        }
        if self.child.is_some() {
            self.notices.push(format!(
                "W&B online: still uploading, which goes on by itself ({})",
                log_path(&self.folder).display()
            ));
        }
        self.notices
    }
}

/// Beside the file, as W&B's own logs.
fn log_path(folder: &Path) -> PathBuf {
    folder.join("logs").join("podpilot-sync.log")
}

fn spawn(folder: &Path) -> io::Result<Child> {
    let path = log_path(folder);
    if let Some(logs) = path.parent() {
        std::fs::create_dir_all(logs)?;
    }
    let log = File::create(&path)?;
    let mut command = Command::new(TOOL);
    command
        .args(["beta", "sync", "--live"])
        .arg(folder)
        .env("WANDB_ERROR_REPORTING", "false")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    // Ctrl-C stops the training, not the upload of what it wrote.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}

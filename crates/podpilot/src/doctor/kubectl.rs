use std::process::{Command, Output};

use super::objects::{KINDS, Objects, ObjectsError};

/// The user's kubectl, with the context to use.
#[derive(Debug)]
pub(crate) struct Kubectl {
    program: String,
    context: Option<String>,
}

/// Why kubectl told nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KubectlError {
    /// It cannot be started.
    #[error("{0} cannot be run: {1}; name another with --kubectl, such as --kubectl microk8s.kubectl")]
    Start(String, std::io::Error),
    /// It says no.
    #[error("{0}")]
    Refused(String),
    /// What it printed cannot be read.
    #[error("what {0} printed {1}")]
    Unreadable(String, ObjectsError),
}

impl Kubectl {
    pub(crate) fn new(program: &str, context: Option<&str>) -> Self {
        Self { program: program.to_owned(), context: context.map(str::to_owned) }
    }

    /// All objects that the checks need, and what could not be listed. One call, so that they fit together.
    pub(crate) fn objects(&self) -> Result<(Objects, Vec<String>), KubectlError> {
        let output = self.run(&["get", KINDS, "--all-namespaces", "--output=json"])?;
        let complaints: Vec<String> = text(&output.stderr).lines().map(str::to_owned).collect();
        // With a kind that may not be listed it prints the others and fails.
        match Objects::from_json(&text(&output.stdout)) {
            Ok(objects) => Ok((objects, complaints)),
            Err(_) if !output.status.success() => Err(KubectlError::Refused(refusal(&complaints))),
            Err(error) => Err(KubectlError::Unreadable(self.program.clone(), error)),
        }
    }

    /// The last lines of a pod's log.
    pub(crate) fn log(&self, namespace: &str, pod: &str) -> Result<String, KubectlError> {
        let output = self.run(&["logs", "--namespace", namespace, pod, "--tail=200"])?;
        if output.status.success() {
            return Ok(text(&output.stdout));
        }
        let complaints: Vec<String> = text(&output.stderr).lines().map(str::to_owned).collect();
        Err(KubectlError::Refused(refusal(&complaints)))
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, KubectlError> {
        // A cluster that does not answer must not hold us up for ever.
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("--request-timeout=20s");
        if let Some(context) = &self.context {
            command.args(["--context", context]);
        }
        command.output().map_err(|error| KubectlError::Start(self.program.clone(), error))
    }
}

/// The last line of what kubectl complains says most.
fn refusal(complaints: &[String]) -> String {
    complaints.last().map_or_else(|| "kubectl failed without a word".to_owned(), Clone::clone)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

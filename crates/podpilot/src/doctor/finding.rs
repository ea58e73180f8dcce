use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// As it should be.
    Ok,
    /// There was nothing to look at, or no right to.
    Skipped,
    /// Works, and will surprise somebody.
    Warning,
    /// Does not work.
    Problem,
}

/// What one check found about one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    pub(crate) level: Level,
    /// Which check, such as "service".
    pub(crate) check: &'static str,
    /// Which object, as kubectl names it, such as "demo/web".
    pub(crate) subject: String,
    /// What is the case.
    pub(crate) message: String,
    /// The command to run next; empty where nothing is to be done.
    pub(crate) next: String,
}

impl Finding {
    pub(super) fn ok(check: &'static str, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Level::Ok, check, subject.into(), message.into(), String::new())
    }

    pub(super) fn skipped(
        check: &'static str,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Level::Skipped, check, subject.into(), message.into(), String::new())
    }

    pub(super) fn warning(
        check: &'static str,
        subject: impl Into<String>,
        message: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self::new(Level::Warning, check, subject.into(), message.into(), next.into())
    }

    pub(super) fn problem(
        check: &'static str,
        subject: impl Into<String>,
        message: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self::new(Level::Problem, check, subject.into(), message.into(), next.into())
    }

    fn new(level: Level, check: &'static str, subject: String, message: String, next: String) -> Self {
        Self { level, check, subject, message, next }
    }
}

use serde::Serialize;

/// How a source failed to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SignalFault {
    /// No connection.
    #[error("cannot be reached: {problem}")]
    Unreachable {
        /// What the system says.
        problem: String,
    },
    /// No whole answer in time.
    #[error("did not answer within {seconds} s")]
    TimedOut {
        /// The limit.
        seconds: u64,
    },
    /// Another status than success.
    #[error("answered with HTTP status {status}: {problem}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What it says.
        problem: String,
    },
    /// An answer that is not what it should be.
    #[error("gave a malformed answer: {problem}")]
    Malformed {
        /// What is wrong with it.
        problem: String,
    },
    /// An answer with a warning that something is left out.
    #[error("gave a partial answer: {warning}")]
    Partial {
        /// The warning.
        warning: String,
    },
    /// No series.
    #[error("has no such series")]
    Empty,
    /// Several series where one is needed.
    #[error("gave {series} series, one is needed: aggregate with sum()")]
    Ambiguous {
        /// How many.
        series: usize,
    },
    /// A value that is not a number, infinite, or negative where it cannot be.
    #[error("gave {value}, which is not a usable number")]
    NotANumber {
        /// The value as it was written.
        value: String,
    },
    /// Too old.
    #[error("has nothing newer than {age_s} s")]
    Stale {
        /// Age of the newest sample, seconds.
        age_s: i64,
    },
}

/// A fault with its source and what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{source_name} ({signal}) {fault}")]
pub struct SourceFault {
    /// `Prometheus` or `the resource metrics API`.
    pub source_name: &'static str,
    /// Which signal, such as `request rate`.
    pub signal: &'static str,
    /// What is wrong.
    pub fault: SignalFault,
}

impl SignalFault {
    /// `CamelCase` name, for conditions and metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "Unreachable",
            Self::TimedOut { .. } => "TimedOut",
            Self::Refused { .. } => "Refused",
            Self::Malformed { .. } => "Malformed",
            Self::Partial { .. } => "Partial",
            Self::Empty => "Empty",
            Self::Ambiguous { .. } => "Ambiguous",
            Self::NotANumber { .. } => "NotANumber",
            Self::Stale { .. } => "Stale",
        }
    }

    /// What a person should look at.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "check the address and that the server runs",
            Self::TimedOut { .. } => "check the server's load, or raise signals.prometheus.timeout",
            Self::Refused { .. } => "check the query and the permissions",
            Self::Malformed { .. } => "check that the address is that of a Prometheus server",
            Self::Partial { .. } => "check the server behind the one that answered",
            Self::Empty => "check profile, service and selector, and that the metric is scraped",
            Self::Ambiguous { .. } => "make the query give one series",
            Self::NotANumber { .. } => "check the query; a division by zero gives NaN",
            Self::Stale { .. } => "check that the target is still scraped",
        }
    }
}

impl SourceFault {
    /// Reason of a condition, such as `PrometheusTimedOut`.
    pub fn reason(&self) -> String {
        let source = if self.source_name == PROMETHEUS { "Prometheus" } else { "ResourceMetrics" };
        format!("{source}{}", self.fault.reason())
    }
}

/// Name of the source in messages.
pub(crate) const PROMETHEUS: &str = "Prometheus";
/// Name of the source in messages.
pub(crate) const RESOURCE_METRICS: &str = "the resource metrics API";

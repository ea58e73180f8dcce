use std::collections::VecDeque;

use podpilot_core::{Observation, Timestamp};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{Conditions, FitOutcome, Fitted};
use crate::cluster::StatusWriter;
use crate::decide::Decider;
use crate::fit::PodSize;
use crate::policy::LoadedPolicy;
use crate::settings::Settings;
use crate::signals::Prometheus;

/// All that the operator keeps of one AdaptiveAutoscaler between two decisions.
#[derive(Debug)]
pub(super) struct Tracked {
    pub(super) uid: String,
    /// When the next decision is due, by the monotonic clock.
    pub(super) due: Instant,
    pub(super) generation: Option<i64>,
    pub(super) settings: Option<Settings>,
    pub(super) prometheus: Option<Prometheus>,
    pub(super) target_uid: Option<String>,
    pub(super) decider: Option<Decider>,
    pub(super) observation: Observation,
    pub(super) conditions: Conditions,
    pub(super) status: StatusWriter,
    /// The count that podpilot last wrote to the target.
    pub(super) written: Option<i32>,
    pub(super) policy: Option<LoadedPolicy>,
    pub(super) policy_due: Instant,
    pub(super) fitting: Option<JoinHandle<FitOutcome>>,
    pub(super) fit_due: Instant,
    pub(super) fitted: Option<Fitted>,
    pub(super) pod_size: Option<PodSize>,
    /// Memory from before a restart, until a decider of its kind is there.
    pub(super) restart_state: Option<String>,
    pub(super) state_taken: Option<(Timestamp, String)>,
    /// When signals were read and how new their newest sample was.
    pub(super) lags: VecDeque<(Timestamp, Timestamp)>,
}

/// Readings that the lag of the metric is told from.
const MOST_LAGS: usize = 120;

impl Tracked {
    pub(super) fn new(uid: String, conditions: Conditions, restart_state: Option<String>) -> Self {
        let now = Instant::now();
        Self {
            uid,
            due: now,
            generation: None,
            settings: None,
            prometheus: None,
            target_uid: None,
            decider: None,
            observation: Observation::default(),
            conditions,
            status: StatusWriter::default(),
            written: None,
            policy: None,
            policy_due: now,
            fitting: None,
            fit_due: now,
            fitted: None,
            pod_size: None,
            restart_state,
            state_taken: None,
            lags: VecDeque::new(),
        }
    }

    /// Forgets the workload: it is gone, or another one of its name has come.
    pub(super) fn forget_target(&mut self) {
        self.target_uid = None;
        self.decider = None;
        self.written = None;
        self.pod_size = None;
        self.fitted = None;
        self.fit_due = Instant::now();
        self.state_taken = None;
    }

    pub(super) fn note_lag(&mut self, now: Timestamp, newest: Timestamp) {
        if self.lags.len() == MOST_LAGS {
            self.lags.pop_front();
        }
        self.lags.push_back((now, newest));
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        if let Some(task) = &self.fitting {
            task.abort();
        }
    }
}

mod spread;

use std::collections::VecDeque;

use podpilot_autoscalers::{Hpa, HpaManifest, ManifestError};
use podpilot_core::{Autoscaler, Observation, Outcome, Span, Timestamp, WriteResult};

use spread::Spread;

/// What an HPA would have done: it sees the CPU and memory that the real pods use, spread over its own virtual replicas,
/// which take their own time to start.
///
/// A model, with one bias: pods that are throttled use less than the load asks for, so that a virtual HPA with more
/// pods than the real ones looks cheaper than it would be.
#[derive(Debug, Clone)]
pub struct VirtualHpa {
    hpa: Hpa,
    startup: Span,
    /// When each virtual pod becomes Ready, in the order in which they were started.
    ready_at: VecDeque<Timestamp>,
    view: Observation,
    spread: Spread,
    started: bool,
}

impl VirtualHpa {
    /// Begins at the first observation's replica count, all Ready. A virtual pod is Ready `startup` after it was asked
    /// for.
    pub fn new(hpa: Hpa, startup: Span) -> Self {
        Self {
            hpa,
            startup,
            ready_at: VecDeque::new(),
            view: Observation::default(),
            spread: Spread::default(),
            started: false,
        }
    }

    /// The HPA.
    pub fn hpa(&self) -> &Hpa {
        &self.hpa
    }

    /// Virtual replicas asked for.
    pub fn replicas(&self) -> i32 {
        self.ready_at.len() as i32
    }

    /// Virtual replicas that are Ready.
    pub fn ready(&self, now: Timestamp) -> i32 {
        self.ready_at.iter().filter(|at| **at <= now).count() as i32
    }

    /// Follows an edited manifest from now on; virtual replicas and history stay. After an error nothing has changed.
    pub fn follow(&mut self, manifest: &HpaManifest) -> Result<(), ManifestError> {
        self.hpa.follow(manifest)
    }

    /// How long virtual pods that are asked for from now on take to become Ready.
    pub fn set_startup(&mut self, startup: Span) {
        self.startup = startup;
    }

    /// Takes in an observation of the real pods and lets the HPA decide; returns the virtual replicas after that.
    pub fn advance(&mut self, observation: &Observation) -> i32 {
        let now = observation.now;
        if !self.started {
            self.started = true;
            self.resize(now, observation.replicas.spec, Span::ZERO);
        }
        self.spread.fill(&mut self.view, observation, &self.ready_at, self.startup);
        if let Some(wanted) = self.hpa.decide(&self.view).replicas {
            let from = self.replicas();
            self.resize(now, wanted, self.startup);
            let result = if wanted == from { WriteResult::Unchanged } else { WriteResult::Applied };
            self.hpa.applied(&Outcome { at: now, from, to: wanted, result });
        }
        self.replicas()
    }

    /// Starts pods, or stops the youngest.
    fn resize(&mut self, now: Timestamp, replicas: i32, startup: Span) {
        self.ready_at.resize(replicas.max(0) as usize, now + startup);
    }
}

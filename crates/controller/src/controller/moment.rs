use podpilot_core::{Proposal, ReasonList, Timestamp};

use crate::action::ActionScheme;
use crate::encoding::STATE_LENGTH;
use crate::forecast::Forecast;
use crate::guard::Circumstances;

/// What [`super::Controller::prepare`] leaves to the second half of a decision.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) now: Timestamp,
    pub(super) state: [f32; STATE_LENGTH],
    pub(super) mask: [bool; ActionScheme::MOST_ACTIONS],
    pub(super) forecast: Forecast,
    /// Pods that the base policy wants before rounding, trim included; `None` if it cannot decide.
    pub(super) base_pods: Option<f64>,
    pub(super) circumstances: Circumstances,
    /// What the in-process HPA would do.
    pub(super) hpa: Proposal,
}

impl Moment {
    pub(super) const fn nothing_seen() -> Self {
        Self {
            now: Timestamp(0),
            state: [0.0; STATE_LENGTH],
            mask: [true; ActionScheme::MOST_ACTIONS],
            forecast: Forecast::NONE,
            base_pods: None,
            circumstances: Circumstances::NOTHING,
            hpa: Proposal { replicas: None, reasons: ReasonList::new() },
        }
    }
}

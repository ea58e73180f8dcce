use kube::api::{Patch, PatchParams};
use kube::{Api, Client};
use podpilot_core::{Span, Timestamp};

use super::{Leadership, WriteFault};
use crate::resource::{AdaptiveAutoscaler, AdaptiveAutoscalerStatus};
use crate::world::FIELD_MANAGER;

/// Numbers are written this seldom, as a small cluster's database is slow.
const NUMBERS_EVERY: Span = Span::seconds(30);

/// Decides when a status is worth a write.
#[derive(Debug, Clone, Default)]
pub struct StatusWriter {
    written: Option<(Timestamp, AdaptiveAutoscalerStatus)>,
}

impl StatusWriter {
    /// Whether `status` is to be written now: at once if a condition, the mode or a replica count of the target changed,
    /// else at most every 30 s and only if anything did.
    pub fn is_due(&self, now: Timestamp, status: &AdaptiveAutoscalerStatus) -> bool {
        let Some((at, written)) = &self.written else { return true };
        let urgent = written.observed_generation != status.observed_generation
            || written.mode != status.mode
            || written.replicas != status.replicas
            || told(written) != told(status);
        // A clock that was set back must not silence the status.
        let waited = now - *at >= NUMBERS_EVERY || now < *at;
        urgent || (waited && written != status)
    }

    /// Notes a write.
    pub fn wrote(&mut self, now: Timestamp, status: AdaptiveAutoscalerStatus) {
        self.written = Some((now, status));
    }
}

/// Conditions without the wording, which may hold numbers.
fn told(status: &AdaptiveAutoscalerStatus) -> Vec<(&str, &str, &str)> {
    let conditions = status.conditions.iter();
    conditions
        .map(|condition| (condition.type_.as_str(), condition.status.as_str(), condition.reason.as_str()))
        .collect()
}

/// Writes a whole status.
pub async fn write_status(
    client: &Client,
    leadership: &Leadership,
    namespace: &str,
    name: &str,
    status: &AdaptiveAutoscalerStatus,
) -> Result<(), WriteFault> {
    let api: Api<AdaptiveAutoscaler> = Api::namespaced(client.clone(), namespace);
    let patch = serde_json::json!({
        "apiVersion": "podpilot.dev/v1alpha1",
        "kind": "AdaptiveAutoscaler",
        "status": status,
    });
    if !leadership.may_write() {
        return Err(WriteFault::LeaseLost);
    }
    let parameters = PatchParams::apply(FIELD_MANAGER).force();
    api.patch_status(name, &parameters, &Patch::Apply(&patch)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(0) + Span::seconds(seconds)
    }

    #[test]
    fn numbers_wait_and_replicas_do_not() {
        let first = AdaptiveAutoscalerStatus { replicas: Some(3), ..AdaptiveAutoscalerStatus::default() };
        let mut writer = StatusWriter::default();
        assert!(writer.is_due(at(0), &first));
        writer.wrote(at(0), first.clone());
        assert!(!writer.is_due(at(600), &first), "nothing changed");
        let numbers = AdaptiveAutoscalerStatus { recommended_replicas: Some(4), ..first.clone() };
        assert!(!writer.is_due(at(15), &numbers));
        assert!(writer.is_due(at(30), &numbers));
        assert!(writer.is_due(at(-5), &numbers), "the clock was set back");
        assert!(writer.is_due(at(1), &AdaptiveAutoscalerStatus { replicas: Some(4), ..first }));
    }
}

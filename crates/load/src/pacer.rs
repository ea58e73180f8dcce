use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use podpilot_core::Span;
use tokio::runtime::Handle;

use crate::client::Client;
use crate::clock::Clock;
use crate::event::{Ended, Event};
use crate::{FailureKind, Plan};

/// Hands over each request at its instant. It sleeps to absolute instants, so that no delay adds to the next, and waits
/// for nothing else: neither for answers nor for a free place.
#[derive(Debug)]
pub(crate) struct Pacer {
    pub(crate) clock: Clock,
    pub(crate) client: Arc<Client>,
    pub(crate) runtime: Handle,
    pub(crate) events: Sender<Event>,
}

/// How long a stop may go unseen.
const LONGEST_SLEEP: Duration = Duration::from_millis(50);

impl Pacer {
    /// Runs through the plan until its end, or until `stop` is set.
    pub(crate) fn run(self, plan: &Plan, stop: &AtomicBool) {
        for intended in plan.instants() {
            if !self.wait_until(intended, stop) {
                return;
            }
            self.hand_over(intended);
        }
        self.wait_until(plan.duration(), stop);
    }

    /// `false` if stopped.
    fn wait_until(&self, offset: Span, stop: &AtomicBool) -> bool {
        loop {
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            let left = offset - self.clock.now();
            if left <= Span::ZERO {
                return true;
            }
            thread::sleep(Duration::from_nanos(left.0 as u64).min(LONGEST_SLEEP));
        }
    }

    fn hand_over(&self, intended: Span) {
        // The receiver outlives this thread, so sending cannot fail.
        let tell = |event| {
            let _ = self.events.send(event);
        };
        tell(Event::Due { intended });
        if self.client.admit() {
            self.runtime.spawn(Arc::clone(&self.client).perform(intended, self.events.clone()));
        } else {
            let failure = Some(FailureKind::NotSent);
            let at = self.clock.now();
            tell(Event::Ended(Ended { intended, at, was_sent: false, failure, body_bytes: 0 }));
        }
    }
}

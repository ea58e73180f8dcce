use std::collections::VecDeque;

use podpilot_core::{Span, Timestamp};

/// Replicas that nobody runs, with a start-up time of their own: what podpilot would have run while it only observes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VirtualReplicas {
    /// When each becomes Ready, in the order in which they were started.
    ready_at: VecDeque<Timestamp>,
}

impl VirtualReplicas {
    /// `replicas` that are Ready at once.
    pub fn ready_from(now: Timestamp, replicas: i32) -> Self {
        Self { ready_at: std::iter::repeat_n(now, replicas.max(0) as usize).collect() }
    }

    /// How many exist.
    pub fn count(&self) -> i32 {
        self.ready_at.len() as i32
    }

    /// How many are Ready.
    pub fn ready(&self, now: Timestamp) -> i32 {
        self.ready_at.iter().filter(|at| **at <= now).count() as i32
    }

    /// Starts replicas that take `startup`, or stops the youngest.
    pub fn resize(&mut self, now: Timestamp, replicas: i32, startup: Span) {
        self.ready_at.resize(replicas.max(0) as usize, now + startup);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_replicas_take_their_time_and_the_youngest_go_first() {
        let at = |seconds| Timestamp(0) + Span::seconds(seconds);
        let mut replicas = VirtualReplicas::ready_from(at(0), 2);
        replicas.resize(at(10), 5, Span::seconds(20));
        assert_eq!((replicas.count(), replicas.ready(at(29)), replicas.ready(at(30))), (5, 2, 5));
        replicas.resize(at(40), 1, Span::seconds(20));
        assert_eq!((replicas.count(), replicas.ready(at(40))), (1, 1));
    }
}

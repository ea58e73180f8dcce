//! A tick in which queues move.

use podpilot_core::Timestamp;
use podpilot_traffic::ArrivalTick;

use super::group::Load;
use super::{Flow, UnderWay};
use crate::tally::Tally;

/// From this many requests in each pod on, a moving queue keeps its pod's CPU busy.
const BUSY_QUEUE: f64 = 4.0;

impl Flow {
    pub(super) fn move_on(&mut self, at: Timestamp, arrival: ArrivalTick, tally: &mut Tally) {
        self.flush(at, tally);
        self.end_what_is_due(at, tally);
        self.rate_rps = arrival.intensity_rps;
        let count = arrival.count as f64;
        if self.endpoints == 0 {
            tally.fail(at, count);
        } else {
            self.per_endpoint = 1.0 / f64::from(self.endpoints);
            tally.fail(at, count * self.per_endpoint * f64::from(self.black_holes));
        }
        self.move_groups(at, count, tally);
        self.account_for_attention();
    }

    fn move_groups(&mut self, at: Timestamp, count: f64, tally: &mut Tally) {
        let core_share = self.core_share();
        let table = self.prepared.tables().for_pods(self.endpoints.max(1));
        let first_bin = self.prepared.first_bin(self.endpoints);
        self.capacity_per_tick = table.capacity_rps() * core_share * self.tick_s;
        for (index, group) in self.groups.iter_mut().enumerate() {
            let share = if group.receives { self.per_endpoint } else { 0.0 };
            let load = Load {
                table,
                first_bin,
                core_share,
                rate_rps: self.rate_rps * share,
                count: count * share,
                tick_s: self.tick_s,
            };
            let refused_share = group.advance(&load);
            let arrived = load.count * f64::from(group.members);
            tally.fail(at, arrived * refused_share);
            let accepted = arrived * (1.0 - refused_share);
            if accepted == 0.0 {
                continue;
            }
            let batch = group.per_request.scaled(accepted);
            tally.foresee_time_outs(batch.failed);
            let ticks_to_wait = (group.latency_s / core_share / self.tick_s) as i64;
            if ticks_to_wait == 0 {
                tally.end(at, &batch);
            } else {
                let due = at + self.tick * ticks_to_wait;
                self.under_way.push(UnderWay { group: index as u32, due, batch });
            }
        }
    }

    fn end_what_is_due(&mut self, at: Timestamp, tally: &mut Tally) {
        self.under_way.retain(|waiting| {
            let ends = waiting.due <= at;
            if ends {
                tally.end(at, &waiting.batch);
            }
            !ends
        });
    }

    fn core_share(&self) -> f64 {
        let serving = self.endpoints - self.black_holes;
        let backlogged =
            self.groups.iter().any(|group| group.receives && !group.at_rest && group.queue > BUSY_QUEUE);
        self.prepared.core_share(self.cluster_cores, serving, self.rate_rps * self.per_endpoint, backlogged)
    }

    fn account_for_attention(&mut self) {
        let alarm_queue = self.prepared.alarm_queue();
        let retried = self.prepared.scenario().retries.is_some();
        let calm = self.groups.iter().all(|group| {
            let none_fails = !retried || group.per_request.failed == 0.0;
            group.at_rest && group.receives && group.queue < alarm_queue && none_fails
        });
        let single = self.groups.len() <= 1;
        self.resting =
            calm && single && self.black_holes == 0 && self.endpoints > 0 && self.under_way.is_empty();
        self.needs_attention = !(calm && single);
    }
}

//! How time passes.

use podpilot_core::{Signal, Span, Timestamp};

use super::Simulation;
use crate::MetricSource;
use crate::prometheus::Scrape;

impl Simulation {
    /// Lets virtual time pass, in whole ticks: a rest shorter than a tick is kept for the next call.
    pub fn advance(&mut self, span: Span) {
        self.tally.recent.clear();
        self.horizon += span;
        while self.now + self.tick <= self.horizon {
            let arrival = self.arrivals.tick(self.rate_rps, self.tick_s);
            let arrival = self.tally.clients.as_mut().map_or(arrival, |clients| clients.arrive(arrival));
            self.engine.tick(self.now, arrival, &mut self.tally);
            self.now += self.tick;
            if self.watched.contains(Signal::Proxies) {
                let in_flight = self.engine.in_flight();
                self.proxies.tick(self.now, arrival.count as f64, in_flight, self.tick_s);
            }
            if self.engine.needs_attention() || self.leakage.is_going_on() {
                self.attend();
            }
            if self.now >= self.next_event_at {
                self.handle_events();
            }
        }
        self.settle();
        self.measures.latency.add_all(&self.tally.recent);
    }

    /// Does everything that is due now.
    pub(super) fn handle_events(&mut self) {
        self.settle();
        while let Some(change) = self.faults.change(self.now) {
            self.change_fault(change);
        }
        if let Some((at, replicas)) = self.late_write
            && at <= self.now
        {
            self.late_write = None;
            self.write_replicas(replicas);
        }
        self.pods.summarize();
        while self.pods.summary().next_at <= self.now {
            let Some(slot) = self.pods.first_due(self.now) else { break };
            self.move_pod_on(slot);
        }
        if self.nodes.next_at() <= self.now {
            self.scale_nodes();
        }
        if self.resource.next_collection_at() <= self.now {
            self.collect_resource_metrics();
        }
        if self.prometheus.next_scrape_at() <= self.now {
            self.scrape();
        }
        self.close_minute_if_over();
        if self.rate_until <= self.now {
            self.take_next_rate();
        }
        self.plan_next_event();
    }

    /// The instant the last tick began: when what is counted now ended.
    pub(super) fn last_tick(&self) -> Timestamp {
        self.now - self.tick
    }

    fn take_next_rate(&mut self) {
        let step = self.load.step();
        let offset = self.now.max(self.measured_from) - self.load_origin;
        self.rate_rps = self.load.rate_at(offset);
        let index = offset / step;
        self.rate_until = self.load_origin + step * (index + 1);
    }

    fn collect_resource_metrics(&mut self) {
        let stands_still =
            self.faults.outage(MetricSource::Resource) || self.faults.stale(MetricSource::Resource);
        self.sample_all();
        if !stands_still {
            for &slot in self.pods.order() {
                self.resource.collect(slot);
            }
        }
        self.resource.collected();
    }

    fn scrape(&mut self) {
        self.prometheus.plan_next();
        if self.watched.contains(Signal::Latency) {
            self.tally.unscraped.add_to_scraped(self.prometheus.cumulative_mut());
        }
        self.tally.unscraped.clear();
        if self.faults.outage(MetricSource::Prometheus) {
            return;
        }
        self.prometheus.scrape(Scrape {
            at: self.now,
            offered: self.tally.offered,
            totals: self.tally.totals,
            in_flight: self.engine.in_flight(),
        });
        if self.frozen.is_none() {
            self.named.scrape_pods(self.now, &self.pods, &self.engine);
        }
    }
}

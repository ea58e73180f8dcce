use podpilot_core::{LatencyQuantiles, RequestTotals, Sample, ServiceSignals, Span, Timestamp};

use super::fault::PROMETHEUS;
use super::{Answer, Prometheus, Queries, SignalFault, SourceFault};

/// What Prometheus said about a service, and what it did not say. A missing signal is a fault and never a number.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServiceReading {
    /// The signals that were read.
    pub signals: ServiceSignals,
    /// In-flight requests come from Little's law (rate times mean latency), not from a gauge.
    pub in_flight_is_derived: bool,
    /// What is missing, and why.
    pub faults: Vec<SourceFault>,
}

/// Asks for everything at once; each query can fail on its own.
pub async fn read_service(
    prometheus: &Prometheus,
    queries: &Queries,
    window: Span,
    stale_after: Span,
    now: Timestamp,
) -> ServiceReading {
    let ask = async |query: &Option<String>| match query {
        Some(query) => Some(prometheus.instant(query).await),
        None => None,
    };
    let [p50, p95, p99] = &queries.latency_s;
    let (rate, sample_time, requests, fast, p50, p95, p99, in_flight) = tokio::join!(
        ask(&queries.request_rate),
        ask(&queries.sample_time),
        ask(&queries.requests),
        ask(&queries.fast_requests),
        ask(p50),
        ask(p95),
        ask(p99),
        ask(&queries.in_flight),
    );
    let mut reading = ServiceReading::default();
    let newest = newest_sample(sample_time, now);
    reading.note_rate(rate, newest, window, stale_after, now);
    reading.note_totals(requests, fast, newest);
    reading.note_latency([p50, p95, p99], newest, window);
    reading.note_in_flight(in_flight);
    reading
}

type Asked = Option<Result<Answer, SignalFault>>;

impl ServiceReading {
    fn fault(&mut self, signal: &'static str, fault: SignalFault) {
        self.faults.push(SourceFault { source_name: PROMETHEUS, signal, fault });
    }

    fn note_rate(
        &mut self,
        asked: Asked,
        newest: Option<Timestamp>,
        window: Span,
        stale_after: Span,
        now: Timestamp,
    ) {
        const SIGNAL: &str = "request rate";
        match asked {
            None => {}
            Some(Err(fault)) => self.fault(SIGNAL, fault),
            Some(Ok(answer)) if answer.value < 0.0 => {
                self.fault(SIGNAL, SignalFault::NotANumber { value: answer.value.to_string() });
            }
            Some(Ok(answer)) => {
                let at = newest.unwrap_or(answer.at);
                if now - at > stale_after {
                    self.fault(SIGNAL, SignalFault::Stale { age_s: (now - at) / Span::seconds(1) });
                }
                // A stale rate keeps its time: who decides sees its age.
                self.signals.request_rate_rps = Some(Sample { value: answer.value, at, window });
            }
        }
    }

    fn note_totals(&mut self, requests: Asked, fast: Asked, newest: Option<Timestamp>) {
        match (requests, fast) {
            (Some(Ok(requests)), Some(Ok(fast))) => {
                let at = newest.unwrap_or(requests.at);
                let slow = (requests.value - fast.value).max(0.0);
                // Failures are among the slow; nothing reads them apart.
                let value = RequestTotals { requests: requests.value, slow, failed: 0.0 };
                self.signals.totals = Some(Sample { value, at, window: Span::ZERO });
            }
            (Some(Err(fault)), _) => self.fault("request counter", fault),
            (_, Some(Err(fault))) => self.fault("counter of fast requests", fault),
            _ => {}
        }
    }

    /// Without requests there is no latency: that is no fault.
    fn note_latency(&mut self, [p50, p95, p99]: [Asked; 3], newest: Option<Timestamp>, window: Span) {
        let answers = [&p50, &p95, &p99].map(|asked| asked.as_ref().and_then(|answer| answer.as_ref().ok()));
        if let Some(p95) = answers[1] {
            let seconds = |answer: Option<&Answer>| answer.map_or(p95.value, |answer| answer.value);
            let value = LatencyQuantiles {
                p50_s: seconds(answers[0]).min(p95.value),
                p95_s: p95.value,
                p99_s: seconds(answers[2]).max(p95.value),
            };
            self.signals.latency = Some(Sample { value, at: newest.unwrap_or(p95.at), window });
            return;
        }
        if let Some(Err(fault)) = p95
            && !matches!(fault, SignalFault::NotANumber { .. } | SignalFault::Empty)
        {
            self.fault("P95 latency", fault);
        }
    }

    fn note_in_flight(&mut self, asked: Asked) {
        match asked {
            Some(Ok(answer)) => {
                self.signals.in_flight =
                    Some(Sample { value: answer.value.max(0.0), at: answer.at, window: Span::ZERO });
            }
            Some(Err(fault)) => self.fault("requests in flight", fault),
            None => {
                let (Some(rate), Some(latency)) = (self.signals.request_rate_rps, self.signals.latency)
                else {
                    return;
                };
                self.in_flight_is_derived = true;
                self.signals.in_flight = Some(Sample { value: rate.value * latency.value.p50_s, ..rate });
            }
        }
    }
}

/// Time of the newest raw sample; `None`: as old as the answers. A time from the future is not believed.
fn newest_sample(asked: Asked, now: Timestamp) -> Option<Timestamp> {
    // If this fails, the rate's own fault says it better.
    let answer = asked?.ok()?;
    Some(Timestamp::from_seconds(answer.value).min(now))
}

use crate::recorder::Totals;
use crate::{Cpu, FailureKind};

/// Sending later than this in one of a hundred requests is too late to say anything of a threshold of 200 ms.
pub const LARGEST_SEND_ERROR_P99_MS: f64 = 10.0;

/// From this share of its sending threads' CPU on, the generator measures itself.
pub const LARGEST_CPU_SHARE: f64 = 0.9;

/// What shows that the generator could not keep up, one sentence each; empty if it could.
pub(crate) fn reasons(totals: &Totals, cpu: &Cpu, threads: usize) -> Vec<String> {
    let mut reasons = Vec::new();
    let not_sent = totals.failures.of(FailureKind::NotSent);
    if not_sent > 0 {
        reasons.push(format!(
            "{not_sent} of {} requests were not sent: too many in flight, or no ports or files left",
            totals.intended
        ));
    }
    if !totals.send_error.is_empty() {
        let p99_ms = totals.send_error.quantile_ms(0.99);
        if p99_ms > LARGEST_SEND_ERROR_P99_MS {
            reasons.push(format!(
                "1 % of requests were sent {p99_ms:.1} ms late or later; {LARGEST_SEND_ERROR_P99_MS} ms is allowed"
            ));
        }
    }
    let most_cores = LARGEST_CPU_SHARE * threads as f64;
    if cpu.peak_cores > most_cores {
        reasons.push(format!(
            "it used {:.2} cores for ten seconds; {most_cores:.1} is allowed with --threads {threads}",
            cpu.peak_cores
        ));
    }
    reasons
}

#[cfg(test)]
mod tests {
    use podpilot_core::Span;

    use super::*;
    use crate::Options;
    use crate::event::{Ended, Event};
    use crate::recorder::Recorder;

    fn totals(lateness: Span, not_sent: bool) -> Totals {
        let mut recorder = Recorder::new(&Options::default());
        for index in 0..200 {
            let intended = Span::milliseconds(index);
            recorder.record(Event::Due { intended });
            recorder.record(Event::Sent { intended, at: intended + lateness });
        }
        if not_sent {
            let (intended, failure) = (Span::ZERO, Some(FailureKind::NotSent));
            let ended = Ended { intended, at: intended, was_sent: false, failure, body_bytes: 0 };
            recorder.record(Event::Ended(ended));
        }
        recorder.measured
    }

    #[test]
    fn a_generator_that_keeps_up_is_not_saturated() {
        let cpu = Cpu { seconds: 10.0, cores: 0.5, peak_cores: 0.89 };
        assert!(reasons(&totals(Span::milliseconds(1), false), &cpu, 1).is_empty());
    }

    #[test]
    fn each_sign_of_saturation_is_told() {
        let idle = Cpu::default();
        let told = |totals, cpu| reasons(&totals, &cpu, 1).join("; ");
        assert!(told(totals(Span::milliseconds(30), false), idle).contains("ms late"));
        assert!(told(totals(Span::ZERO, true), idle).contains("1 of 200 requests were not sent"));
        let busy = Cpu { peak_cores: 0.95, ..idle };
        assert!(told(totals(Span::ZERO, false), busy).contains("0.95 cores"));
        assert!(reasons(&totals(Span::ZERO, false), &busy, 2).is_empty(), "two threads may use two cores");
    }
}

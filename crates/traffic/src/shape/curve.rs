use super::Shape;

/// The rate of a shape without randomness at a time. Shapes with randomness are not curves and give 0.
pub(super) fn rate_at(shape: &Shape, time_s: f64) -> f64 {
    match *shape {
        Shape::Steady { rps } => rps,
        Shape::Ramp { from_rps, to_rps, start_s, duration_s } => {
            between(from_rps, to_rps, (time_s - start_s) / duration_s)
        }
        Shape::Step { from_rps, to_rps, at_s } => {
            if time_s < at_s {
                from_rps
            } else {
                to_rps
            }
        }
        Shape::Spike { base_rps, peak_rps, at_s, duration_s } => {
            inside(time_s, at_s, duration_s, peak_rps, base_rps)
        }
        Shape::Drop { base_rps, to_rps, at_s, duration_s } => {
            inside(time_s, at_s, duration_s, to_rps, base_rps)
        }
        Shape::FlashCrowd { base_rps, peak_rps, at_s, rise_s, hold_s, decay_s } => {
            let crowd = crowd(time_s - at_s, rise_s, hold_s, decay_s);
            base_rps + (peak_rps - base_rps) * crowd
        }
        Shape::IdleActive { idle_rps, active_rps, idle_s, active_s } => {
            let into_cycle = remainder(time_s, idle_s + active_s);
            if into_cycle < idle_s { idle_rps } else { active_rps }
        }
        Shape::Sawtooth { low_rps, high_rps, period_s } => {
            between(low_rps, high_rps, remainder(time_s, period_s) / period_s)
        }
        Shape::Daily { .. }
        | Shape::Weekly { .. }
        | Shape::Noise { .. }
        | Shape::Repeat { .. }
        | Shape::Sum { .. }
        | Shape::Product { .. } => 0.0,
    }
}

/// On the straight line from `low` to `high`; `share` is cut to 0-1.
fn between(low: f64, high: f64, share: f64) -> f64 {
    low + (high - low) * share.clamp(0.0, 1.0)
}

fn inside(time_s: f64, at_s: f64, duration_s: f64, within: f64, outside: f64) -> f64 {
    if time_s >= at_s && time_s < at_s + duration_s { within } else { outside }
}

/// Share of a flash crowd that is there, `time_s` after it began to arrive.
fn crowd(time_s: f64, rise_s: f64, hold_s: f64, decay_s: f64) -> f64 {
    if time_s < 0.0 {
        0.0
    } else if time_s < rise_s {
        time_s / rise_s
    } else {
        let decaying_s = (time_s - rise_s - hold_s).max(0.0);
        libm::exp(-decaying_s / decay_s)
    }
}

fn remainder(time_s: f64, period_s: f64) -> f64 {
    time_s - period_s * (time_s / period_s).floor()
}

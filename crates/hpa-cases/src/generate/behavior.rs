use podpilot_autoscalers::hpa::Quantity;
use podpilot_autoscalers::hpa::manifest::{Behavior, PolicyType, ScalingPolicy, ScalingRules, SelectPolicy};

use super::draw::Draw;
use super::flavor::Flavor;

const WINDOWS_S: [i32; 13] = [0, 0, 0, 0, 1, 15, 15, 30, 60, 120, 300, 600, 3_600];
const PERIODS_S: [i32; 9] = [1, 14, 15, 16, 30, 60, 120, 300, 1_800];
const TOLERANCES: [&str; 12] =
    ["0", "0.01", "0.05", "50m", "0.1", "0.15", "0.2", "0.333", "0.5", "1", "2.5", "0.000000001"];

pub(super) fn behavior(flavor: Flavor, draw: &mut Draw) -> Behavior {
    Behavior {
        scale_up: draw.sometimes(75, |draw| rules(flavor, draw)),
        scale_down: draw.sometimes(75, |draw| rules(flavor, draw)),
    }
}

fn rules(flavor: Flavor, draw: &mut Draw) -> ScalingRules {
    ScalingRules {
        stabilization_window_seconds: draw.sometimes(70, |draw| draw.pick(&WINDOWS_S)),
        select_policy: draw.sometimes(60, |draw| match draw.between(0, 9) {
            0..=3 => SelectPolicy::Max,
            4..=7 => SelectPolicy::Min,
            _ => SelectPolicy::Disabled,
        }),
        policies: draw.sometimes(70, |draw| {
            let count = draw.pick(&[1, 1, 2, 2, 3]);
            (0..count).map(|_| policy(flavor, draw)).collect()
        }),
        tolerance: draw.sometimes(40, tolerance),
    }
}

fn policy(flavor: Flavor, draw: &mut Draw) -> ScalingPolicy {
    let policy_type = draw.pick(&[PolicyType::Pods, PolicyType::Percent]);
    let value = match (policy_type, flavor) {
        (_, Flavor::Extreme) if draw.chance(50) => draw.pick(&[1, 1_000_000, i32::MAX - 1, i32::MAX]),
        (PolicyType::Pods, _) => draw.count(1, 8),
        (PolicyType::Percent, _) => {
            if draw.chance(70) {
                draw.pick(&[1, 10, 25, 33, 50, 66, 100, 150, 200, 700, 900])
            } else {
                draw.count(1, 300)
            }
        }
    };
    ScalingPolicy { policy_type, value, period_seconds: draw.pick(&PERIODS_S) }
}

fn tolerance(draw: &mut Draw) -> Quantity {
    draw.pick(&TOLERANCES).parse().unwrap_or(Quantity::from_milli(100))
}

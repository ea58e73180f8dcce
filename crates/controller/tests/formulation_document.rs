//! docs/formulation.md describes exactly what the code has.

use podpilot_controller::{
    AGENT_FEATURES, ActionScheme, DEMAND_FEATURES, FORECAST_LEVELS, FeatureDescription, RewardTerms,
};

const DOCUMENT: &str = include_str!("../../../docs/formulation.md");

fn row(FeatureDescription { name, unit, meaning }: &FeatureDescription) -> String {
    format!("| `{name}` | {} | {meaning} |", unit.replace('|', "\\|"))
}

#[test]
fn every_feature_is_described_in_order_and_no_other() {
    for (section, features) in
        [("## Demand features", &DEMAND_FEATURES[..]), ("## Agent's state", &AGENT_FEATURES[..])]
    {
        let (_, text) = DOCUMENT.split_once(section).expect(section);
        let (text, _) = text.split_once("\n## ").expect("a section follows");
        let described: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
        let expected: Vec<String> = features.iter().map(row).collect();
        assert_eq!(described, expected, "{section}");
    }
    assert!(DOCUMENT.contains(&format!("The {} demand features", DEMAND_FEATURES.len())));
}

#[test]
fn every_reward_term_action_and_quantile_is_described() {
    for (name, _) in RewardTerms::default().named() {
        assert!(DOCUMENT.contains(&format!("| `{name}` |")), "{name}");
    }
    for scheme in [ActionScheme::Residual, ActionScheme::ReplicaStep] {
        let line = format!("- `{}` ({} actions", scheme.name(), scheme.action_count());
        assert!(DOCUMENT.contains(&line), "{line}");
    }
    let levels: Vec<String> = FORECAST_LEVELS.iter().map(f64::to_string).collect();
    assert!(DOCUMENT.contains(&levels.join(", ")));
    let base = ActionScheme::Residual.base_action(1, 1);
    assert!(DOCUMENT.contains(&format!("index {base}, which is the base policy")));
}

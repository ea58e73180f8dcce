//! The JSON Schema of `core`'s objective, which keeps free of schema libraries itself.

use schemars::JsonSchema;

/// The service level to keep at the lowest cost.
#[derive(JsonSchema)]
#[schemars(rename = "Objective", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used; a test compares the field names with the real type")]
pub(super) struct ObjectiveSchema {
    /// The latency rule for one minute.
    latency: LatencySchema,
    /// Largest share of minutes that may break the latency rule, 0-1.
    bad_minutes: f64,
    /// Ceiling on CPU use as a share of the pod's limit, 0-1.
    cpu_of_limit: f64,
    /// Ceiling on memory use as a share of the pod's limit, 0-1.
    memory_of_limit: f64,
}

/// What a minute must satisfy.
#[derive(JsonSchema)]
#[schemars(rename = "LatencyObjective", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used; a test compares the field names with the real type")]
struct LatencySchema {
    /// The quantile that counts, in (0, 1): 0.95 lets 5 % of a minute's requests be slow.
    quantile: f64,
    /// A request that takes longer is slow, milliseconds.
    threshold_ms: f64,
}

#[cfg(test)]
mod tests {
    use podpilot_core::Objective;
    use schemars::schema_for;

    use super::ObjectiveSchema;

    #[test]
    fn the_schema_follows_the_type() {
        let schema = schema_for!(ObjectiveSchema).to_value().to_string();
        let text = serde_saphyr::to_string(&Objective::default()).unwrap();
        let fields: Vec<&str> = text.lines().filter_map(|line| line.trim().split(':').next()).collect();
        assert_eq!(fields.len(), 6, "{fields:?}");
        for field in fields {
            assert!(schema.contains(&format!("\"{field}\"")), "{field} is missing in {schema}");
        }
    }
}

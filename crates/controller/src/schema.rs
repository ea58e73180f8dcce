use crate::action::ActionScheme;
use crate::encoding::{AGENT_FEATURES, DEMAND_FEATURES, FeatureDescription};
use crate::forecast::FORECAST_LEVELS;
use crate::reward::REWARD_TERMS;

/// Raised when a feature keeps its name but changes its meaning.
const ENCODING_VERSION: u32 = 1;
/// Raised when an action keeps its numbers but changes its meaning.
const ACTION_VERSION: u32 = 1;
/// Raised when a term of the reward keeps its name but changes its meaning.
const REWARD_VERSION: u32 = 1;

/// Identifies what the networks see: version and hash over names and units of all features and the forecast's levels.
pub fn encoding_schema() -> String {
    let features = DEMAND_FEATURES.iter().chain(&AGENT_FEATURES);
    let mut hash = Fnv::new();
    for FeatureDescription { name, unit, .. } in features {
        hash.add(name);
        hash.add(unit);
    }
    hash.add(&format!("{FORECAST_LEVELS:?}"));
    format!("encoding/v{ENCODING_VERSION}-{:016x}", hash.0)
}

/// Identifies what the actions of a scheme mean: its name, version and hash over its numbers.
pub fn action_schema(scheme: ActionScheme) -> String {
    let mut hash = Fnv::new();
    hash.add(&scheme.describe());
    format!("{}/v{ACTION_VERSION}-{:016x}", scheme.name(), hash.0)
}

/// Identifies what the reward's terms mean: version and hash over their names and units.
pub fn reward_schema() -> String {
    let mut hash = Fnv::new();
    for (name, unit) in REWARD_TERMS {
        hash.add(name);
        hash.add(unit);
    }
    format!("reward/v{REWARD_VERSION}-{:016x}", hash.0)
}

/// FNV-1a with 64 bits (Fowler, Noll, Vo), with a separator after each text.
pub(crate) struct Fnv(pub(crate) u64);

impl Fnv {
    pub(crate) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn add(&mut self, text: &str) {
        self.add_bytes(text.as_bytes());
        self.add_bytes(&[0]);
    }

    pub(crate) fn add_bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        // From the authors' table of test vectors.
        for (text, expected) in
            [("", 0xcbf2_9ce4_8422_2325_u64), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            let mut hash = Fnv::new();
            hash.add_bytes(text.as_bytes());
            assert_eq!(hash.0, expected, "{text}");
        }
    }

    #[test]
    fn schemas_change_on_purpose_only() {
        // When this fails, files of released policies are refused from now on.
        assert_eq!(encoding_schema(), "encoding/v1-ffbf2a8a70bfc37e");
        assert_eq!(action_schema(ActionScheme::Residual), "residual/v1-e98f2deecacb4deb");
        assert_eq!(action_schema(ActionScheme::ReplicaStep), "replica_step/v1-a40be9411cea2ae3");
        assert_eq!(reward_schema(), "reward/v1-4490869113df5237");
    }
}

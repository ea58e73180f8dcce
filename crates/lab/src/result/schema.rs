use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

macro_rules! schema_tag {
    ($(#[$doc:meta])* $name:ident, $text:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct $name;

        impl $name {
            /// The text in the file.
            pub const TEXT: &'static str = $text;
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(Self::TEXT)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let found = String::deserialize(deserializer)?;
                if found == Self::TEXT {
                    return Ok(Self);
                }
                Err(D::Error::custom(format!("schema is `{found}`, this version reads `{}`", Self::TEXT)))
            }
        }
    };
}

schema_tag!(
    /// Marks an [`EvaluationResult`](super::EvaluationResult); reading refuses any other.
    EvaluationSchema,
    "podpilot/result/v1"
);
schema_tag!(
    /// Marks a [`SimulationResult`](super::SimulationResult); reading refuses any other.
    SimulationSchema,
    "podpilot/simulation/v1"
);
schema_tag!(
    /// Marks a [`Scoreboard`](super::Scoreboard); reading refuses any other.
    ScoreboardSchema,
    "podpilot/scoreboard/v1"
);
schema_tag!(
    /// Marks a [`TunedFront`](crate::tuning::TunedFront); reading refuses any other.
    TunedSchema,
    "podpilot/tuned/v1"
);

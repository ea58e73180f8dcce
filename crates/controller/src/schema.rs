/// Names and version of the demand features; their hash is in every forecaster file.
pub const DEMAND_SCHEMA: &str = "podpilot/demand/v1";
/// Names and version of the agent's state.
pub const ENCODING_SCHEMA: &str = "podpilot/encoding/v1";
/// Version of the action schemes.
pub const ACTION_SCHEMA: &str = "podpilot/action/v1";
/// Version of the reward.
pub const REWARD_SCHEMA: &str = "podpilot/reward/v1";

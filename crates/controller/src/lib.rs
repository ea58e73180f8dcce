//! The decision pipeline: encoder, policy, fallback, guard, and the learned policies as autoscalers.

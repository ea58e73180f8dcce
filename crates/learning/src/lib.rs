//! Reinforcement learning for small networks: DQN, PPO, replay, policy files, classic control.

"""The settings at which Stable-Baselines3 and podpilot-learning are compared.

Quality: the tuned settings of RL Baselines3 Zoo for the classic environments (learning rate, networks, schedules as
published there). Speed: 64-64 networks with the library's defaults otherwise.
"""

QUALITY = {
    "dqn-CartPole-v1": {
        "algorithm": "dqn",
        "environment": "CartPole-v1",
        "timesteps": 50_000,
        "environments": 1,
        "parameters": {
            "learning_rate": 2.3e-3,
            "batch_size": 64,
            "buffer_size": 100_000,
            "learning_starts": 1_000,
            "gamma": 0.99,
            "target_update_interval": 10,
            "train_freq": 256,
            "gradient_steps": 128,
            "exploration_fraction": 0.16,
            "exploration_final_eps": 0.04,
            "policy_kwargs": {"net_arch": [256, 256]},
        },
    },
    "ppo-CartPole-v1": {
        "algorithm": "ppo",
        "environment": "CartPole-v1",
        "timesteps": 100_000,
        "environments": 8,
        "parameters": {
            "n_steps": 32,
            "batch_size": 256,
            "gae_lambda": 0.8,
            "gamma": 0.98,
            "n_epochs": 20,
            "ent_coef": 0.0,
            "learning_rate": "linear 0.001",
            "clip_range": "linear 0.2",
        },
    },
    "dqn-MountainCar-v0": {
        "algorithm": "dqn",
        "environment": "MountainCar-v0",
        "timesteps": 120_000,
        "environments": 1,
        "parameters": {
            "learning_rate": 4e-3,
            "batch_size": 128,
            "buffer_size": 10_000,
            "learning_starts": 1_000,
            "gamma": 0.98,
            "target_update_interval": 600,
            "train_freq": 16,
            "gradient_steps": 8,
            "exploration_fraction": 0.2,
            "exploration_final_eps": 0.07,
            "policy_kwargs": {"net_arch": [256, 256]},
        },
    },
    "dqn-Acrobot-v1": {
        "algorithm": "dqn",
        "environment": "Acrobot-v1",
        "timesteps": 100_000,
        "environments": 1,
        "parameters": {
            "learning_rate": 6.3e-4,
            "batch_size": 128,
            "buffer_size": 50_000,
            "learning_starts": 0,
            "gamma": 0.99,
            "target_update_interval": 250,
            "train_freq": 4,
            "gradient_steps": -1,
            "exploration_fraction": 0.12,
            "exploration_final_eps": 0.1,
            "policy_kwargs": {"net_arch": [256, 256]},
        },
    },
}

SPEED = {
    "dqn-64-64": {
        "algorithm": "dqn",
        "environments": 1,
        "timesteps": 30_000,
        "parameters": {
            "batch_size": 64,
            "train_freq": 10,
            "learning_starts": 1_000,
            "policy_kwargs": {"net_arch": [64, 64]},
        },
    },
    "ppo-defaults": {
        "algorithm": "ppo",
        "environments": 8,
        "timesteps": 32_768,
        "parameters": {},
    },
}


def resolve(parameters):
    """Turns 'linear X' into the schedule that falls from X to zero."""

    def resolved(value):
        if isinstance(value, str) and value.startswith("linear "):
            start = float(value.split()[1])
            return lambda remaining: start * remaining
        return value

    return {name: resolved(value) for name, value in parameters.items()}

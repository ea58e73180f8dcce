"""Environment steps per second of Stable-Baselines3 on CartPole, on one thread, as JSON: the counterpart of
`cargo run --release -p podpilot-learning --example learning_speed`, at the same settings.
"""

import os

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import json
import time

import torch
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.env_util import make_vec_env

import machine
from settings import SPEED


def steps_per_second(setting):
    algorithm = {"dqn": DQN, "ppo": PPO}[setting["algorithm"]]
    environments = make_vec_env("CartPole-v1", n_envs=setting["environments"], seed=1)
    model = algorithm("MlpPolicy", environments, seed=1, device="cpu", **setting["parameters"])
    begin = time.perf_counter()
    model.learn(total_timesteps=setting["timesteps"])
    return model.num_timesteps / (time.perf_counter() - begin)


def main():
    torch.set_num_threads(1)
    speeds = {name: steps_per_second(setting) for name, setting in SPEED.items()}
    print(json.dumps({"library": "stable-baselines3", "steps_per_second": speeds, "machine": machine.description()}))


if __name__ == "__main__":
    main()

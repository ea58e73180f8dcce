"""Trains Stable-Baselines3 at the tuned settings and evaluates every model: the yardstick of `learn-check`.

One JSON file a setting, rewritten after each seed; seeds that are already in it are skipped, so the program can be
stopped and started again.

    python train_sb3.py --out ../runs/2026-11-24-sb3-quality [--seeds 10] [--only dqn-CartPole-v1 ...]
"""

import os

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import argparse
import json
import pathlib
import time

import torch
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy

import machine
from settings import QUALITY, resolve

EVALUATION_EPISODES = 100
# The evaluation steps this many environments at a time and never reuses a training seed.
EVALUATION_ENVIRONMENTS = 10
EVALUATION_SEED = 1_000_000


def train_and_evaluate(setting, seed):
    algorithm = {"dqn": DQN, "ppo": PPO}[setting["algorithm"]]
    environments = make_vec_env(setting["environment"], n_envs=setting["environments"], seed=seed)
    model = algorithm("MlpPolicy", environments, seed=seed, device="cpu", **resolve(setting["parameters"]))
    begin = time.perf_counter()
    model.learn(total_timesteps=setting["timesteps"])
    seconds = time.perf_counter() - begin
    evaluation = make_vec_env(
        setting["environment"], n_envs=EVALUATION_ENVIRONMENTS, seed=EVALUATION_SEED + 1_000 * seed
    )
    returns, _ = evaluate_policy(
        model, evaluation, n_eval_episodes=EVALUATION_EPISODES, deterministic=True, return_episode_rewards=True
    )
    return {"seed": seed, "training_seconds": round(seconds, 1), "returns": [float(value) for value in returns]}


def run(name, setting, seeds, out):
    path = out / f"{name}.json"
    record = {
        "schema": "podpilot/learning-quality/v1",
        "name": name,
        "library": "stable-baselines3",
        "setting": setting,
        "evaluation_episodes": EVALUATION_EPISODES,
        "machine": machine.description(),
        "runs": [],
    }
    if path.exists():
        record = json.loads(path.read_text(encoding="utf-8"))
    done = {entry["seed"] for entry in record["runs"]}
    for seed in range(seeds):
        if seed in done:
            continue
        entry = train_and_evaluate(setting, seed)
        record["runs"].append(entry)
        write_whole(path, record)
        mean = sum(entry["returns"]) / len(entry["returns"])
        print(f"{name} seed {seed}: mean return {mean:.1f} in {entry['training_seconds']} s", flush=True)


def write_whole(path, record):
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", nargs="*", choices=list(QUALITY), default=list(QUALITY))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.only:
        run(name, QUALITY[name], arguments.seeds, arguments.out)


if __name__ == "__main__":
    main()

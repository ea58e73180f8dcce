"""Runs both speed programs in turn, several rounds, and prints medians and ratios; exits with 1 below the bars.

    python compare_speed.py --podpilot target/release/examples/learning_speed [--rounds 3] [--out FILE]
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

# Times Stable-Baselines3's speed: the least we accept, and the aim.
BARS = {"dqn-64-64": (40, 100), "ppo-defaults": (25, 50)}
DESCRIPTION = {
    "dqn-64-64": "DQN 64-64, batch 64, train every 10",
    "ppo-defaults": "PPO, SB3 defaults, 8 environments",
}


def measure(command):
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--podpilot", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    rival_program = [sys.executable, str(pathlib.Path(__file__).parent / "speed_sb3.py")]
    rounds = []
    for _ in range(arguments.rounds):
        rounds.append({"podpilot": measure([arguments.podpilot]), "sb3": measure(rival_program)})
    met = True
    print(f"{'CartPole-v1, one thread':38} {'podpilot':>12} {'SB3':>9} {'ratio':>7}   bar (aim)")
    summary = {}
    for name, (bar, aim) in BARS.items():
        ours, theirs = (
            statistics.median(entry[library]["steps_per_second"][name] for entry in rounds)
            for library in ("podpilot", "sb3")
        )
        ratio = ours / theirs
        met &= ratio >= bar
        summary[name] = {"podpilot": ours, "sb3": theirs, "ratio": ratio, "bar": bar}
        verdict = "" if ratio >= bar else "   BELOW"
        print(f"{DESCRIPTION[name]:38} {ours:10,.0f}/s {theirs:7,.0f}/s {ratio:6.0f}x   {bar}x ({aim}x){verdict}")
    if arguments.out:
        record = {"schema": "podpilot/learning-speed/v1", "summary": summary, "rounds": rounds}
        arguments.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()

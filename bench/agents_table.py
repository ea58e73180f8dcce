#!/usr/bin/env python3
"""The table of docs/agents.md: each agent against quantile, both read at 0.5 % bad minutes on their own curves.

usage: agents_table.py WORK_FOLDER TRACE...
"""

import json
import math
import sys
from pathlib import Path

LIMIT = 0.005


def curve(rows, name):
    """Bad minutes and cost a day of one policy at every limit, by rising bad minutes."""
    own = [row for row in rows if row["name"] == name or row["name"].startswith(f"{name} at ")]
    points = {row["slow_minute_ratio"]: 24 * row["cost"] / row["hours"] for row in own}
    return sorted((bad, cost) for bad, cost in points.items() if bad > 0)


def cost_at(points, limit):
    """Linear in the logarithm of bad minutes between neighbouring points; None outside of them."""
    for (low, dear), (high, cheap) in zip(points, points[1:]):
        if low <= limit <= high:
            share = math.log(limit / low) / math.log(high / low)
            return dear + share * (cheap - dear)
    return None


def judge(rows, agent):
    """Cost beyond quantile's at the limit, bad minutes beyond it at the same set point, and changes relative to it."""
    named = {row["name"]: row for row in rows}
    own, base = named[agent], named["quantile"]
    costs = [cost_at(curve(rows, name), LIMIT) for name in (agent, "quantile")]
    saving = 100 * (1 - costs[0] / costs[1]) if None not in costs else None
    points = 100 * (own["slow_minute_ratio"] - base["slow_minute_ratio"])
    return saving, points, own["scale_events_per_hour"] / base["scale_events_per_hour"]


def policies(result):
    """Row name, agent and whether it is what the admission refused."""
    for policy in result["provenance"]["policies"]:
        name = policy["autoscaler"]
        yield name, name.split("-")[0], policy["file"].startswith("refused")


ORDER = {"ppo": 0, "dqn": 1, "hybrid": 2}


def text(values):
    """Mean and range."""
    values = [value for value in values if value is not None]
    if not values:
        return "level not reached"
    mean = sum(values) / len(values)
    return f"{mean:+.1f}" + (f" [{min(values):+.1f}, {max(values):+.1f}]" if len(values) > 1 else "")


def main():
    work = Path(sys.argv[1])
    print("| trace | agent | seeds | admitted | cheaper than quantile at 0.5 %, gated | ungated | bad minutes | changes |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for trace in sys.argv[2:]:
        judged = {}
        for path in sorted(work.glob(f"{trace}-*/result.json")):
            if not path.parent.name.removeprefix(f"{trace}-").isdigit():
                continue
            result = json.loads(path.read_text())
            rows, present = result["autoscalers"], list(policies(result))
            refused_agents = {agent for _, agent, refused in present if refused}
            for name, agent, refused in present:
                entry = judged.setdefault(agent, {"gated": [], "alone": [], "points": [], "changes": [], "admitted": 0})
                saving, points, changes = judge(rows, name)
                if not refused:
                    entry["gated"].append(saving)
                    entry["admitted"] += agent not in refused_agents
                if refused or agent not in refused_agents:
                    entry["alone"].append(saving)
                    entry["points"].append(points)
                    entry["changes"].append(changes)
        for agent, entry in sorted(judged.items(), key=lambda item: ORDER[item[0]]):
            seeds = len(entry["gated"])
            changes = sum(entry["changes"]) / seeds
            print(
                f"| {trace} | {agent} | {seeds} | {entry['admitted']} | {text(entry['gated'])} % | {text(entry['alone'])} % "
                f"| {sum(entry['points']) / seeds:+.3f} points | ×{changes:.1f} |"
            )


if __name__ == "__main__":
    main()

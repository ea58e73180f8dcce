"""Prints the table of docs/results.md from the run directories given as arguments (NAME=DIRECTORY)."""

import json
import sys


def row_of(result, name):
    return next((row for row in result["autoscalers"] if row["name"] == name), None)


def cell(row):
    return f"{row['cost'] / row['hours'] * 24:.2f} @ {100 * row['slow_minute_ratio']:.2f} %"


def percent(value):
    return "–" if value is None else f"{100 * value:+.1f} %"


def rl_sentence(result):
    comparison = result["against_clone"]
    difference = comparison["difference"]
    span = (difference.get("intervals") or {}).get("relative_cost")
    if span:
        spread = f"{percent(span['low'])} to {percent(span['high'])}, 95 %"
    else:
        low, high = difference["relative_cost_by_day"]
        spread = f"by day {percent(low)} to {percent(high)}"
    points = 100 * difference["slow_minute_ratio"]
    return f"{percent(difference['relative_cost'])} ({spread}), bad minutes {points:+.2f} points"


def equal_service(comparison):
    spread = comparison.get("equal_service_spread") or {}
    at = percent(comparison["relative_cost_at_equal_service"])
    if spread.get("interval"):
        return f"{at} ({percent(spread['interval']['low'])} to {percent(spread['interval']['high'])}, 95 %)"
    if spread.get("by_day"):
        return f"{at} (by day {percent(spread['by_day'][0])} to {percent(spread['by_day'][1])})"
    return at


def main():
    print(
        "| load | agent | days | agent | clone = quantile | HPA 80 | cheapest HPA no looser | at equal bad minutes "
        "| at equal slow requests | verdict | RL added (one seed) |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for argument in sys.argv[1:]:
        name, directory = argument.split("=", 1)
        with open(f"{directory}/result.json", encoding="utf-8") as file:
            result = json.load(file)
        agent = result["training"]["agent"]
        against = next(c for c in result["against_hpa"] if c["subject"] == agent)
        rival = row_of(result, against["rival"]) if against["rival"] else None
        cells = [
            name,
            agent,
            str(result["distinct_days"]),
            cell(row_of(result, agent)),
            cell(row_of(result, "clone")),
            cell(row_of(result, "hpa-80")),
            f"{rival['name']}: {cell(rival)}" if rival else "none",
            equal_service(against),
            percent(against["relative_cost_at_equal_slow_requests"]),
            against["verdict"].replace("_", " "),
            rl_sentence(result),
        ]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()

"""Table of bench/load-generator.sh: latency quantiles of both generators and podpilot's own send error, in milliseconds."""

import json
import pathlib
import sys


def row(path):
    setting, rate, tool, number = path.stem.split("-")
    data = json.loads(path.read_text())
    name = f"{setting} {rate}/s"
    if tool == "podpilot":
        latency, error = data["latency_ms"], data["send_error_ms"]
        values = [latency[key] for key in ("mean", "p50", "p95", "p99", "max")]
        values += [error[key] for key in ("p50", "p99", "max")]
        ended, failed = data["intended"], data["failed"]
        cpu = f"{data['cpu']['cores']:.3f}"
    else:
        latency = data["latencies"]
        values = [latency[key] / 1e6 for key in ("mean", "50th", "95th", "99th", "max")]
        ended, failed, cpu = data["requests"], data["requests"] - data["status_codes"].get("200", 0), "-"
    return [name, number, tool, str(ended), str(failed), *(f"{value:.2f}" for value in values)], cpu


def main():
    heads = ["load", "round", "generator", "requests", "failed", "mean", "P50", "P95", "P99", "max"]
    heads += ["send P50", "send P99", "send max", "cores"]
    rows = []
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*-*-*-*.json")):
        cells, cpu = row(path)
        rows.append(cells + ["-"] * (len(heads) - 1 - len(cells)) + [cpu])
    widths = [max(len(line[i]) for line in [heads, *rows]) for i in range(len(heads))]
    for line in [heads, *rows]:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths)))


main()

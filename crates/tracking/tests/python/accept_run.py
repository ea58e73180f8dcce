"""Reads a run directory's W&B and TensorBoard files with those tools' own code and compares them, value by value, with
its JSON lines. Usage: accept_run.py RUN_DIRECTORY EXIT_CODE [COMMAND...]: EXIT_CODE is what W&B must show (1 for a
crash); COMMAND makes the run and has it uploaded while it grows, without one `wandb sync` uploads it."""

import glob
import json
import math
import os
import struct
import subprocess
import sys
import tempfile

from stand_in_server import serve

WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def number(value):
    return WORDS.get(value, value) if isinstance(value, str) else value


def same(left, right):
    left, right = number(left), number(right)
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    return left == right


def require(condition, text):
    if not condition:
        sys.exit(text)


def whole_lines(path):
    """Its objects; half a line at the end is what a crash leaves."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.endswith("\n")]


class Truth:
    """What the JSON lines say."""

    def __init__(self, directory):
        events = whole_lines(os.path.join(directory, "tracking.jsonl"))
        self.start = [event for event in events if event["event"] == "start"][-1]
        times = {event["global_step"]: event for event in events if event["event"] == "time"}
        self.rows = []
        for line in whole_lines(os.path.join(directory, "metrics.jsonl")):
            time = times.get(line["global_step"], {})
            line = {name: value for name, value in line.items() if value is not None}
            line.update({name: value for name, value in time.items() if name.startswith("time/")})
            self.rows.append((line, time))
        self.system = [event for event in events if event["event"] == "system"]
        self.artifacts = [event for event in events if event["event"] == "artifact"]
        self.summary = {}
        for row, _ in self.rows:
            self.summary.update(row)
        for event in events:
            if event["event"] == "summary":
                self.summary.update({name: value for name, value in event.items() if name != "event"})


def upload(directory, home, command):
    server, address, uploads = serve()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("WANDB_")
    }
    environment.update(
        WANDB_BASE_URL=address, WANDB_API_KEY="x" * 40, WANDB_ERROR_REPORTING="false", HOME=home, WANDB_DATA_DIR=home
    )
    if command:
        environment.update(WANDB_MODE="online", PATH=os.path.dirname(sys.executable) + os.pathsep + environment["PATH"])
    else:
        folders = glob.glob(os.path.join(directory, "wandb", "offline-run-*"))
        require(len(folders) == 1, f"one W&B folder expected, found {folders}")
        command = [sys.executable, "-m", "wandb", "sync", "--no-skip-synced", folders[0]]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False, cwd=home)
    server.shutdown()
    require(ended.returncode == 0, f"{command} failed:\n{ended.stdout}\n{ended.stderr}")
    return uploads


def compare_wandb(truth, uploads, exit_code):
    require(not uploads.unknown, f"the stand-in server was asked what it does not know: {uploads.unknown}")
    start, run = truth.start, uploads.run
    require(run["name"] == start["run_id"] and run["displayName"] == start["name"], f"another run: {run}")
    require(run.get("groupName") == start["group"], f"group: {run}")
    require(run.get("tags", []) == start["tags"], f"tags: {run}")
    require(run["jobType"] == start["job_type"] and run["host"] == start["host"], f"job type or host: {run}")
    require(run.get("commit") == start["git_commit"], f"commit: {run}")
    config = uploads.config()
    del config["_wandb"]
    require(config == start["config"], f"config: {config}\nexpected: {start['config']}")

    rows = uploads.rows()
    # A killed writer may have got a row into one file and not yet into the next.
    missing = len(truth.rows) - len(rows)
    require(missing in ((0, 1) if exit_code == 1 else (0,)), f"{len(rows)} rows, expected {len(truth.rows)}")
    for row, (expected, time) in zip(rows, truth.rows):
        require(row["_step"] == expected["global_step"], f"step: {row}")
        for name, key in (("_timestamp", "timestamp"), ("_runtime", "runtime_s")):
            require(not time or same(row[name], time[key]), f"{name}: {row} expected {time}")
        for name, value in expected.items():
            require(name in row and same(row[name], value), f"{name} at {row['_step']}: {row.get(name)}, expected {value}")
        extra = set(row) - set(expected) - {"_step", "_timestamp", "_runtime"} - set(time)
        require(not extra, f"at {row['_step']}: unexpected {extra}")

    summary = uploads.summary()
    if exit_code != 1:
        for name, value in truth.summary.items():
            require(name in summary and same(summary[name], value), f"summary {name}: {summary.get(name)}, expected {value}")
    else:
        require(set(summary) >= set(truth.rows[0][0]), f"summary of a crashed run: {summary}")
    require(uploads.finished and uploads.exit_code == exit_code, f"exit code {uploads.exit_code}, expected {exit_code}")

    events = uploads.lines.get("wandb-events.jsonl", [])
    require(0 <= len(truth.system) - len(events) <= (1 if exit_code == 1 else 0), f"{len(events)} system samples")
    for artifact in truth.artifacts:
        name = os.path.basename(artifact["path"])
        with open(artifact["path"], "rb") as file:
            require(uploads.stored.get(name) == file.read(), f"{name} was not uploaded as it is: {list(uploads.stored)}")
        created = [given for given in uploads.artifacts if given["artifactCollectionName"] == artifact["name"]]
        require(created and created[0]["artifactTypeName"] == artifact["kind"], f"artifacts: {uploads.artifacts}")
    return len(rows)


def compare_tensorboard(truth, directory, crashed):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(directory, size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    expected = {}
    for row, _ in truth.rows:
        for name, value in row.items():
            if name != "global_step":
                expected.setdefault(name, []).append((row["global_step"], number(value)))
    shown = set(accumulator.Tags()["scalars"])
    shown = {name for name in shown if not name.startswith("system/")}
    require(shown == set(expected), f"TensorBoard shows {sorted(shown)}, expected {sorted(expected)}")
    count = 0
    for name, points in expected.items():
        events = accumulator.Scalars(name)
        require(len(points) - len(events) in ((0, 1) if crashed else (0,)), f"{name}: {len(events)} of {len(points)}")
        for event, (step, value) in zip(events, points):
            single = float(value)
            if abs(single) < 3e38:
                single = struct.unpack("f", struct.pack("f", single))[0]
            require(event.step == step and same(event.value, single), f"{name} at {step}: {event}, expected {value}")
            count += 1
    require("config/text_summary" in accumulator.Tags()["tensors"], "the settings are missing")
    return count


def main():
    directory, exit_code = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as home:
        uploads = upload(directory, home, sys.argv[3:])
    truth = Truth(directory)
    require(truth.rows, "no rows to compare")
    rows = compare_wandb(truth, uploads, exit_code)
    values = compare_tensorboard(truth, directory, exit_code == 1)
    print(f"{rows} W&B rows and {values} TensorBoard values equal the JSON lines, exit code {exit_code}")


main()

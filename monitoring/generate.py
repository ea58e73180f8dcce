"""Writes what follows from other files: dashboards/*.json, and kubernetes/*.yaml (PrometheusRule) from rules/*.yaml.

    python generate.py            writes
    python generate.py --check    says what differs, exit code 1
"""

import json
import pathlib
import sys

from dashboards import all_dashboards

HERE = pathlib.Path(__file__).resolve().parent
HEAD = """\
# Made by monitoring/generate.py from monitoring/rules/{name}.yaml; change that.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: podpilot-{name}
  labels:
    app.kubernetes.io/part-of: podpilot-demo
    release: kube-prom-stack # what MicroK8s' Prometheus selects by
spec:
"""


def prometheus_rule(name, text):
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return HEAD.format(name=name) + "".join(f"  {line}\n" if line else "\n" for line in body.splitlines())


def files():
    for name, dashboard in all_dashboards().items():
        yield HERE / "dashboards" / f"{name}.json", json.dumps(dashboard, indent=1) + "\n"
    for path in sorted((HERE / "rules").glob("*.yaml")):
        yield HERE / "kubernetes" / path.name, prometheus_rule(path.stem, path.read_text())


def main():
    differing = [(path, text) for path, text in files() if not path.exists() or path.read_text() != text]
    if sys.argv[1:] == ["--check"]:
        for path, _ in differing:
            print(f"{path.relative_to(HERE.parent)} is not what monitoring/generate.py writes; run it", file=sys.stderr)
        sys.exit(1 if differing else 0)
    for path, text in differing:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        print(f"wrote {path.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()

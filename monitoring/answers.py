"""Asks a running Prometheus every query of dashboards and rules, and fails on one without an answer.

    python monitoring/answers.py http://172.31.0.1:9090 --without traefik_ k6_

An alert has no answer as long as all is well, and so does a panel of what is not right: of those, each metric is asked for.
--without names metrics (by their beginning) that nobody exports there; queries that are only about them are listed as not
asked, and a query that also asks for others must be answered by those.
"""

import argparse
import json
import sys
import urllib.parse
import urllib.request

import queries


def answered(prometheus, expr):
    url = f"{prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": expr})
    with urllib.request.urlopen(url, timeout=20) as answer:
        result = json.load(answer)["data"]["result"]
    # NaN is what a quantile of nothing is.
    return any(sample["value"][1] != "NaN" for sample in result)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("prometheus")
    parser.add_argument("--without", nargs="*", default=[])
    arguments = parser.parse_args()
    absent = tuple(arguments.without)
    alerts = {rule["expr"] for _, rule in queries.rules() if "alert" in rule}
    asked, silent, not_asked = 0, [], []
    for origin, expr in queries.all_queries():
        present = {name for name in queries.metrics(expr) if not absent or not name.startswith(absent)}
        if not present:
            not_asked.append(origin)
            continue
        is_about_faults = expr in alerts or expr.endswith("== 0")
        for each in sorted(present) if is_about_faults else [expr]:
            asked += 1
            if not answered(arguments.prometheus, each):
                silent.append(f"{origin}: {each}")
    for line in silent:
        print(f"no answer: {line}", file=sys.stderr)
    print(f"{asked} queries asked, {len(silent)} without an answer; not asked, as {', '.join(absent) or 'nothing'} is not there: {len(not_asked)}")
    for origin in not_asked:
        print(f"  not asked: {origin}")
    sys.exit(1 if silent else 0)


if __name__ == "__main__":
    main()

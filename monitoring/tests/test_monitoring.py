"""Structure of dashboards and rules, without Grafana: what makes a panel empty, unreadable or ambiguous."""

import json
import pathlib
import re
import sys
import unittest

import promql_parser
import yaml

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))

import queries  # noqa: E402

DASHBOARDS = {path.name: json.loads(path.read_text()) for path in (HERE / "dashboards").glob("*.json")}
ALERTS = [rule for path in (HERE / "rules").glob("*.yaml") for group in yaml.safe_load(path.read_text())["groups"]
          for rule in group["rules"] if "alert" in rule]


class Dashboards(unittest.TestCase):
    def panels(self):
        self.assertEqual(len(DASHBOARDS), 3)
        return [(f"{name}: {panel['title']}", panel) for name, board in DASHBOARDS.items() for panel in board["panels"]]

    def test_every_panel_says_what_it_shows_in_which_unit(self):
        for name, panel in self.panels():
            self.assertTrue(panel["description"].endswith("."), name)
            self.assertTrue(panel["fieldConfig"]["defaults"]["unit"], name)
            self.assertTrue(panel["targets"], name)
            for target in panel["targets"]:
                self.assertTrue(target["legendFormat"], name)

    def test_every_query_goes_through_the_data_source_variable_and_parses(self):
        for name, panel in self.panels():
            self.assertEqual(panel["datasource"]["uid"], "${datasource}", name)
            for target in panel["targets"]:
                self.assertEqual(target["datasource"]["uid"], "${datasource}", name)
                promql_parser.parse(queries.filled(target["expr"]))

    def test_variables_that_queries_use_exist_and_the_other_way_round(self):
        for name, board in DASHBOARDS.items():
            declared = {v["name"] for v in board["templating"]["list"]} - {"datasource"}
            used = set(re.findall(r"\$(\w+)", json.dumps([p["targets"] for p in board["panels"]])))
            used |= set(re.findall(r"\$(\w+)", json.dumps([v.get("query") for v in board["templating"]["list"]])))
            self.assertEqual(used - {"datasource"}, declared, name)

    def test_counters_are_never_shown_raw_and_windows_hold_four_scrapes(self):
        for name, panel in self.panels():
            for target in panel["targets"]:
                expr = target["expr"]
                for window in re.findall(r"\[(\d+)([smh])\]", expr):
                    self.assertGreaterEqual(int(window[0]) * {"s": 1, "m": 60, "h": 3600}[window[1]], 60, name)
                # k6 pushes once; what it dropped in all is the point.
                raw = re.sub(r"(rate|increase)\([^()]*\)", "", expr).replace("k6_dropped_iterations_total", "")
                self.assertNotRegex(raw, r"_total\b", name)

    def test_panels_have_their_own_id_and_place_inside_the_grid(self):
        for name, board in DASHBOARDS.items():
            ids = [panel["id"] for panel in board["panels"]]
            self.assertEqual(len(ids), len(set(ids)), name)
            taken = set()
            for panel in board["panels"]:
                place = panel["gridPos"]
                cells = {(place["x"] + dx, place["y"] + dy) for dx in range(place["w"]) for dy in range(place["h"])}
                self.assertTrue(all(x < 24 for x, _ in cells), name)
                self.assertFalse(taken & cells, f"{name}: {panel['title']} lies over another panel")
                taken |= cells

    def test_dashboards_are_classic_read_only_and_fit_a_config_map(self):
        self.assertEqual(len({board["uid"] for board in DASHBOARDS.values()}), 3)
        for board in DASHBOARDS.values():
            self.assertIn(board["schemaVersion"], range(39, 42))
            self.assertIs(board["editable"], False)
        self.assertLess(sum(len(json.dumps(board, indent=1)) for board in DASHBOARDS.values()), 900_000)


class Names(unittest.TestCase):
    def test_every_metric_is_one_that_somebody_exports(self):
        known = queries.known_metrics()
        for origin, expr in queries.all_queries():
            unknown = queries.metrics(expr) - known
            self.assertFalse(unknown, f"{origin}: nobody exports {unknown}")

    def test_the_check_of_names_finds_a_misspelled_one(self):
        self.assertTrue(queries.metrics("rate(http_request_total[1m])") - queries.known_metrics())

    def test_every_recording_rule_is_used(self):
        text = " ".join(expr for _, expr in queries.all_queries())
        for record in queries.recorded():
            self.assertRegex(text, rf"{record}\b", record)


class Alerts(unittest.TestCase):
    def test_each_has_a_severity_a_runbook_and_a_unit_test(self):
        self.assertEqual(len(ALERTS), 14)
        tests = [test for path in (HERE / "tests").glob("*.yaml") for each in yaml.safe_load(path.read_text())["tests"]
                 for test in each.get("alert_rule_test", []) if test["exp_alerts"]]
        for alert in ALERTS:
            self.assertIn(alert["labels"]["severity"], ("warning", "critical"))
            runbook = HERE.parent / alert["annotations"]["runbook_url"]
            self.assertTrue(runbook.is_file(), runbook)
            self.assertIn(alert["alert"], runbook.read_text(), "the runbook does not name its alert")
            fired = [test for test in tests if test["alertname"] == alert["alert"]]
            self.assertEqual([len(test["exp_alerts"]) for test in fired], [1] * len(fired))
            self.assertTrue(fired, f"{alert['alert']} never fires in monitoring/tests")


if __name__ == "__main__":
    unittest.main()

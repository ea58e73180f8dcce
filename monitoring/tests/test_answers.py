"""answers.py against a Prometheus that is a thread: what is silent is named, and nothing else."""

import http.server
import json
import pathlib
import subprocess
import sys
import threading
import unittest
import urllib.parse

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "answers.py"


class Prometheus(http.server.BaseHTTPRequestHandler):
    silent = ""
    nan = ""

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)["query"][0]
        value = "NaN" if self.nan and self.nan in query else "1"
        result = [] if self.silent and self.silent in query else [{"value": [0, value]}]
        body = json.dumps({"data": {"result": result}}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def ask(*without, silent="", nan=""):
    handler = type("Handler", (Prometheus,), {"silent": silent, "nan": nan})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        options = ["--without", *without] if without else []
        return subprocess.run([sys.executable, str(SCRIPT), url, *options], capture_output=True, text=True, timeout=60)
    finally:
        server.shutdown()
        server.server_close()


class Answers(unittest.TestCase):
    def test_all_is_well_when_all_answer(self):
        done = ask()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(" 0 without an answer", done.stdout)

    def test_a_query_without_an_answer_or_with_nan_is_named(self):
        for fault in ({"silent": "podpilot_load_saturated"}, {"nan": "podpilot_load_saturated"}):
            done = ask(**fault)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr.count("no answer"), 1)
            self.assertIn('load-test.json, panel "Generator, podpilot load"', done.stderr)

    def test_what_is_not_there_is_listed_and_not_asked(self):
        done = ask("k6_", "traefik_", silent="k6_")
        self.assertEqual(done.returncode, 0)
        self.assertIn('not asked: load-test.json, panel "Latency, k6"', done.stdout)
        self.assertIn("not asked: service.yaml, podpilot:service_requests:rate1m", done.stdout)

    def test_of_alerts_the_metrics_are_asked_for(self):
        done = ask(silent="podpilot_condition")
        self.assertIn("operator.yaml, PodpilotTwoWriters: podpilot_condition", done.stderr)
        # The alert's own expression is empty as long as all is well.
        self.assertNotIn("== 0", done.stderr)


if __name__ == "__main__":
    unittest.main()

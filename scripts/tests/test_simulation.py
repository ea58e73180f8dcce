"""run_simulation.sh and stop_simulation.sh with recorded commands; against an apiserver: test_stop_for_real.sh."""

import unittest

from fake_commands import Machine

ABSENT = {"to": "^kubectl get customresourcedefinition", "exit": 1}
UP = {"to": "^kubectl get --raw /readyz", "out": "ok"}
COUNTS = {"to": "^kubectl get deployment web", "out": "2,2"}
LABEL = "app.kubernetes.io/part-of=podpilot-demo"
DEMO = {"to": r"^kubectl get deployment,.* --selector app.kubernetes.io/part-of=pod", "out": "deployment.apps/web\nservice/web\n"}
NAMESPACE = {"to": "^kubectl get namespace", "out": "namespace/demo\nnamespace/production\n"}
OTHERS = r"^kubectl get deployment,.* --selector app.kubernetes.io/part-of!="


class Run(unittest.TestCase):
    def run_script(self, answers, *arguments, expect=0, **environment):
        with Machine(answers) as machine:
            done = machine.run("run_simulation.sh", *arguments, **environment)
            self.assertEqual(done.returncode, expect, done.stderr)
            self.replicas = machine.root / "out" / "replicas.csv"
            self.replicas = self.replicas.read_text() if self.replicas.exists() else None
            return machine.changes(), done.stderr

    def test_the_whole_way_without_an_operator_for_prometheus(self):
        changes, told = self.run_script([ABSENT, UP, COUNTS], PEAK_RPS="30", DURATION_S="100")
        self.assertEqual(changes[:5], [
            "kubectl apply --kustomize deployments/demo",
            "kubectl apply --namespace demo --filename deployments/hpa.yaml",
            f"kubectl label --namespace demo --overwrite horizontalpodautoscaler web {LABEL}",
            "kubectl rollout status --namespace demo deployment/web --timeout 180s",
            "kubectl rollout status --namespace demo deployment/gateway --timeout 180s"])
        self.assertTrue(changes[5].startswith("podpilot load http://127.0.0.1/ --load {shape: flash_crowd, base_rps: 6, peak_rps: 30, "))
        self.assertTrue(changes[6].startswith("podpilot simulate --trace "))
        self.assertEqual(len(changes), 7)
        self.assertTrue(self.replicas.startswith("t_seconds,spec_replicas,ready_replicas\n0,2,2"))
        self.assertIn("no Prometheus operator", told)
        self.assertIn("stop_simulation.sh", told)

    def test_with_the_operator_rules_and_dashboards_come_along(self):
        changes, _ = self.run_script([UP], SKIP_LOADTEST="true", AUTOSCALER="none")
        self.assertEqual(changes[1:3], ["kubectl apply --namespace demo --filename deployments/demo/service-monitor.yaml",
                                        "kubectl apply --namespace demo --kustomize monitoring"])
        self.assertEqual(changes[3], "kubectl apply --namespace demo --filename deployments/demo/observe.yaml")
        self.assertNotIn("podpilot", "\n".join(c.split()[0] for c in changes))

    def test_a_dry_run_changes_nothing(self):
        changes, told = self.run_script([ABSENT, UP], "--dry-run")
        self.assertEqual((changes, self.replicas), ([], None))
        self.assertIn("+ kubectl apply --kustomize deployments/demo", told)

    def test_failures_stop_and_say_what_to_do(self):
        for answers, environment, message, remedy in [
            ([{"to": "readyz", "exit": 1}], {}, "no cluster answers", "KUBECONFIG"),
            ([ABSENT, UP, {"to": "rollout status.*web", "exit": 1}], {}, "web did not become ready", "podpilot doctor"),
            ([ABSENT, UP, {"to": "^curl", "exit": 22}], {}, "does not answer", "podpilot doctor --url"),
            ([ABSENT, UP, {"to": "^podpilot load", "exit": 2}], {}, "could not be sent", ""),
            ([ABSENT, UP, {"to": "^podpilot load", "exit": 1}], {}, "saturated", "lower PEAK_RPS"),
            ([ABSENT, UP], {"AUTOSCALER": "keda"}, "KEDA is not installed", "WITH_KEDA=1"),
            ([UP], {"AUTOSCALER": "vpa"}, "must be hpa, keda or none", ""),
        ]:
            _, told = self.run_script(answers, expect=1, **environment)
            self.assertIn(message, told)
            self.assertIn(remedy, told)


class Stop(unittest.TestCase):
    def stop(self, answers, *arguments, expect=0):
        with Machine(answers + [ABSENT, UP]) as machine:
            done = machine.run("stop_simulation.sh", *arguments)
            self.assertEqual(done.returncode, expect, done.stderr)
            return machine.changes(), done.stderr

    def test_only_what_carries_the_label_is_removed(self):
        changes, _ = self.stop([DEMO, NAMESPACE, {"to": OTHERS, "out": "configmap/kube-root-ca.crt\n"}], "--yes")
        self.assertEqual(changes, [
            f"kubectl delete deployment,service,ingress,configmap,horizontalpodautoscaler,job --namespace demo --selector {LABEL} --wait=false",
            "kubectl delete namespace/demo --wait=false"])

    def test_a_namespace_with_other_things_in_it_stays(self):
        for others in ({"to": OTHERS, "out": "configmap/kube-root-ca.crt\nsecret/mine\n"}, {"to": OTHERS, "exit": 1}):
            with Machine([DEMO, NAMESPACE, others, ABSENT, UP]) as machine:
                machine.run("stop_simulation.sh", "--yes")
                self.assertEqual([c for c in machine.changes() if "delete namespace" in c], [], others)

    def test_a_namespace_that_is_not_ours_stays(self):
        changes, told = self.stop([DEMO, {"to": "^kubectl get namespace", "out": "namespace/production\n"}], "--yes")
        self.assertEqual(len(changes), 1)
        self.assertIn("the namespace demo stays", told)

    def test_without_an_answer_nothing_is_removed(self):
        changes, told = self.stop([DEMO, NAMESPACE], expect=1)
        self.assertEqual(changes, [])
        self.assertIn("--yes", told)

    def test_nothing_there_is_nothing_to_do(self):
        changes, told = self.stop([], "--yes")
        self.assertEqual(changes, [])
        self.assertIn("nothing of the demo", told)

    def test_a_dry_run_removes_nothing(self):
        changes, told = self.stop([DEMO, NAMESPACE], "--dry-run")
        self.assertEqual(changes, [])
        self.assertIn("+ kubectl delete", told)


if __name__ == "__main__":
    unittest.main()

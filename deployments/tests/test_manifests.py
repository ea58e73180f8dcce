"""Manifests of deployments/ and simulation/, without a cluster: what an apiserver accepts and still would not work."""

import pathlib
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ROOT / "deployments" / "demo"
SIMULATION = ROOT / "simulation"


def documents(*paths):
    return [d for path in paths for d in yaml.safe_load_all(path.read_text()) if d]


def by_kind(objects, kind):
    return [o for o in objects if o["kind"] == kind]


def pod(workload):
    return workload["spec"]["template"]["spec"]


def selects(selector, workload):
    labels = workload["spec"]["template"]["metadata"]["labels"]
    return selector.items() <= labels.items()


class Services(unittest.TestCase):
    """A Service whose selector or port matches nothing is accepted and answers nobody."""

    def test_every_service_reaches_a_container_port(self):
        for objects in (documents(DEMO / "web.yaml", DEMO / "gateway.yaml"), documents(*SIMULATION.glob("*.yaml"))):
            services = by_kind(objects, "Service")
            self.assertTrue(services)
            for service in services:
                targets = [d for d in by_kind(objects, "Deployment") if selects(service["spec"]["selector"], d)]
                self.assertEqual(len(targets), 1, service["metadata"]["name"])
                names = {p["name"] for c in pod(targets[0])["containers"] for p in c["ports"]}
                for port in service["spec"]["ports"]:
                    self.assertIn(port["targetPort"], names)

    def test_the_ingress_leads_to_a_service_of_the_demo_and_is_bound_to_no_controller(self):
        (ingress,) = documents(DEMO / "ingress.yaml")
        self.assertNotIn("annotations", ingress["metadata"])
        self.assertNotIn("ingressClassName", ingress["spec"])
        services = {s["metadata"]["name"]: s for s in by_kind(documents(DEMO / "web.yaml", DEMO / "gateway.yaml"), "Service")}
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                self.assertIn(backend["port"]["name"], [p["name"] for p in services[backend["name"]]["spec"]["ports"]])

    def test_the_service_monitor_scrapes_a_port_of_a_labelled_service(self):
        (monitor,) = documents(DEMO / "service-monitor.yaml")
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        (service,) = [s for s in by_kind(documents(DEMO / "gateway.yaml"), "Service") if wanted <= s["metadata"]["labels"].items()]
        for endpoint in monitor["spec"]["endpoints"]:
            self.assertIn(endpoint["port"], [p["name"] for p in service["spec"]["ports"]])


class Autoscalers(unittest.TestCase):
    def test_targets_exist_and_do_not_fix_their_replicas(self):
        demo = by_kind(documents(DEMO / "web.yaml"), "Deployment")
        cases = [(ROOT / "deployments" / "hpa.yaml", demo), (ROOT / "deployments" / "production" / "hpa.yaml", demo),
                 (ROOT / "deployments" / "keda-scaledobject.yaml", demo),
                 (SIMULATION / "hpa.yaml", by_kind(documents(SIMULATION / "nginx.yaml"), "Deployment"))]
        for path, deployments in cases:
            (autoscaler,) = documents(path)
            name = autoscaler["spec"]["scaleTargetRef"]["name"]
            (target,) = [d for d in deployments if d["metadata"]["name"] == name]
            # Applying a manifest with `replicas` would undo what the autoscaler decided.
            self.assertNotIn("replicas", target["spec"], path)
            for container in pod(target)["containers"]:
                # Without a request HPA cannot compute a utilization; a limit at the request caps it at 100 %.
                resources = container["resources"]
                self.assertGreater(millicores(resources["limits"]["cpu"]), millicores(resources["requests"]["cpu"]))

    def test_production_runs_three_to_twenty_pods_and_may_lose_one(self):
        folder = ROOT / "deployments" / "production"
        (hpa,) = documents(folder / "hpa.yaml")
        self.assertEqual((hpa["spec"]["minReplicas"], hpa["spec"]["maxReplicas"]), (3, 20))
        for budget in documents(folder / "disruption-budget.yaml"):
            self.assertEqual(budget["spec"]["maxUnavailable"], 1)


class Pods(unittest.TestCase):
    def test_containers_are_probed_bounded_and_without_privileges(self):
        for workload in by_kind(documents(DEMO / "web.yaml", DEMO / "gateway.yaml", SIMULATION / "nginx.yaml"), "Deployment"):
            spec = pod(workload)
            self.assertIs(spec["automountServiceAccountToken"], False)
            for container in spec["containers"]:
                self.assertIn("readinessProbe", container)
                self.assertIn("livenessProbe", container)
                self.assertIn("memory", container["resources"]["limits"])
                # The scaled pod's own queue must not take it out of service: a probe waits at least 5 s.
                self.assertGreaterEqual(container["readinessProbe"].get("timeoutSeconds", 1), 5)
            for container in spec["containers"] + spec.get("initContainers", []):
                security = {**spec.get("securityContext", {}), **container["securityContext"]}
                self.assertIs(security["runAsNonRoot"], True)
                self.assertIs(security["allowPrivilegeEscalation"], False)
                self.assertEqual(security["capabilities"]["drop"], ["ALL"])
                self.assertFalse(container["image"].endswith(":latest") or ":" not in container["image"])

    def test_the_demo_is_the_service_that_the_testbed_measures(self):
        images = ROOT / "testbed" / "images"
        self.assertEqual((DEMO / "page.awk").read_bytes(), (images / "web" / "page.awk").read_bytes())
        self.assertEqual((DEMO / "histogram.lua").read_bytes(), (images / "gateway" / "histogram.lua").read_bytes())
        for name, ours in (("web", "web.nginx.conf"), ("gateway", "gateway.nginx.conf")):
            theirs = settings(images / name / "nginx.conf")
            self.assertEqual(settings(DEMO / ours), theirs, "beside paths, the configurations must be the same")

    def test_the_histogram_has_an_edge_at_the_objective(self):
        self.assertIn(" 0.2,", (DEMO / "histogram.lua").read_text())


def settings(path):
    """Lines that matter: without comments, paths of modules and files, and the upstream's address."""
    differing = ("#", "load_module", "lua_package_path", "include", "types", "server web", "server 10.")
    lines = (line.strip() for line in path.read_text().splitlines())
    return [line for line in lines if line and not line.startswith(differing)]


def millicores(text):
    return int(text[:-1]) if text.endswith("m") else int(float(text) * 1000)


class NetworkPolicies(unittest.TestCase):
    def test_ports_named_in_policies_exist(self):
        workloads = by_kind(documents(DEMO / "web.yaml", DEMO / "gateway.yaml"), "Deployment")
        for policy in documents(ROOT / "deployments" / "production" / "network-policy.yaml"):
            (target,) = [w for w in workloads if selects(policy["spec"]["podSelector"]["matchLabels"], w)]
            names = {p["name"] for c in pod(target)["containers"] for p in c["ports"]}
            for rule in policy["spec"]["ingress"]:
                for port in rule["ports"]:
                    self.assertIn(port["port"], names)


if __name__ == "__main__":
    unittest.main()

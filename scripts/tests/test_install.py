"""install_microk8s.sh and install_microk8s_macos.sh on fresh, half-done, done and failing machines."""

import unittest

from fake_commands import Machine

KUBECONFIG = "apiVersion: v1\nclusters:\n- cluster: {server: https://10.0.0.9:16443}\n  name: microk8s-cluster\n" \
    "contexts:\n- context:\n    cluster: microk8s-cluster\n    user: admin\n  name: microk8s\nusers:\n- name: admin\n  user: {token: x}\n"
LINUX = [{"to": "^uname -s", "out": "Linux\n"}, {"to": "^uname -m", "out": "x86_64\n"}, {"to": "^id -u$", "out": "1000\n"},
         {"to": "^id -un", "out": "ann\n"}, {"to": "^microk8s config", "out": KUBECONFIG},
         {"to": "helm3 list", "out": "NAME\tNAMESPACE\tREVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\ntraefik\tingress\t1\tnow\tdeployed\ttraefik-39.0.8\tv3.6.13\n"}]
CHANNELS = {"to": "^snap info", "out": "channels:\n  1.36/stable:  v1.36 2026\n  1.35/stable:  v1.35 2026\n"}
INSTALLED = {"to": "^snap list microk8s", "out": "Name Version Rev Tracking\nmicrok8s v1.35.3 8000 1.35/stable\n"}
MISSING = {"to": "^snap list microk8s", "exit": 1}


def addons(**states):
    names = ["dns", "hostpath-storage", "metrics-server", "rbac", "ingress", "observability"]
    lines = [f"core/{n}: {states.get(n.replace('-', '_'), 'disabled')}" for n in names]
    return {"to": "^microk8s status --format short", "out": "microk8s is running\n" + "\n".join(lines) + "\n"}


ALL_ON = addons(dns="enabled", hostpath_storage="enabled", metrics_server="enabled", rbac="enabled", ingress="enabled")
DEPLOYED = {"to": "helm3 status", "out": "NAME: x\nSTATUS: deployed\n"}
NOT_DEPLOYED = {"to": "helm3 status", "exit": 1}
BUCKETS_SET = {"to": "helm3 get values", "out": "metrics:\n  prometheus:\n    buckets: 0.1,0.15,0.2,0.25,0.3\n"}
TRAEFIK = [c for c in """\
microk8s helm3 repo add traefik https://traefik.github.io/charts
microk8s helm3 repo update traefik""".splitlines()]
STACK = """\
microk8s helm3 repo add prometheus-community https://prometheus-community.github.io/helm-charts
microk8s helm3 repo update prometheus-community""".splitlines()


class Linux(unittest.TestCase):
    def install(self, answers, *arguments, expect=0, **environment):
        with Machine(answers + LINUX) as machine:
            done = machine.run("install_microk8s.sh", *arguments, **environment)
            self.assertEqual(done.returncode, expect, done.stderr)
            file = machine.home / ".kube" / "microk8s-config"
            self.written = file.read_text() if file.exists() else None
            self.mode = oct(file.stat().st_mode & 0o777) if file.exists() else None
            self.other_files = sorted(p.name for p in (machine.home / ".kube").glob("*")) if file.exists() else []
            return machine.changes(), done.stderr

    def test_a_fresh_machine_gets_everything_one_step_at_a_time(self):
        changes, told = self.install([MISSING, CHANNELS, addons(), NOT_DEPLOYED])
        self.assertEqual(changes[:8], [
            "snap install microk8s --classic --channel=1.35/stable",
            "usermod -a -G microk8s ann",
            "microk8s status --wait-ready --timeout 600",
            "microk8s enable dns", "microk8s enable hostpath-storage", "microk8s enable metrics-server",
            "microk8s enable rbac", "microk8s enable ingress"])
        self.assertEqual(changes[8:10], STACK)
        self.assertIn("upgrade --install kube-prom-stack prometheus-community/kube-prometheus-stack --version 77.6.2", changes[10])
        self.assertIn("--namespace observability --create-namespace", changes[10])
        self.assertEqual(changes[11:13], TRAEFIK)
        self.assertIn("--version 39.0.8 --reuse-values", changes[13])
        self.assertIn(r"metrics.prometheus.buckets=0.005\,0.01\,0.025\,0.05\,0.075\,0.1\,0.15\,0.2\,0.25", changes[13])
        self.assertIn("serviceMonitor.honorLabels=true", changes[13])
        self.assertIn("rollingUpdate.maxUnavailable=1 --set updateStrategy.rollingUpdate.maxSurge=0", changes[13])
        self.assertEqual(len(changes), 14)
        self.assertIn("podpilot doctor", told)
        self.assertIn("export KUBECONFIG=", told)

    def test_the_kubeconfig_is_a_file_of_its_own_for_its_owner_only(self):
        self.install([MISSING, CHANNELS, addons(), NOT_DEPLOYED])
        self.assertEqual((self.mode, self.other_files), ("0o600", ["microk8s-config"]))
        self.assertEqual(self.written.count("microk8s-admin"), 2, "the user is renamed where it is used and where it is defined")

    def test_a_done_machine_is_left_alone(self):
        changes, told = self.install([INSTALLED, ALL_ON, DEPLOYED, BUCKETS_SET, {"to": "^id -nG", "out": "ann microk8s\n"}])
        self.assertEqual(changes, ["microk8s status --wait-ready --timeout 600"])
        self.assertEqual(told.count("already done"), 9)

    def test_a_half_done_machine_gets_the_rest(self):
        half = addons(dns="enabled", hostpath_storage="enabled")
        changes, _ = self.install([INSTALLED, half, DEPLOYED, {"to": "helm3 get values", "out": "null\n"}, {"to": "^id -nG", "out": "ann microk8s\n"}])
        self.assertEqual(changes[:4], ["microk8s status --wait-ready --timeout 600", "microk8s enable metrics-server",
                                       "microk8s enable rbac", "microk8s enable ingress"])
        self.assertEqual(changes[4:6], TRAEFIK)
        self.assertEqual(len(changes), 7)

    def test_a_dry_run_changes_nothing_and_prints_what_it_would_do(self):
        changes, told = self.install([MISSING, CHANNELS, {"to": "^microk8s", "exit": 127}], "--dry-run", WITH_KEDA="1")
        self.assertEqual(changes, [])
        self.assertIsNone(self.written)
        for wanted in ("+ sudo snap install microk8s --classic --channel=1.35/stable", "+ sudo microk8s enable rbac",
                       "kube-prom-stack", "traefik/traefik", "keda kedacore/keda --version 2.20.2"):
            self.assertIn(wanted, told)

    def test_full_monitoring_is_the_add_on_and_helm_where_there_is_none(self):
        changes, _ = self.install([INSTALLED, ALL_ON, NOT_DEPLOYED, BUCKETS_SET], MONITORING="full")
        self.assertIn("microk8s enable observability --without-tempo --kube-prometheus-stack-values=", "\n".join(changes))
        without = {"to": "^microk8s status --format short", "out": ALL_ON["out"].replace("core/observability: disabled\n", "")}
        changes, told = self.install([INSTALLED, without, NOT_DEPLOYED, BUCKETS_SET], MONITORING="full")
        self.assertIn("no add-on observability", told)
        self.assertIn("upgrade --install kube-prom-stack", "\n".join(changes))

    def test_before_traefik_nothing_is_changed_at_the_ingress(self):
        header = {"to": "helm3 list", "out": "NAME\tNAMESPACE\n"}
        changes, told = self.install([header, INSTALLED, ALL_ON, DEPLOYED])
        self.assertNotIn("traefik", "\n".join(changes))
        self.assertIn("not Traefik", told)

    def test_failures_stop_the_script_and_say_what_to_do(self):
        cases = [
            ([MISSING, {"to": "^snap info", "out": "channels:\n  1.36/stable: v1\n"}], {}, "there is no channel 1.35/stable", "CHANNEL=1.36/stable"),
            ([MISSING, {"to": "^snap info", "exit": 1}], {}, "the snap store does not answer", "network"),
            ([INSTALLED, {"to": "wait-ready", "exit": 1}], {}, "not ready within 10 minutes", "microk8s inspect"),
            ([INSTALLED, addons(), {"to": "^microk8s enable rbac", "exit": 1}], {}, "enabling rbac failed", "microk8s enable rbac"),
            ([{"to": "^uname -m", "out": "armv7l\n"}], {}, "armv7l", ""),
            ([{"to": "^uname -s", "out": "Darwin\n"}], {}, "this is Darwin", "install_microk8s_macos.sh"),
            ([], {"MONITORING": "some"}, "must be lite, full or none", ""),
            ([INSTALLED, ALL_ON, {"to": "^microk8s config", "out": "no\n"}], {}, "did not print a kubeconfig", ""),
        ]
        for answers, environment, message, remedy in cases:
            changes, told = self.install(answers, expect=1, **environment)
            self.assertIn(f"error: ", told)
            self.assertIn(message, told)
            self.assertIn(remedy, told)
            self.assertNotIn("what to do next", told)

    def test_a_kubeconfig_of_somebody_else_is_never_written_over(self):
        with Machine([INSTALLED, ALL_ON, DEPLOYED, BUCKETS_SET] + LINUX) as machine:
            theirs = machine.home / "config"
            theirs.write_text("clusters: []\n")
            done = machine.run("install_microk8s.sh", KUBECONFIG_FILE=str(theirs))
            self.assertEqual(done.returncode, 1)
            self.assertIn("was not written by podpilot", done.stderr)
            self.assertEqual(theirs.read_text(), "clusters: []\n")


MAC = [{"to": "^uname -s", "out": "Darwin\n"}, {"to": "^multipass exec .* sudo /snap/bin/microk8s config", "out": KUBECONFIG}]
LAUNCH = "multipass launch 24.04 --name microk8s-vm --cpus 2 --memory 4G --disk 40G"


def vm(state):
    return {"to": "^multipass info", "out": f"Name,State,IPv4\nmicrok8s-vm,{state},10.0.0.9\n"}


class Mac(unittest.TestCase):
    def install(self, answers, *arguments, expect=0, config=None, **environment):
        with Machine(answers + MAC) as machine:
            (machine.home / ".kube").mkdir()
            if config:
                (machine.home / ".kube" / "config").write_text(config)
            done = machine.run("install_microk8s_macos.sh", *arguments, **environment)
            self.assertEqual(done.returncode, expect, done.stderr)
            self.files = {p.name: p.read_text() for p in (machine.home / ".kube").iterdir()}
            return machine.changes(), done.stderr

    def test_a_fresh_mac_gets_a_machine_and_the_linux_script_inside(self):
        changes, told = self.install([{"to": "^multipass info", "exit": 2}])
        self.assertEqual(changes[0], LAUNCH)
        self.assertTrue(changes[1].startswith("multipass transfer --recursive --parents "))
        self.assertEqual(changes[2], "multipass exec microk8s-vm -- env CHANNEL=1.35/stable MONITORING=lite WITH_KEDA=0 "
                                     "bash /home/ubuntu/podpilot-scripts/install_microk8s.sh")
        self.assertEqual(list(self.files), ["microk8s-config"])
        self.assertIn("kubectl get nodes", told)

    def test_a_running_machine_is_kept_and_a_stopped_one_started(self):
        changes, _ = self.install([vm("Running")])
        self.assertNotIn(LAUNCH, changes)
        changes, _ = self.install([vm("Stopped")])
        self.assertEqual(changes[0], "multipass start microk8s-vm")

    def test_merging_keeps_a_copy_and_all_or_nothing(self):
        merged = {"to": "^kubectl config view --flatten", "out": "contexts: [{name: mine}, {name: microk8s}]\n"}
        self.install([vm("Running"), merged], config="contexts: [{name: mine}]\n", MERGE="1")
        self.assertEqual(self.files["config"], merged["out"])
        self.assertEqual(self.files["config.before-podpilot"], "contexts: [{name: mine}]\n")
        for broken in ({"to": "^kubectl config", "exit": 1}, {"to": "^kubectl config", "out": ""}):
            _, told = self.install([vm("Running"), broken], expect=1, config="contexts: [{name: mine}]\n", MERGE="1")
            self.assertEqual(self.files["config"], "contexts: [{name: mine}]\n")
            self.assertIn("is as it was", told)

    def test_failures_say_what_to_do(self):
        for answers, message, remedy in [
            ([{"to": "^uname -s", "out": "Linux\n"}], "this is Linux", "install_microk8s.sh"),
            ([vm("Deleted")], "deleted", "multipass recover"),
            ([vm("Running"), {"to": "^kubectl get nodes", "exit": 1}], "does not answer from here", "multipass restart"),
        ]:
            _, told = self.install(answers, expect=1)
            self.assertIn(message, told)
            self.assertIn(remedy, told)

    def test_a_dry_run_changes_nothing(self):
        changes, told = self.install([{"to": "^multipass info", "exit": 2}], "--dry-run", MERGE="0")
        self.assertEqual((changes, self.files), ([], {}))
        self.assertIn("+ " + LAUNCH, told)


if __name__ == "__main__":
    unittest.main()

"""A machine made of fakes: programs that record how they are called and answer from a table.

Snap, MicroK8s and Multipass cannot run here. What can be checked is which commands the scripts give in which state.
"""

import json
import os
import pathlib
import subprocess
import tempfile

SCRIPTS = pathlib.Path(__file__).resolve().parents[1]

# The fake looks for the first answer whose pattern is found in the command line; `after` asks for an earlier call.
FAKE = r'''#!/usr/bin/env python3
import json, os, re, sys
folder = os.environ["FAKE_FOLDER"]
line = " ".join([os.path.basename(sys.argv[0]), *sys.argv[1:]])
with open(folder + "/calls") as file:
    before = file.read()
with open(folder + "/calls", "a") as file:
    file.write(line + "\n")
if line.startswith("sudo "):
    os.execvp(sys.argv[1], sys.argv[1:])
for answer in json.load(open(folder + "/answers.json")):
    if re.search(answer["to"], line) and re.search(answer.get("after", ""), before):
        sys.stdout.write(answer.get("out", ""))
        sys.exit(answer.get("exit", 0))
'''

PROGRAMS = ["sudo", "snap", "microk8s", "multipass", "kubectl", "usermod", "uname", "id", "curl", "podpilot"]


class Machine:
    """A home folder and a PATH with fakes in front; use as a context."""

    def __init__(self, answers, programs=PROGRAMS):
        self.answers, self.programs = answers, programs

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        root = pathlib.Path(self.folder.name)
        self.home = root / "home"
        (root / "bin").mkdir()
        self.home.mkdir()
        (root / "calls").write_text("")
        (root / "answers.json").write_text(json.dumps(self.answers))
        for name in self.programs:
            (root / "bin" / name).write_text(FAKE)
            (root / "bin" / name).chmod(0o755)
        self.root = root
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def run(self, script, *arguments, **environment):
        self.path = f"{self.root / 'bin'}:/usr/bin:/bin"
        done = subprocess.run(
            ["bash", str(SCRIPTS / script), *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
            env={"PATH": self.path, "HOME": str(self.home), "FAKE_FOLDER": str(self.root), "USER": "ann",
                 "OUT": str(self.root / "out"), **environment})
        self.calls = (self.root / "calls").read_text().splitlines()
        return done

    def changes(self):
        """Calls that change something, without `sudo` in front (which records the same call again)."""
        looks = ("uname", "id ", "snap list", "snap info", "microk8s status --format", "microk8s config", "multipass info",
                 "microk8s helm3 list", "microk8s helm3 status", "microk8s helm3 get", "kubectl get", "sudo ", "curl")
        return [call for call in self.calls if not call.startswith(looks) and not call.endswith("microk8s config")]

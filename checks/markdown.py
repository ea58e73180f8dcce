"""Links of every Markdown file in the repository, and console blocks of the documentation.

    python checks/markdown.py links            every relative link leads to a file, every anchor to a heading
    python checks/markdown.py run PODPILOT     runs console blocks marked `run`, each page in a folder of its own
    python checks/markdown.py apiserver        runs console blocks marked `apiserver`, with the kubectl in PATH

A console block of docs/ is preceded by a comment: `run`, `apiserver`, or `not here: REASON`. One without is an error.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
MARKER = re.compile(r"<!-- (run|apiserver|not here: .+) -->")
# What a block may need of the repository.
BORROWED = ["deployments", "scenarios", "simulation", "load-test", "monitoring"]


def tracked():
    # Files that are new and not ignored count as well: a page is checked before it is committed.
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).exists()]


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))


def anchors(path):
    found = set()
    for heading in re.findall(r"^#+ (.+)$", without_fences(path.read_text()), flags=re.M):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        found.add(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))
    return found


def without_fences(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)


def links():
    wrong = []
    for path in tracked():
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(path.read_text())):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            aimed = (path.parent / file).resolve() if file else path
            if not aimed.exists():
                wrong.append(f"{path.relative_to(ROOT)}: {target} does not exist")
            elif anchor and aimed.suffix == ".md" and anchor not in anchors(aimed):
                wrong.append(f"{path.relative_to(ROOT)}: {target}: no such heading")
    return wrong


def blocks(path):
    """(marker or None, commands) of each console block."""
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines):
        if line.strip() != "```console":
            continue
        end = lines.index("```", number)
        marker = MARKER.fullmatch(lines[number - 1].strip()) if number else None
        commands, more = [], False
        for text in lines[number + 1:end]:
            if text.startswith("$ "):
                commands.append(text[2:])
            elif more:
                commands[-1] += "\n" + text
            more = text.endswith("\\")
        yield marker.group(1) if marker else None, commands, number + 1


def pages():
    return [path for path in tracked() if path.is_relative_to(ROOT / "docs") and not path.is_relative_to(ROOT / "docs/runbooks")]


def unmarked():
    return [f"{path.relative_to(ROOT)}:{line}: a console block that says neither that it runs nor why not"
            for path in pages() for marker, _, line in blocks(path) if marker is None]


def run(kind, environment):
    count = 0
    for path in pages():
        wanted = [commands for marker, commands, _ in blocks(path) if marker == kind]
        if not wanted:
            continue
        with tempfile.TemporaryDirectory() as folder:
            for name in BORROWED:
                shutil.copytree(ROOT / name, pathlib.Path(folder, name))
            for command in (command for commands in wanted for command in commands):
                done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, env=environment,
                                      stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
                count += 1
                if done.returncode != 0:
                    sys.exit(f"{path.relative_to(ROOT)}: `{command}` ended with {done.returncode}:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    return count


def main():
    what = sys.argv[1]
    if what == "links":
        wrong = links() + unmarked()
        for line in wrong:
            print(line, file=sys.stderr)
        print(f"{len(tracked())} Markdown files looked at")
        sys.exit(1 if wrong else 0)
    environment = dict(os.environ)
    if what == "run":
        environment["PATH"] = f"{pathlib.Path(sys.argv[2]).resolve().parent}:{environment['PATH']}"
    count = run(what, environment)
    print(f"{count} commands of the documentation ran ({what})")
    # Not one would mean that the marks are not understood any more.
    sys.exit(0 if count else 1)


if __name__ == "__main__":
    main()

"""Holds the licence of every crate in Cargo.lock to the list in deny.toml, and its source to crates.io."""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def allowed():
    text = (ROOT / "deny.toml").read_text()
    return set(re.findall(r'"([^"]+)"', re.search(r"allow = \[(.*?)\]", text, re.S).group(1)))


def permits(expression, allow):
    """Whether an SPDX expression can be met with these licences. AND binds closer than OR."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))

    def either():
        good = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            good = both() or good
        return good

    def both():
        good = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            good = one() and good
        return good

    def one():
        word = tokens.pop(0)
        if word == "(":
            good = either()
            tokens.pop(0)
            return good
        if tokens and tokens[0] == "WITH":
            word += " WITH " + tokens[1]
            del tokens[:2]
        return word in allow

    return either()


def main():
    allow = allowed()
    assert permits("(MIT OR GPL-3.0) AND Zlib", allow) and not permits("MIT AND GPL-3.0", allow)
    command = ["cargo", "metadata", "--format-version=1", "--locked"]
    packages = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)["packages"]
    wrong = []
    for package in packages:
        if package["source"] is None:
            continue
        name = f"{package['name']} {package['version']}"
        if not package["source"].startswith("registry+https://github.com/rust-lang/crates.io-index"):
            wrong.append(f"{name} comes from {package['source']}")
        if not permits(package["license"] or "none", allow):
            wrong.append(f"{name} is under {package['license']}, which deny.toml does not allow")
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{len(packages)} crates looked at")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

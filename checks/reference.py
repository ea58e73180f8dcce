"""Writes docs/reference from what the code says: help texts, the scenario schema, the metrics that monitoring knows.

    python checks/reference.py PODPILOT            writes
    python checks/reference.py PODPILOT --check    says what differs, exit code 1
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "monitoring"))

import queries  # noqa: E402

NOTE = "<!-- Made by checks/reference.py; change the code and run make reference. -->\n\n"


def help_of(podpilot, *words):
    command = [podpilot, *words, "--help"]
    text = subprocess.run(command, check=True, capture_output=True, text=True, env={"COLUMNS": "100", "NO_COLOR": "1"}).stdout
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def subcommands(text):
    listed = re.search(r"^Commands:\n((?:  .*\n)+)", text + "\n", re.M)
    names = re.findall(r"^  ([a-z][\w-]*)", listed.group(1), re.M) if listed else []
    return [name for name in names if name != "help"]


def command_line(podpilot):
    def sections(*words):
        text = help_of(podpilot, *words)
        yield f"## podpilot {' '.join(words)}".rstrip() + f"\n\n```text\n{text}\n```\n"
        for name in subcommands(text):
            yield from sections(*words, name)

    return "# Command line\n\n" + NOTE + "\n".join(sections())


def scenario():
    schema = json.loads((ROOT / "docs" / "scenario.schema.json").read_text())
    definitions = schema["$defs"]
    lines = ["# Scenario files\n", NOTE + "The schema is `docs/scenario.schema.json`; an unknown field is an error that names it. An example: `scenarios/default.yaml`.\n"]

    def kind(field):
        if "$ref" in field:
            name = field["$ref"].rsplit("/", 1)[1]
            return f"[{name}](#{name.lower()})"
        for key in ("anyOf", "oneOf"):
            if key in field:
                return " or ".join(dict.fromkeys(kind(each) for each in field[key] if each.get("type") != "null"))
        if "const" in field:
            return f"`{field['const']}`"
        if "enum" in field:
            return ", ".join(f"`{value}`" for value in field["enum"])
        kinds = field.get("type", "any")
        kinds = [k for k in (kinds if isinstance(kinds, list) else [kinds]) if k != "null"]
        if kinds == ["array"] and isinstance(field.get("items"), dict):
            return f"list of {kind(field['items'])}"
        return " or ".join(kinds)

    def table(each):
        required = set(each.get("required", []))
        rows = ["| field | type | default | meaning |", "| --- | --- | --- | --- |"]
        for name, field in each.get("properties", {}).items():
            default = "required" if name in required else (f"`{json.dumps(field['default'])}`" if "default" in field else "–")
            meaning = " ".join(field.get("description", "").split()).replace("|", "\\|")
            rows.append(f"| `{name}` | {kind(field).replace('|', chr(92) + '|')} | {default.replace('|', chr(92) + '|')} | {meaning} |")
        return rows

    def section(title, each):
        lines.append(f"## {title}\n")
        if "description" in each:
            lines.append(" ".join(each["description"].split()) + "\n")
        for variant in each.get("oneOf", each.get("anyOf", [])):
            if "properties" in variant:
                if "description" in variant:
                    lines.append(" ".join(variant["description"].split()) + "\n")
                lines.extend([*table(variant), ""])
            else:
                lines.append(f"- {kind(variant)}: {' '.join(variant.get('description', '').split())}\n")
        if "properties" in each:
            lines.extend([*table(each), ""])

    section("The file", schema)
    for name in sorted(definitions):
        section(name, definitions[name])
    return "\n".join(lines).rstrip() + "\n"


def metrics():
    lines = ["# Metrics\n", NOTE + "## Read by rules and dashboards\n", "| exported by | metric |", "| --- | --- |"]
    lines += [f"| {origin} | {', '.join(f'`{name}`' for name in names)} |" for origin, names in queries.EXPORTED.items()]
    lines += ["\n## Recorded by our rules\n", "| series | expression | file |", "| --- | --- | --- |"]
    for name, rule in queries.rules():
        if "record" in rule:
            source = "".join(f" {{{key}=\"{value}\"}}" for key, value in rule.get("labels", {}).items())
            expr = " ".join(rule["expr"].split()).replace("|", "\\|")
            lines.append(f"| `{rule['record']}`{source} | `{expr}` | `monitoring/rules/{name}` |")
    lines += ["\n## Alerts\n", "| alert | when | for | severity | what to do |", "| --- | --- | --- | --- | --- |"]
    for _, rule in queries.rules():
        if "alert" in rule:
            runbook = rule["annotations"]["runbook_url"].removeprefix("docs/")
            expr = " ".join(rule["expr"].split()).replace("|", "\\|")
            lines.append(f"| `{rule['alert']}` | `{expr}` | {rule.get('for', 'at once')} | {rule['labels']['severity']} | [runbook](../{runbook}) |")
    return "\n".join(lines) + "\n"


def main():
    folder = ROOT / "docs" / "reference"
    pages = {"cli.md": command_line(sys.argv[1]), "scenario.md": scenario(), "metrics.md": metrics()}
    differing = [name for name, text in pages.items() if not (folder / name).exists() or (folder / name).read_text() != text]
    if "--check" in sys.argv:
        for name in differing:
            print(f"docs/reference/{name} is not what the code says; run make reference", file=sys.stderr)
        sys.exit(1 if differing else 0)
    for name in differing:
        (folder / name).write_text(pages[name])
        print(f"wrote docs/reference/{name}")


if __name__ == "__main__":
    main()

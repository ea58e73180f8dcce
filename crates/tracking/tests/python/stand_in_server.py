"""A W&B server for tests, on loopback: takes what `wandb sync` uploads and keeps it for comparison."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Uploads:
    """What arrived."""

    def __init__(self):
        self.lock = threading.Lock()
        self.run = {}
        self.lines = {}
        self.finished = None
        self.exit_code = None
        self.artifacts = []
        self.stored = {}
        self.unknown = []

    def upsert(self, variables):
        given = {name: value for name, value in variables.items() if value is not None}
        with self.lock:
            self.run.update(given)

    def stream(self, body):
        with self.lock:
            for name, part in (body.get("files") or {}).items():
                lines = self.lines.setdefault(name, [])
                offset = part.get("offset", 0)
                del lines[offset:]
                lines.extend([""] * (offset - len(lines)))
                lines.extend(part["content"])
            if body.get("complete"):
                self.finished = True
                self.exit_code = body.get("exitcode")

    def rows(self):
        """History, as it was sent."""
        return [json.loads(line) for line in self.lines.get("wandb-history.jsonl", [])]

    def summary(self):
        lines = self.lines.get("wandb-summary.json") or ["{}"]
        return json.loads(lines[-1])

    def config(self):
        config = self.run.get("config") or "{}"
        return {name: entry["value"] for name, entry in json.loads(config).items()}


def connection(nodes):
    return {"edges": [{"node": node} for node in nodes], "pageInfo": {"hasNextPage": False, "endCursor": None}}


def answer(uploads, address, query, variables):
    """The data of a GraphQL answer; the operations are told apart by the fields they ask for."""
    if "upsertBucket" in query:
        uploads.upsert(variables)
        project = {"id": "P", "name": variables.get("project") or "podpilot", "entity": {"id": "E", "name": "tester"}}
        bucket = {
            "id": "B",
            "name": variables.get("name"),
            "displayName": variables.get("displayName"),
            "description": None,
            "config": "{}",
            "sweepName": None,
            "project": project,
            "historyLineCount": 0,
        }
        return {"upsertBucket": {"bucket": bucket, "inserted": True}}
    if "createRunFiles" in query:
        files = [{"name": name, "uploadUrl": f"{address}/storage/run/{name}"} for name in variables["files"]]
        return {"createRunFiles": {"runID": "B", "uploadHeaders": [], "files": files}}
    if "createArtifactManifest" in query:
        file = {
            "id": "F",
            "name": "wandb_manifest.json",
            "displayName": "wandb_manifest.json",
            "uploadUrl": f"{address}/storage/manifest",
            "uploadHeaders": [],
        }
        return {"createArtifactManifest": {"artifactManifest": {"id": "M", "file": file}}}
    if "createArtifactFiles" in query:
        nodes = [
            {
                "id": f"A{index}",
                "name": spec["name"],
                "displayName": spec["name"],
                "uploadUrl": f"{address}/storage/{spec['name']}",
                "uploadHeaders": [],
                "uploadMultipartUrls": None,
                "storagePath": f"wandb_artifacts/{spec['name']}",
                "artifact": {"id": "A"},
            }
            for index, spec in enumerate(variables["input"]["artifactFiles"])
        ]
        return {"createArtifactFiles": {"files": connection(nodes)}}
    if "commitArtifact" in query:
        return {"commitArtifact": {"artifact": {"id": "A", "digest": "D"}}}
    if "createArtifact" in query:
        with uploads.lock:
            uploads.artifacts.append(variables.get("input") or variables)
        sequence = {"id": "S", "latestArtifact": None}
        return {"createArtifact": {"artifact": {"id": "A", "state": "PENDING", "artifactSequence": sequence}}}
    if "viewer" in query:
        return {"viewer": {"id": "V", "entity": "tester", "username": "tester", "flags": "{}", "teams": connection([])}}
    if "serverInfo" in query:
        return {"serverInfo": {"cliVersionInfo": {"max_cli_version": "9.9.9"}, "features": [], "latestLocalVersionInfo": None}}
    if "__type" in query:
        return {name: {"fields": [], "inputFields": []} for name in ("QueryType", "MutationType", "ServerInfoType", "TypeInfo")}
    with uploads.lock:
        uploads.unknown.append(query)
    return {"model": None, "project": None}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_GET(self):
        self.reply({})

    def do_PUT(self):
        content = self.body()
        with self.server.uploads.lock:
            self.server.uploads.stored[self.path.removeprefix("/storage/")] = content
        self.reply({})

    def do_POST(self):
        content = json.loads(self.body() or b"{}")
        address = f"http://127.0.0.1:{self.server.server_port}"
        if self.path == "/graphql":
            data = answer(self.server.uploads, address, content.get("query", ""), content.get("variables") or {})
            self.reply({"data": data})
        elif self.path.endswith("/file_stream"):
            self.server.uploads.stream(content)
            self.reply({})
        else:
            self.reply({})


class Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that hangs up is no news."""


def serve():
    """Starts the server; returns it with its address and what it takes."""
    server = Server(("127.0.0.1", 0), Handler)
    server.uploads = Uploads()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}", server.uploads

"""Classic Grafana dashboards (schema version 39: Grafana 10 and later read it; MicroK8s brings 12) from a few words a panel."""

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24


def query(expr, legend, instant=False):
    return {"expr": " ".join(expr.split()), "legend": legend, "instant": instant}


def panel(title, description, unit, *queries, kind="timeseries", width=12, height=8, thresholds=(), maximum=None, mappings=(),
          step=False):
    """`thresholds` are (value, colour) from the lowest on; the colour below the first is green."""
    steps = [{"value": None, "color": "green"}] + [{"value": value, "color": colour} for value, colour in thresholds]
    custom = {}
    if kind == "timeseries":
        custom = {"lineWidth": 1, "fillOpacity": 0, "showPoints": "never", "spanNulls": False,
                  "lineInterpolation": "stepAfter" if step else "linear",
                  "thresholdsStyle": {"mode": "dashed" if thresholds else "off"}}
    defaults = {"unit": unit, "min": 0, "custom": custom, "thresholds": {"mode": "absolute", "steps": steps}, "mappings": list(mappings)}
    if maximum is not None:
        defaults["max"] = maximum
    options = {
        "timeseries": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}},
        "stat": {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value"},
        "state-timeline": {"mergeValues": True, "showValue": "never", "legend": {"displayMode": "list", "placement": "bottom"}},
        "table": {"showHeader": True},
    }[kind]
    targets = [{"refId": chr(ord("A") + i), "datasource": SOURCE, "expr": q["expr"], "legendFormat": q["legend"], "instant": q["instant"],
                "range": not q["instant"], **({"format": "table"} if kind == "table" else {})} for i, q in enumerate(queries)]
    return {"type": kind, "title": title, "description": description, "datasource": SOURCE, "targets": targets, "options": options,
            "fieldConfig": {"defaults": defaults, "overrides": []}, "gridPos": {"w": width, "h": height},
            **({"transformations": [{"id": "merge", "options": {}}]} if kind == "table" else {})}


def variable(name, label, of, multi=False):
    """A variable whose values are `label_values(...)` of the query `of`."""
    return {"type": "query", "name": name, "label": label, "datasource": SOURCE, "query": {"query": of, "refId": name}, "refresh": 2,
            "sort": 1, "multi": multi, "includeAll": multi, **({"allValue": ".+"} if multi else {})}


def dashboard(uid, title, description, variables, panels):
    """Places panels from left to right, a new row where one does not fit."""
    x = y = row_height = 0
    placed = []
    for number, each in enumerate(panels, start=1):
        width, height = each["gridPos"]["w"], each["gridPos"]["h"]
        if x + width > WIDTH:
            x, y, row_height = 0, y + row_height, 0
        placed.append({**each, "id": number, "gridPos": {"x": x, "y": y, "w": width, "h": height}})
        x, row_height = x + width, max(row_height, height)
    source = {"type": "datasource", "name": "datasource", "label": "Prometheus", "query": "prometheus", "refresh": 1}
    return {"uid": uid, "title": title, "description": description, "tags": ["podpilot"], "schemaVersion": 39, "version": 1,
            "editable": False, "timezone": "browser", "refresh": "15s", "time": {"from": "now-1h", "to": "now"}, "graphTooltip": 1,
            "templating": {"list": [source, *variables]}, "panels": placed, "annotations": {"list": []}, "links": []}

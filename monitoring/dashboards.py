"""What the dashboards show. `generate.py` writes them as JSON."""

from grafana import dashboard, panel, query, variable

# Variables that all queries of a dashboard about one service go by.
SERVICE = '{source=~"$source",service=~"$service"}'
WORKLOAD = '{namespace="$namespace",workload="$workload"}'
DEPLOYMENT = '{namespace="$namespace",deployment="$workload"}'
AUTOSCALER = '{namespace="$namespace",name=~"$autoscaler"}'

ONE_AUTOSCALER = [
    variable("source", "Measured by", "label_values(podpilot:service_requests:rate1m, source)", multi=True),
    variable("service", "Service", 'label_values(podpilot:service_requests:rate1m{source=~"$source"}, service)', multi=True),
    variable("namespace", "Namespace", "label_values(kube_deployment_spec_replicas, namespace)"),
    variable("workload", "Deployment", 'label_values(kube_deployment_spec_replicas{namespace="$namespace"}, deployment)'),
    variable("autoscaler", "AdaptiveAutoscaler", 'label_values(podpilot_replicas{namespace="$namespace"}, name)', multi=True),
    {"type": "textbox", "name": "price", "label": "Price of a pod-hour", "query": "0.02", "current": {"text": "0.02", "value": "0.02"}},
]

NOT_TRUE = [{"type": "value", "options": {"0": {"text": "not true", "color": "red"}, "1": {"text": "true", "color": "green"}}}]


def autoscaler():
    return dashboard("podpilot-autoscaler", "podpilot: one autoscaler", "Load, replicas, what clients feel, what pods use, what it costs.", ONE_AUTOSCALER, [
        panel("Requests", "Requests a second, as the gateway or ingress counts them.", "reqps",
              query(f"podpilot:service_requests:rate1m{SERVICE}", "{{service}} ({{source}})")),
        panel("Replicas", "Asked for and ready, what podpilot recommends, and what the HPA it is compared with would have. The last two are absent "
              "without the podpilot operator.", "short",
              query(f"kube_deployment_spec_replicas{DEPLOYMENT}", "asked for"),
              query(f"kube_deployment_status_replicas_ready{DEPLOYMENT}", "ready"),
              query(f"podpilot_recommended_replicas{AUTOSCALER}", "podpilot recommends"),
              query(f"podpilot_hpa_replicas{AUTOSCALER}", "HPA would have"), step=True),
        panel("Latency, 95th percentile", "Between two bucket edges it is interpolated; the slow share beside it is exact.", "s",
              query(f"podpilot:service_latency_p95_seconds:rate1m{SERVICE}", "{{service}} ({{source}})"), thresholds=[(0.2, "red")]),
        panel("Slow requests", "Share of requests over 200 ms or failed with 5xx. A minute over the line is bad.", "percentunit",
              query(f"podpilot:service_slow:ratio1m{SERVICE}", "{{service}} ({{source}})"), thresholds=[(0.05, "red")], maximum=1),
        panel("Bad minutes, share of the last hour", "The objective allows 0.5 % of minutes over a long time.", "percentunit",
              query(f"podpilot:service_bad_minutes:ratio1h{SERVICE}", "{{service}} ({{source}})"), thresholds=[(0.005, "orange"), (0.072, "red")]),
        panel("Errors", "Requests a second that end with 5xx.", "reqps",
              query(f"podpilot:service_errors:rate1m{SERVICE}", "{{service}} ({{source}})")),
        panel("CPU of limit", "All running pods together. Absent without a limit.", "percentunit",
              query(f"podpilot:workload_cpu_of_limit:ratio{WORKLOAD}", "{{workload}}"), thresholds=[(0.85, "red")]),
        panel("Memory of limit", "All running pods together. Absent without a limit.", "percentunit",
              query(f"podpilot:workload_memory_of_limit:ratio{WORKLOAD}", "{{workload}}"), thresholds=[(0.85, "red")]),
        panel("Throttled", "Share of the scheduler's 100 ms periods in which a pod had used up its CPU limit.", "percentunit",
              query(f"podpilot:workload_throttled_periods:ratio1m{WORKLOAD}", "{{workload}}"), maximum=1),
        panel("Pods waiting", "Pods that are Pending: no room on a node, or an image is being pulled.", "short",
              query('sum by (namespace) (kube_pod_status_phase{namespace="$namespace",phase="Pending"})', "pending"), step=True),
        panel("Cost", "Price of a pod-hour (above) times pods, for what runs, and for what podpilot and the HPA would run. No saving counts without "
              "the bad minutes beside it.", "currencyUSD",
              query(f"$price * kube_deployment_spec_replicas{DEPLOYMENT}", "as it runs, an hour"),
              query(f"$price * podpilot_recommended_replicas{AUTOSCALER}", "podpilot, an hour"),
              query(f"$price * podpilot_hpa_replicas{AUTOSCALER}", "HPA, an hour"), step=True),
        panel("Conditions", "Conditions of the AdaptiveAutoscaler over time, with the reason of each.", "short",
              query(f"podpilot_condition{AUTOSCALER}", "{{condition}}: {{reason}}"), kind="state-timeline", mappings=NOT_TRUE),
    ])


def fleet():
    return dashboard("podpilot-fleet", "podpilot: all workloads", "Which workloads need a look.", [], [
        panel("Bad minutes of six hours", "Share of bad minutes by service; the objective allows 0.5 %.", "percentunit",
              query("sort_desc(podpilot:service_bad_minutes:ratio6h)", "{{service}}", instant=True), kind="table"),
        panel("CPU of limit", "By Deployment.", "percentunit",
              query("sort_desc(podpilot:workload_cpu_of_limit:ratio)", "{{namespace}}/{{workload}}", instant=True), kind="table"),
        panel("Replicas", "Asked for, by Deployment.", "short",
              query("kube_deployment_spec_replicas", "{{namespace}}/{{deployment}}"), step=True),
        panel("Pods that are not ready", "Asked for and not ready, by Deployment.", "short",
              query("kube_deployment_spec_replicas - on (namespace, deployment) kube_deployment_status_replicas_ready", "{{namespace}}/{{deployment}}"), step=True),
        panel("HPA: share of the maximum", "At 100 % it cannot follow the load any more.", "percentunit",
              query("kube_horizontalpodautoscaler_status_desired_replicas / on (namespace, horizontalpodautoscaler) "
                    "kube_horizontalpodautoscaler_spec_max_replicas", "{{namespace}}/{{horizontalpodautoscaler}}"), thresholds=[(1, "red")]),
        panel("Conditions that are not true", "Of all AdaptiveAutoscalers; empty is good.", "short",
              query("podpilot_condition == 0", "{{namespace}}/{{name}}: {{condition}} ({{reason}})", instant=True), kind="table"),
        panel("Operator: leader", "1 where a process may write. The sum must be 1.", "short",
              query("sum(podpilot_leader)", "leaders"), kind="stat", width=6, thresholds=[(2, "red")]),
        panel("Operator: broken watches", "Watches of the API server that are broken; such objects may be out of date.", "short",
              query("max(podpilot_broken_watches)", "broken"), kind="stat", width=6, thresholds=[(1, "red")]),
        panel("Operator: what it does", "Decisions, writes of replica counts, of HPA minimums and of status, a second.", "ops",
              query("sum(rate(podpilot_decisions_total[5m]))", "decisions"),
              query("sum(rate(podpilot_scale_writes_total[5m]))", "scale writes"),
              query("sum(rate(podpilot_floor_writes_total[5m]))", "floor writes"),
              query("sum(rate(podpilot_status_writes_total[5m]))", "status writes")),
    ])


def load_test():
    return dashboard("podpilot-load-test", "podpilot: load test", "podpilot load (--prometheus-listen) and k6 (remote write).", [], [
        panel("Requests, podpilot load", "A second. Intended is what the plan asks for, whatever the service answers.", "reqps",
              query("sum(rate(podpilot_load_intended_requests_total[1m]))", "intended"),
              query("sum(rate(podpilot_load_sent_requests_total[1m]))", "sent"),
              query("sum(rate(podpilot_load_completed_requests_total[1m]))", "completed")),
        panel("Latency, podpilot load", "From the intended instant; failed requests count at the time-out.", "s",
              query("histogram_quantile(0.5, sum by (le) (rate(podpilot_load_latency_seconds_bucket[1m])))", "median"),
              query("histogram_quantile(0.95, sum by (le) (rate(podpilot_load_latency_seconds_bucket[1m])))", "95th percentile"),
              thresholds=[(0.2, "red")]),
        panel("Slow requests, podpilot load", "Share over 200 ms or failed.", "percentunit",
              query("sum(rate(podpilot_load_slow_requests_total[1m])) / sum(rate(podpilot_load_intended_requests_total[1m]))", "slow"),
              thresholds=[(0.05, "red")], maximum=1),
        panel("Generator, podpilot load", "Cores it uses, and requests under way. Saturated means that the numbers do not count.", "short",
              query("sum(podpilot_load_cpu_cores)", "cores"), query("sum(podpilot_load_in_flight_requests)", "in flight"),
              query("max(podpilot_load_saturated)", "saturated")),
        panel("Requests, k6", "A second.", "reqps", query("sum(rate(k6_http_reqs_total[1m]))", "requests")),
        panel("Latency, k6", "95th percentile of each k6 instance, which it computes itself; it cannot be added up.", "s",
              query("k6_http_req_duration_p95", "95th percentile"), thresholds=[(0.2, "red")]),
        panel("Failed, k6", "Share of failed requests.", "percentunit", query("avg(k6_http_req_failed_rate)", "failed"), thresholds=[(0.01, "red")], maximum=1),
        panel("Dropped iterations, k6", "One is enough: the load was not what was asked for.", "short",
              query("sum(k6_dropped_iterations_total)", "dropped"), thresholds=[(1, "red")]),
    ])


def all_dashboards():
    return {"autoscaler": autoscaler(), "fleet": fleet(), "load-test": load_test()}

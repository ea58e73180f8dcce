# shellcheck shell=bash
# The demo service: Deployment web (nginx that compresses a page for each request) and, in front of it, Deployment
# gateway (a reverse proxy that measures latency). An autoscaler for web is in manifests/hpa.yaml and not applied here.

demo_start() {
    import_image web
    import_image gateway
    render "$TESTBED/manifests/demo.yaml" | without_limit_none | kubectl apply --filename=- > /dev/null
}

without_limit_none() { sed '/cpu: "none"/d'; }

demo_ready() {
    wait_until 60 - kubectl rollout status deployment/web --namespace=demo --timeout=2s
    wait_until 60 - kubectl rollout status deployment/gateway --namespace=demo --timeout=2s
    # The rules for the virtual addresses may follow a moment later.
    wait_until 30 - curl --silent --fail --max-time 2 "http://$GATEWAY_ADDRESS/"
}

demo_stop() { kubectl delete namespace demo --ignore-not-found; }

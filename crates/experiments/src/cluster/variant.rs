use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Api, PodCgroup, ready_pods};
use crate::clock;

/// The testbed's demo service as it runs, from which variants with other limits are made.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    namespace: String,
    pod_spec: Value,
    port: u64,
}

/// A copy of the demo service with its own Deployment and Service.
#[derive(Debug, Clone)]
pub(crate) struct Variant {
    /// Name of Deployment and Service.
    pub(crate) name: String,
    /// Address that its Service answers on, `10.96.0.7:80`.
    pub(crate) address: String,
    namespace: String,
    replicas: u32,
}

const LABEL: &str = "podpilot-experiment";
const PATIENCE_S: f64 = 90.0;
/// Small, so that all variants fit on the node at once. It is only a weight, and the measured pods have the same.
const REQUEST_M: u32 = 20;

impl Template {
    /// Reads the Deployment of the demo service.
    pub(crate) fn read(api: &Api, namespace: &str, deployment: &str) -> Result<Self> {
        let live = api.get(&format!("/apis/apps/v1/namespaces/{namespace}/deployments/{deployment}"))?;
        let pod_spec = live.pointer("/spec/template/spec").context("the Deployment has no pod template")?;
        let port = pod_spec.pointer("/containers/0/ports/0/containerPort").and_then(Value::as_u64);
        Ok(Self {
            namespace: namespace.to_owned(),
            pod_spec: pod_spec.clone(),
            port: port.context("the demo container declares no port")?,
        })
    }

    /// Makes a variant and waits until its pods are ready and its Service answers.
    pub(crate) fn deploy(
        &self,
        api: &Api,
        name: &str,
        limit_m: Option<u32>,
        replicas: u32,
    ) -> Result<Variant> {
        self.deploy_with(api, name, limit_m, replicas, None)
    }

    /// [`Self::deploy`] with a readiness probe of its own.
    pub(crate) fn deploy_with(
        &self,
        api: &Api,
        name: &str,
        limit_m: Option<u32>,
        replicas: u32,
        readiness: Option<&Value>,
    ) -> Result<Variant> {
        let (namespace, base) = (&self.namespace, format!("/api/v1/namespaces/{}", self.namespace));
        let deployment = self.deployment(name, limit_m, replicas, readiness);
        api.create(&format!("/apis/apps/v1/namespaces/{namespace}/deployments"), &deployment)?;
        api.create(&format!("{base}/services"), &self.service(name))?;
        let service = api.get(&format!("{base}/services/{name}"))?;
        let address = service.pointer("/spec/clusterIP").and_then(Value::as_str).context("no ClusterIP")?;
        let variant = Variant {
            name: name.to_owned(),
            address: format!("{address}:80"),
            namespace: namespace.clone(),
            replicas,
        };
        variant.wait_until_it_answers(api)?;
        Ok(variant)
    }

    fn deployment(
        &self,
        name: &str,
        limit_m: Option<u32>,
        replicas: u32,
        readiness: Option<&Value>,
    ) -> Value {
        let mut spec = self.pod_spec.clone();
        let container = &mut spec["containers"][0];
        container["resources"]["requests"]["cpu"] = json!(format!("{REQUEST_M}m"));
        match limit_m {
            Some(limit) => container["resources"]["limits"]["cpu"] = json!(format!("{limit}m")),
            None => {
                if let Some(limits) = container["resources"]["limits"].as_object_mut() {
                    limits.remove("cpu");
                }
            }
        }
        if let Some(readiness) = readiness {
            container["readinessProbe"] = readiness.clone();
        }
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": name, "labels": {LABEL: name}},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": {LABEL: name}},
                "template": {"metadata": {"labels": {LABEL: name}}, "spec": spec},
            },
        })
    }

    fn service(&self, name: &str) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Service",
            "metadata": {"name": name, "labels": {LABEL: name}},
            "spec": {"selector": {LABEL: name}, "ports": [{"port": 80, "targetPort": self.port}]},
        })
    }
}

impl Variant {
    /// Label selector of its pods.
    pub(crate) fn selector(&self) -> String {
        format!("{LABEL}={}", self.name)
    }

    /// Control groups of its pods, in the order of their names.
    pub(crate) fn cgroups(&self, api: &Api) -> Result<Vec<PodCgroup>> {
        let pods = ready_pods(api, &self.namespace, &self.selector(), self.replicas, PATIENCE_S)?;
        let group = |pod: &Value| {
            let uid = pod.pointer("/metadata/uid").and_then(Value::as_str).context("a pod without uid")?;
            let id = pod.pointer("/status/containerStatuses/0/containerID").and_then(Value::as_str);
            PodCgroup::find(uid, id.and_then(|id| id.rsplit('/').next()))
        };
        pods.iter().map(group).collect()
    }

    /// Deletes Deployment and Service.
    pub(crate) fn remove(&self, api: &Api) -> Result<()> {
        let (namespace, name) = (&self.namespace, &self.name);
        api.delete(&format!("/apis/apps/v1/namespaces/{namespace}/deployments/{name}"))?;
        api.delete(&format!("/api/v1/namespaces/{namespace}/services/{name}"))
    }

    /// kube-proxy needs a moment after the pods are ready.
    fn wait_until_it_answers(&self, api: &Api) -> Result<()> {
        ready_pods(api, &self.namespace, &self.selector(), self.replicas, PATIENCE_S)?;
        let deadline_s = clock::unix_s() + PATIENCE_S;
        let url = format!("http://{}/", self.address);
        while let Err(error) = api.get_text(&url) {
            if clock::unix_s() > deadline_s {
                return Err(error.context(format!("{} does not answer", self.name)));
            }
            clock::sleep_s(0.5);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Template {
        let pod_spec = json!({"containers": [{"name": "web", "image": "localhost/demo:1",
            "ports": [{"containerPort": 8080}],
            "resources": {"requests": {"cpu": "100m"}, "limits": {"cpu": "200m", "memory": "64Mi"}}}]});
        Template { namespace: "demo".to_owned(), pod_spec, port: 8080 }
    }

    #[test]
    fn a_variant_changes_the_cpu_and_nothing_else() {
        let limited = template().deployment("a", Some(50), 4, None);
        let container = &limited["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["resources"]["limits"], json!({"cpu": "50m", "memory": "64Mi"}));
        assert_eq!(container["resources"]["requests"]["cpu"], "20m");
        assert_eq!(container["image"], "localhost/demo:1");
        assert_eq!(limited["spec"]["replicas"], 4);
        let free = template().deployment("b", None, 1, None);
        let container = &free["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["resources"]["limits"], json!({"memory": "64Mi"}));
        assert_eq!(container["resources"]["requests"]["cpu"], "20m");
    }
}

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::Agent;

const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// The cluster's API through `kubectl proxy`, and other plain HTTP servers beside it. The process must run inside
/// the testbed's network (`testbed/enter`).
#[derive(Debug)]
pub(crate) struct Api {
    base: String,
    agent: Agent,
    proxy: Child,
}

/// Events of a watch, one after the other, as long as the server keeps the connection.
pub(crate) struct Watch {
    lines: BufReader<Box<dyn Read + Send>>,
}

impl Api {
    /// Starts `kubectl proxy` on a free port of the loopback interface; it ends with this value.
    pub(crate) fn start() -> Result<Self> {
        // The kernel ends the proxy with this process, however that ends.
        let mut proxy = Command::new("setpriv")
            .args(["--pdeathsig", "TERM", "kubectl", "proxy", "--address=127.0.0.1", "--port=0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .context("cannot start kubectl; run inside `testbed/enter`")?;
        let stdout = proxy.stdout.take().context("kubectl proxy has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        // "Starting to serve on 127.0.0.1:41235"
        let Some(address) = line.trim().rsplit(' ').next().filter(|last| last.contains(':')) else {
            bail!("kubectl proxy said `{}`", line.trim());
        };
        let config =
            Agent::config_builder().timeout_global(Some(REQUEST_TIMEOUT)).http_status_as_error(false);
        Ok(Self { base: format!("http://{address}"), agent: config.build().new_agent(), proxy })
    }

    /// The answer to a GET of a path of the API, or of a whole URL.
    pub(crate) fn get_text(&self, path: &str) -> Result<String> {
        let url = self.url(path);
        let mut answer = self.agent.get(&url).call().with_context(|| format!("GET {url}"))?;
        let body = answer.body_mut().with_config().limit(256 << 20).read_to_string()?;
        if !answer.status().is_success() {
            bail!("GET {url}: {} {}", answer.status(), first_line(&body));
        }
        Ok(body)
    }

    /// [`Self::get_text`] as JSON.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        Ok(serde_json::from_str(&self.get_text(path)?)?)
    }

    /// Creates an object, or leaves the one that is there.
    pub(crate) fn create(&self, collection: &str, object: &Value) -> Result<()> {
        let url = self.url(collection);
        let sent = self.agent.post(&url).header("Content-Type", "application/json").send(object.to_string());
        let mut answer = sent.with_context(|| format!("POST {url}"))?;
        let body = answer.body_mut().read_to_string()?;
        if answer.status().is_success() || answer.status() == 409 {
            return Ok(());
        }
        bail!("POST {url}: {} {}", answer.status(), first_line(&body));
    }

    /// Merges `change` into an object.
    pub(crate) fn merge(&self, path: &str, change: &Value) -> Result<()> {
        let url = self.url(path);
        let patch = self.agent.patch(&url).header("Content-Type", "application/merge-patch+json");
        let mut answer = patch.send(change.to_string()).with_context(|| format!("PATCH {url}"))?;
        let body = answer.body_mut().read_to_string()?;
        if !answer.status().is_success() {
            bail!("PATCH {url}: {} {}", answer.status(), first_line(&body));
        }
        Ok(())
    }

    /// Deletes an object; one that is not there is no error.
    pub(crate) fn delete(&self, path: &str) -> Result<()> {
        let url = self.url(path);
        let answer = self.agent.delete(&url).call().with_context(|| format!("DELETE {url}"))?;
        if answer.status().is_success() || answer.status() == 404 {
            return Ok(());
        }
        bail!("DELETE {url}: {}", answer.status());
    }

    /// Sets `scale.spec.replicas` of a Deployment.
    pub(crate) fn scale(&self, namespace: &str, deployment: &str, replicas: u32) -> Result<()> {
        let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/{deployment}/scale");
        self.merge(&path, &serde_json::json!({"spec": {"replicas": replicas}}))
    }

    /// Watches a collection: first its objects as they are, then every change.
    pub(crate) fn watch(&self, collection: &str) -> Result<Watch> {
        let separator = if collection.contains('?') { '&' } else { '?' };
        let url = self.url(&format!("{collection}{separator}watch=true"));
        let endless = Agent::config_builder().timeout_global(None).build().new_agent();
        let answer = endless.get(&url).call().with_context(|| format!("watch {url}"))?;
        let reader: Box<dyn Read + Send> =
            Box::new(answer.into_body().into_with_config().limit(u64::MAX).reader());
        Ok(Watch { lines: BufReader::new(reader) })
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.proxy.kill();
        let _ = self.proxy.wait();
    }
}

impl Iterator for Watch {
    type Item = Result<Value>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = String::new();
        match self.lines.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_str(&line).context("a watch event is not JSON")),
            Err(error) => Some(Err(error.into())),
        }
    }
}

fn first_line(body: &str) -> &str {
    let end = body.char_indices().nth(300).map_or(body.len(), |(index, _)| index);
    body[..end].trim()
}

//! etcd and kube-apiserver of a test's own, on loopback ports, with a temporary folder.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kube::config::AuthInfo;
use kube::{Client, Config, CustomResourceExt};
use podpilot_operator::resource::AdaptiveAutoscaler;

const TOKEN: &str = "a-token-of-this-test";
const START_UP: Duration = Duration::from_mins(2);

/// Ends with its processes and its folder.
pub(crate) struct ApiServer {
    processes: Vec<Child>,
    folder: tempfile::TempDir,
    url: String,
    apiserver: PathBuf,
    etcd_url: String,
    port: u16,
}

impl ApiServer {
    /// Starts both and waits until they answer and know the custom resource; `None` without the binaries.
    pub(crate) async fn start() -> Option<Self> {
        let (Some(etcd), Some(apiserver)) =
            (binary("etcd-", "etcd"), binary("kubernetes-", "kube-apiserver"))
        else {
            eprintln!("SKIPPED: etcd and kube-apiserver are not built; run testbed/build.sh");
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (etcd_port, peer_port, port) = (free_port(), free_port(), free_port());
        let etcd_url = format!("http://127.0.0.1:{etcd_port}");
        let peer_url = format!("http://127.0.0.1:{peer_port}");
        let data = folder.path().join("etcd");
        let etcd = Command::new(etcd)
            .arg(format!("--data-dir={}", data.display()))
            .args(["--unsafe-no-fsync", "--log-level=error"])
            .arg(format!("--listen-client-urls={etcd_url}"))
            .arg(format!("--advertise-client-urls={etcd_url}"))
            .arg(format!("--listen-peer-urls={peer_url}"))
            .arg(format!("--initial-advertise-peer-urls={peer_url}"))
            .arg(format!("--initial-cluster=default={peer_url}"))
            .stdout(Stdio::null())
            .stderr(log(folder.path(), "etcd"))
            .spawn()
            .expect("etcd starts");
        prepare_keys(folder.path());
        let url = format!("https://127.0.0.1:{port}");
        let mut server = Self { processes: vec![etcd], folder, url, apiserver, etcd_url, port };
        server.start_apiserver();
        server.wait_until_ready().await;
        server.install_crd().await;
        Some(server)
    }

    fn start_apiserver(&mut self) {
        let folder = self.folder.path();
        let child = Command::new(&self.apiserver)
            .arg(format!("--etcd-servers={}", self.etcd_url))
            .arg(format!("--secure-port={}", self.port))
            .arg(format!("--cert-dir={}", folder.join("certificates").display()))
            .args(["--bind-address=127.0.0.1", "--endpoint-reconciler-type=none"])
            .arg(format!("--token-auth-file={}", folder.join("tokens").display()))
            .args(["--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/24"])
            .arg("--service-account-issuer=https://kubernetes.default.svc")
            .arg(format!("--service-account-key-file={}", folder.join("key.pem").display()))
            .arg(format!("--service-account-signing-key-file={}", folder.join("key.pem").display()))
            .arg("--disable-admission-plugins=ServiceAccount")
            .arg(format!("--audit-policy-file={}", folder.join("audit-policy").display()))
            .arg(format!("--audit-log-path={}", folder.join("audit.log").display()))
            .stdout(Stdio::null())
            .stderr(log(folder, "kube-apiserver"))
            .spawn()
            .expect("kube-apiserver starts");
        self.processes.push(child);
    }

    /// Kills the API server and starts it again; etcd goes on.
    pub(crate) async fn restart(&mut self) {
        let mut old = self.processes.pop().expect("it runs");
        old.kill().expect("it can be killed");
        old.wait().expect("it ends");
        self.start_apiserver();
        self.wait_until_ready().await;
    }

    /// Every request of the user `operator` that has ended, as the API server noted it.
    pub(crate) fn audit(&self) -> Vec<serde_json::Value> {
        let log = fs::read_to_string(self.folder.path().join("audit.log")).unwrap_or_default();
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// A client who may do everything.
    pub(crate) fn admin(&self) -> Client {
        self.client_of(TOKEN)
    }

    /// A client with the rights of the user `operator`.
    pub(crate) fn operator(&self) -> Client {
        self.client_of("operator-token")
    }

    fn client_of(&self, token: &str) -> Client {
        let mut config = Config::new(self.url.parse().expect("a URL"));
        config.accept_invalid_certs = true;
        config.default_retry = false;
        config.auth_info = AuthInfo { token: Some(token.to_owned().into()), ..AuthInfo::default() };
        Client::try_from(config).expect("a client")
    }

    async fn wait_until_ready(&mut self) {
        let client = self.admin();
        let deadline = Instant::now() + START_UP;
        loop {
            let request = http::Request::get("/readyz").body(Vec::new()).expect("a request");
            if client.request_text(request).await.is_ok() {
                return;
            }
            for process in &mut self.processes {
                let ended = process.try_wait().expect("a process").is_some();
                assert!(!ended, "a server ended: {}", last_lines(self.folder.path()));
            }
            assert!(Instant::now() < deadline, "the API server is not ready");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn install_crd(&self) {
        use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
        let client = self.admin();
        let definitions: kube::Api<CustomResourceDefinition> = kube::Api::all(client.clone());
        definitions
            .create(&kube::api::PostParams::default(), &AdaptiveAutoscaler::crd())
            .await
            .expect("the API server takes the definition");
        let objects: kube::Api<AdaptiveAutoscaler> = kube::Api::namespaced(client, "default");
        let deadline = Instant::now() + START_UP;
        while objects.list(&kube::api::ListParams::default()).await.is_err() {
            assert!(Instant::now() < deadline, "the custom resource is not served");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        for process in self.processes.iter_mut().rev() {
            // A process that has ended by itself is fine here.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// The newest cache entry of the testbed that starts with `prefix`.
fn binary(prefix: &str, name: &str) -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or(home)?.join("podpilot/testbed");
    let entries = fs::read_dir(cache).ok()?.filter_map(Result::ok);
    let fitting = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    let newest = fitting.max_by_key(|entry| entry.metadata().and_then(|data| data.modified()).ok())?;
    Some(newest.path().join(name)).filter(|path| path.exists())
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

fn last_lines(folder: &Path) -> String {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let logs = [read("etcd.log"), read("kube-apiserver.log")];
    logs.iter().flat_map(|log| log.lines().rev().take(3)).collect::<Vec<_>>().join("\n")
}

fn log(folder: &Path, name: &str) -> File {
    File::create(folder.join(format!("{name}.log"))).expect("a log file")
}

fn prepare_keys(folder: &Path) {
    let made = Command::new("openssl")
        .args(["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out"])
        .arg(folder.join("key.pem"))
        .output()
        .expect("openssl");
    assert!(made.status.success(), "openssl makes a key");
    let tokens = format!("{TOKEN},admin,1,system:masters\noperator-token,operator,2\n");
    fs::write(folder.join("tokens"), tokens).expect("tokens");
    let audit = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\n\
                 rules: [{level: Metadata, users: [operator]}]\n";
    fs::write(folder.join("audit-policy"), audit).expect("an audit policy");
}

//! Which commit the working directory is at.

use std::process::{Command, Stdio};

/// Commit and address of the repository of the working directory; nothing outside of one or without Git.
pub(crate) fn commit_and_remote() -> (Option<String>, Option<String>) {
    let commit = git(&["rev-parse", "HEAD"]);
    let remote = commit.as_ref().and_then(|_| git(&["remote", "get-url", "origin"]));
    (commit, remote.map(|address| without_credentials(&address)))
}

fn git(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("git").args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// An address may hold a name and a token.
fn without_credentials(address: &str) -> String {
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = host.rsplit('@').next().unwrap_or(host);
            format!("{scheme}://{host}/{path}")
        }
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stay_at_home() {
        assert_eq!(without_credentials("https://me:secret@host/a/b.git"), "https://host/a/b.git");
        assert_eq!(without_credentials("https://host/a@b"), "https://host/a@b");
        assert_eq!(without_credentials("git@host:a/b.git"), "git@host:a/b.git");
    }
}

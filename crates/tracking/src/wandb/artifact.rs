//! A file as a W&B artifact: a manifest with one entry, uploaded when the run is synced.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use md5::{Digest, Md5};

use super::settings::WandbSettings;
use crate::protobuf::Message;
use crate::record::Artifact;

/// `wandb_internal.ArtifactRecord`. The file is read for its size and hash.
pub(super) fn describe(artifact: &Artifact, run_id: &str, settings: &WandbSettings) -> io::Result<Message> {
    let (entry, digest) = manifest_entry(&artifact.path)?;
    let policy = Message::new().string(1, "storageLayout").string(2, "\"V2\"");
    let manifest =
        Message::new().int(1, 1).string(2, "wandb-storage-policy-v1").message(3, &policy).message(4, &entry);
    let metadata = serde_json::json!({"sha256": artifact.sha256}).to_string();
    let mut record = Message::new()
        .string(1, run_id)
        .string(2, &settings.project)
        .optional(3, settings.entity.as_deref())
        .string(4, &artifact.kind)
        .string(5, &artifact.name)
        .string(6, &digest)
        .string(8, &metadata)
        .bool(9, true);
    for alias in &artifact.aliases {
        record = record.string(11, alias);
    }
    Ok(record
        .message(12, &manifest)
        .bool(14, true)
        .string(15, &format!("{run_id}-{}", &digest))
        .string(16, &format!("{run_id}-{}", artifact.name)))
}

/// The entry, and the digest of the manifest that has only it: the MD5 of a heading and of `name:digest` of each entry.
fn manifest_entry(path: &Path) -> io::Result<(Message, String)> {
    let absolute = std::path::absolute(path)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (size, md5) = md5_of_file(path)?;
    let content = base64(&md5);
    let entry = Message::new()
        .string(1, &name)
        .string(2, &content)
        .int(4, size as i64)
        .string(6, &absolute.display().to_string())
        .bool(8, true);
    let text = format!("wandb-artifact-manifest-v1\n{name}:{content}\n");
    Ok((entry, hex(&Md5::digest(text.as_bytes()))))
}

fn md5_of_file(path: &Path) -> io::Result<(u64, Vec<u8>)> {
    let mut file = File::open(path)?;
    let mut hasher = Md5::new();
    let mut size = 0;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((size, hasher.finalize().to_vec()));
        }
        hasher.update(&buffer[..read]);
        size += read as u64;
    }
}

fn hex(bytes: &[u8]) -> String {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let sextet = bits >> (18 - 6 * place) & 63;
            text.push(if place <= group.len() { char::from(ALPHABET[sextet as usize]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4648() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn the_digest_is_that_of_wandb() {
        // artifact = wandb.Artifact("n", "model"); artifact.add_file("policy.bin") with the content `abc`; artifact.digest
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("policy.bin");
        std::fs::write(&path, b"abc").unwrap();
        let (_, digest) = manifest_entry(&path).unwrap();
        assert_eq!(digest, "566c005c72a747eb4ed76634aebeb9bd");
    }
}

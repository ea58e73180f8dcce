//! Policy files: what is written is read back, and nothing else is accepted.

use super::quiet;
use podpilot_learning::classic::CartPole;
use podpilot_learning::{
    Activation, GreedyPolicy, Initialisation, Mlp, MlpShape, PolicyFile, PolicyFileError, Ppo, PpoConfig,
    RunningNormalizer, Workspace,
};
use podpilot_random::Seed;
use safetensors::SafeTensors;
use std::collections::BTreeMap;

fn policy() -> PolicyFile {
    let shape = MlpShape { inputs: 3, hidden: vec![5, 4], outputs: 2, activation: Activation::Tanh };
    let mut normalizer = RunningNormalizer::new(3);
    normalizer.update(&[1.0, 2.0, 3.0, -0.5, 0.25, 1e4]);
    PolicyFile {
        agent: "ppo".to_owned(),
        observation_schema: "scale-free/1 9f3a".to_owned(),
        action_schema: "residual/1".to_owned(),
        networks: BTreeMap::from([(
            "policy".to_owned(),
            Mlp::new(shape, Initialisation::FanInUniform, Seed(3)),
        )]),
        normalizer: Some(normalizer),
        metadata: BTreeMap::from([
            ("seed".to_owned(), "3".to_owned()),
            ("note".to_owned(), "ä \"x\"".to_owned()),
        ]),
    }
}

/// The file with its header changed; the length in front is adapted.
fn with_header(bytes: &[u8], change: impl FnOnce(String) -> String) -> Vec<u8> {
    let len = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header = change(String::from_utf8(bytes[8..8 + len].to_vec()).unwrap());
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &bytes[8 + len..]].concat()
}

fn refusal(bytes: &[u8]) -> String {
    PolicyFile::from_bytes(bytes, "x.safetensors").unwrap_err().to_string()
}

#[test]
fn a_policy_reads_back_whole_and_equal_policies_give_equal_bytes() {
    let policy = policy();
    let bytes = policy.to_bytes();
    assert_eq!(PolicyFile::from_bytes(&bytes, "x").unwrap(), policy);
    assert_eq!(policy.clone().to_bytes(), bytes);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.safetensors");
    policy.write(&path).unwrap();
    assert_eq!(PolicyFile::read(&path).unwrap(), policy);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn tensors_are_shaped_and_named_as_pytorch_expects() {
    let policy = policy();
    let bytes = policy.to_bytes();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let floats = |name: &str| -> Vec<f64> {
        let data = tensors.tensor(name).unwrap().data().to_vec();
        data.as_chunks::<4>().0.iter().map(|bytes| f64::from(f32::from_le_bytes(*bytes))).collect()
    };
    assert_eq!(tensors.tensor("policy.0.weight").unwrap().shape(), [5, 3]);
    assert_eq!(tensors.tensor("policy.2.bias").unwrap().shape(), [2]);
    // y = W x + b as nn.Linear computes it, with tanh in between.
    let input = [0.3, -1.0, 0.7];
    let mut values = input.map(f64::from).to_vec();
    for layer in 0..3 {
        let (weight, bias) =
            (floats(&format!("policy.{layer}.weight")), floats(&format!("policy.{layer}.bias")));
        let sums = weight.chunks(values.len()).zip(bias);
        let sums: Vec<f64> =
            sums.map(|(row, b)| row.iter().zip(&values).map(|(w, x)| w * x).sum::<f64>() + b).collect();
        values = if layer < 2 { sums.into_iter().map(libm::tanh).collect() } else { sums };
    }
    let network = &policy.networks["policy"];
    let found = network.forward_one(&input, &mut Workspace::new(network.shape(), 1)).to_vec();
    for (found, expected) in found.iter().zip(values) {
        assert!((f64::from(*found) - expected).abs() < 1e-5, "{found} {expected}");
    }
}

#[test]
fn a_trained_policy_acts_the_same_after_reload_and_differs_after_more_training() {
    let config = PpoConfig { rollout_steps: 128, normalize_observations: true, ..PpoConfig::default() };
    let mut trainer = Ppo::new(config, vec![CartPole::new(); 2], Seed(1)).unwrap();
    trainer.train(512, &mut quiet).unwrap();
    let saved = |trainer: &Ppo<CartPole>| {
        let networks = BTreeMap::from([("policy".to_owned(), trainer.policy_network().clone())]);
        PolicyFile { networks, normalizer: trainer.normalizer().cloned(), ..policy() }
    };
    let file = PolicyFile::from_bytes(&saved(&trainer).to_bytes(), "x").unwrap();
    let mut reloaded = GreedyPolicy::new(file.networks["policy"].clone(), file.normalizer.clone());
    let mut original = trainer.policy();
    let mut stream = Seed(5).stream();
    for _ in 0..200 {
        let observation: [f32; 4] = std::array::from_fn(|_| stream.uniform_in(-2.0, 2.0) as f32);
        assert_eq!(reloaded.scores(&observation), original.scores(&observation));
        assert_eq!(reloaded.act(&observation, &[]), original.act(&observation, &[]));
    }
    trainer.train(256, &mut quiet).unwrap();
    assert_ne!(saved(&trainer), file);
}

#[test]
fn every_truncation_is_refused_by_one_line_that_names_the_file() {
    let bytes = policy().to_bytes();
    for len in 0..bytes.len() {
        let message = refusal(&bytes[..len]);
        assert!(
            message.starts_with("x.safetensors: not a whole safetensors file") && !message.contains('\n')
        );
    }
    assert!(refusal(&[bytes.clone(), vec![0; 8]].concat()).contains("not a whole"));
    assert!(refusal(b"PK\x03\x04 something else altogether").contains("not a whole"));
}

#[test]
fn foreign_files_and_unknown_content_are_refused() {
    let bytes = policy().to_bytes();
    let changed = |from: &str, to: &str| {
        let bytes = with_header(&bytes, |header| {
            assert!(header.contains(from), "{header}");
            header.replace(from, to)
        });
        refusal(&bytes)
    };
    assert!(changed("podpilot/policy/v1", "podpilot/policy/v2").contains("this version reads"));
    assert!(changed("\"format\":", "\"elsewhere\":").contains("metadata `format` is missing"));
    assert!(changed("policy.1.bias", "policy.9.bias").contains("tensor `policy.1.bias` is missing"));
    assert!(changed("\"shape\":[5,3]", "\"shape\":[3,5]").contains("has shape [3, 5] instead of [5, 3]"));
    assert!(changed("\\\"outputs\\\":2", "\\\"outputs\\\":99999999").contains("instead of [99999999, 4]"));
    assert!(
        changed("\\\"activation\\\":\\\"tanh\\\"", "\\\"activation\\\":\\\"gelu\\\"").contains("networks")
    );
    assert!(changed("normalizer_count", "normaliser_count").contains("not part of this format"));
    assert!(changed("\"agent\"", "\"agend\"").contains("metadata `agent` is missing"));
    let mut not_finite = bytes;
    let end = not_finite.len();
    not_finite[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(refusal(&not_finite).contains("not finite"));
}

#[test]
fn other_schemas_are_refused() {
    let policy = policy();
    assert!(policy.expect_schemas("x", "scale-free/1 9f3a", "residual/1").is_ok());
    let error = policy.expect_schemas("x", "scale-free/1 9f3a", "steps/1").unwrap_err();
    assert!(matches!(error, PolicyFileError::OtherSchema { .. }));
    let expected =
        "x: made for action schema \"residual/1\", but \"steps/1\" is in use; train a policy for this schema";
    assert_eq!(error.to_string(), expected);
    let missing = PolicyFile::read(std::path::Path::new("/nowhere/policy.safetensors")).unwrap_err();
    assert!(missing.to_string().starts_with("/nowhere/policy.safetensors: "));
}

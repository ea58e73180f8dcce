//! Against PyTorch (`data/golden.py`): forward pass, loss, gradient, clipping and three steps of Adam; the masked PPO loss.

use podpilot_learning::loss::{Categorical, ClippedPolicyLoss, ValueLoss, regression};
use podpilot_learning::{Activation, Adam, Mlp, MlpShape, Workspace};
use serde_json::Value;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../data/golden.json")).unwrap()
}

fn floats(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

fn assert_close(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let near = tolerance * expected.abs().max(1.0);
        assert!((found - expected).abs() <= near, "{what} [{at}]: {found} for {expected}");
    }
}

fn assert_layers(network: &Mlp, expected: &Value, tolerance: f32, what: &str) {
    for (layer, expected) in expected.as_array().unwrap().iter().enumerate() {
        let what = format!("{what}, layer {layer}");
        assert_close(&network.weight(layer), &floats(&expected["weight"]), tolerance, &what);
        assert_close(network.bias(layer), &floats(&expected["bias"]), tolerance, &what);
    }
}

fn set(network: &mut Mlp, layers: &Value) {
    for (layer, values) in layers.as_array().unwrap().iter().enumerate() {
        network.set_layer(layer, &floats(&values["weight"]), &floats(&values["bias"]));
    }
}

#[test]
fn training_steps_match_pytorch() {
    for case in fixture()["regression"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let (activation, loss) = match name {
            "relu-mse" => (Activation::Relu, ValueLoss::Mse),
            "tanh-huber" => (Activation::Tanh, ValueLoss::Huber),
            other => panic!("no case {other}"),
        };
        let shape = MlpShape { inputs: 5, hidden: vec![11, 7], outputs: 3, activation };
        let mut network = Mlp::zeroed(shape.clone());
        set(&mut network, &case["start"]);
        let (inputs, targets) = (floats(&case["inputs"]), floats(&case["targets"]));
        let rows = targets.len() / 3;
        let mut workspace = Workspace::new(&shape, rows);
        let mut adam = Adam::new(network.parameters().len(), 1e-8);
        let mut gradient = vec![0.0; network.parameters().len()];
        for (at, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            network.forward(&inputs, rows, &mut workspace);
            let outputs: Vec<f32> = (0..rows).flat_map(|row| workspace.output(row).to_vec()).collect();
            assert_close(&outputs, &floats(&step["outputs"]), 3e-6, &format!("{name} outputs {at}"));
            let mut total = 0.0;
            for row in 0..rows {
                let (outputs, slopes) = workspace.output_and_gradient_mut(row);
                for (output, (slope, &output_value)) in slopes.iter_mut().zip(outputs).enumerate() {
                    let (value, derivative) = regression(loss, output_value - targets[row * 3 + output]);
                    total += value;
                    *slope = derivative / targets.len() as f32;
                }
            }
            assert_close(
                &[total / targets.len() as f32],
                &floats(&Value::from(vec![step["loss"].clone()])),
                3e-6,
                name,
            );
            network.backward(&inputs, &mut workspace, &mut gradient);
            let norm = gradient.iter().map(|g| f64::from(*g) * f64::from(*g)).sum::<f64>().sqrt();
            let ratio = norm / step["norm"].as_f64().unwrap();
            assert!((ratio - 1.0).abs() < 1e-5, "{name} norm {at}: off by a factor of {ratio}");
            let factor = (0.5 / (norm + 1e-6)).min(1.0) as f32;
            let mut clipped = Mlp::zeroed(shape.clone());
            clipped.parameters_mut().iter_mut().zip(&gradient).for_each(|(to, from)| *to = from * factor);
            assert_layers(&clipped, &step["clipped"], 2e-6, &format!("{name} gradient {at}"));
            adam.step(3e-3, network.parameters_mut(), &gradient, factor);
            assert_layers(&network, &step["after"], 2e-5, &format!("{name} after step {at}"));
        }
    }
}

#[test]
fn the_masked_policy_loss_matches_pytorch() {
    let fixture = fixture();
    let case = &fixture["policy"];
    let actions = case["actions"].as_u64().unwrap() as usize;
    let (logits, advantages) = (floats(&case["logits"]), floats(&case["advantages"]));
    let mask: Vec<bool> = case["mask"].as_array().unwrap().iter().map(|m| m.as_bool().unwrap()).collect();
    let old = floats(&case["old_log_probabilities"]);
    let rows = advantages.len();
    let loss = ClippedPolicyLoss { clip_range: 0.2, entropy_coefficient: 0.02, weight: 1.0 / rows as f32 };
    let mut distribution = Categorical::new(actions);
    let mut gradient = vec![0.0; logits.len()];
    let (mut total, mut divergence, mut entropies, mut chosen_log) = (0.0, 0.0, vec![], vec![]);
    for row in 0..rows {
        let span = row * actions..(row + 1) * actions;
        distribution.set(&logits[span.clone()], &mask[span.clone()]);
        let chosen = case["chosen"][row].as_u64().unwrap() as usize;
        chosen_log.push(distribution.log_probability(chosen));
        let terms = loss.row(&distribution, chosen, old[row], advantages[row], &mut gradient[span]);
        total += (terms.policy_loss - 0.02 * terms.entropy) / rows as f32;
        divergence += terms.approximate_kl / rows as f32;
        entropies.push(terms.entropy);
    }
    assert_close(&chosen_log, &floats(&case["log_probabilities"]), 2e-6, "log probabilities");
    assert_close(&entropies, &floats(&case["entropies"]), 2e-6, "entropies");
    assert_close(&gradient, &floats(&case["gradient"]), 2e-6, "gradient");
    let expected = [case["loss"].as_f64().unwrap() as f32, case["approximate_kl"].as_f64().unwrap() as f32];
    assert_close(&[total, divergence], &expected, 3e-6, "loss and divergence");
}

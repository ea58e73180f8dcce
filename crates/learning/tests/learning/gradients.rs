//! Backward passes against finite differences.

use podpilot_learning::{Activation, Initialisation, Mlp, MlpShape, Workspace};
use podpilot_random::Seed;

/// Σ over rows and outputs of weight · output, with weights that differ from place to place.
fn weighted_sum(network: &Mlp, inputs: &[f32], rows: usize, workspace: &mut Workspace) -> f64 {
    network.forward(inputs, rows, workspace);
    let outputs = (0..rows).flat_map(|row| workspace.output(row).to_vec());
    outputs.enumerate().map(|(at, output)| f64::from(weight(at)) * f64::from(output)).sum()
}

fn weight(at: usize) -> f32 {
    ((at * 7 % 11) as f32 - 5.0) / 5.0
}

#[test]
fn gradients_match_finite_differences_for_all_shapes_and_batches() {
    let orthogonal = Initialisation::Orthogonal { hidden_gain: 1.4, output_gain: 1.0 };
    for (hidden, rows) in [(vec![], 3), (vec![9], 1), (vec![8, 5], 7), (vec![16, 16, 3], 13)] {
        for activation in [Activation::Tanh, Activation::Relu] {
            let shape = MlpShape { inputs: 4, hidden: hidden.clone(), outputs: 3, activation };
            let mut network = Mlp::new(shape.clone(), orthogonal, Seed(3));
            let mut stream = Seed(rows as u64).stream();
            let inputs: Vec<f32> = (0..rows * 4).map(|_| stream.uniform_in(-1.0, 1.0) as f32).collect();
            let mut workspace = Workspace::new(&shape, rows);
            let mut gradient = vec![0.0; network.parameters().len()];
            weighted_sum(&network, &inputs, rows, &mut workspace);
            for row in 0..rows {
                let slopes = workspace.output_gradient_mut(row).iter_mut();
                slopes.enumerate().for_each(|(output, slope)| *slope = weight(row * 3 + output));
            }
            network.backward(&inputs, &mut workspace, &mut gradient);
            let real = real_parameters(&shape);
            for at in 0..gradient.len() {
                let mut moved = |by: f32| {
                    network.parameters_mut()[at] += by;
                    let sum = weighted_sum(&network, &inputs, rows, &mut workspace);
                    network.parameters_mut()[at] -= by;
                    sum
                };
                let numeric = (moved(4e-3) - moved(-4e-3)) / 8e-3;
                let analytic = f64::from(gradient[at]);
                if !real[at] {
                    assert_eq!((numeric, analytic), (0.0, 0.0), "{shape:?}: padding at {at}");
                }
                // A unit of ReLU may cross its corner within the step.
                let tolerance = if activation == Activation::Relu { 0.15 } else { 6e-3 };
                assert!(
                    (numeric - analytic).abs() < tolerance * rows as f64,
                    "{shape:?} {at}: {numeric} {analytic}"
                );
            }
        }
    }
}

/// Which parameters are not padding.
fn real_parameters(shape: &MlpShape) -> Vec<bool> {
    let mut ones = Mlp::zeroed(shape.clone());
    for (layer, (inputs, outputs)) in shape.layers().enumerate() {
        ones.set_layer(layer, &vec![1.0; inputs * outputs], &vec![1.0; outputs]);
    }
    ones.parameters().iter().map(|&value| value == 1.0).collect()
}

#[test]
fn one_input_gives_the_same_bits_alone_and_in_a_batch() {
    let shape = MlpShape { inputs: 6, hidden: vec![64, 64], outputs: 5, activation: Activation::Tanh };
    let network = Mlp::new(shape.clone(), Initialisation::FanInUniform, Seed(1));
    let mut stream = Seed(2).stream();
    let inputs: Vec<f32> = (0..33 * 6).map(|_| stream.uniform_in(-2.0, 2.0) as f32).collect();
    let (mut all, mut one) = (Workspace::new(&shape, 33), Workspace::new(&shape, 1));
    network.forward(&inputs, 33, &mut all);
    for row in 0..33 {
        assert_eq!(network.forward_one(&inputs[row * 6..], &mut one), all.output(row));
    }
}

#[test]
fn weights_leave_and_enter_as_out_by_in() {
    let shape = MlpShape { inputs: 2, hidden: vec![3], outputs: 2, activation: Activation::Relu };
    let mut network = Mlp::zeroed(shape.clone());
    let (first, second) = ([1.0, 2.0, 3.0, 4.0, -5.0, -6.0], [1.0, 0.0, 9.0, 0.5, 1.0, 9.0]);
    network.set_layer(0, &first, &[0.0, 1.0, 0.0]);
    network.set_layer(1, &second, &[0.25, 0.0]);
    assert_eq!(network.weight(0), first);
    assert_eq!(network.bias(0), [0.0, 1.0, 0.0]);
    // Hidden: 1+2 = 3, 3+4+1 = 8, max(-11, 0) = 0.
    assert_eq!(network.forward_one(&[1.0, 1.0], &mut Workspace::new(&shape, 1)), [3.25, 9.5]);
    network.zero_output_layer();
    network.output_bias_mut()[1] = 2.0;
    assert_eq!(network.forward_one(&[1.0, 1.0], &mut Workspace::new(&shape, 1)), [0.0, 2.0]);
}

use crate::network::Activation;
use pulp::Simd;

/// Beyond ±this, tanh is 1 within the error of the approximation.
const TANH_LIMIT: f32 = 7.8;
/// tanh(x) ≈ x·P(x²)/Q(x²) with coefficients by ascending power, fitted by `tests/data/fit_tanh.py 4 3 7.8`.
const TANH_P: [f32; 5] = [0.999_999_8, 0.127_294_78, 0.002_713_971_8, 7.296_012e-6, -6.386_508_7e-9];
const TANH_Q: [f32; 4] = [1.0, 0.460_626_72, 0.022_924_805, 0.000_199_013_19];

/// What is done to the sums of a product before they are stored.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Epilogue<'a> {
    /// Nothing.
    Linear,
    /// The activation.
    Activate(Activation),
    /// Multiplication by the activation's derivative, given what the activation put out (same layout as the result).
    Derivative(Activation, &'a [f32]),
}

/// Hyperbolic tangent of each lane, absolute error below 6e-7, branch-free.
#[inline(always)]
pub(crate) fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    let x = simd.max_f32s(simd.min_f32s(x, simd.splat_f32s(TANH_LIMIT)), simd.splat_f32s(-TANH_LIMIT));
    let t = simd.mul_f32s(x, x);
    let mut top = simd.splat_f32s(TANH_P[4]);
    for coefficient in [TANH_P[3], TANH_P[2], TANH_P[1], TANH_P[0]] {
        top = simd.mul_add_e_f32s(top, t, simd.splat_f32s(coefficient));
    }
    let mut bottom = simd.splat_f32s(TANH_Q[3]);
    for coefficient in [TANH_Q[2], TANH_Q[1], TANH_Q[0]] {
        bottom = simd.mul_add_e_f32s(bottom, t, simd.splat_f32s(coefficient));
    }
    simd.div_f32s(simd.mul_f32s(x, top), bottom)
}

/// The activation of each lane.
#[inline(always)]
pub(crate) fn activate<S: Simd>(simd: S, activation: Activation, x: S::f32s) -> S::f32s {
    match activation {
        Activation::Relu => simd.max_f32s(x, simd.splat_f32s(0.0)),
        Activation::Tanh => tanh(simd, x),
    }
}

/// `gradient` times the activation's derivative where the activation put out `y`.
#[inline(always)]
pub(crate) fn through<S: Simd>(simd: S, activation: Activation, gradient: S::f32s, y: S::f32s) -> S::f32s {
    let zero = simd.splat_f32s(0.0);
    match activation {
        Activation::Relu => simd.select_f32s(simd.greater_than_f32s(y, zero), gradient, zero),
        Activation::Tanh => {
            let slope = simd.sub_f32s(simd.splat_f32s(1.0), simd.mul_f32s(y, y));
            simd.mul_f32s(gradient, slope)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::dispatch;

    struct TanhAll<'a>(&'a mut [f32]);

    impl pulp::WithSimd for TanhAll<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            for x in S::as_mut_simd_f32s(self.0).0 {
                *x = tanh(simd, *x);
            }
        }
    }

    #[test]
    fn tanh_is_within_its_stated_error() {
        let inputs: Vec<f32> = (-100_000..100_000).map(|i| i as f32 * 1.2e-4).collect();
        let mut outputs = inputs.clone();
        dispatch(TanhAll(&mut outputs));
        let worst =
            inputs.iter().zip(&outputs).map(|(&x, &y)| (f64::from(y) - libm::tanh(f64::from(x))).abs());
        let worst = worst.fold(0.0, f64::max);
        assert!(worst < 6e-7, "worst error {worst}");
        let mut extremes = [0.0, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30, f32::MIN_POSITIVE, -0.5, 0.5];
        dispatch(TanhAll(&mut extremes));
        assert_eq!(extremes[0], 0.0);
        assert!((extremes[1] - 1.0).abs() < 6e-7 && (extremes[2] + 1.0).abs() < 6e-7, "{extremes:?}");
        assert_eq!(extremes[6], -extremes[7]);
    }

    #[test]
    fn scalar_and_vector_lanes_agree_bit_for_bit() {
        let inputs: Vec<f32> = (0..64).map(|i| (i as f32 - 32.0) * 0.21).collect();
        let mut vector = inputs.clone();
        dispatch(TanhAll(&mut vector));
        if pulp::Arch::new().dispatch(FusedLanes) {
            for (&x, &y) in inputs.iter().zip(&vector) {
                let t = x.clamp(-TANH_LIMIT, TANH_LIMIT) * x.clamp(-TANH_LIMIT, TANH_LIMIT);
                let top = TANH_P.iter().rev().skip(1).fold(TANH_P[4], |sum, &c| sum.mul_add(t, c));
                let bottom = TANH_Q.iter().rev().skip(1).fold(TANH_Q[3], |sum, &c| sum.mul_add(t, c));
                assert_eq!((x * top / bottom).to_bits(), y.to_bits(), "at {x}");
            }
        }
    }

    /// Whether this processor has fused multiply-add in vectors.
    struct FusedLanes;

    impl pulp::WithSimd for FusedLanes {
        type Output = bool;

        fn with_simd<S: Simd>(self, _simd: S) -> bool {
            S::F32_LANES > 1
        }
    }
}

//! Queues with known answers, to test the kernel against. Rates in requests per second, times in seconds.

/// P(time in system > `t`) of M/M/1, first come first served: exponential with rate μ − λ.
pub fn mm1_sojourn_above(arrival_rps: f64, service_rps: f64, t: f64) -> f64 {
    libm::exp(-(service_rps - arrival_rps) * t)
}

/// Probability that an arrival at M/M/c has to wait (Erlang's C formula), by the recursion of Erlang's B.
pub fn erlang_c(arrival_rps: f64, service_rps: f64, servers: u32) -> f64 {
    let offered = arrival_rps / service_rps;
    let blocked =
        (1..=servers).fold(1.0, |blocked, count| offered * blocked / (f64::from(count) + offered * blocked));
    let load = offered / f64::from(servers);
    blocked / (1.0 - load * (1.0 - blocked))
}

/// P(waiting time > `t`) of M/M/c, first come first served.
pub fn mmc_wait_above(arrival_rps: f64, service_rps: f64, servers: u32, t: f64) -> f64 {
    erlang_c(arrival_rps, service_rps, servers)
        * libm::exp(-(f64::from(servers) * service_rps - arrival_rps) * t)
}

/// P(waiting time ≤ `t`) of M/D/1 with service time `service_s` (Erlang 1909; e.g. Tijms, A First Course in
/// Stochastic Models, section 9.6.2): (1 − ρ) Σₖ (λ(kD − t))ᵏ/k! · exp(−λ(kD − t)) for k ≤ t/D. The terms
/// alternate, so it is good up to about ten service times.
pub fn md1_wait_up_to(arrival_rps: f64, service_s: f64, t: f64) -> f64 {
    let load = arrival_rps * service_s;
    let mut sum = 0.0;
    let mut factorial = 1.0;
    let last = (t / service_s).floor() as u32;
    for k in 0..=last {
        if k > 0 {
            factorial *= f64::from(k);
        }
        let x = arrival_rps * (f64::from(k) * service_s - t);
        let power = (0..k).fold(1.0, |power, _| power * x);
        sum += power / factorial * libm::exp(-x);
    }
    (1.0 - load) * sum
}

/// Mean waiting time of M/G/1 (Pollaczek and Khinchine): `λE[S²] / 2(1 − ρ)`.
pub fn mg1_mean_wait_s(arrival_rps: f64, mean_service_s: f64, service_cv: f64) -> f64 {
    let load = arrival_rps * mean_service_s;
    load * mean_service_s * (1.0 + service_cv * service_cv) / (2.0 * (1.0 - load))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erlang_c_gives_published_values() {
        // Erlang C for 10 erlang on 12 servers is 0.4494; one server waits with probability ρ.
        assert!((erlang_c(10.0, 1.0, 12) - 0.4494).abs() < 5e-5, "{}", erlang_c(10.0, 1.0, 12));
        assert!((erlang_c(0.7, 1.0, 1) - 0.7).abs() < 1e-12);
    }

    #[test]
    fn the_mean_of_the_deterministic_wait_is_pollaczek_and_khinchine() {
        let (arrival_rps, service_s) = (0.6, 1.0);
        let step_s = 0.001;
        let mean_s: f64 = (0..12_000)
            .map(|index| 1.0 - md1_wait_up_to(arrival_rps, service_s, (f64::from(index) + 0.5) * step_s))
            .sum::<f64>()
            * step_s;
        assert!((mean_s - mg1_mean_wait_s(arrival_rps, service_s, 0.0)).abs() < 1e-3, "{mean_s}");
    }
}

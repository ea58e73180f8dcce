use std::net::SocketAddr;
use std::str::FromStr;

use podpilot_lab::request::{AgentKind, AutoscalerChoice, Split, UnknownAgent};
use podpilot_traffic::Arrivals;

pub(super) fn agent(text: &str) -> Result<AgentKind, UnknownAgent> {
    text.parse()
}

pub(super) fn timesteps(text: &str) -> Result<u64, String> {
    whole(text)
        .filter(|&steps| steps > 0)
        .ok_or_else(|| "must be a whole number from 1, such as 100000".to_owned())
}

pub(super) fn episodes(text: &str) -> Result<u32, String> {
    whole(text)
        .filter(|&episodes| episodes > 0)
        .ok_or_else(|| "must be a whole number from 1, such as 100".to_owned())
}

pub(super) fn seed(text: &str) -> Result<u64, String> {
    whole(text).ok_or_else(|| "must be a whole number from 0, such as 1".to_owned())
}

/// A share strictly between 0 and 1, or a number of days.
pub(super) fn split(text: &str) -> Result<Split, &'static str> {
    text.parse().map_err(|_| "must be a share between 0 and 1 such as 0.6, or a number of days such as 40d")
}

/// A share strictly between 0 and 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    number(text)
        .filter(|&share| share > 0.0 && share < 1.0)
        .ok_or_else(|| "must be a share between 0 and 1, such as 0.005 for 0.5 %".to_owned())
}

pub(super) fn positive(text: &str) -> Result<f64, String> {
    number(text).filter(|&value| value > 0.0).ok_or_else(|| "must be a number above 0, such as 24".to_owned())
}

pub(super) fn not_negative(text: &str) -> Result<f64, String> {
    number(text).filter(|&value| value >= 0.0).ok_or_else(|| "must be a number from 0, such as 60".to_owned())
}

/// Seconds; an hour is what latencies are recorded up to.
pub(super) fn timeout(text: &str) -> Result<f64, String> {
    number(text)
        .filter(|&value| value > 0.0 && value <= 3_600.0)
        .ok_or_else(|| "must be a number of seconds above 0 and up to 3600, such as 10".to_owned())
}

pub(super) fn count(text: &str) -> Result<usize, String> {
    whole(text)
        .filter(|&count| count > 0)
        .ok_or_else(|| "must be a whole number from 1, such as 1000".to_owned())
}

pub(super) fn arrivals(text: &str) -> Result<Arrivals, &'static str> {
    match text {
        "poisson" => Ok(Arrivals::Poisson),
        "even" => Ok(Arrivals::Smooth),
        _ => Err("must be poisson or even"),
    }
}

pub(super) fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "must be an address and a port such as 127.0.0.1:9464")
}

/// `NAME` or `NAME=MANIFEST`.
pub(super) fn autoscaler(text: &str) -> Result<AutoscalerChoice, String> {
    let (name, manifest) = match text.split_once('=') {
        Some((name, manifest)) => (name, Some(manifest)),
        None => (text, None),
    };
    if name.is_empty() || manifest == Some("") {
        return Err("must be a name such as hpa-70, or NAME=MANIFEST such as hpa=my-hpa.yaml".to_owned());
    }
    Ok(AutoscalerChoice { name: name.to_owned(), manifest: manifest.map(Into::into) })
}

fn whole<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_are_shares_or_days() {
        assert_eq!(split("0.6"), Ok(Split::Train(0.6)));
        assert_eq!(split("40d"), Ok(Split::TrainDays(40.0)));
        for wrong in ["0", "1", "-0.1", "NaN", "inf", "60%", "0d", "d", ""] {
            assert!(split(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn counts_start_at_one_and_seeds_at_zero() {
        assert_eq!(timesteps("1"), Ok(1));
        assert_eq!(seed("0"), Ok(0));
        for wrong in ["0", "-1", "abc", "1e5", "1.5", "99999999999999999999"] {
            assert!(timesteps(wrong).is_err() && episodes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn autoscalers_may_carry_a_manifest() {
        let plain = autoscaler("hpa-70").unwrap();
        assert_eq!((plain.name.as_str(), plain.manifest), ("hpa-70", None));
        let own = autoscaler("hpa=dir/my=hpa.yaml").unwrap();
        assert_eq!(own.manifest.unwrap().to_str(), Some("dir/my=hpa.yaml"));
        assert!(autoscaler("=a.yaml").is_err() && autoscaler("hpa=").is_err());
    }
}

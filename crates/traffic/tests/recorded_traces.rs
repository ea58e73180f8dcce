//! Checks on the recorded traces: their published facts, and that the default load is like them.
use std::path::PathBuf;
use podpilot_core::Span;
use podpilot_random::Seed;
use podpilot_traffic::*;

#[test]
fn print() {
    let dir = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/traces"));
    for name in ["worldcup98","nasa95","elb_nab","crane0","crane1","crane2","crane3","crane4","crane5","crane6","crane7","azure_llm_conv_arrivals"] {
        let trace = read_trace(&dir.join(format!("{name}.csv"))).unwrap();
        let load = TraceLoad { peak_replicas: Some(20.0), ..TraceLoad::of(dir.join(format!("{name}.csv"))) };
        let load = LoadSpec::Trace(load).load(&dir, 40.0, Seed(1)).unwrap();
        let p95 = load.test.quantile(0.95)/40.0;
        println!("{name} counts {} steps {} seams {} days tr {} te {} factor {:.4} smoothing {:?} test P95 {:.1} pods max {:.1}\n   {:.3?}", trace.are_counts, trace.series.rates_rps().len(), trace.series.discontinuities().count(), load.train.days().len(), load.test.days().len(), load.scale_factor, load.smoothing_s, p95, load.test.max()/40.0, LoadStatistics::of(&trace.series));
    }
    let spec: LoadSpec = serde_json::from_str(r#"{"shape":"daily","mean_rps":120,"peak_to_mean":2.2,"bursts":{"per_day":6,"factor":2.5,"minutes":8}}"#).unwrap();
    for seed in 0..3 {
    let load = spec.load(&dir, 40.0, Seed(seed)).unwrap();
    println!("{:.3?}", LoadStatistics::of(&load.whole().resampled(Span::minutes(1)).unwrap()));
    }
}

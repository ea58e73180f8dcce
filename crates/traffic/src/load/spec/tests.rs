use super::*;
use crate::Split;

fn parse(json: &str) -> Result<LoadSpec, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

#[test]
fn the_examples_of_the_design_are_read() {
    let daily = parse(
        r#"{"shape":"daily","mean_rps":120,"peak_to_mean":2.2,
            "bursts":{"per_day":6,"factor":2.5,"minutes":8},"arrivals":"poisson"}"#,
    )
    .unwrap();
    let LoadSpec::Generated(generated) = &daily else { panic!("{daily:?}") };
    assert_eq!((generated.days, generated.split), (50.0, Split::Train(0.6)));
    daily.validate().unwrap();

    let trace =
        parse(r#"{"trace":"../shared/traces/nasa95.csv","split":{"train":0.6},"peak_replicas":20}"#).unwrap();
    let LoadSpec::Trace(recorded) = &trace else { panic!("{trace:?}") };
    assert_eq!(recorded.peak_replicas, Some(20.0));
    trace.validate().unwrap();
}

#[test]
fn what_is_written_reads_back() {
    for json in [
        r#"{"shape":"steady","rps":5,"days":2,"split":{"train_days":1},"arrivals":{"overdispersed":{"cv":0.1,"correlation_s":15}}}"#,
        r#"{"shape":"sum","parts":[{"shape":"steady","rps":5},{"shape":"noise","mean_rps":1,"cv":0.1,"correlation_s":60}]}"#,
        r#"{"trace":"a.csv","smoothing":{"time_constant_s":120},"scale":100,"arrivals":"smooth"}"#,
    ] {
        let spec = parse(json).unwrap();
        let text = serde_json::to_string(&spec).unwrap();
        assert_eq!(parse(&text).unwrap(), spec, "{text}");
    }
    let default = LoadSpec::default();
    assert_eq!(parse(&serde_json::to_string(&default).unwrap()).unwrap(), default);
}

#[test]
fn mistakes_name_their_field_and_what_would_be_right() {
    for (json, parts) in [
        (r#"{"rps":5}"#, vec!["neither `shape` nor `trace`"]),
        (r#"{"shape":"steady","rps":5,"trace":"x"}"#, vec!["only one of them"]),
        (r#"{"shape":"stedy","rps":5}"#, vec!["unknown variant `stedy`", "`steady`"]),
        (r#"{"shape":"steady","rsp":5}"#, vec!["unknown field `rsp`", "`rps`", "`days`"]),
        (r#"{"shape":"steady"}"#, vec!["missing field `rps`"]),
        (r#"{"shape":"daily","mean_rps":1}"#, vec!["load: missing field `peak_to_mean`"]),
        (r#"{"shape":"steady","rps":"many"}"#, vec!["load.rps", "string \"many\""]),
        (r#"{"shape":"steady","rps":5,"days":"two"}"#, vec!["load.days", "string \"two\""]),
        (r#"{"shape":"steady","rps":5,"arrivals":"bursty"}"#, vec!["load.arrivals", "`bursty`", "`poisson`"]),
        (
            r#"{"shape":"steady","rps":5,"arrivals":{"overdispersed":{"cv":1}}}"#,
            vec!["load.arrivals", "missing field `correlation_s`"],
        ),
        (
            r#"{"shape":"daily","mean_rps":1,"peak_to_mean":2,"bursts":{"per_day":1,"size":3}}"#,
            vec!["load.bursts", "unknown field `size`", "`factor`"],
        ),
        (r#"{"trace":"x","peak":3}"#, vec!["unknown field `peak`", "`peak_replicas`"]),
        (r#"{"trace":"x","peak_replicas":"3"}"#, vec!["load.peak_replicas", "string \"3\""]),
        (r#"{"trace":"x","smoothing":"some"}"#, vec!["load.smoothing", "`some`", "`auto`"]),
        (r#"{"trace":7}"#, vec!["load.trace", "integer `7`"]),
        (r#"{"shape":7}"#, vec!["load", "integer `7`"]),
    ] {
        let error = parse(json).unwrap_err();
        assert!(parts.iter().all(|part| error.contains(part)), "{json}: {error}");
        assert!(!error.contains('\n'), "{error}");
        assert!(!error.contains("load.bursts") || !error.contains("`days`"), "{error}");
    }
}

#[test]
fn impossible_extents_name_their_field() {
    let error = |json: &str| parse(json).unwrap().validate().unwrap_err().to_string();
    assert_eq!(
        error(r#"{"shape":"steady","rps":5,"days":0}"#),
        "load.days is 0, must be a number of days above 0 and up to 3660"
    );
    assert_eq!(
        error(r#"{"shape":"steady","rps":5,"split":{"train":1}}"#),
        "load.split.train is 1, must be a share between 0 and 1"
    );
    assert_eq!(
        error(r#"{"shape":"steady","rps":5,"days":2,"split":{"train_days":2}}"#),
        "load.split is 172800 s of 172800 s to train on, must be a split that leaves both parts at least a minute"
    );
    assert_eq!(
        error(r#"{"shape":"steady","rps":5,"arrivals":{"overdispersed":{"cv":0,"correlation_s":1}}}"#),
        "load.arrivals.overdispersed.cv is 0, must be a coefficient of variation above 0 and up to 10"
    );
}

#[test]
fn generated_parts_are_two_realisations_of_one_shape() {
    let spec = parse(r#"{"shape":"daily","mean_rps":10,"peak_to_mean":2,"days":5}"#).unwrap();
    let load = spec.load(Path::new("."), 40.0, Seed(3)).unwrap();
    assert_eq!((load.train.days().len(), load.test.days().len()), (3, 2));
    assert_eq!(load.test.days().iter().map(|day| day.day).collect::<Vec<_>>(), [3, 4]);
    assert!(load.train.rates_rps()[0] != load.test.rates_rps()[0], "noise of its own");
    assert_eq!(load.whole().days().len(), 5);
    assert_eq!(load.scale_factor, 1.0);
    assert_eq!(load, spec.load(Path::new("."), 99.0, Seed(3)).unwrap());
    let other = spec.load(Path::new("."), 40.0, Seed(4)).unwrap();
    assert!(load.train != other.train && load.sources != other.sources);

    let crowd = parse(r#"{"shape":"step","from_rps":1,"to_rps":2,"at_s":600,"days":1}"#).unwrap();
    let load = crowd.load(Path::new("."), 40.0, Seed(3)).unwrap();
    assert_eq!((load.test.rates_rps()[0], load.test.max()), (1.0, 2.0), "what happens once is in both parts");
}

#[test]
fn the_json_schema_knows_every_field() {
    let schema = schemars::schema_for!(LoadSpec).to_value();
    let alternatives = schema["oneOf"].as_array().unwrap();
    assert_eq!(alternatives.len(), 15, "14 shapes and the trace");
    for alternative in alternatives {
        assert_eq!(alternative["additionalProperties"], false, "{alternative}");
        let properties = alternative["properties"].as_object().unwrap();
        assert!(properties.contains_key("arrivals") && properties.contains_key("split"));
        assert!(properties.contains_key("trace") != properties.contains_key("days"));
        for required in alternative["required"].as_array().unwrap() {
            assert!(properties.contains_key(required.as_str().unwrap()), "{alternative}");
        }
    }
    let names: Vec<&str> =
        alternatives.iter().filter_map(|one| one["properties"]["shape"]["const"].as_str()).collect();
    assert!(names.contains(&"flash_crowd") && names.contains(&"daily") && names.len() == 14, "{names:?}");
}

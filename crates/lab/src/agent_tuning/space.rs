//! Which settings of a learner are searched, and between which values: round the defaults, by name, wherever in the
//! learner's settings they stand.

use serde_json::{Map, Value, json};

/// What is searched around a default.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Around {
    /// From the default over the factor to the default times the factor, by ratios.
    Times(f64),
    /// The same of one less the value: discounts and such.
    OneLessTimes(f64),
    /// Whole numbers by ratios, 1 at least.
    WholeTimes(f64),
    /// The default times powers of two from a quarter to twice it.
    PowersOfTwo,
}

const NAMES: [(&str, Around); 15] = [
    ("learning_rate", Around::Times(8.0)),
    ("entropy_coefficient", Around::Times(8.0)),
    ("entropy", Around::Times(8.0)),
    ("weight_decay", Around::Times(8.0)),
    ("exploration", Around::Times(4.0)),
    ("dqn_margin", Around::Times(4.0)),
    ("hybrid_margin", Around::Times(4.0)),
    ("gamma", Around::OneLessTimes(4.0)),
    ("gae_lambda", Around::OneLessTimes(4.0)),
    ("policy_averaging", Around::OneLessTimes(8.0)),
    ("epochs", Around::WholeTimes(2.5)),
    ("n_step", Around::WholeTimes(3.0)),
    ("label_every", Around::WholeTimes(2.0)),
    ("target_update_every", Around::WholeTimes(4.0)),
    ("batch_size", Around::PowersOfTwo),
];

/// One searched setting.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    /// Names from the learner's settings down to it.
    pub(super) path: Vec<String>,
    around: Around,
    default: f64,
    /// Its default as it stands in the settings: a number, or a schedule whose start is searched.
    form: Value,
}

/// The searched settings of a learner.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SearchSpace {
    pub(super) parameters: Vec<Parameter>,
}

impl SearchSpace {
    /// All settings with a known name and a default above zero.
    pub(super) fn of(learner: &Value) -> Self {
        let mut parameters = Vec::new();
        collect(learner, &mut Vec::new(), &mut parameters);
        Self { parameters }
    }

    /// Settings at positions, each from 0 to 1.
    pub(super) fn at(&self, positions: &[f64]) -> Map<String, Value> {
        let mut changes = Map::new();
        for (parameter, position) in self.parameters.iter().zip(positions) {
            place(&mut changes, &parameter.path, parameter.at(*position));
        }
        changes
    }
}

impl Parameter {
    fn at(&self, position: f64) -> Value {
        // From one over the factor to the factor.
        let ratio = |factor: f64| libm::pow(factor, 2.0 * position - 1.0);
        match self.around {
            Around::Times(factor) => with_start(&self.form, self.default * ratio(factor)),
            Around::OneLessTimes(factor) => {
                with_start(&self.form, 1.0 - (1.0 - self.default) * ratio(factor))
            }
            Around::WholeTimes(factor) => json!((self.default * ratio(factor)).round().max(1.0) as u64),
            Around::PowersOfTwo => {
                let exponent = ((4.0 * position) as i32).min(3) - 2;
                json!((self.default * libm::exp2(f64::from(exponent))).max(1.0) as u64)
            }
        }
    }
}

fn collect(settings: &Value, path: &mut Vec<String>, found: &mut Vec<Parameter>) {
    let Some(fields) = settings.as_object() else { return };
    for (name, form) in fields {
        path.push(name.clone());
        let around = NAMES.iter().find(|(known, _)| known == name).map(|(_, around)| *around);
        let default = start_of(form).filter(|value| *value > 0.0);
        match around.zip(default) {
            Some((around, default)) => {
                found.push(Parameter { path: path.clone(), around, default, form: form.clone() });
            }
            None => collect(form, path, found),
        }
        path.pop();
    }
}

/// A number, or the value that a schedule starts at.
fn start_of(form: &Value) -> Option<f64> {
    let schedule = || form.get("constant").or_else(|| form.get("linear")?.get("start"))?.as_f64();
    form.as_f64().or_else(schedule)
}

/// The same form with another value; a schedule that falls keeps its proportion.
fn with_start(form: &Value, value: f64) -> Value {
    let before = start_of(form).unwrap_or(value);
    match form.get("linear") {
        Some(line) => {
            let end = line.get("end").and_then(Value::as_f64).unwrap_or(0.0) * value / before;
            json!({"linear": {"start": value, "end": end, "fraction": line["fraction"]}})
        }
        None if form.get("constant").is_some() => json!({"constant": value}),
        None => json!(value),
    }
}

fn place(into: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [name] => {
            into.insert(name.clone(), value);
        }
        [name, rest @ ..] => {
            let inner = into.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
            if let Some(inner) = inner.as_object_mut() {
                place(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learner() -> Value {
        json!({
            "agent": "x",
            "gamma": 0.98,
            "learning_rate": {"linear": {"start": 1e-3, "end": 1e-4, "fraction": 1.0}},
            "entropy_coefficient": 0.0,
            "batch_size": 64,
            "fit": {"epochs": 4, "hidden": [64], "learning_rate": 2e-3},
        })
    }

    #[test]
    fn the_middle_is_the_default() {
        let space = SearchSpace::of(&learner());
        let names: Vec<String> = space.parameters.iter().map(|parameter| parameter.path.join(".")).collect();
        assert_eq!(names, ["batch_size", "fit.epochs", "fit.learning_rate", "gamma", "learning_rate"]);
        let middle = Value::Object(space.at(&[0.5; 5]));
        assert_eq!(middle["gamma"], json!(0.98));
        assert_eq!(middle["learning_rate"], learner()["learning_rate"]);
        assert_eq!(middle["fit"], json!({"epochs": 4, "learning_rate": 2e-3}));
        assert_eq!(middle["batch_size"], json!(64));
    }

    #[test]
    fn the_ends_are_the_factors() {
        let space = SearchSpace::of(&learner());
        let low = Value::Object(space.at(&[0.0; 5]));
        let high = Value::Object(space.at(&[1.0; 5]));
        assert_eq!((&low["batch_size"], &high["batch_size"]), (&json!(16), &json!(128)));
        assert_eq!((&low["fit"]["epochs"], &high["fit"]["epochs"]), (&json!(2), &json!(10)));
        assert!((low["gamma"].as_f64().unwrap() - 0.995).abs() < 1e-12);
        let line = &high["learning_rate"]["linear"];
        assert!((line["start"].as_f64().unwrap() - 8e-3).abs() < 1e-12);
        assert!((line["end"].as_f64().unwrap() - 8e-4).abs() < 1e-12);
    }
}

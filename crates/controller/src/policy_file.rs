use std::collections::BTreeMap;

use podpilot_core::Span;
use podpilot_learning::{Mlp, PolicyFile, QuantileNet, RunningNormalizer};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::schema::{action_schema, encoding_schema, reward_schema};
use crate::{
    ActionScheme, Agent, Controller, ControllerConfig, ControllerError, FORECAST_LEVELS, FrozenInputs,
    Policy, QuantileForecaster,
};

/// The demand-quantile network.
const FORECAST: &str = "forecast";
/// A network with one logit an action.
const LOGITS: &str = "policy";
/// A network with one value an action.
const VALUES: &str = "q";

const REWARD_SCHEMA: &str = "reward_schema";
const HORIZON: &str = "forecast_horizon_s";
const LEVEL: &str = "base_level";
const HOLD: &str = "base_hold_s";
const MARGIN: &str = "margin";

/// All that training made: the forecaster, who decides, and the settings of the base policy that both were trained on.
#[derive(Debug, Clone)]
pub struct TrainedPolicy {
    /// The demand quantiles.
    pub forecaster: QuantileForecaster,
    /// Who decides.
    pub policy: Policy,
    /// What the agent may do.
    pub actions: ActionScheme,
    /// Quantile level of the base policy: one of [`FORECAST_LEVELS`].
    pub level: f64,
    /// Scale-down hold of the base policy.
    pub hold: Span,
}

impl TrainedPolicy {
    /// A controller with these networks; `config` gives everything else, its level, hold and actions are overruled.
    pub fn into_controller(self, config: ControllerConfig) -> Result<Controller, ControllerError> {
        let config = ControllerConfig { level: self.level, hold: self.hold, actions: self.actions, ..config };
        Controller::new(config, self.forecaster, self.policy)
    }

    /// The policy file. `record` is added to its metadata: objective, reward weights, training data, seeds, code
    /// version, evaluation; entries that the policy itself needs win.
    pub fn to_file(&self, record: &BTreeMap<String, String>) -> PolicyFile {
        let mut file = PolicyFile {
            agent: self.policy.name().to_owned(),
            observation_schema: encoding_schema(),
            action_schema: action_schema(self.actions),
            networks: BTreeMap::new(),
            normalizer: None,
            metadata: record.clone(),
        };
        file.metadata.insert(REWARD_SCHEMA.to_owned(), reward_schema());
        put(&mut file, HORIZON, &self.forecaster.horizon().as_seconds());
        put(&mut file, LEVEL, &self.level);
        put(&mut file, HOLD, &self.hold.as_seconds());
        let forecast = self.forecaster.network();
        put_network(&mut file, FORECAST, forecast.network(), forecast.normalizer(), self.forecaster.frozen());
        match &self.policy {
            Policy::Quantile => {}
            Policy::Dqn { values, margin } => {
                put_agent(&mut file, VALUES, values);
                put(&mut file, MARGIN, margin);
            }
            Policy::Ppo { logits } => put_agent(&mut file, LOGITS, logits),
            Policy::Hybrid { logits, values, margin } => {
                put_agent(&mut file, LOGITS, logits);
                put_agent(&mut file, VALUES, values);
                put(&mut file, MARGIN, margin);
            }
        }
        file
    }

    /// Reads a policy file; `name` is its name in errors. Refuses other schemas, unknown agents, missing or impossible
    /// entries.
    pub fn from_file(file: &PolicyFile, name: &str) -> Result<Self, ControllerError> {
        let reader = FileReader { file, name };
        reader.expect_schema("encoding", &file.observation_schema, &encoding_schema())?;
        reader.expect_schema("reward", reader.required(REWARD_SCHEMA)?, &reward_schema())?;
        let actions = reader.action_scheme()?;
        let forecaster = QuantileForecaster::new(
            QuantileNet::new(
                reader.network(FORECAST)?,
                reader.normalizer(FORECAST)?,
                FORECAST_LEVELS.to_vec(),
            ),
            reader.frozen(FORECAST)?,
            reader.span(HORIZON)?,
        );
        Ok(Self {
            forecaster: forecaster.map_err(|error| reader.error(FORECAST, &error))?,
            policy: reader.policy(actions)?,
            actions,
            level: reader.entry(LEVEL)?,
            hold: reader.span(HOLD)?,
        })
    }
}

/// Every entry but the schemas is JSON.
fn put(file: &mut PolicyFile, key: &str, value: &impl Serialize) {
    // Numbers and lists always serialise; an empty text would be refused when read.
    let text = serde_json::to_string(value).unwrap_or_default();
    file.metadata.insert(key.to_owned(), text);
}

fn put_agent(file: &mut PolicyFile, name: &str, agent: &Agent) {
    put_network(file, name, agent.network(), agent.normalizer(), agent.frozen());
}

fn put_network(
    file: &mut PolicyFile,
    name: &str,
    network: &Mlp,
    normalizer: Option<&RunningNormalizer>,
    frozen: &FrozenInputs,
) {
    file.networks.insert(name.to_owned(), network.clone());
    put(file, &frozen_key(name), frozen);
    if let Some(normalizer) = normalizer {
        put(file, &normalizer_key(name), normalizer);
    }
}

fn frozen_key(network: &str) -> String {
    format!("{network}_frozen_inputs")
}

fn normalizer_key(network: &str) -> String {
    format!("{network}_normalizer")
}

struct FileReader<'f> {
    file: &'f PolicyFile,
    name: &'f str,
}

impl FileReader<'_> {
    fn error(&self, field: &str, problem: &impl ToString) -> ControllerError {
        ControllerError::PolicyFile {
            file: self.name.to_owned(),
            field: field.to_owned(),
            problem: problem.to_string(),
        }
    }

    fn expect_schema(&self, part: &'static str, found: &str, expected: &str) -> Result<(), ControllerError> {
        if found == expected {
            return Ok(());
        }
        Err(ControllerError::Schema {
            file: self.name.to_owned(),
            part,
            found: found.to_owned(),
            expected: expected.to_owned(),
        })
    }

    fn action_scheme(&self) -> Result<ActionScheme, ControllerError> {
        let known = [ActionScheme::Residual, ActionScheme::ReplicaStep];
        let matching = known.into_iter().find(|scheme| action_schema(*scheme) == self.file.action_schema);
        matching.ok_or_else(|| ControllerError::Schema {
            file: self.name.to_owned(),
            part: "action",
            found: self.file.action_schema.clone(),
            expected: known.map(action_schema).join(" or "),
        })
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.file.metadata.get(key).map(String::as_str)
    }

    fn required(&self, key: &str) -> Result<&str, ControllerError> {
        self.text(key).ok_or_else(|| self.error(key, &"missing"))
    }

    fn entry<T: DeserializeOwned>(&self, key: &str) -> Result<T, ControllerError> {
        let text = self.required(key)?;
        serde_json::from_str(text)
            .map_err(|error| self.error(key, &format!("{text:?} cannot be read: {error}")))
    }

    fn span(&self, key: &str) -> Result<Span, ControllerError> {
        let seconds: f64 = self.entry(key)?;
        if (0.0..1e6).contains(&seconds) {
            return Ok(Span::from_seconds(seconds));
        }
        Err(self.error(key, &format!("{seconds} must be between 0 and a million seconds")))
    }

    fn network(&self, name: &str) -> Result<Mlp, ControllerError> {
        self.file.networks.get(name).cloned().ok_or_else(|| self.error(name, &"this network is missing"))
    }

    fn normalizer(&self, network: &str) -> Result<Option<RunningNormalizer>, ControllerError> {
        let key = normalizer_key(network);
        self.text(&key).map(|_| self.entry(&key)).transpose()
    }

    fn frozen(&self, network: &str) -> Result<FrozenInputs, ControllerError> {
        self.entry(&frozen_key(network))
    }

    fn agent(&self, network: &str, actions: ActionScheme) -> Result<Agent, ControllerError> {
        Agent::new(self.network(network)?, self.normalizer(network)?, self.frozen(network)?, actions)
            .map_err(|error| self.error(network, &error))
    }

    fn policy(&self, actions: ActionScheme) -> Result<Policy, ControllerError> {
        let policy = match self.file.agent.as_str() {
            "quantile" => Policy::Quantile,
            "dqn" => Policy::Dqn { values: self.agent(VALUES, actions)?, margin: self.entry(MARGIN)? },
            "ppo" => Policy::Ppo { logits: self.agent(LOGITS, actions)? },
            "hybrid" => Policy::Hybrid {
                logits: self.agent(LOGITS, actions)?,
                values: self.agent(VALUES, actions)?,
                margin: self.entry(MARGIN)?,
            },
            unknown => {
                return Err(
                    self.error("agent", &format!("{unknown:?} is none of quantile, dqn, ppo, hybrid"))
                );
            }
        };
        policy.check(actions).map_err(|error| self.error(&self.file.agent, &error))?;
        Ok(policy)
    }
}

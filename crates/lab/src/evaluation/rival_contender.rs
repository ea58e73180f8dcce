//! A rival with its parameters, as a tuner or a tuned front has them.

use podpilot_autoscalers::{RivalConfig, ServiceFacts};

use super::contender::Contender;
use crate::LabError;
use crate::result::Role;

impl Contender {
    /// A rival with these parameters, set up from what is known of the service.
    pub(crate) fn rival(
        name: &str,
        role: Role,
        config: &RivalConfig,
        facts: &ServiceFacts,
    ) -> Result<Self, LabError> {
        let (owned, config, facts) = (name.to_owned(), config.clone(), facts.clone());
        Self::made_by(name, role, move || config.build(&owned, &facts).map_err(LabError::bad_input))
    }
}

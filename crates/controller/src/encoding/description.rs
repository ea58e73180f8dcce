/// One input of a network: what it is called, what it is measured in, what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureDescription {
    /// Stable name, part of the schema hash.
    pub name: &'static str,
    /// Unit, part of the schema hash.
    pub unit: &'static str,
    /// Meaning for people.
    pub meaning: &'static str,
}

impl FeatureDescription {
    /// Shorthand for the tables.
    pub(crate) const fn new(name: &'static str, unit: &'static str, meaning: &'static str) -> Self {
        Self { name, unit, meaning }
    }
}

use serde_json::Value;

/// The kinds that the checks read, as kubectl takes them.
pub(super) const KINDS: &str = "nodes,pods,services,endpointslices,ingresses,ingressclasses,deployments,daemonsets,\
                                horizontalpodautoscalers,apiservices";

/// Objects of a cluster at one time.
#[derive(Debug)]
pub(crate) struct Objects(Vec<Object>);

/// One object as the apiserver gives it.
#[derive(Debug)]
pub(super) struct Object(Value);

/// Why a text is no list of objects.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ObjectsError {
    /// Not JSON.
    #[error("is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON of something else.
    #[error("is not what `kubectl get KINDS --all-namespaces --output json` prints: no list `items`")]
    NoList,
}

impl Objects {
    pub(crate) fn from_json(text: &str) -> Result<Self, ObjectsError> {
        let mut list: Value = serde_json::from_str(text)?;
        match list.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(Self(items.into_iter().map(Object).collect())),
            _ => Err(ObjectsError::NoList),
        }
    }

    /// All of a kind, such as "Pod".
    pub(super) fn of(&self, kind: &str) -> impl Iterator<Item = &Object> {
        self.0.iter().filter(move |object| object.text("/kind") == kind)
    }

    /// Those of a kind in a namespace.
    pub(super) fn within(&self, kind: &str, namespace: &str) -> impl Iterator<Item = &Object> {
        self.of(kind).filter(move |object| object.namespace() == namespace)
    }

    pub(super) fn find(&self, kind: &str, namespace: &str, name: &str) -> Option<&Object> {
        self.within(kind, namespace).find(|object| object.name() == name)
    }

    /// Pods of a namespace that carry all labels of a selector; an empty selector selects none.
    pub(super) fn selected<'a>(
        &'a self,
        namespace: &'a str,
        selector: &'a Value,
    ) -> impl Iterator<Item = &'a Object> {
        self.within("Pod", namespace).filter(move |pod| pod.carries(selector))
    }
}

impl Object {
    pub(super) fn at(&self, pointer: &str) -> &Value {
        self.0.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// A text, or "" where there is none.
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_default()
    }

    /// A number, or 0 where there is none, as Kubernetes leaves zeros out.
    pub(super) fn number(&self, pointer: &str) -> i64 {
        self.at(pointer).as_i64().unwrap_or_default()
    }

    pub(super) fn list(&self, pointer: &str) -> &[Value] {
        self.at(pointer).as_array().map_or(&[], Vec::as_slice)
    }

    pub(super) fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    pub(super) fn namespace(&self) -> &str {
        self.text("/metadata/namespace")
    }

    /// namespace/name, or the name alone.
    pub(super) fn full_name(&self) -> String {
        match self.namespace() {
            "" => self.name().to_owned(),
            namespace => format!("{namespace}/{}", self.name()),
        }
    }

    pub(super) fn label(&self, key: &str) -> &str {
        self.at("/metadata/labels").get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// The condition of a type.
    pub(super) fn condition(&self, kind: &str) -> Option<&Value> {
        self.list("/status/conditions").iter().find(|condition| condition["type"] == kind)
    }

    /// Whether a condition is True.
    pub(super) fn holds(&self, kind: &str) -> bool {
        self.condition(kind).is_some_and(|condition| condition["status"] == "True")
    }

    fn carries(&self, selector: &Value) -> bool {
        let labels = self.at("/metadata/labels");
        let wanted = selector.as_object();
        wanted.is_some_and(|wanted| {
            !wanted.is_empty() && wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
        })
    }
}

/// What a condition says: its reason and message.
pub(super) fn told(condition: Option<&Value>) -> String {
    let part = |name: &str| condition.and_then(|it| it[name].as_str()).unwrap_or_default();
    match (part("reason"), part("message")) {
        ("", "") => "no reason given".to_owned(),
        (reason, "") => reason.to_owned(),
        ("", message) => message.to_owned(),
        (reason, message) => format!("{reason}: {message}"),
    }
}

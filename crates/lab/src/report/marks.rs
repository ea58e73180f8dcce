use crate::result::Role;

/// Hues for autoscalers without a fixed meaning.
const OTHER_HUES: usize = 4;

/// How an autoscaler looks wherever it is drawn: a class for its colour and a shape for eyes that do not tell
/// colours apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Disc,
    Ring,
    Diamond,
    Square,
}

/// Colour class of an autoscaler: by meaning where it has one, else by its place among the others.
pub(super) fn class(role: Role, others_before: usize) -> String {
    match role {
        Role::Agent => "agent".to_owned(),
        Role::Clone => "clone".to_owned(),
        Role::Quantile => "quantile".to_owned(),
        Role::Hpa { .. } => "hpa".to_owned(),
        Role::Other => format!("other-{}", others_before % OTHER_HUES),
    }
}

/// Colour classes for a whole list, in its order.
pub(super) fn classes(roles: impl Iterator<Item = Role>) -> Vec<String> {
    let mut others = 0;
    roles
        .map(|role| {
            let class = class(role, others);
            others += usize::from(role == Role::Other);
            class
        })
        .collect()
}

/// Shape of an autoscaler's mark.
pub(super) fn shape(role: Role) -> Shape {
    match role {
        Role::Agent | Role::Hpa { .. } => Shape::Disc,
        Role::Clone => Shape::Ring,
        Role::Quantile => Shape::Diamond,
        Role::Other => Shape::Square,
    }
}

/// Path of a mark around a point.
pub(super) fn outline(shape: Shape, (x, y): (f64, f64), radius: f64) -> String {
    match shape {
        Shape::Disc | Shape::Ring => format!(
            "M{:.1} {y:.1}a{radius} {radius} 0 1 0 {} 0a{radius} {radius} 0 1 0 {} 0Z",
            x - radius,
            2.0 * radius,
            -2.0 * radius
        ),
        Shape::Diamond => {
            let reach = radius * 1.25;
            format!("M{x:.1} {:.1}l{reach} {reach}l-{reach} {reach}l-{reach} -{reach}Z", y - reach)
        }
        Shape::Square => {
            let side = radius * 1.8;
            format!("M{:.1} {:.1}h{side}v{side}h-{side}Z", x - side / 2.0, y - side / 2.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_get_hues_in_turn() {
        let roles = [Role::Other, Role::Agent, Role::Other, Role::Hpa { target_percent: 80 }];
        assert_eq!(classes(roles.into_iter()), ["other-0", "agent", "other-1", "hpa"]);
    }
}

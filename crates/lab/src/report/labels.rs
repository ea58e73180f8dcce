/// Height of a line of plot text, user units.
const LINE_HEIGHT: f64 = 14.0;

/// How a label is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// Plot text.
    Plain,
    /// Larger and bold.
    Bold,
}

impl Weight {
    /// Width of a character, user units; a little generous.
    fn character_width(self) -> f64 {
        match self {
            Self::Plain => 7.4,
            Self::Bold => 8.2,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Box {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Box {
    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// Finds room for labels beside points: greedy, in the order of importance in which they are asked for.
#[derive(Debug)]
pub(super) struct LabelPlacer {
    area: Box,
    taken: Vec<Box>,
}

impl LabelPlacer {
    /// Labels must lie between the two corners.
    pub(super) fn new(top_left: (f64, f64), bottom_right: (f64, f64)) -> Self {
        let area = Box { left: top_left.0, top: top_left.1, right: bottom_right.0, bottom: bottom_right.1 };
        Self { area, taken: Vec::new() }
    }

    /// Keeps labels off a mark of that radius.
    pub(super) fn occupy(&mut self, (x, y): (f64, f64), radius: f64) {
        self.taken.push(Box { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius });
    }

    /// Start of the base line for `text` beside a mark at `(x, y)`; `None` if there is no free place.
    pub(super) fn place(
        &mut self,
        (x, y): (f64, f64),
        gap: f64,
        text: &str,
        weight: Weight,
    ) -> Option<(f64, f64)> {
        let width = text.chars().count() as f64 * weight.character_width();
        let half = LINE_HEIGHT / 2.0;
        let (right, left, middle) = (x + gap, x - gap - width, x - width / 2.0);
        let (above, below) = (y - gap - LINE_HEIGHT, y + gap);
        let corners = [
            (right, above + 5.0),
            (middle, above),
            (right, y - half),
            (left, above + 5.0),
            (left, y - half),
            (left, below - 5.0),
            (middle, below),
            (right, below - 5.0),
        ];
        let boxes =
            corners.map(|(left, top)| Box { left, top, right: left + width, bottom: top + LINE_HEIGHT });
        let free = boxes.into_iter().find(|candidate| self.is_free(candidate))?;
        self.taken.push(free);
        Some((free.left, free.bottom - 3.5))
    }

    fn is_free(&self, candidate: &Box) -> bool {
        let inside = candidate.left >= self.area.left
            && candidate.right <= self.area.right
            && candidate.top >= self.area.top
            && candidate.bottom <= self.area.bottom;
        inside && !self.taken.iter().any(|taken| taken.overlaps(candidate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_label_of_one_point_goes_elsewhere_and_a_crowd_is_refused() {
        let mut placer = LabelPlacer::new((0.0, 0.0), (200.0, 60.0));
        let first = placer.place((100.0, 30.0), 6.0, "hpa-80", Weight::Plain).unwrap();
        let second = placer.place((100.0, 30.0), 6.0, "hpa-80", Weight::Plain).unwrap();
        assert_ne!(first, second);
        let placed =
            (0..20).filter(|_| placer.place((100.0, 30.0), 6.0, "hpa-80", Weight::Plain).is_some()).count();
        assert!(placed < 8, "{placed} more labels found room around one point");
    }

    #[test]
    fn bold_labels_keep_a_wider_berth() {
        let beside_a_neighbour = |weight| {
            let mut placer = LabelPlacer::new((0.0, 0.0), (200.0, 30.0));
            placer.occupy((156.0, 15.0), 8.0);
            placer.place((98.0, 15.0), 2.0, "hpa-80", weight).unwrap().0
        };
        assert_eq!(beside_a_neighbour(Weight::Plain), 100.0, "44.4 units fit before the neighbour at 148");
        assert!(beside_a_neighbour(Weight::Bold) < 100.0, "49.2 do not");
    }

    #[test]
    fn labels_stay_inside() {
        let mut placer = LabelPlacer::new((0.0, 0.0), (100.0, 100.0));
        let (x, _) = placer.place((95.0, 50.0), 6.0, "hpa-80", Weight::Plain).unwrap();
        assert!(x < 95.0, "must go to the left of the point");
    }
}

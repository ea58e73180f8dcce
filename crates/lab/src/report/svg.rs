use std::fmt::Write;

use super::html::escape;

/// Where a text is anchored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// At its beginning.
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

/// A drawing under construction. Coordinates are user units of the view box; looks come from classes.
#[derive(Debug)]
pub struct Svg {
    body: String,
    width: f64,
    height: f64,
}

impl Svg {
    /// An empty drawing of this size.
    pub fn new(width: f64, height: f64) -> Self {
        Self { body: String::new(), width, height }
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.write(format_args!(
            r#"<line class="{class}" x1="{}" y1="{}" x2="{}" y2="{}"/>"#,
            round(from.0),
            round(from.1),
            round(to.0),
            round(to.1)
        ));
    }

    /// A rectangle; a negative size counts as none.
    pub fn rect(&mut self, class: &str, corner: (f64, f64), size: (f64, f64)) {
        self.write(format_args!(
            r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}"/>"#,
            round(corner.0),
            round(corner.1),
            round(size.0.max(0.0)),
            round(size.1.max(0.0))
        ));
    }

    /// A text, its characters made harmless.
    pub fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.write(format_args!(
            r#"<text class="{class}" x="{}" y="{}" text-anchor="{anchor}">{}</text>"#,
            round(at.0),
            round(at.1),
            escape(text)
        ));
    }

    /// A path with data as [`PathData`] makes it.
    pub fn path(&mut self, class: &str, data: &str) {
        self.write(format_args!(r#"<path class="{class}" d="{data}"/>"#));
    }

    /// Opens a group; everything until [`Svg::close`] belongs to it. `title` shows under the pointer.
    pub fn open(&mut self, class: &str, title: Option<&str>) {
        self.write(format_args!(r#"<g class="{class}">"#));
        if let Some(title) = title {
            self.write(format_args!("<title>{}</title>", escape(title)));
        }
    }

    /// Closes the innermost group.
    pub fn close(&mut self) {
        self.body.push_str("</g>");
    }

    /// The element; `label` is what a screen reader says, `attributes` are put in as they are.
    pub fn finish(self, label: &str, attributes: &str) -> String {
        format!(
            r#"<svg viewBox="0 0 {} {}" role="img" aria-label="{}" {attributes}>{}</svg>"#,
            self.width,
            self.height,
            escape(label),
            self.body
        )
    }

    fn write(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.body.write_fmt(arguments);
    }
}

/// The data of a path, point by point.
#[derive(Debug, Default)]
pub struct PathData {
    data: String,
    last_y: Option<f64>,
}

impl PathData {
    /// A polyline; `None` breaks it.
    pub fn polyline(points: impl Iterator<Item = Option<(f64, f64)>>) -> String {
        let mut path = Self::default();
        for point in points {
            match point {
                Some(point) => path.line_to(point),
                None => path.last_y = None,
            }
        }
        path.data
    }

    /// A step line: each value holds from its x to the next one's; the last holds until `end_x`.
    pub fn steps(points: impl Iterator<Item = (f64, f64)>, end_x: f64) -> String {
        let mut path = Self::default();
        for (x, y) in points {
            path.step_to(x, y);
        }
        path.horizontal(end_x);
        path.data
    }

    /// The area between two step lines over the same x.
    pub fn step_area(upper: &[(f64, f64)], lower: &[(f64, f64)], end_x: f64) -> String {
        let mut path = Self::default();
        for &(x, y) in upper {
            path.step_to(x, y);
        }
        path.horizontal(end_x);
        let mut right = end_x;
        for &(x, y) in lower.iter().rev() {
            if path.last_y != Some(y) {
                path.horizontal(right);
                path.vertical(y);
            }
            right = x;
        }
        path.horizontal(right);
        path.data.push('Z');
        path.data
    }

    fn line_to(&mut self, (x, y): (f64, f64)) {
        let command = if self.last_y.is_some() { 'L' } else { 'M' };
        let _ = write!(self.data, "{command}{} {}", round(x), round(y));
        self.last_y = Some(y);
    }

    fn step_to(&mut self, x: f64, y: f64) {
        match self.last_y {
            None => self.line_to((x, y)),
            Some(last) if last == y => {}
            Some(_) => {
                self.horizontal(x);
                self.vertical(y);
            }
        }
    }

    fn horizontal(&mut self, x: f64) {
        let _ = write!(self.data, "H{}", round(x));
    }

    fn vertical(&mut self, y: f64) {
        let _ = write!(self.data, "V{}", round(y));
        self.last_y = Some(y);
    }
}

/// Rounded to a tenth of a unit, which no eye can tell apart; keeps files small.
fn round(value: f64) -> f64 {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == 0.0 { 0.0 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_line_moves_only_where_the_value_changes() {
        let points = [(0.0, 5.0), (1.0, 5.0), (2.0, 7.0), (3.0, 7.0)];
        assert_eq!(PathData::steps(points.into_iter(), 4.0), "M0 5H2V7H4");
    }

    #[test]
    fn a_step_area_goes_back_along_the_lower_line() {
        let upper = [(0.0, 2.0), (1.0, 1.0)];
        let lower = [(0.0, 3.0), (1.0, 4.0)];
        assert_eq!(PathData::step_area(&upper, &lower, 2.0), "M0 2H1V1H2H2V4H1V3H0Z");
    }

    #[test]
    fn a_gap_breaks_the_polyline() {
        let points = [Some((0.0, 1.0)), Some((1.0, 2.0)), None, Some((3.0, 1.0))];
        assert_eq!(PathData::polyline(points.into_iter()), "M0 1L1 2M3 1");
    }
}

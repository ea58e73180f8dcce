use podpilot_core::Span;

/// A stretch of a [`LoadSeries`](crate::LoadSeries) that crosses no seam.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Offset of its start in the series.
    pub start: Span,
    /// Its length.
    pub length: Span,
    /// Which day of the recording it starts in: windows with equal numbers are not independent.
    pub day: i64,
}

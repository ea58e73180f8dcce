use crate::result::{Timeline, TimelineTrack};

/// More columns than this cannot be told apart on a page.
const MOST_COLUMNS: usize = 1_440;

/// One autoscaler, thinned out.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TrackColumns {
    /// Most ready pods in the column.
    pub(super) ready: Vec<u32>,
    /// Most pending pods in the column.
    pub(super) pending: Vec<u32>,
    /// Highest P95 in the column, milliseconds.
    pub(super) p95_ms: Vec<Option<f64>>,
    /// Whether any bad minute falls into the column.
    pub(super) bad: Vec<bool>,
}

/// A timeline with few enough columns to draw. Extremes survive: a short violation must not vanish because the
/// period shown is long.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Columns {
    /// Length of a column, seconds.
    pub(super) step_s: f64,
    /// Mean load in each column, requests per second.
    pub(super) load_rps: Vec<f64>,
    /// The autoscalers.
    pub(super) tracks: Vec<TrackColumns>,
}

impl Columns {
    pub(super) fn of(timeline: &Timeline) -> Self {
        let group = timeline.load_rps.len().div_ceil(MOST_COLUMNS).max(1);
        Self {
            step_s: timeline.step_s * group as f64,
            load_rps: timeline
                .load_rps
                .chunks(group)
                .map(|chunk| chunk.iter().sum::<f64>() / chunk.len() as f64)
                .collect(),
            tracks: timeline.tracks.iter().map(|track| TrackColumns::of(track, group)).collect(),
        }
    }

    pub(super) fn duration_s(&self) -> f64 {
        self.step_s * self.load_rps.len() as f64
    }

    pub(super) fn most_load_rps(&self) -> f64 {
        self.load_rps.iter().copied().fold(0.0, f64::max)
    }

    /// Most pods at once, pending included.
    pub(super) fn most_pods(&self) -> u32 {
        let pods = |track: &TrackColumns| {
            track.ready.iter().zip(&track.pending).map(|(ready, pending)| ready + pending).max().unwrap_or(0)
        };
        self.tracks.iter().map(pods).max().unwrap_or(0)
    }
}

impl TrackColumns {
    fn of(track: &TimelineTrack, group: usize) -> Self {
        let most = |values: &[u32]| {
            values.chunks(group).map(|chunk| chunk.iter().copied().max().unwrap_or(0)).collect()
        };
        Self {
            ready: most(&track.ready),
            pending: most(&track.pending),
            p95_ms: track
                .p95_ms
                .chunks(group)
                .map(|chunk| chunk.iter().copied().flatten().reduce(f64::max))
                .collect(),
            bad: track.bad.chunks(group).map(|chunk| chunk.contains(&true)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::Role;

    #[test]
    fn a_short_violation_survives_a_long_period() {
        let steps = 20_000;
        let mut track = TimelineTrack {
            name: "hpa-80".to_owned(),
            role: Role::Hpa { target_percent: 80 },
            ready: vec![2; steps],
            pending: vec![0; steps],
            p95_ms: vec![Some(20.0); steps],
            bad: vec![false; steps],
        };
        track.p95_ms[12_345] = Some(900.0);
        track.p95_ms[12_346] = None;
        track.bad[12_345] = true;
        track.ready[12_345] = 9;
        let timeline =
            Timeline { label: String::new(), step_s: 60.0, load_rps: vec![7.0; steps], tracks: vec![track] };
        let columns = Columns::of(&timeline);
        assert!(columns.load_rps.len() <= MOST_COLUMNS);
        assert!(columns.duration_s() >= timeline.step_s * steps as f64);
        let shown = &columns.tracks[0];
        assert_eq!(shown.p95_ms.iter().filter(|&&p95| p95 == Some(900.0)).count(), 1);
        assert_eq!(shown.bad.iter().filter(|&&bad| bad).count(), 1);
        assert_eq!(columns.most_pods(), 9);
        assert_eq!(columns.most_load_rps(), 7.0);
    }

    #[test]
    fn a_day_of_minutes_is_left_as_it_is() {
        let timeline = Timeline {
            label: String::new(),
            step_s: 60.0,
            load_rps: (0..1_440).map(f64::from).collect(),
            tracks: Vec::new(),
        };
        assert_eq!(Columns::of(&timeline).load_rps, timeline.load_rps);
    }
}

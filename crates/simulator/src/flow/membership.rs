//! Pods that join, leave and die.

use podpilot_core::Timestamp;
use podpilot_service_model::Balancer;

use super::Flow;
use super::group::Group;
use crate::history::Reading;
use crate::tally::Tally;

/// Where a pod's counters are kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Membership {
    /// Index of its group, `u32::MAX` for none.
    group: u32,
    /// To be subtracted from the group's work to get the pod's own.
    offset: f64,
}

impl Membership {
    pub(super) const NONE: Self = Self { group: u32::MAX, offset: 0.0 };
}

impl Flow {
    /// A pod begins to serve, idle and with its counters at 0.
    pub(crate) fn join(&mut self, slot: usize) {
        self.make_room(slot);
        let pool = if self.is_pooled() { self.groups.iter().position(|group| group.receives) } else { None };
        let index = pool.unwrap_or(self.groups.len());
        if let Some(index) = pool {
            let group = &mut self.groups[index];
            group.queue *= f64::from(group.members) / f64::from(group.members + 1);
            group.members += 1;
        } else {
            self.history.grow_to(index + 1);
            self.groups.push(Group::of_one_idle_pod());
            self.history.fill(index, Reading::default());
        }
        self.members[slot] = Membership { group: index as u32, offset: self.groups[index].finished };
        self.endpoints += 1;
        self.stir();
    }

    /// A pod gets no more requests, but works on what it holds.
    pub(crate) fn leave(&mut self, slot: usize) {
        let index = self.split_off(slot);
        if std::mem::replace(&mut self.groups[index].receives, false) {
            self.endpoints -= 1;
        }
        self.stir();
    }

    /// A pod that had left gets requests again.
    pub(crate) fn rejoin(&mut self, slot: usize) {
        let index = self.split_off(slot);
        if !std::mem::replace(&mut self.groups[index].receives, true) {
            self.endpoints += 1;
        }
        self.stir();
    }

    /// Whether a pod holds nothing that would take another tick.
    pub(crate) fn is_drained(&self, slot: usize) -> bool {
        let Some(index) = self.group_of(slot) else { return true };
        let tick_capacity = self.prepared.capacity_rps_per_pod() * self.tick_s;
        self.groups[index].queue < tick_capacity.min(1.0)
            && !self.under_way.iter().any(|waiting| waiting.group == index as u32)
    }

    /// A pod is gone; every request in it fails. Returns the work it had done, in mean requests.
    pub(crate) fn remove(&mut self, slot: usize, at: Timestamp, tally: &mut Tally) -> f64 {
        let Some(index) = self.group_of(slot) else { return 0.0 };
        self.flush(at, tally);
        let done = self.finished(slot);
        let group = &mut self.groups[index];
        let left = f64::from(group.members - 1) / f64::from(group.members);
        let (mut lost, mut foreseen) = (0.0, 0.0);
        for waiting in self.under_way.iter_mut().filter(|waiting| waiting.group == index as u32) {
            lost += waiting.batch.count * (1.0 - left);
            foreseen += waiting.batch.failed * (1.0 - left);
            waiting.batch = waiting.batch.scaled(left);
        }
        tally.lose(at, lost, foreseen);
        group.members -= 1;
        if group.receives {
            self.endpoints -= 1;
        }
        if group.members == 0 {
            self.drop_group(index);
        }
        self.members[slot] = Membership::NONE;
        self.stir();
        done
    }

    /// Pods whose node is lost: they get requests but answer none. Negative to take some away.
    pub(crate) fn change_black_holes(&mut self, change: i32) {
        self.black_holes = self.black_holes.saturating_add_signed(change);
        self.endpoints = self.endpoints.saturating_add_signed(change);
        self.stir();
    }

    /// CPU of the nodes that pods run on, cores.
    pub(crate) fn set_cluster_cores(&mut self, cores: f64) {
        if cores != self.cluster_cores {
            self.cluster_cores = cores;
            self.stir();
        }
    }

    /// Whether [`Flow::merge`] would join groups. Take samples of all pods first: their past is forgotten by it.
    pub(crate) fn can_merge(&self) -> bool {
        self.groups.iter().filter(|group| group.receives && group.at_rest).count() > 1
    }

    /// Joins groups that have come to rest under the same load. Flush first.
    pub(crate) fn merge(&mut self) {
        let Some(target) = self.groups.iter().position(|group| group.receives && group.at_rest) else {
            return;
        };
        let mut index = self.groups.len();
        while index > target + 1 {
            index -= 1;
            if self.groups[index].receives && self.groups[index].at_rest {
                self.merge_into(index, target);
            }
        }
        self.stir();
    }

    fn merge_into(&mut self, from: usize, into: usize) {
        let shift = self.groups[into].finished - self.groups[from].finished;
        for member in self.members.iter_mut().filter(|member| member.group == from as u32) {
            *member = Membership { group: into as u32, offset: member.offset + shift };
        }
        for waiting in self.under_way.iter_mut().filter(|waiting| waiting.group == from as u32) {
            waiting.group = into as u32;
        }
        let (carry, spread, members) =
            (self.groups[from].carry, self.groups[from].spread, self.groups[from].members);
        let group = &mut self.groups[into];
        let share = f64::from(members) / f64::from(members + group.members);
        group.carry += (carry - group.carry) * share;
        group.spread += (spread - group.spread) * share;
        group.members += members;
        self.groups[from].members = 0;
        self.drop_group(from);
    }

    /// Work a pod has done, in mean requests.
    pub(crate) fn finished(&self, slot: usize) -> f64 {
        self.group_of(slot).map_or(0.0, |index| self.groups[index].finished - self.members[slot].offset)
    }

    /// Requests in a pod now: the group's mean, and `deviation` standard deviations of what a random balancer adds.
    pub(crate) fn queue(&self, slot: usize, deviation: f64) -> f64 {
        self.group_of(slot).map_or(0.0, |index| {
            let group = &self.groups[index];
            let limit = self.prepared.tables().for_pods(self.endpoints.max(1)).queue_limit();
            (group.queue + deviation * group.spread.sqrt()).clamp(0.0, limit)
        })
    }

    /// A pod's counters at a recent instant.
    #[inline]
    pub(crate) fn reading(&self, slot: usize, at: Timestamp) -> Reading {
        let member = self.members[slot];
        if member.group == u32::MAX {
            return Reading::default();
        }
        let reading = self.history.read(member.group as usize, at);
        Reading { finished: (reading.finished - member.offset).max(0.0), queue: reading.queue }
    }

    fn is_pooled(&self) -> bool {
        self.prepared.scenario().service.balancer != Balancer::Random
    }

    fn group_of(&self, slot: usize) -> Option<usize> {
        self.members.get(slot).map(|member| member.group as usize).filter(|&group| group != u32::MAX as usize)
    }

    fn make_room(&mut self, slot: usize) {
        if slot >= self.members.len() {
            self.members.resize(slot + 1, Membership::NONE);
        }
    }

    /// Puts a pod into a group of its own with the same state; returns that group.
    fn split_off(&mut self, slot: usize) -> usize {
        let Some(index) = self.group_of(slot) else {
            self.join(slot);
            return self.groups.len() - 1;
        };
        if self.groups[index].members == 1 {
            return index;
        }
        let own = self.groups.len();
        self.groups[index].members -= 1;
        let alone = Group { members: 1, ..self.groups[index].clone() };
        let share = 1.0 / f64::from(self.groups[index].members + 1);
        self.groups.push(alone);
        self.history.grow_to(own + 1);
        self.history.copy_row(index, own);
        for position in 0..self.under_way.len() {
            let waiting = self.under_way[position];
            if waiting.group == index as u32 {
                let mut moved = waiting;
                moved.group = own as u32;
                moved.batch = waiting.batch.scaled(share);
                self.under_way[position].batch = waiting.batch.scaled(1.0 - share);
                self.under_way.push(moved);
            }
        }
        self.members[slot].group = own as u32;
        own
    }

    fn drop_group(&mut self, index: usize) {
        let last = self.groups.len() - 1;
        self.under_way.retain(|waiting| waiting.group != index as u32);
        self.groups.swap_remove(index);
        if index == last {
            return;
        }
        self.history.copy_row(last, index);
        for member in self.members.iter_mut().filter(|member| member.group == last as u32) {
            member.group = index as u32;
        }
        for waiting in self.under_way.iter_mut().filter(|waiting| waiting.group == last as u32) {
            waiting.group = index as u32;
        }
    }

    /// Whatever was at rest has to find its place again.
    fn stir(&mut self) {
        self.resting = false;
        self.needs_attention = true;
    }
}

//! The agents' side: who is there, who is free, who is doing what. Knows nothing of calls but their number.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// When an agent works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentPlan {
    /// Sign-in name.
    pub username: String,
    /// Signed in from, until. A conversation in progress is finished first.
    pub shifts: Vec<Period>,
    /// Signed in, but not to be offered calls. Only breaks that begin within a shift count.
    pub breaks: Vec<Period>,
}

impl AgentPlan {
    /// The same hours, by the clock on the wall, on each Monday to Friday among `days` days from `first`.
    pub fn weekdays(username: &str, zone: &TimeZone, first: Date, days: u16, hours: &WorkingHours) -> Self {
        let mut plan = Self { username: username.to_owned(), shifts: Vec::new(), breaks: Vec::new() };
        for day in 0..days {
            let date = first.saturating_add(i32::from(day).days());
            if matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
                continue;
            }
            let at = |time: Time| {
                zone.to_ambiguous_zoned(date.to_datetime(time)).compatible().map(|at| at.timestamp())
            };
            let period =
                |from: Time, until: Time| Some(Period { from: at(from).ok()?, until: at(until).ok()? });
            plan.shifts.extend(period(hours.from, hours.until));
            plan.breaks.extend(hours.breaks.iter().filter_map(|(from, until)| period(*from, *until)));
        }
        plan
    }
}

/// Hours of an agent, by the clock on the wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingHours {
    /// Signs in.
    pub from: Time,
    /// Signs out.
    pub until: Time,
    /// Not to be offered calls from, until.
    pub breaks: Vec<(Time, Time)>,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Beginning.
    pub from: Timestamp,
    /// End.
    pub until: Timestamp,
}

/// Number of a contact in the simulator.
pub(crate) type ContactNumber = u64;

/// What an agent should be: as the plan says, or as a person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Offline,
    Available,
    Break,
}

/// What an agent is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Idle,
    /// A callback rings at the agent's desk.
    Offered(ContactNumber),
    /// Accepted; the resident is being rung or talked to.
    OnContact(ContactNumber),
    /// Work after the call.
    WrapUp(ContactNumber),
    /// Let an offer pass, and must clear it first.
    Missed,
}

#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) rng: fastrand::Rng,
    /// Works the phone by hand: no plan, and nothing at the desk happens by a draw.
    pub(crate) person: bool,
    /// The offer that was declined last.
    pub(crate) declined: Option<ContactNumber>,
    pub(crate) presence: Presence,
    pub(crate) task: Task,
    /// Since when the task is what it is.
    pub(crate) task_since: Timestamp,
    /// Since when there is nothing to do.
    idle_since: Timestamp,
}

/// Figures about the agents, as the live metrics show them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Any status but offline.
    pub(crate) online: u32,
    /// Online and not on a break.
    pub(crate) staffed: u32,
    /// Ready to be offered a call.
    pub(crate) available: u32,
    pub(crate) on_contact: u32,
    pub(crate) wrap_up: u32,
    pub(crate) on_break: u32,
    pub(crate) missed: u32,
    /// Offered, on contact, or wrapping up.
    pub(crate) slots_active: u32,
}

/// All agents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Desk {
    agents: Vec<Agent>,
    /// Which of them are people, by name. One may be called as a simulated agent is.
    people: BTreeMap<String, usize>,
    /// When an agent was last seen online; absent if none ever was.
    last_online: Option<Timestamp>,
}

impl Desk {
    pub(crate) fn add(&mut self, id: String, username: String, rng: fastrand::Rng) {
        let (idle_since, task_since) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
        let (presence, task, person, declined) = (Presence::Offline, Task::Idle, false, None);
        let agent = Agent { id, username, rng, person, declined, presence, task, task_since, idle_since };
        self.agents.push(agent);
    }

    /// Gives a person a desk, offline at first.
    pub(crate) fn seat(&mut self, id: String, name: &str, rng: fastrand::Rng) -> usize {
        self.add(id, name.to_owned(), rng);
        let index = self.agents.len() - 1;
        self.agents[index].person = true;
        self.people.insert(name.to_owned(), index);
        index
    }

    /// Where that person sits.
    pub(crate) fn person(&self, name: &str) -> Option<usize> {
        self.people.get(name).copied()
    }

    pub(crate) fn agent(&mut self, index: usize) -> &mut Agent {
        &mut self.agents[index]
    }

    pub(crate) fn at(&self, index: usize) -> &Agent {
        &self.agents[index]
    }

    /// The free person who has waited longest, else the free simulated agent: as by a routing profile that has people
    /// offered a callback with less delay.
    pub(crate) fn longest_idle(&self) -> Option<usize> {
        let free = |agent: &Agent| agent.presence == Presence::Available && agent.task == Task::Idle;
        let free = self.agents.iter().enumerate().filter(|(_, agent)| free(agent));
        free.min_by_key(|(index, agent)| (!agent.person, agent.idle_since, *index)).map(|(index, _)| index)
    }

    /// The plan changes; whoever is busy finishes first, because `presence` counts only once `task` is idle.
    pub(crate) fn set_presence(&mut self, index: usize, presence: Presence, at: Timestamp) {
        self.last_online = Some(at);
        let agent = &mut self.agents[index];
        agent.presence = presence;
        if agent.task == Task::Idle {
            agent.idle_since = at;
        }
    }

    pub(crate) fn set_task(&mut self, index: usize, task: Task, at: Timestamp) {
        self.last_online = Some(at);
        let agent = &mut self.agents[index];
        agent.task = task;
        agent.task_since = at;
        if task == Task::Idle {
            agent.idle_since = at;
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for agent in &self.agents {
            let online = agent.presence != Presence::Offline || agent.task != Task::Idle;
            counts.online += u32::from(online);
            counts.staffed += u32::from(online && agent.presence != Presence::Break);
            counts.on_break += u32::from(agent.presence == Presence::Break && agent.task == Task::Idle);
            match agent.task {
                Task::Idle => counts.available += u32::from(agent.presence == Presence::Available),
                Task::Offered(_) => {}
                Task::OnContact(_) => counts.on_contact += 1,
                Task::WrapUp(_) => counts.wrap_up += 1,
                Task::Missed => counts.missed += 1,
            }
        }
        let idle = self.agents.iter().filter(|agent| matches!(agent.task, Task::Idle | Task::Missed)).count();
        counts.slots_active = u32::try_from(self.agents.len() - idle).unwrap_or(u32::MAX);
        counts
    }

    /// When an agent was last online, `now` if one is.
    pub(crate) fn last_online(&self, now: Timestamp) -> Option<Timestamp> {
        if self.counts().online > 0 { Some(now) } else { self.last_online }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};
    use jiff::tz::TimeZone;
    use jiff::{SignedDuration, Timestamp};

    use super::{AgentPlan, Counts, Desk, Presence, Task, WorkingHours};

    fn desk() -> (Desk, Timestamp) {
        let mut desk = Desk::default();
        for name in ["one", "two"] {
            desk.add(name.to_owned(), name.to_owned(), fastrand::Rng::with_seed(0));
        }
        (desk, "2026-11-23T09:00:00Z".parse().unwrap())
    }

    #[test]
    fn working_hours_follow_the_clock_on_the_wall_and_leave_the_weekend_out() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let hours = WorkingHours { from: time(9, 0, 0, 0), until: time(17, 0, 0, 0), breaks: vec![] };
        // Summer time ended on Sunday 2026-10-25.
        let plan = AgentPlan::weekdays("one", &zone, date(2026, 10, 23), 4, &hours);
        let starts: Vec<String> = plan.shifts.iter().map(|shift| shift.from.to_string()).collect();
        assert_eq!(starts, ["2026-10-23T08:00:00Z", "2026-10-26T09:00:00Z"]);
    }

    #[test]
    fn the_longest_idle_agent_is_next() {
        let (mut desk, at) = desk();
        assert_eq!(desk.longest_idle(), None);
        desk.set_presence(1, Presence::Available, at);
        desk.set_presence(0, Presence::Available, at + SignedDuration::from_secs(1));
        assert_eq!(desk.longest_idle(), Some(1));
        desk.set_task(1, Task::OnContact(5), at);
        assert_eq!(desk.longest_idle(), Some(0));
        desk.set_task(1, Task::Idle, at + SignedDuration::from_secs(2));
        assert_eq!(desk.longest_idle(), Some(0));
    }

    #[test]
    fn people_come_before_simulated_agents() {
        let (mut desk, at) = desk();
        desk.set_presence(0, Presence::Available, at);
        let seat =
            |desk: &mut Desk, name: &str| desk.seat(name.to_owned(), name, fastrand::Rng::with_seed(0));
        let (first, second) = (seat(&mut desk, "jo"), seat(&mut desk, "one"));
        assert_eq!((desk.person("jo"), desk.person("one")), (Some(first), Some(second)));
        assert_eq!(desk.longest_idle(), Some(0), "nobody has signed in");
        desk.set_presence(second, Presence::Available, at + SignedDuration::from_secs(9));
        desk.set_presence(first, Presence::Available, at + SignedDuration::from_secs(10));
        assert_eq!(desk.longest_idle(), Some(second));
        desk.set_presence(second, Presence::Break, at + SignedDuration::from_secs(11));
        assert_eq!(desk.longest_idle(), Some(first));
        desk.set_presence(first, Presence::Offline, at + SignedDuration::from_secs(12));
        assert_eq!(desk.longest_idle(), Some(0));
    }

    #[test]
    fn whoever_is_busy_at_the_end_of_the_shift_finishes_first() {
        let (mut desk, at) = desk();
        desk.set_presence(0, Presence::Available, at);
        desk.set_task(0, Task::OnContact(5), at);
        desk.set_presence(0, Presence::Offline, at);
        let busy = Counts { online: 1, staffed: 1, on_contact: 1, slots_active: 1, ..Counts::default() };
        assert_eq!(desk.counts(), busy);
        desk.set_task(0, Task::Idle, at);
        assert_eq!(desk.counts(), Counts::default());
        assert_eq!(desk.longest_idle(), None);
    }

    #[test]
    fn an_agent_who_missed_an_offer_is_staffed_but_not_available() {
        let (mut desk, at) = desk();
        desk.set_presence(0, Presence::Available, at);
        desk.set_presence(1, Presence::Break, at);
        desk.set_task(0, Task::Missed, at);
        let counts = Counts { online: 2, staffed: 1, on_break: 1, missed: 1, ..Counts::default() };
        assert_eq!(desk.counts(), counts);
    }
}

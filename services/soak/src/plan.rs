//! What one seed plays: drawn from it, told in one line, and read back.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::ResidentMix;
use rollcall_domain::policy::Policy;
use rollcall_rehearsal::{Faults, Scenario};
use std::fmt;
use std::str::FromStr;

/// Mornings on which days begin: an ordinary Monday; the Friday before the
/// clocks go forward in Europe/London, and before they go back; the last
/// working day before a change of year.
const STARTS: [&str; 4] =
    ["2026-11-23T08:00:00Z", "2026-03-27T08:00:00Z", "2026-10-23T07:00:00Z", "2026-12-31T08:00:00Z"];
/// What residents do: as usual; hardly anybody answers; most want to talk; many
/// numbers are wrong; the network fails; some want no more calls.
const ANSWERS: [&str; 6] = ["", "no_answer=0.85", "talk=0.6", "bad_number=0.3", "network=0.4", "opt_out=0.1"];
/// From so long after the start, for so long, Connect may be set up wrongly.
const MISCONFIGURED: (SignedDuration, SignedDuration) =
    (SignedDuration::from_mins(150), SignedDuration::from_mins(20));

/// A scenario by its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) residents: u32,
    pub(crate) days: u32,
    pub(crate) agents: u32,
    pub(crate) faults: Faults,
    /// Which of the mornings.
    pub(crate) start: usize,
    /// Which of the ways to answer.
    pub(crate) answers: usize,
    pub(crate) misconfigured: bool,
    /// Duty officers see to some of those who were not reached.
    pub(crate) officers: bool,
}

impl Plan {
    /// What `seed` plays. Small towns: what goes wrong goes wrong between a few
    /// people as well, and a campaign comes to more seeds.
    pub(crate) fn drawn(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed ^ 0x736f_616b);
        Self {
            seed,
            residents: *rng.choice(&[5, 30, 60, 120, 200]).unwrap_or(&60),
            days: rng.u32(1..=3),
            agents: rng.u32(1..=5),
            faults: if rng.u8(0..8) == 0 { Faults::Mild } else { Faults::Harsh },
            start: if rng.bool() { 0 } else { rng.usize(0..STARTS.len()) },
            answers: if rng.bool() { 0 } else { rng.usize(0..ANSWERS.len()) },
            misconfigured: rng.u8(0..6) == 0,
            officers: rng.u8(0..4) != 0,
        }
    }

    /// As it is rehearsed.
    pub(crate) fn scenario(&self) -> Scenario {
        // Constants that the tests have read.
        let start: Timestamp = STARTS[self.start % STARTS.len()].parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let (after, during) = MISCONFIGURED;
        let answers = ANSWERS[self.answers % ANSWERS.len()];
        Scenario {
            csv: town(self.residents).into_bytes(),
            agents: self.agents,
            days: self.days,
            seed: self.seed,
            faults: self.faults,
            start,
            answers: ResidentMix::parse(answers).unwrap_or_default(),
            policy: Policy::default(),
            officers: self.officers,
            misconfigured: self.misconfigured.then(|| (start + after, start + after + during)),
        }
    }
}

/// Every fifth resident shares a number with the one before, and every third
/// has a keyholder.
fn town(residents: u32) -> String {
    let mut csv = "firstName,lastName,number,reference,keyholderName,keyholderNumber\n".to_owned();
    for index in 0..residents {
        let number = index - u32::from(index % 5 == 4);
        let keyholder = if index % 3 == 0 { "A neighbour,+441632960001" } else { "," };
        csv.push_str(&format!("Ada,Example {index},+447700900{:03},R-{index},{keyholder}\n", number % 1000));
    }
    csv
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = match self.faults {
            Faults::None => "none",
            Faults::Mild => "mild",
            Faults::Harsh => "harsh",
        };
        let Self { seed, residents, days, agents, start, answers, misconfigured, officers, .. } = self;
        write!(
            f,
            "seed={seed} residents={residents} days={days} agents={agents} faults={faults} start={start} \
             answers={answers} misconfigured={misconfigured} officers={officers}"
        )
    }
}

impl FromStr for Plan {
    type Err = String;

    /// What is not named is as the seed draws it.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<(&str, &str)> = text
            .split_whitespace()
            .map(|part| part.split_once('=').ok_or_else(|| format!("found {part}, expected name=value")))
            .collect::<Result<_, _>>()?;
        let seed = parts.iter().find(|(name, _)| *name == "seed").map(|(_, value)| *value);
        let mut plan = Self::drawn(read("seed", seed.ok_or("expected seed=NUMBER among them")?)?);
        for (name, value) in parts {
            match name {
                "seed" => {}
                "residents" => plan.residents = read(name, value)?,
                "days" => plan.days = read(name, value)?,
                "agents" => plan.agents = read(name, value)?,
                "faults" => plan.faults = value.parse()?,
                "start" => plan.start = read(name, value)?,
                "answers" => plan.answers = read(name, value)?,
                "misconfigured" => plan.misconfigured = read(name, value)?,
                "officers" => plan.officers = read(name, value)?,
                _ => return Err(format!("{name} is no part of a scenario")),
            }
        }
        Ok(plan)
    }
}

fn read<T: FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name}={value} cannot be read"))
}

#[cfg(test)]
mod tests {
    use super::{ANSWERS, Plan, STARTS};
    use jiff::Timestamp;
    use rollcall_connect_sim::ResidentMix;

    #[test]
    fn a_line_says_all_of_a_scenario() {
        for seed in 0..500 {
            let plan = Plan::drawn(seed);
            assert_eq!(plan.to_string().parse(), Ok(plan));
        }
        let plan: Plan = "seed=7 residents=3".parse().unwrap();
        assert_eq!(plan, Plan { residents: 3, ..Plan::drawn(7) });
        for wrong in ["", "residents=3", "seed=x", "seed=1 rain=2", "seed=1 faults=many", "seed"] {
            assert!(wrong.parse::<Plan>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_start_and_every_way_to_answer_is_drawn_and_can_be_played() {
        let plans: Vec<Plan> = (0..500).map(Plan::drawn).collect();
        for (index, start) in STARTS.iter().enumerate() {
            let start: Timestamp = start.parse().unwrap();
            assert!(plans.iter().any(|plan| plan.start == index && plan.scenario().start == start));
        }
        for (index, answers) in ANSWERS.iter().enumerate() {
            let mix = ResidentMix::parse(answers).unwrap();
            assert!(plans.iter().any(|plan| plan.answers == index && plan.scenario().answers == mix));
        }
        assert!(plans.iter().any(|plan| plan.scenario().misconfigured.is_some()));
    }
}

//! Making a scenario that fails as small as it still fails.

use crate::plan::Plan;
use rollcall_rehearsal::Faults;

/// Scenarios that are tried at most: each takes as long as a rehearsal.
const TRIES: usize = 60;

/// The smallest scenario of the same seed that was found to fail too: fewer
/// residents, days, agents and faults, one after the other, until nothing that
/// is left away lets it fail. The answer is `plan` itself if nothing can be.
pub(crate) fn shrink(plan: Plan, fails: &mut dyn FnMut(&Plan) -> bool) -> Plan {
    let (mut least, mut tries) = (plan, 0);
    loop {
        let smaller = candidates(&least).into_iter().find(|candidate| {
            tries += 1;
            tries <= TRIES && fails(candidate)
        });
        match smaller {
            Some(smaller) => least = smaller,
            None => return least,
        }
    }
}

/// Smaller ones, those that leave away most first.
fn candidates(plan: &Plan) -> Vec<Plan> {
    let mut all = Vec::new();
    for residents in [plan.residents / 8, plan.residents / 2, plan.residents * 3 / 4, plan.residents - 1] {
        if (1..plan.residents).contains(&residents) {
            all.push(Plan { residents, ..*plan });
        }
    }
    if plan.days > 1 {
        all.push(Plan { days: 1, ..*plan });
        all.push(Plan { days: plan.days - 1, ..*plan });
    }
    match plan.faults {
        Faults::Harsh => {
            all.push(Plan { faults: Faults::None, ..*plan });
            all.push(Plan { faults: Faults::Mild, ..*plan });
        }
        Faults::Mild => all.push(Plan { faults: Faults::None, ..*plan }),
        Faults::None => {}
    }
    if plan.officers {
        all.push(Plan { officers: false, ..*plan });
    }
    if plan.misconfigured {
        all.push(Plan { misconfigured: false, ..*plan });
    }
    if plan.agents > 1 {
        all.push(Plan { agents: 1, ..*plan });
    }
    if plan.answers > 0 {
        all.push(Plan { answers: 0, ..*plan });
    }
    if plan.start > 0 {
        all.push(Plan { start: 0, ..*plan });
    }
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::{TRIES, shrink};
    use crate::plan::Plan;
    use rollcall_rehearsal::Faults;

    const LARGE: Plan = Plan {
        seed: 7,
        residents: 200,
        days: 3,
        agents: 5,
        faults: Faults::Harsh,
        start: 2,
        answers: 3,
        misconfigured: true,
        officers: true,
    };

    #[test]
    fn what_does_not_matter_is_left_away_and_what_does_stays() {
        let mut fails = |plan: &Plan| plan.residents >= 9 && plan.days >= 2 && plan.faults != Faults::None;
        let least = Plan {
            residents: 9,
            days: 2,
            agents: 1,
            faults: Faults::Mild,
            start: 0,
            answers: 0,
            misconfigured: false,
            officers: false,
            ..LARGE
        };
        assert_eq!(shrink(LARGE, &mut fails), least);
    }

    #[test]
    fn what_fails_only_as_it_is_stays_as_it_is_and_the_search_ends() {
        assert_eq!(shrink(LARGE, &mut |_| false), LARGE);
        let mut tried = 0;
        let mut some = |plan: &Plan| {
            tried += 1;
            plan.residents.is_multiple_of(2)
        };
        let least = shrink(LARGE, &mut some);
        assert_eq!(least.residents % 2, 0, "whatever is answered does fail");
        assert!(tried <= TRIES, "{tried}");
    }
}

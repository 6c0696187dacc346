//! `rehearse_residents_per_second`: how fast a day passes.

use crate::figures::{Aim, Failed, Figures};
use crate::stopwatch::Stopwatch;
use crate::{people, shell};
use rollcall_connect_sim::ResidentMix;
use rollcall_domain::policy::Policy;
use rollcall_rehearsal::{Faults, Scenario, run};

/// Residents on the list.
pub(crate) const RESIDENTS: u64 = 10_000;

/// Rehearses one day without faults, with lines and agents enough that
/// everybody is called: a day on which most are not would pass faster.
///
/// # Errors
/// When the rehearsal finds a fault, or not everybody was called.
pub(crate) fn measure(residents: u64, figures: &mut Figures) -> Result<(), Failed> {
    let mut csv = Vec::new();
    people::write_rows(&mut csv, residents)?;
    let scenario = Scenario {
        csv,
        agents: 60,
        days: 1,
        seed: 1,
        faults: Faults::None,
        start: "2026-11-23T08:00:00Z".parse()?,
        answers: ResidentMix::default(),
        policy: Policy { concurrent_calls: 200, calls_per_free_agent: 4, ..Policy::default() },
        officers: false,
        misconfigured: None,
    };
    let watch = Stopwatch::start();
    let report = run(&scenario, &mut |_| {})?;
    let seconds = watch.elapsed().as_secs_f64();
    if !report.violations.is_empty() || report.residents != residents || report.calls_started < residents {
        let (called, violations) = (report.calls_started, report.violations.len());
        return Err(format!(
            "the day went wrong: {called} calls to {residents} residents, {violations} violations"
        )
        .into());
    }
    let rate = shell::float(residents * u64::from(report.days)) / seconds;
    let what = format!(
        "residents x days / seconds: {residents} residents, 1 day, {} calls, {seconds:.1} s on one core",
        report.calls_started
    );
    figures.add("rehearse_residents_per_second", rate, Aim::AtLeast(2_000.0), what);
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_small_day_has_a_rate() {
        let mut figures = crate::figures::Figures::default();
        super::measure(50, &mut figures).unwrap();
        assert!(figures.value("rehearse_residents_per_second").unwrap() > 0.0);
    }
}

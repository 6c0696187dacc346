//! `rollcall doctor --aws`: whether what Amazon runs for us is set up as we
//! need it.

use crate::args::Doctor;
use crate::stop::Stop;

/// Asks and reports.
///
/// # Errors
/// [`Stop::Unusable`] when nothing can be asked, [`Stop::Failed`] when
/// something is wrong.
#[cfg(not(feature = "aws"))]
pub(crate) fn run(_: &Doctor) -> Result<(), Stop> {
    Err(Stop::unusable(
        "doctor --aws is not in this program; build one that has it with `cargo build --release -p rollcall \
         --features aws`",
    ))
}

#[cfg(feature = "aws")]
pub(crate) use with::run;

#[cfg(feature = "aws")]
mod with {
    use super::{Doctor, Stop};
    use crate::output::Output;
    use crate::serve::setting;
    use rollcall_aws::compose::Compose;
    use rollcall_aws::doctor::{Check, Pace, Scope, State, examine};
    use rollcall_connect_sim::flow::{CHECK_CALL, CHECK_CALL_WITHOUT_FUNCTION};
    use rollcall_domain::policy::Policy;
    use rollcall_host::clock::SystemClock;
    use rollcall_ports::Clock;
    use std::io::Write;
    use std::sync::Arc;

    /// Asks and reports.
    ///
    /// # Errors
    /// [`Stop::Unusable`] when nothing can be asked, [`Stop::Failed`] when
    /// something is wrong.
    pub(crate) fn run(args: &Doctor) -> Result<(), Stop> {
        if !args.aws {
            return Err(Stop::unusable("say what to look at: doctor --aws"));
        }
        if let Some(prefix) = args.prefix.as_deref().filter(|prefix| !is_prefix(prefix)) {
            return Err(Stop::unusable(format_args!(
                "--prefix {prefix:?} is none; expected the Prefix of the settings: small letters, digits and hyphens, \
                 no hyphen at its end"
            )));
        }
        let checks = crate::runtime::runtime()?.block_on(async {
            let mut compose = Compose::new(setting).await;
            let aws = compose.aws();
            let scope = scope(args, &mut compose)?;
            compose.region();
            compose.ready(()).map_err(Stop::Unusable)?;
            let clock: Arc<dyn Clock> = Arc::new(SystemClock);
            let shipped = [CHECK_CALL, CHECK_CALL_WITHOUT_FUNCTION];
            Box::pin(examine(&aws, &clock, &scope, &shipped)).await.map_err(Stop::unusable)
        })?;
        // Who asks and at what time is answered to everybody.
        let mut of_ours = checks.iter().filter(|check| !["account", "clock"].contains(&check.name.as_str()));
        let answered = of_ours.any(|check| matches!(check.state, State::Ok | State::Wrong));
        let mut out = Output::take();
        if args.json {
            writeln!(out, "{}", serde_json::to_string(&checks).map_err(Stop::failed)?)?;
        } else {
            lines(&mut out, &checks)?;
        }
        out.finish()?;
        let wrong = number(&checks, State::Wrong);
        if !answered {
            Err(Stop::unusable("nothing of it could be asked: see what these credentials lack"))
        } else if wrong > 0 {
            Err(Stop::failed(format_args!("{wrong} of {} checks are WRONG", checks.len())))
        } else {
            Ok(())
        }
    }

    /// What is looked at. The variables are those of `serve`; with a prefix the
    /// deployment itself knows them.
    fn scope(args: &Doctor, compose: &mut Compose) -> Result<Scope, Stop> {
        let none = ["INSTANCE_ID", "FLOW_ID", "QUEUE_ID"]
            .iter()
            .all(|name| setting(&format!("ROLLCALL_CONNECT_{name}")).is_none());
        let instance = if args.prefix.is_some() && none { None } else { Some(compose.instance()) };
        let stream = match (&args.prefix, setting("ROLLCALL_STREAM_OUTCOMES")) {
            (Some(prefix), None) => format!("{prefix}-outcomes"),
            _ => compose.records().name,
        };
        let policy = Policy::default();
        let pace = Pace {
            starts_per_second: figure("ROLLCALL_POLICY_STARTS_PER_SECOND", policy.starts_per_second)?,
            at_once: figure("ROLLCALL_POLICY_CONCURRENT_CALLS", policy.concurrent_calls)?,
        };
        Ok(Scope { instance, stream, prefix: args.prefix.clone(), pace })
    }

    /// As the template takes it.
    fn is_prefix(text: &str) -> bool {
        let fine = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
        (3..=20).contains(&text.len())
            && text.starts_with(|sign: char| sign.is_ascii_lowercase())
            && text.chars().all(fine)
            && !text.ends_with('-')
    }

    fn figure(name: &str, otherwise: u32) -> Result<u32, Stop> {
        setting(name).map_or(Ok(otherwise), |text| {
            text.parse().map_err(|_| Stop::unusable(format_args!("{name} is not a number")))
        })
    }

    fn number(checks: &[Check], state: State) -> usize {
        checks.iter().filter(|check| check.state == state).count()
    }

    /// One line a check, what to do below it, and at the end how many there
    /// were of each kind.
    fn lines(out: &mut Output, checks: &[Check]) -> Result<(), Stop> {
        const STATES: [(State, &str); 5] = [
            (State::Ok, "ok"),
            (State::Wrong, "WRONG"),
            (State::Denied, "denied"),
            (State::Unknown, "unknown"),
            (State::ByHand, "by hand"),
        ];
        for check in checks {
            let state = STATES.iter().find(|(state, _)| *state == check.state).map_or("", |(_, word)| word);
            writeln!(out, "{state:<8} {}: {}", check.name, check.found)?;
            if !check.advice.is_empty() {
                writeln!(out, "         {}", check.advice)?;
            }
        }
        let counts = STATES.iter().map(|(state, word)| (number(checks, *state), word));
        let counts: Vec<String> =
            counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        let unasked = number(checks, State::Denied) + number(checks, State::Unknown);
        let rest = match (number(checks, State::Wrong), unasked) {
            (0, 0) => "all that AWS tells is well",
            (0, _) => "nothing is known to be wrong, but not all could be asked",
            (_, 0) => "see what is WRONG, from the top",
            _ => "see what is WRONG, from the top; not all could be asked",
        };
        writeln!(out, "\n{}: {rest}", counts.join(", "))?;
        Ok(())
    }
}

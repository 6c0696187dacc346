//! The accounts of one machine: what they may look like, and signing in.

use super::local::Issuer;
use super::password::{Hasher, NotHashed};
use crate::limits::{Limiter, Rate};
use crate::peer::Peer;
use crate::problem::{FieldError, Problem};
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::group::Group;
use rollcall_ports::{Account, Accounts, Clock};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Characters of a name at most.
const LONGEST_NAME: usize = 64;
/// Characters of a password (NIST SP 800-63B: length matters, rules about
/// digits and signs do not).
const SHORTEST_PASSWORD: usize = 10;
const LONGEST_PASSWORD: usize = 128;

/// For one account: who mistypes has ten tries, who guesses 1440 a day.
const BY_ACCOUNT: Rate = Rate { burst: 10, every: SignedDuration::from_secs(60) };
/// For one address: an office may sign in at once in the morning.
const BY_ADDRESS: Rate = Rate { burst: 30, every: SignedDuration::from_secs(5) };

/// Signing in with the accounts of one machine.
pub struct LocalAccounts {
    accounts: Arc<dyn Accounts>,
    issuer: Arc<Issuer>,
    clock: Arc<dyn Clock>,
    hasher: Hasher,
    by_account: Limiter<String>,
    by_address: Limiter<Peer>,
    /// What unknown names are compared with, so that they take as long.
    nobody: String,
}

/// Somebody signed in.
pub(crate) struct SignedIn {
    pub(crate) account: Account,
    pub(crate) issued: super::local::Issued,
}

impl LocalAccounts {
    /// Over these accounts; `clock` is that of the people.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new(
        accounts: Arc<dyn Accounts>,
        issuer: Arc<Issuer>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, NotHashed> {
        let nobody = super::password::hash("")?;
        let (by_account, by_address) = (Limiter::new(BY_ACCOUNT), Limiter::new(BY_ADDRESS));
        Ok(Self { accounts, issuer, clock, hasher: Hasher::new(), by_account, by_address, nobody })
    }

    /// Signs somebody in. A name that nobody has and a wrong password are the
    /// same, in what is answered and in how long it takes.
    pub(crate) async fn sign_in(
        &self,
        name: &str,
        password: String,
        from: Peer,
    ) -> Result<SignedIn, Problem> {
        let name = &canonical(name);
        let now = self.clock.now();
        let wait = |wait| Problem::too_many("Too many tries to sign in. Wait, then try again.", wait);
        self.by_address.take(&from, now).map_err(wait)?;
        if name.len() <= LONGEST_NAME {
            self.by_account.take(name, now).map_err(wait)?;
        }
        let account = self.accounts.get(name).await?.map(|found| found.value);
        let stored = account.as_ref().map_or(&self.nobody, |account| &account.password_hash).clone();
        let fits = password.len() <= 4 * LONGEST_PASSWORD
            && self.hasher.verify(password, stored).await.map_err(|_| Problem::internal())?;
        let Some(account) = account.filter(|_| fits) else {
            return Err(Problem::not_signed_in("Name or password is wrong."));
        };
        self.by_account.forgive(name);
        let issued = self.issuer.issue(&account, now).map_err(|_| Problem::internal())?;
        Ok(SignedIn { account, issued })
    }

    /// The hash of a password that was chosen.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Problem> {
        self.hasher.hash(password).await.map_err(|_| Problem::internal())
    }

    /// Who signs the tokens.
    #[must_use]
    pub fn issuer(&self) -> Arc<Issuer> {
        Arc::clone(&self.issuer)
    }

    /// The accounts.
    #[must_use]
    pub fn accounts(&self) -> Arc<dyn Accounts> {
        Arc::clone(&self.accounts)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// A name as it is stored: people write them in any case.
#[must_use]
pub fn canonical(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What is wrong with a new account; nothing if it can be.
#[must_use]
pub fn problems(name: &str, password: Option<&str>, groups: Option<&BTreeSet<Group>>) -> Vec<FieldError> {
    let mut problems = Vec::new();
    let signs = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || "._-@".contains(sign);
    let begins = name.starts_with(|sign: char| sign.is_ascii_alphanumeric());
    if !begins || !name.chars().all(signs) || name.len() > LONGEST_NAME {
        let expected = format!(
            "1 to {LONGEST_NAME} of the letters a to z, digits and . _ - @, beginning with a letter or digit"
        );
        problems.push(FieldError::new("name", "", expected));
    }
    let length = password.map_or(SHORTEST_PASSWORD, |password| password.chars().count());
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&length) {
        let expected = format!("{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters");
        problems.push(FieldError::new("password", format!("{length} characters"), expected));
    } else if password.is_some_and(|password| password.eq_ignore_ascii_case(name)) {
        problems.push(FieldError::new("password", "the name", "something that others cannot guess"));
    }
    if groups.is_some_and(BTreeSet::is_empty) {
        problems.push(FieldError::new("groups", "none", "at least one of Uploaders, Agents, Operators"));
    }
    problems
}

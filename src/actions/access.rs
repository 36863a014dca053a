//! The station in a person's hands: the ledger is handed out against a [`Rule`] only.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{Failure, Result, Rule};
use crate::context::Context;
use crate::domain::account::{Right, Role, actor};
use crate::domain::audit::AuditCode;
use crate::domain::ids::CardId;
use crate::ledger::{Reader, Tx};
use crate::text;

/// Who acts. [`super::accounts::authenticate`] and the page's sessions make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operator {
    /// Nobody was named. May look at children's data only while the station has no accounts.
    Unnamed,
    /// A name without proof. May do everything while the station has no accounts.
    Claimed(String),
    /// An account that proved itself.
    Proved { user: String, role: Role },
}

impl Operator {
    /// How the ledger names who acts.
    fn actor(&self) -> String {
        match self {
            Self::Unnamed => "console".to_owned(),
            Self::Claimed(user) | Self::Proved { user, .. } => actor(user),
        }
    }
}

/// What the audit keeps of a view or an export.
#[derive(Debug, Clone)]
pub struct Audit {
    pub code: AuditCode,
    pub card: Option<CardId>,
    pub detail: Option<String>,
}

impl Audit {
    pub const fn bare(code: AuditCode) -> Self {
        Self {
            code,
            card: None,
            detail: None,
        }
    }

    pub fn of(code: AuditCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            card: None,
            detail: Some(detail.into()),
        }
    }
}

/// How long a view that is repeated is the same view.
const SAME_VIEW: SignedDuration = SignedDuration::from_mins(10);

/// There are three ways to the ledger: `write` changes it, `view` reads children's data, `export`
/// takes them out. `read` is for what shows nobody's data.
pub struct Access<'a> {
    pub context: &'a Context,
    operator: Operator,
    /// When the action began; its events carry this time.
    pub now: Timestamp,
}

impl<'a> Access<'a> {
    pub fn new(context: &'a Context, operator: Operator) -> Self {
        Self {
            context,
            operator,
            now: context.now(),
        }
    }

    /// How the ledger names who acts.
    pub fn actor(&self) -> String {
        self.operator.actor()
    }

    /// The name of who acts.
    pub fn user(&self) -> Option<&str> {
        match &self.operator {
            Operator::Unnamed => None,
            Operator::Claimed(user) | Operator::Proved { user, .. } => Some(user),
        }
    }

    /// Refuses, and enters in the audit, what the person may not do.
    pub fn permit(&self, rule: Rule) -> Result<()> {
        match &self.operator {
            Operator::Proved { role, .. } if role.may(rule.right()) => Ok(()),
            Operator::Proved { .. } => {
                self.context
                    .write(&self.actor(), self.now, |tx| -> Result<()> {
                        Ok(tx.audit(AuditCode::StepDenied, None, Some(rule.code()))?)
                    })?;
                Err(Failure::Denied(rule))
            }
            _ => self.context.read(|ledger| self.unproved(ledger)),
        }
    }

    /// A name without proof counts only while there are no accounts.
    fn unproved(&self, ledger: &Reader) -> Result<()> {
        match self.operator {
            Operator::Proved { .. } => Ok(()),
            _ if !ledger.has_accounts()? => Ok(()),
            _ => Err(Failure::refused(
                "Stasiun ini memakai akun: sebutkan siapa Anda dengan --as.",
                "This station has accounts: say who you are with --as.",
            )),
        }
    }

    /// Reads what shows nobody's data, in one snapshot. The console need not say who looks.
    pub fn read<T>(&self, rule: Rule, work: impl FnOnce(&Reader) -> Result<T>) -> Result<T> {
        if self.operator != Operator::Unnamed || rule.right() != Right::Look {
            self.permit(rule)?;
        }
        self.context.read(|ledger| ledger.snapshot(work))
    }

    /// Reads children's data. Enters `audit` unless this person viewed the same a little while ago.
    pub fn view<T>(
        &mut self,
        rule: Rule,
        audit: impl FnOnce(&T) -> Audit,
        work: impl FnOnce(&Reader) -> Result<T>,
    ) -> Result<T> {
        self.permit(rule)?;
        let seen = self.read(rule, work)?;
        if self.operator != Operator::Unnamed {
            let (audit, since) = (audit(&seen), self.now - SAME_VIEW);
            let known = |ledger: &Reader, actor: &str| {
                ledger.was_audited(
                    audit.code,
                    audit.card,
                    audit.detail.as_deref(),
                    actor,
                    since,
                )
            };
            let actor = self.actor();
            if !self.context.read(|ledger| known(ledger, &actor))? {
                // Two views may come at once: the second finds the first one's entry.
                self.context.write(&actor, self.now, |tx| -> Result<()> {
                    match known(tx, &actor)? {
                        true => Ok(()),
                        false => Ok(tx.audit(audit.code, audit.card, audit.detail.as_deref())?),
                    }
                })?;
            }
        }
        Ok(seen)
    }

    /// Makes what leaves the station, and enters it before it is handed out.
    pub fn export<T>(
        &mut self,
        rule: Rule,
        audit: impl FnOnce(&T) -> Audit,
        work: impl FnOnce(&Reader) -> Result<T>,
    ) -> Result<T> {
        self.permit(rule)?;
        let made = self.read(rule, work)?;
        self.enter(&[audit(&made)])?;
        Ok(made)
    }

    /// Enters `audits` after [`Access::permit`]: for a stream, before its first byte. Of one whom
    /// nobody named nothing is entered.
    pub fn enter(&mut self, audits: &[Audit]) -> Result<()> {
        if self.operator == Operator::Unnamed {
            return self.context.read(|ledger| self.unproved(ledger));
        }
        self.context
            .write(&self.actor(), self.now, |tx| -> Result<()> {
                self.unproved(tx)?;
                for audit in audits {
                    tx.audit(audit.code, audit.card, audit.detail.as_deref())?;
                }
                Ok(())
            })
    }

    /// Does `work` in one transaction in the person's name.
    pub fn write<T>(
        &mut self,
        rule: Rule,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        if self.operator == Operator::Unnamed {
            return Err(Failure::refused(
                "Sebutkan siapa Anda dengan --as.",
                "Say who you are with --as.",
            ));
        }
        self.set_up(rule, work)
    }

    /// As [`Access::write`], but nobody need be named while the station has no accounts.
    pub fn set_up<T>(
        &mut self,
        rule: Rule,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        self.permit(rule)?;
        self.context.write(&self.actor(), self.now, |tx| {
            self.unproved(tx)?;
            work(tx)
        })
    }

    /// The day that was named, or today. Refuses a day to come.
    pub fn day(&self, named: Option<Date>) -> Result<Date> {
        let today = self.context.date(self.now);
        match named {
            Some(day) if day > today => Err(Failure::Refused(text!(
                "{day} belum tiba.",
                "{day} has not come yet."
            ))),
            day => Ok(day.unwrap_or(today)),
        }
    }
}

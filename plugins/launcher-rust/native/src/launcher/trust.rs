//! The one place where a start is allowed or refused for who signed the package rather than for what is in it.
use super::launch::Launch;
use crate::errors::Result;
use crate::trust::decision::{Decision, Subject, decide, decide_start};

/// Before anything of the package is used. Makes a pin at a first use.
pub fn require_trust(opened: &Launch) -> Result<()> {
    let policy = opened.policy.as_ref().map_err(Clone::clone)?;
    decide_start(&opened.directories, policy, subject_of(opened)).map(|_| ())
}

/// The same decision; nothing is written.
pub fn look_at_trust(opened: &Launch) -> Result<Decision> {
    let policy = opened.policy.as_ref().map_err(Clone::clone)?;
    decide(&opened.directories, policy, subject_of(opened))
}

fn subject_of(opened: &Launch) -> Subject<'_> {
    let metadata = &opened.package.metadata;
    Subject {
        name: &metadata.name,
        key: &opened.package.index.public_key,
        rotations: &metadata.rotations,
        development: metadata.build.development,
        signed: opened.signed,
        path: &opened.path,
    }
}

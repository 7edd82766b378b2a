//! The one place where a start is allowed or refused for who signed the package rather than for what is in it.
use super::launch::Launch;
use crate::errors::Result;
use crate::format::bytes::to_hex;
use crate::log::{Level, event};
use crate::trust::decision::{Decision, Subject, Trusted, decide, decide_start};

/// Before anything of the package is used. Makes a pin at a first use.
pub fn require_trust(opened: &Launch) -> Result<()> {
    let policy = opened.policy.as_ref().map_err(Clone::clone)?;
    decide_start(&opened.directories, policy, subject_of(opened)).map(|decision| tell(opened, &decision))
}

/// The same decision; nothing is written.
pub fn look_at_trust(opened: &Launch) -> Result<Decision> {
    let policy = opened.policy.as_ref().map_err(Clone::clone)?;
    decide(&opened.directories, policy, subject_of(opened)).inspect(|decision| tell(opened, decision))
}

fn tell(opened: &Launch, decision: &Decision) {
    let level = if decision.result == Trusted::Unpinned { Level::Warn } else { Level::Info };
    event(level, "trust", |line| {
        line.put("name", &opened.package.metadata.name);
        line.put("key", &to_hex(&opened.package.index.public_key));
        line.put("result", decision.result.word());
        decision.file.iter().for_each(|file| line.path("file", file));
    });
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

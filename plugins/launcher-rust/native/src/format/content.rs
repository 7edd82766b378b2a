//! The bytes that `open_package` leaves unread, checked against the signed metadata: the launcher and each slot. Reading them
//! costs as much as the package is large, so each caller says when.
use super::bytes::{ByteSource, to_hex};
use super::examination::{CheckResult, Package, Slot, tell_check};
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail};
use sha2::{Digest, Sha256};

const CHUNK_SIZE: u64 = 256 * 1024;

/// SHA-256 of a stretch of the file.
pub fn hash_region(source: &dyn ByteSource, offset: u64, size: u64) -> Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0; size.min(CHUNK_SIZE) as usize];
    let mut done = 0;
    while done < size {
        let length = (size - done).min(CHUNK_SIZE) as usize;
        source.read_at(offset + done, &mut chunk[..length])?;
        hash.update(&chunk[..length]);
        done += length as u64;
    }
    Ok(hash.finalize().into())
}

/// EFLAVOR_LAUNCHER_CHECKSUM. A package whose metadata states no launcher hash is not held to one.
pub fn require_launcher<S: ByteSource>(package: &Package<S>) -> Result<String> {
    let Some(launcher) = &package.metadata.launcher else {
        tell_check("launcher", None);
        return Ok("not stated".to_string());
    };
    let sha256 = hash_region(&package.source, 0, package.index.launcher_size);
    let altered = || fail(Code::LauncherChecksum, "the launcher was altered: its SHA-256 is not the signed one");
    let outcome = sha256.and_then(|sha256| held_to(&sha256, &launcher.sha256, altered));
    tell_check("launcher", Some(&outcome));
    outcome
}

/// EFLAVOR_SLOT_CHECKSUM.
pub fn require_slot(source: &dyn ByteSource, slot: &Slot) -> Result<String> {
    let name = || format!("slot {}", slot.id);
    let Some(wanted) = slot.sha256 else {
        tell_check(&name(), None);
        return Ok("stores nothing".to_string());
    };
    let sha256 = hash_region(source, slot.offset, slot.stored_size);
    let outcome = sha256.and_then(|sha256| held_to(&sha256, &wanted, || altered_slot(slot)));
    tell_check(&name(), Some(&outcome));
    outcome
}

fn held_to(sha256: &[u8; 32], wanted: &[u8; 32], altered: impl FnOnce() -> PackageError) -> Result<String> {
    if sha256 == wanted { Ok(format!("sha256:{}", to_hex(sha256))) } else { Err(altered()) }
}

pub fn altered_slot(slot: &Slot) -> PackageError {
    let message = format!("slot {} ({}) was altered: its SHA-256 is not the signed one", slot.index, slot.id);
    fail(Code::SlotChecksum, message)
}

/// The launcher, then each slot, each with its result.
pub fn examine_content<S: ByteSource>(package: &Package<S>) -> Vec<CheckResult> {
    let mut results = vec![CheckResult { name: "launcher".to_string(), outcome: require_launcher(package) }];
    for slot in &package.slots {
        let name = format!("slot {} {}", slot.index, slot.id);
        results.push(CheckResult { name, outcome: require_slot(&package.source, slot) });
    }
    results
}

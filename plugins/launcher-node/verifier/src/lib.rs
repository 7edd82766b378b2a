//! SHA-256, CRC-32 and the equation of an Ed25519 signature, for the Node launcher: `verifier.ts` puts bytes into the
//! memory behind `__heap_base`, and says here where they are. Of the rule of signatures (SPEC.md, 4) this is what OpenSSL does for
//! the host: S is below the group's order, and the equation holds without the cofactor. `signature-check.ts` adds the rest.
//!
//! `node plugins/launcher-node/verifier/build.js` compiles it.
#![no_std]

use core::slice::from_raw_parts;

use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use sha2::{Digest, Sha256};

/// # Safety
/// The message lies in memory, and nothing writes to it meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn verify(key: &[u8; 32], signature: &[u8; 64], message: *const u8, length: usize) -> bool {
    let message = unsafe { from_raw_parts(message, length) };
    VerifyingKey::from_bytes(key).is_ok_and(|key| key.verify(message, &Signature::from_bytes(signature)).is_ok())
}

/// # Safety
/// As of `verify`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sha256(sum: &mut [u8; 32], message: *const u8, length: usize) {
    *sum = Sha256::digest(unsafe { from_raw_parts(message, length) }).into();
}

/// The sum that ends a gzip, bit by bit: making a table takes as long as a few kilobytes do.
///
/// # Safety
/// As of `verify`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn crc32(message: *const u8, length: usize) -> u32 {
    let message = unsafe { from_raw_parts(message, length) };
    let bit = |sum: u32, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
    !message.iter().fold(!0, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), bit))
}

/// What cannot go on traps, and the launcher asks OpenSSL.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

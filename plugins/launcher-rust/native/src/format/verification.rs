//! When a signature counts: pure Ed25519 (RFC 8032) over the uncompressed JSON, by one strict rule that leaves
//! implementations no room to differ (SPEC.md, 4). The library checks S, points of small order and the equation without
//! the cofactor; that key and R are canonical is checked here, and their small orders once more.
use super::bytes::is_zero;
use crate::codes::Code;
use crate::errors::{Result, fail};
use ed25519_dalek::{Signature, VerifyingKey};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureCheck {
    Strict,
    /// Any that is there will do.
    Any,
}

pub fn strict_check(public_key: &[u8; 32], signature: &[u8; 64], message: &[u8]) -> bool {
    let (r, _) = signature.split_at(32);
    if !is_strict_point(public_key) || !r.first_chunk().is_some_and(is_strict_point) {
        return false;
    }
    let Ok(key) = VerifyingKey::from_bytes(public_key) else { return false };
    key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
}

/// EFLAVOR_SIGNATURE_MISSING or EFLAVOR_SIGNATURE.
pub fn require_signature(check: SignatureCheck, public_key: &[u8; 32], signature: &[u8; 64], json: &[u8]) -> Result<()> {
    if is_zero(public_key) {
        return Err(fail(Code::SignatureMissing, "the package names no public key"));
    }
    if is_zero(signature) {
        return Err(fail(Code::SignatureMissing, "the package is not signed"));
    }
    if check == SignatureCheck::Strict && !strict_check(public_key, signature, json) {
        return Err(fail(Code::Signature, "the signature does not match the metadata"));
    }
    Ok(())
}

/// y coordinates of the eight points whose order divides the cofactor; x has either sign.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
        0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
        0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
];

/// Encodes y below 2^255 - 19, and no point of small order. Whether it is on the curve at all is left to the equation.
fn is_strict_point(point: &[u8; 32]) -> bool {
    let mut y = *point;
    y[31] &= 0x7f;
    let canonical = y[0] < 0xed || y[31] < 0x7f || y[1..31].iter().any(|byte| *byte < 0xff);
    canonical && !SMALL_ORDER.contains(&y)
}

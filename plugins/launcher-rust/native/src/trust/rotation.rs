//! Rotation: statements in the signed metadata by which a key hands a package's name over to another. Each counts by its own
//! signature, so it may travel in every later package.
use super::trusted_keys::PublicKey;
use crate::format::bytes::to_hex;
use crate::format::metadata::Rotation;
use crate::format::verification::strict_check;

/// Good statements form a way from one of the keys to the other.
pub fn leads(rotations: &[Rotation], name: &str, from: &[PublicKey], to: &PublicKey) -> bool {
    let mut reached = from.to_vec();
    let mut left: Vec<&Rotation> = rotations.iter().collect();
    while !reached.contains(to) {
        let next = left.iter().position(|statement| reached.contains(&statement.from));
        let Some(statement) = next.map(|at| left.swap_remove(at)) else { return false };
        if is_good(statement, name) {
            reached.push(statement.to);
        }
    }
    true
}

fn is_good(statement: &Rotation, name: &str) -> bool {
    let text = format!("flavor key rotation 1\n{}\n{}\n{name}", to_hex(&statement.from), to_hex(&statement.to));
    strict_check(&statement.from, &statement.signature, text.as_bytes())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    pub fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    pub fn public(seed: u8) -> PublicKey {
        key(seed).verifying_key().to_bytes()
    }

    pub fn statement(from: u8, to: u8, name: &str) -> Rotation {
        let text = format!("flavor key rotation 1\n{}\n{}\n{name}", to_hex(&public(from)), to_hex(&public(to)));
        Rotation { from: public(from), to: public(to), signature: key(from).sign(text.as_bytes()).to_bytes() }
    }

    #[test]
    fn a_way_may_have_several_steps_in_any_order() {
        let all = [statement(3, 4, "sample"), statement(1, 2, "sample"), statement(2, 3, "sample")];
        assert!(leads(&all, "sample", &[public(1)], &public(4)));
        assert!(leads(&all, "sample", &[public(9), public(3)], &public(4)));
        assert!(!leads(&all[..2], "sample", &[public(1)], &public(4)));
        assert!(!leads(&all, "sample", &[public(4)], &public(1)));
        assert!(!leads(&all, "sample", &[], &public(1)));
    }

    #[test]
    fn a_statement_for_another_name_or_with_another_signature_leads_nowhere() {
        let mut broken = statement(1, 2, "sample");
        assert!(leads(std::slice::from_ref(&broken), "sample", &[public(1)], &public(2)));
        assert!(!leads(std::slice::from_ref(&broken), "other", &[public(1)], &public(2)));
        broken.signature[63] ^= 1;
        assert!(!leads(&[broken], "sample", &[public(1)], &public(2)));
    }

    #[test]
    fn statements_in_a_circle_come_to_an_end() {
        let all = [statement(1, 2, "sample"), statement(2, 1, "sample"), statement(1, 1, "sample")];
        assert!(!leads(&all, "sample", &[public(1)], &public(3)));
    }
}

//! Numbers as texts spell them, read without floating point: the standard library's way to that would be a hundredth of the
//! image, and a number that is whole can be told by its digits.

use std::cmp::Ordering::{self, Equal, Greater, Less};

const LARGEST: u64 = (1 << 53) - 1;

/// As many digits decide what a number is nearest to: that of half the least number has no more.
const MOST_DIGITS: usize = 1075;

/// Of a number in JSON that is, once it is rounded to 64 bits of floating point as other readers do, an integer from 0 to
/// 2^53 - 1, however it is spelt: `16`, `16.0`, `1.6e1`.
pub fn whole(spelt: &str) -> Option<u64> {
    let (negative, unsigned) = spelt.strip_prefix('-').map_or((false, spelt), |rest| (true, rest));
    let number = nearest(unsigned)?;
    (number <= LARGEST && !(negative && number > 0)).then_some(number)
}

fn nearest(spelt: &str) -> Option<u64> {
    let (number, power) = spelt.split_once(['e', 'E']).unwrap_or((spelt, "0"));
    let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all = [integer, fraction].concat();
    let digits = all.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    // So many of the digits stand before the point; fewer than none: zeros behind it.
    let before = power.parse::<i64>().unwrap_or(if power.starts_with('-') { i64::MIN / 2 } else { i64::MAX / 2 });
    let before = before.saturating_add(digits.len() as i64 - fraction.len() as i64);
    if before > 16 {
        return None;
    }
    let cut = usize::try_from(before).unwrap_or(0).min(digits.len());
    let zeros = usize::try_from(before).unwrap_or(0) - cut;
    let integer = format!("0{}{}", &digits[..cut], "0".repeat(zeros)).parse().ok()?;
    let blank = usize::try_from(-before).unwrap_or(0).min(MOST_DIGITS);
    round(integer, kept(std::iter::repeat_n(0, blank).chain(digits[cut..].bytes().map(|digit| digit - b'0'))))
}

/// The digits that decide; one more where something follows them.
fn kept(mut digits: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut kept: Vec<u8> = digits.by_ref().take(MOST_DIGITS).collect();
    kept.extend(digits.any(|digit| digit > 0).then_some(1));
    kept
}

/// None where the nearest is no integer. A half goes to what is even, which an integer with places behind it is.
fn round(integer: u64, fraction: Vec<u8>) -> Option<u64> {
    if fraction.iter().all(|digit| *digit == 0) {
        return Some(integer);
    }
    // Places that 53 bits leave behind the point, below this integer's next and above itself.
    let size = u64::BITS - integer.leading_zeros();
    let places = 53_u32.checked_sub(size)?;
    let above = if integer == 0 { 1074 } else { places };
    let (down, up) = (compare(fraction.clone(), above + 1), compare(complement(fraction), places + 1));
    let odd = places == 0 && integer % 2 == 1;
    match (down, up) {
        (Less, _) => Some(integer),
        (Equal, _) if !odd => Some(integer),
        (_, Less | Equal) => Some(integer + 1),
        _ => None,
    }
}

/// Of digits behind the point to 2 to the power of -`bits`: doubled so often, they reach one or not.
fn compare(mut digits: Vec<u8>, bits: u32) -> Ordering {
    for doubled in 1..=bits {
        let mut carry = 0;
        for digit in digits.iter_mut().rev() {
            let twice = *digit * 2 + carry;
            (*digit, carry) = (twice % 10, twice / 10);
        }
        if carry > 0 {
            return if doubled == bits && digits.iter().all(|digit| *digit == 0) { Equal } else { Greater };
        }
    }
    Less
}

/// What one is more than it.
fn complement(mut digits: Vec<u8>) -> Vec<u8> {
    let last = digits.iter().rposition(|digit| *digit > 0).unwrap_or(0);
    digits.truncate(last + 1);
    for (at, digit) in digits.iter_mut().enumerate() {
        *digit = if at == last { 10 } else { 9 } - *digit;
    }
    digits
}

/// `12`, `1.5`: what stands before the point, as far as that can be held, and billionths.
pub fn decimal(text: &str) -> Option<(u64, u64)> {
    let (integer, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(integer) || !plain(fraction) {
        return None;
    }
    let billionths = fraction.bytes().chain([b'0'; 9]).take(9).fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    Some((integer.parse().unwrap_or(u64::MAX), billionths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_may_be_spelt_in_many_ways() {
        let table = [("0", 0), ("-0", 0), ("-0.0e5", 0), ("0e99999999999999999999", 0), ("16", 16), ("16.0", 16), ("1.6e1", 16)];
        for (spelt, number) in table.into_iter().chain([("1600E-2", 16), ("0.016e+3", 16), ("10", 10), ("9007199254740991.0", LARGEST)]) {
            assert_eq!(whole(spelt), Some(number), "{spelt}");
        }
        for none in ["-1", "1.5", "16e-1", "1e16", "1e-9", "9007199254740992", "9007199254740993.0", "1e99999999999999999999", "1e-99"] {
            assert_eq!(whole(none), None, "{none}");
        }
    }

    #[test]
    fn a_number_counts_as_what_floating_point_makes_of_it() {
        let long = format!("2.{}1", "0".repeat(5000));
        let edges =
            ["1.00000000000000000001", "0.99999999999999999999", "1e-400", "-1e-400", "9007199254740991.4", "9007199254740991.5", &long];
        let near =
            ["1.0000000000000001", "1.0000000000000002", "1.00000000000000011102230246251565404", "1.0000000000000001110223024625156541"];
        let half = [
            "4503599627370496.5",
            "4503599627370497.5",
            "4503599627370497.49",
            "2251799813685248.25",
            "2251799813685248.75",
            "2251799813685248.5",
        ];
        let small =
            ["0.99999999999999994", "0.99999999999999995", "2e-324", "3e-324", "1e-9", "0.5", "8e-99999999999999999999", "-0.5", "-1.0"];
        for spelt in edges.into_iter().chain(near).chain(half).chain(small) {
            let number: f64 = spelt.parse().unwrap();
            let wanted = (number >= 0.0 && number <= LARGEST as f64 && number.fract() == 0.0).then_some(number as u64);
            assert_eq!(whole(spelt), wanted, "{spelt}");
        }
    }

    /// Around every power of two and its halves, against the standard library.
    #[test]
    fn rounding_is_that_of_the_standard_library() {
        let mut state = 1_u64;
        for round in 0..20_000_u32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let integer = (1_u64 << (round % 55)) + (state >> 62) - 1;
            let fraction = ["5", "25", "75", "4999999999999999", "9999999999999999", "0000000000000001", "00000000000000000000001"];
            let spelt = format!("{integer}.{}{}", fraction[(state >> 40) as usize % fraction.len()], state >> 61 & 1);
            let number: f64 = spelt.parse().unwrap();
            let wanted = (number <= LARGEST as f64 && number.fract() == 0.0).then_some(number as u64);
            assert_eq!(whole(&spelt), wanted, "{spelt}");
        }
    }

    #[test]
    fn a_decimal_has_digits_on_both_sides_of_its_point() {
        assert_eq!(decimal("12"), Some((12, 0)));
        assert_eq!(decimal("1.5"), Some((1, 500_000_000)));
        assert_eq!(decimal("0.00000000199"), Some((0, 1)));
        assert_eq!(decimal(&"9".repeat(40)), Some((u64::MAX, 0)));
        for none in ["", ".", ".5", "5.", "-1", "+1", "1e3", "1.2.3", "inf", "1 "] {
            assert_eq!(decimal(none), None, "{none}");
        }
    }
}

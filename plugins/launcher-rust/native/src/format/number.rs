//! Numbers as texts spell them, read without floating point: the standard library's way to that would be a hundredth of the
//! image, and a number that is whole can be told by its digits.

const LARGEST: u64 = (1 << 53) - 1;

/// Of a number in JSON whose value is an integer from 0 to 2^53 - 1, however it is spelt: `16`, `16.0`, `1.6e1`.
pub fn whole(spelt: &str) -> Option<u64> {
    if let Ok(number) = spelt.parse() {
        return Some(number).filter(|number| *number <= LARGEST);
    }
    let (number, power) = spelt.split_once(['e', 'E']).unwrap_or((spelt, "0"));
    let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = [integer.trim_start_matches('-'), fraction].concat();
    let kept = digits.trim_end_matches('0');
    let significant = kept.trim_start_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    let dropped = (digits.len() - kept.len()) as i64;
    let power = power.parse::<i64>().ok()?.checked_add(dropped - fraction.len() as i64)?;
    let zeros = usize::try_from(power).ok().filter(|zeros| zeros + significant.len() <= 16 && !spelt.starts_with('-'))?;
    (significant.to_string() + &"0".repeat(zeros)).parse().ok().filter(|number| *number <= LARGEST)
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

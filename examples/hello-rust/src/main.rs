//! Counts the words of its input, the most frequent first; words of `ignored.txt`, where it comes along, do not count.
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::PathBuf;
use std::{env, fs};

fn main() -> io::Result<()> {
    let directory = env::var_os("FLAVOR_WORKENV").map_or_else(PathBuf::new, |workenv| PathBuf::from(workenv).join("words"));
    let ignored = fs::read_to_string(directory.join("ignored.txt")).unwrap_or_default();
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        if !ignored.lines().any(|line| line == word) {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
    for (word, count) in sorted.iter().take(10) {
        println!("{count:6} {word}");
    }
    Ok(())
}

//! The decision, step by step: lines of the system, lines of the user, the pin, and last a first use. `decide` only reads;
//! `decide_start` makes and changes pins.
use super::pins::{change_pin, make_pin, pin_path, read_pin};
use super::policy::{Directories, Owner, Policy};
use super::rotation::leads;
use super::trusted_keys::{PublicKey, TrustedKey, read_trusted_keys};
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail};
use crate::format::bytes::to_hex;
use crate::format::metadata::Rotation;
use std::path::{Path, PathBuf};

/// What is decided about: a package that passed all checks of the format.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub name: &'a str,
    /// The key in its index.
    pub key: &'a PublicKey,
    pub rotations: &'a [Rotation],
    pub development: bool,
    /// False when nobody looked whether the key signed it.
    pub signed: bool,
    /// Where it lies, for messages.
    pub path: &'a Path,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trusted {
    Listed,
    Rotated,
    Pinned,
    Development,
    Unchecked,
    FirstUse,
    Unpinned,
}

impl Trusted {
    pub const fn word(self) -> &'static str {
        match self {
            Trusted::Listed => "listed",
            Trusted::Rotated => "rotated",
            Trusted::Pinned => "pinned",
            Trusted::Development => "development",
            Trusted::Unchecked => "unchecked",
            Trusted::FirstUse => "first-use",
            Trusted::Unpinned => "unpinned",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Decision {
    pub result: Trusted,
    /// Where that stands.
    pub file: Option<PathBuf>,
}

impl Decision {
    /// In a few words.
    pub fn said(&self) -> String {
        let file = self.file.as_ref().map_or(String::new(), |file| format!(", {}", file.display()));
        format!("{}{file}", self.result.word())
    }
}

/// EFLAVOR_KEY_MISMATCH, EFLAVOR_UNKNOWN_KEY or EFLAVOR_POLICY. `FirstUse` means that a start would make a pin.
pub fn decide(directories: &Directories, policy: &Policy, subject: Subject) -> Result<Decision> {
    for (owner, directory) in directories.each() {
        if let Some(decision) = decide_by_lines(owner, directory, subject)? {
            return Ok(decision);
        }
    }
    let pin = directories.user.as_ref().map(|user| pin_path(user, subject.name));
    if let Some(pin) = &pin
        && let Some(decision) = decide_by_pin(pin, subject)?
    {
        return Ok(decision);
    }
    if let Some(line) = &policy.known_only {
        return Err(unknown_key(line, subject));
    }
    let result = match &pin {
        _ if subject.development => Trusted::Development,
        _ if !subject.signed => Trusted::Unchecked,
        None => Trusted::Unpinned,
        Some(_) => Trusted::FirstUse,
    };
    Ok(Decision { result, file: pin.filter(|_| result == Trusted::FirstUse) })
}

/// The same for a start, which makes a pin on first use and moves it after a rotation.
pub fn decide_start(directories: &Directories, policy: &Policy, subject: Subject) -> Result<Decision> {
    let pin = directories.user.as_ref().map(|user| pin_path(user, subject.name)).unwrap_or_default();
    for _ in 0..3 {
        let decision = decide(directories, policy, subject)?;
        match decision.result {
            Trusted::FirstUse => match make_pin(&pin, subject.key, subject.name) {
                Ok(true) => return Ok(decision),
                // Somebody else's is there.
                Ok(false) => {}
                Err(_) => break,
            },
            Trusted::Rotated if decision.file.as_ref() == Some(&pin) => {
                // One that cannot be changed leads to the new key again at the next start.
                let _ = change_pin(&pin, subject.key, subject.name);
                return Ok(decision);
            }
            _ => return Ok(decision),
        }
    }
    Ok(Decision { result: Trusted::Unpinned, file: None })
}

fn decide_by_lines(owner: Owner, directory: &Path, subject: Subject) -> Result<Option<Decision>> {
    let path = directory.join("trusted_keys");
    let lines = read_trusted_keys(&path, owner, subject.name)?;
    if lines.is_empty() {
        return Ok(None);
    }
    let keys: Vec<PublicKey> = lines.iter().map(|line| line.key).collect();
    let result = match () {
        () if keys.contains(subject.key) => Trusted::Listed,
        () if leads(subject.rotations, subject.name, &keys, subject.key) => Trusted::Rotated,
        () => return Err(not_listed(owner, &path, &lines, subject)),
    };
    Ok(Some(Decision { result, file: Some(path) }))
}

fn decide_by_pin(pin: &Path, subject: Subject) -> Result<Option<Decision>> {
    let Some(key) = read_pin(pin)? else { return Ok(None) };
    let result = match () {
        () if key == *subject.key => Trusted::Pinned,
        () if leads(subject.rotations, subject.name, &[key], subject.key) => Trusted::Rotated,
        () => return Err(not_pinned(pin, &key, subject)),
    };
    Ok(Some(Decision { result, file: Some(pin.to_path_buf()) }))
}

fn signed_by(subject: Subject) -> String {
    format!("{:?} is signed by {}", subject.name, to_hex(subject.key))
}

/// As one types it: a name that a shell would take apart is left to the reader.
fn typed<'a>(name: &'a str, instead: &'a str) -> &'a str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@.+-".contains(&byte);
    if !name.is_empty() && name.bytes().all(plain) { name } else { instead }
}

fn not_listed(owner: Owner, path: &Path, lines: &[TrustedKey], subject: Subject) -> PackageError {
    let line = lines.first().map_or(0, |line| line.line);
    let (key, whose) = (to_hex(subject.key), if owner == Owner::System { " --system" } else { "" });
    let message = format!("{}, which is none of the keys that {} lists for it, from line {line} on", signed_by(subject), path.display());
    let command = format!("flavor trust add{whose} {} {key}", typed(subject.name, "PATTERN"));
    fail(Code::KeyMismatch, message).with_hint(format!("if its publisher says that this key is theirs: {command}"))
}

fn not_pinned(pin: &Path, pinned: &PublicKey, subject: Subject) -> PackageError {
    let pinned = to_hex(pinned);
    let message = format!("{}, not by {pinned}, the key it had when it was first used ({})", signed_by(subject), pin.display());
    let way = if subject.development {
        let name = typed(subject.name, "NAME");
        format!("it is a development package; to forget the key of its publisher: flavor trust remove {name}")
    } else {
        format!("if its publisher says that this key is theirs: flavor trust accept {}", subject.path.display())
    };
    fail(Code::KeyMismatch, message).with_hint(way)
}

fn unknown_key(demand: &str, subject: Subject) -> PackageError {
    let message = format!("{}, which is neither listed nor pinned, and {demand} demands a known key", signed_by(subject));
    let command = format!("flavor trust add {} {}", typed(subject.name, "PATTERN"), to_hex(subject.key));
    fail(Code::UnknownKey, message).with_hint(format!("if you know the key: {command}"))
}

#[cfg(test)]
mod tests {
    use super::super::rotation::tests::{public, statement};
    use super::*;
    use std::fs;
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    /// Files of the system and of the user, before a start.
    #[derive(Clone, Default)]
    struct Files {
        system: Option<String>,
        user: Option<String>,
        pin: Option<u8>,
        known_only: bool,
    }

    struct Outcome {
        decision: std::result::Result<&'static str, Code>,
        pin: Option<PublicKey>,
    }

    const OWN: u8 = 2;

    fn line(seed: u8) -> Option<String> {
        Some(format!("samp* ed25519 {}\nother ed25519 {}\n", to_hex(&public(seed)), to_hex(&public(9))))
    }

    /// Of a package `sample` that is signed by the key OWN.
    fn decided(files: &Files, rotations: &[Rotation], change: impl FnOnce(&mut Subject)) -> Outcome {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let root = std::env::temp_dir().join(format!("flavor-trust-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed)));
        let directories = Directories { system: root.join("system"), user: Some(root.join("user")) };
        let pin = pin_path(&root.join("user"), "sample");
        fs::create_dir_all(root.join("system")).unwrap();
        fs::create_dir_all(root.join("user/pins")).unwrap();
        let write = |path: &Path, text: &Option<String>| text.as_ref().map(|text| fs::write(path, text).unwrap());
        write(&root.join("system/trusted_keys"), &files.system);
        write(&root.join("user/trusted_keys"), &files.user);
        write(&pin, &files.pin.map(|seed| format!("ed25519 {}\n", to_hex(&public(seed)))));
        let policy = Policy { known_only: files.known_only.then(|| "launcher.conf:1".to_string()), ..Policy::default() };
        let mut subject =
            Subject { name: "sample", key: &public(OWN), rotations, development: false, signed: true, path: Path::new("/sample") };
        change(&mut subject);
        let looked = decide(&directories, &policy, subject);
        assert_eq!(read_pin(&pin).unwrap(), files.pin.map(public), "only looking changes nothing");
        let decision = decide_start(&directories, &policy, subject);
        assert_eq!(looked.map_err(|error| error.code).ok(), decision.as_ref().ok().map(|one| Decision { file: one.file.clone(), ..*one }));
        let pin = read_pin(&pin).unwrap();
        fs::remove_dir_all(root).unwrap();
        Outcome { decision: decision.map(|decision| decision.result.word()).map_err(|error| error.code), pin }
    }

    #[test]
    fn the_first_of_system_user_and_pin_that_has_something_to_say_decides() {
        let table = [
            (line(OWN), line(1), Some(1), Ok("listed")),
            (line(1), line(OWN), Some(OWN), Err(Code::KeyMismatch)),
            (None, line(OWN), Some(1), Ok("listed")),
            (None, line(1), Some(OWN), Err(Code::KeyMismatch)),
            (None, None, Some(OWN), Ok("pinned")),
            (None, None, Some(1), Err(Code::KeyMismatch)),
            (None, None, None, Ok("first-use")),
        ];
        for (at, (system, user, pin, wanted)) in table.into_iter().enumerate() {
            let files = Files { system, user, pin, known_only: false };
            let outcome = decided(&files, &[], |_| {});
            assert_eq!(outcome.decision, wanted, "row {at}");
            let made = if wanted == Ok("first-use") { Some(OWN) } else { pin };
            assert_eq!(outcome.pin, made.map(public), "row {at}");
        }
    }

    #[test]
    fn a_rotation_leads_from_lines_and_pins_and_moves_the_pin() {
        let all = [statement(1, OWN, "sample")];
        let listed = decided(&Files { user: line(1), pin: Some(3), ..Files::default() }, &all, |_| {});
        assert_eq!((listed.decision, listed.pin), (Ok("rotated"), Some(public(3))));
        let pinned = decided(&Files { pin: Some(1), ..Files::default() }, &all, |_| {});
        assert_eq!((pinned.decision, pinned.pin), (Ok("rotated"), Some(public(OWN))));
        let unrelated = decided(&Files { pin: Some(3), ..Files::default() }, &all, |_| {});
        assert_eq!((unrelated.decision, unrelated.pin), (Err(Code::KeyMismatch), Some(public(3))));
    }

    #[test]
    fn where_only_known_keys_count_none_is_used_for_the_first_time() {
        let known = Files { known_only: true, ..Files::default() };
        assert_eq!(decided(&known, &[], |_| {}).decision, Err(Code::UnknownKey));
        assert_eq!(decided(&known, &[], |subject| subject.development = true).decision, Err(Code::UnknownKey));
        assert_eq!(decided(&Files { pin: Some(OWN), ..known.clone() }, &[], |_| {}).decision, Ok("pinned"));
        assert_eq!(decided(&Files { user: line(OWN), ..known }, &[], |_| {}).decision, Ok("listed"));
    }

    #[test]
    fn development_packages_and_unchecked_ones_make_no_pin_and_are_refused_by_one() {
        let development = |subject: &mut Subject| subject.development = true;
        let unchecked = |subject: &mut Subject| subject.signed = false;
        let none = Files::default();
        let pinned = Files { pin: Some(1), ..Files::default() };
        for (change, word) in [(&development as &dyn Fn(&mut Subject), "development"), (&unchecked, "unchecked")] {
            let outcome = decided(&none, &[], change);
            assert_eq!((outcome.decision, outcome.pin), (Ok(word), None));
            assert_eq!(decided(&pinned, &[], change).decision, Err(Code::KeyMismatch));
        }
    }

    #[test]
    fn a_file_that_cannot_be_understood_refuses_whatever_it_is_about() {
        let files = Files { user: Some("other ed25519 nonsense\n".to_string()), pin: Some(OWN), ..Files::default() };
        assert_eq!(decided(&files, &[], |_| {}).decision, Err(Code::Policy));
    }

    #[test]
    fn without_a_home_nothing_is_pinned() {
        let directories = Directories { system: PathBuf::from("/nowhere"), user: None };
        let key = public(OWN);
        let subject = Subject { name: "sample", key: &key, rotations: &[], development: false, signed: true, path: Path::new("/sample") };
        let decision = decide_start(&directories, &Policy::default(), subject).unwrap();
        assert_eq!(decision, Decision { result: Trusted::Unpinned, file: None });
    }
}

//! Configuration, which is the user's to change (SPEC.md, section 15): the data of the application has a copy of each file,
//! and the sum that it had when a package brought it. Whether the user has changed it can be told from that, so a new version
//! replaces what nobody has touched and leaves the rest. A work environment has links to the copies.
use super::atomic_file::replace_file;
use super::generation::name_of;
use crate::errors::Result;
use crate::format::bytes::{ByteSource, hash_from_hex, to_hex};
use crate::format::content::hash_region;
use crate::format::file_source::FileSource;
use crate::log::{Level, event};
use crate::sys;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Hex digits, by paths.
type Sums = BTreeMap<String, String>;

/// `files` lie in the generation, and stay there where the data cannot have them.
pub fn settle_configuration(data: Option<&Path>, root: &Path, files: &BTreeMap<String, u64>) {
    let Some(data) = data.filter(|_| !files.is_empty()) else { return files.keys().for_each(|path| tell(path, "left")) };
    let place = Place { data, root, random: name_of(root).rsplit('.').next().unwrap_or_default().to_string() };
    let mut sums = place.read_sums();
    let mut changed = false;
    let mut settled = Vec::new();
    for path in files.keys() {
        settled.push(sums.as_mut().and_then(|sums| place.settle(path, sums, &mut changed).ok()));
    }
    let recorded = !changed || sums.is_some_and(|sums| place.write_sums(&sums).is_ok());
    for (path, action) in files.keys().zip(settled) {
        let action = action.filter(|action| recorded || *action == "kept").filter(|_| place.put_link(path).is_ok());
        tell(path, action.unwrap_or("left"));
    }
    let _ = fs::remove_file(place.link());
}

fn tell(path: &str, action: &str) {
    event(Level::Debug, "configuration", |line| {
        line.put("path", path);
        line.put("action", action);
    });
}

struct Place<'a> {
    data: &'a Path,
    root: &'a Path,
    /// Of the generation's name: nobody else uses it.
    random: String,
}

impl Place<'_> {
    fn copy(&self, path: &str) -> PathBuf {
        sys::below(&self.data.join("config"), path)
    }

    fn link(&self) -> PathBuf {
        self.root.join(".flavor/config")
    }

    /// Brings the copy up to date, and its sum. Gives what was done.
    fn settle(&self, path: &str, sums: &mut Sums, changed: &mut bool) -> io::Result<&'static str> {
        let (file, copy) = (sys::below(self.root, path), self.copy(path));
        self.require_place(path)?;
        self.make_link(path)?;
        let brought = sum_of(&file)?;
        let action = match fs::symlink_metadata(&copy) {
            Err(error) if error.kind() == ErrorKind::NotFound => "new",
            Ok(found) if found.is_file() => {
                let sum = sum_of(&copy)?;
                if sum == brought || sums.get(path) == Some(&sum) { "replaced" } else { return Ok("kept") }
            }
            found => return found.and(Err(ErrorKind::AlreadyExists.into())),
        };
        self.write_copy(&file, &copy)?;
        *changed |= sums.get(path) != Some(&brought);
        sums.insert(path.to_string(), brought);
        Ok(action)
    }

    /// Directories for the copy, none of them a link.
    fn require_place(&self, path: &str) -> io::Result<()> {
        if path.contains('\n') {
            return Err(ErrorKind::InvalidFilename.into());
        }
        let mut at = self.data.join("config");
        for name in path.split('/') {
            let made = sys::create_directory(&at, 0o700);
            if made.is_err() && !fs::symlink_metadata(&at).is_ok_and(|found| found.is_dir()) {
                return made;
            }
            at.push(name);
        }
        Ok(())
    }

    fn write_copy(&self, file: &Path, copy: &Path) -> io::Result<()> {
        let draft = copy.with_file_name(format!(".config.{}", self.random));
        let mode = sys::mode_of(&fs::symlink_metadata(file)?) | 0o200;
        let written = fs::copy(file, &draft).and_then(|_| sys::set_mode(&draft, mode)).and_then(|()| sys::rename(&draft, copy));
        if written.is_err() {
            let _ = fs::remove_file(&draft);
        }
        written
    }

    /// Where the system has links, one more is made in the place of the file.
    fn put_link(&self, path: &str) -> io::Result<()> {
        self.make_link(path)?;
        sys::rename(&self.link(), &sys::below(self.root, path))
    }

    fn make_link(&self, path: &str) -> io::Result<()> {
        let _ = fs::remove_file(self.link());
        sys::link_file(&self.copy(path), &self.link())
    }

    /// None when they cannot be relied on.
    fn read_sums(&self) -> Option<Sums> {
        let path = self.data.join("config.sums");
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Some(Sums::new()),
            Ok(found) if found.is_file() => Some(parse_sums(&fs::read(&path).ok()?)),
            _ => None,
        }
    }

    fn write_sums(&self, sums: &Sums) -> io::Result<()> {
        let mut text = String::new();
        for (path, sum) in sums {
            text.extend([sum, "  ", path, "\n"]);
        }
        replace_file(&self.data.join("config.sums"), &self.data.join(format!(".config.{}", self.random)), &text)
    }
}

/// Lines that are none say nothing.
fn parse_sums(bytes: &[u8]) -> Sums {
    let mut sums = Sums::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let Some((sum, path)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once("  ")) else { continue };
        if let Some(sum) = hash_from_hex(sum).filter(|_| !path.is_empty()) {
            sums.insert(path.to_string(), to_hex(&sum));
        }
    }
    sums
}

fn sum_of(path: &Path) -> Result<String> {
    let source = FileSource::new(File::open(path).map_err(|error| crate::errors::system_error(error, path.display()))?)?;
    Ok(to_hex(&hash_region(&source, 0, source.size())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workenv::remove_tree::remove_tree;

    /// The data of an application, and a generation for each time that something is built.
    struct Sandbox(PathBuf);

    impl Sandbox {
        fn new() -> Sandbox {
            let root = sys::make_temporary_directory(&std::env::temp_dir().join("flavor-configuration-")).unwrap();
            fs::create_dir(root.join("data")).unwrap();
            Sandbox(root)
        }

        fn data(&self) -> PathBuf {
            self.0.join("data")
        }

        /// Builds a generation with one file; gives what its application then reads, and whether that is the copy.
        fn build(&self, path: &str, text: &str) -> (String, bool) {
            let root = sys::make_temporary_directory(&self.0.join("sample.")).unwrap();
            fs::create_dir_all(root.join(".flavor")).unwrap();
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, text).unwrap();
            settle_configuration(Some(&self.data()), &root, &BTreeMap::from([(path.to_string(), 0)]));
            assert_eq!(fs::read_dir(root.join(".flavor")).unwrap().count(), 0, "nothing of the work is left");
            (fs::read_to_string(&file).unwrap(), fs::symlink_metadata(&file).unwrap().is_symlink())
        }

        fn sums(&self) -> String {
            fs::read_to_string(self.data().join("config.sums")).unwrap_or_default()
        }
    }

    impl Drop for Sandbox {
        fn drop(&mut self) {
            let _ = remove_tree(&self.0);
        }
    }

    fn line(text: &str, path: &str) -> String {
        format!("{}  {path}\n", to_hex(&crate::format::bytes::sha256(text.as_bytes())))
    }

    fn copied(text: &str) -> (String, bool) {
        (text.to_string(), true)
    }

    #[test]
    fn what_nobody_changed_is_replaced_and_what_somebody_changed_stays() {
        let sandbox = Sandbox::new();
        assert_eq!(sandbox.build("etc/a", "one"), copied("one"));
        assert_eq!(sandbox.build("etc/a", "two"), copied("two"));
        fs::write(sandbox.data().join("config/etc/a"), "mine").unwrap();
        assert_eq!(sandbox.build("etc/a", "three"), copied("mine"));
        assert_eq!(sandbox.sums(), line("two", "etc/a"));
        fs::remove_file(sandbox.data().join("config/etc/a")).unwrap();
        assert_eq!(sandbox.build("etc/a", "four"), copied("four"));
    }

    #[test]
    fn who_was_killed_before_it_could_record_a_sum_leaves_nothing_for_changed() {
        let sandbox = Sandbox::new();
        sandbox.build("a", "one");
        fs::write(sandbox.data().join("config/a"), "two").unwrap();
        assert_eq!(sandbox.build("a", "two"), copied("two"));
        assert_eq!(sandbox.sums(), line("two", "a"));
        assert_eq!(sandbox.build("a", "three"), copied("three"));
    }

    #[test]
    fn lines_of_other_files_stay_and_lines_that_are_none_go() {
        let sandbox = Sandbox::new();
        let others = line("x", " b") + &line("x", "z");
        let broken = format!("# a comment\n{}\n{}\nfff  b\n", &line("x", "")[..66], "0".repeat(64));
        fs::write(sandbox.data().join("config.sums"), format!("{broken}{others}")).unwrap();
        sandbox.build("c", "one");
        assert_eq!(sandbox.sums(), line("x", " b") + &line("one", "c") + &line("x", "z"));
    }

    #[test]
    fn a_file_stays_where_its_place_is_taken() {
        let sandbox = Sandbox::new();
        fs::create_dir_all(sandbox.data().join("config/directory")).unwrap();
        fs::write(sandbox.data().join("config/file"), "x").unwrap();
        for path in ["directory", "file/below", "two\nlines"] {
            assert_eq!(sandbox.build(path, "own"), ("own".to_string(), false), "{path}");
        }
        assert_eq!(sandbox.sums(), "");
        fs::create_dir(sandbox.data().join("config.sums")).unwrap();
        assert_eq!(sandbox.build("a", "own"), ("own".to_string(), false));
        assert!(!sandbox.data().join("config/a").exists());
    }
}

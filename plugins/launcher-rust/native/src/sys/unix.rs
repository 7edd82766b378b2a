//! Unix: Linux and macOS.
#![allow(unsafe_code)]
use super::Doubt;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Error, ErrorKind};
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, FileExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Between the directories of a PATH.
pub const PATH_SEPARATOR: &str = ":";

/// A FIFO stays held while its directory gets another name.
pub const LIVE_SURVIVES_RENAME: bool = true;

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// Gives the value of a variable that holds an absolute path.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<PathBuf>;

/// Where work environments may lie, the preferred first. The password file is read only when it is its turn.
pub const CACHE_PLACES: [fn(Lookup) -> Option<PathBuf>; 4] = [
    |get| Some(get("XDG_CACHE_HOME")?.join("flavor")),
    |get| Some(get("HOME")?.join(".cache/flavor")),
    |get| password_home().filter(|home| get("HOME").as_ref() != Some(home)).map(|home| home.join(".cache/flavor")),
    |_| Some(temporary_base()),
];

/// Where the data of applications may lie.
pub const DATA_PLACES: [fn(Lookup) -> Option<PathBuf>; 2] =
    [|get| Some(get("XDG_DATA_HOME")?.join("flavor")), |get| Some(get("HOME").or_else(password_home)?.join(".local/share/flavor"))];

pub fn system_settings(_: Lookup) -> PathBuf {
    PathBuf::from("/etc/flavor")
}

pub fn user_settings(get: Lookup) -> Option<PathBuf> {
    let directory = get("XDG_CONFIG_HOME").or_else(|| Some(get("HOME").or_else(password_home)?.join(".config")));
    Some(directory?.join("flavor"))
}

/// The password file's home of this user, read as a file: looking it up by the C library would load other libraries.
fn password_home() -> Option<PathBuf> {
    let user = effective_user().to_string();
    let text = fs::read("/etc/passwd").ok()?;
    let line = text.split(|byte| *byte == b'\n').find(|line| line.split(|byte| *byte == b':').nth(2) == Some(user.as_bytes()))?;
    let home = PathBuf::from(OsString::from_vec(line.split(|byte| *byte == b':').nth(5)?.to_vec()));
    (home.is_absolute() && home.as_os_str().as_bytes() != b"/").then_some(home)
}

fn temporary_base() -> PathBuf {
    PathBuf::from(format!("/var/tmp/flavor-{}", effective_user()))
}

/// What is wrong with a base that lies where everybody may write.
pub fn base_problem(base: &Path) -> io::Result<Option<&'static str>> {
    if base != temporary_base() {
        return Ok(None);
    }
    let found = fs::symlink_metadata(base)?;
    let private = found.is_dir() && found.uid() == effective_user() && found.permissions().mode() & 0o077 == 0;
    Ok((!private).then_some("it is not this user's alone"))
}

/// None where only root and this user can change it.
pub fn doubt_about(path: &Path, found: &Metadata) -> Option<Doubt> {
    if !is_reliable_owner(found.uid(), path) {
        return Some(Doubt::Stranger(format!("user {}", found.uid())));
    }
    (found.mode() & 0o022 != 0).then_some(Doubt::Others)
}

/// For root, who may have kept the home of somebody else, also the one whose directory it is.
fn is_reliable_owner(owner: u32, path: &Path) -> bool {
    let owns_directory = || path.parent().and_then(|directory| fs::metadata(directory).ok()).is_some_and(|found| found.uid() == owner);
    let user = effective_user();
    owner == 0 || owner == user || (user == 0 && owns_directory())
}

/// Belongs to the user of this process.
pub fn is_own(found: &Metadata) -> bool {
    found.uid() == effective_user()
}

fn checked(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(Error::last_os_error()) } else { Ok(result) }
}

fn c_path(path: &Path) -> io::Result<CString> {
    CString::new(path.as_os_str().as_bytes()).map_err(|_| Error::from_raw_os_error(libc::EINVAL))
}

/// In the place of the C library's, which would bring all of printf along: nobody asks threads here for their names.
#[cfg(target_env = "musl")]
#[unsafe(no_mangle)]
extern "C" fn pthread_setname_np(_: libc::pthread_t, _: *const libc::c_char) -> libc::c_int {
    0
}

/// To be called before there are threads.
pub fn umask() -> u32 {
    static KNOWN: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    // SAFETY: changes a number of this process and puts it back.
    *KNOWN.get_or_init(|| unsafe {
        let mask = libc::umask(0o022);
        libc::umask(mask);
        mask as u32
    })
}

fn effective_user() -> u32 {
    // SAFETY: cannot fail.
    unsafe { libc::geteuid() }
}

/// Real and effective user or group differ, or the system marks the process as one with raised rights.
pub fn has_raised_rights() -> bool {
    // SAFETY: these cannot fail.
    let differ = unsafe { libc::getuid() != libc::geteuid() || libc::getgid() != libc::getegid() };
    #[cfg(target_os = "linux")]
    // SAFETY: as above.
    let marked = unsafe { libc::getauxval(libc::AT_SECURE) != 0 };
    #[cfg(not(target_os = "linux"))]
    // SAFETY: as above.
    let marked = unsafe { libc::issetugid() != 0 };
    differ || marked
}

/// The path by which the system was asked to start this program.
#[cfg(target_os = "linux")]
fn started_as() -> Option<PathBuf> {
    // SAFETY: the value is zero or points to a string that lives as long as the process.
    unsafe {
        let path = libc::getauxval(libc::AT_EXECFN) as *const libc::c_char;
        (!path.is_null()).then(|| PathBuf::from(OsString::from_vec(CStr::from_ptr(path).to_bytes().to_vec())))
    }
}

#[cfg(target_os = "macos")]
#[allow(deprecated)]
fn started_as() -> Option<PathBuf> {
    let mut size = 4096_u32;
    let mut buffer = vec![0_u8; size as usize];
    // SAFETY: the buffer is as large as is said; what is written into it ends with a zero byte.
    unsafe {
        if libc::_NSGetExecutablePath(buffer.as_mut_ptr().cast(), &mut size) != 0 {
            return None;
        }
        Some(PathBuf::from(OsString::from_vec(CStr::from_ptr(buffer.as_ptr().cast()).to_bytes().to_vec())))
    }
}

/// The command that a package is started as, by the name of its file.
pub fn command_name(path: &Path) -> Option<&OsStr> {
    path.file_name()
}

/// The file this program was started from, whatever has happened to its name since, and the name.
#[cfg(target_os = "linux")]
pub fn open_self() -> (io::Result<File>, PathBuf) {
    let own = Path::new("/proc/self/exe");
    let named = started_as();
    match File::open(own) {
        Err(error) => match named {
            Some(path) => (File::open(&path), path),
            None => (Err(error), own.to_path_buf()),
        },
        Ok(file) => {
            let path = named.filter(|path| is_same_file(&file, path)).or_else(|| fs::read_link(own).ok());
            (Ok(file), path.unwrap_or_else(|| own.to_path_buf()))
        }
    }
}

#[cfg(target_os = "linux")]
fn is_same_file(file: &File, path: &Path) -> bool {
    let (Ok(a), Ok(b)) = (file.metadata(), fs::metadata(path)) else { return false };
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(target_os = "linux"))]
pub fn open_self() -> (io::Result<File>, PathBuf) {
    let path = started_as().unwrap_or_default();
    (File::open(&path), path)
}

/// Names the current boot; where the system has no name for it, the second it began.
pub fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map_or_else(|_| "at 0".to_string(), |text| text.trim().to_string())
}

/// Part of a text of the system's, cut at ASCII characters.
pub fn text_of(part: &[u8]) -> &OsStr {
    OsStr::from_bytes(part)
}

/// Are these two names of one variable?
pub fn is_same_variable(a: &OsStr, b: &OsStr) -> bool {
    a == b
}

/// Does the program's word say where it is?
pub fn is_slash(byte: u8) -> bool {
    byte == b'/'
}

/// Files that may be meant by the name of a program.
pub fn spellings(path: PathBuf, _suffixes: Option<&OsStr>) -> Vec<PathBuf> {
    vec![path]
}

/// A path of the work environment, on the disk.
pub fn below(root: &Path, path: &str) -> PathBuf {
    if path.is_empty() { root.to_path_buf() } else { root.join(path) }
}

/// Can a file of a package have this name, and no other file be reached by it?
pub fn is_plain_name(_: &str) -> bool {
    true
}

/// A new file. Never through a link.
pub fn create_file(path: &Path, mode: u32) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(mode).custom_flags(libc::O_NOFOLLOW).open(path)
}

/// A file, new or emptied. Never through a link.
pub fn replace_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).custom_flags(libc::O_NOFOLLOW).open(path)
}

pub fn create_directory(path: &Path, mode: u32) -> io::Result<()> {
    DirBuilder::new().mode(mode).create(path)
}

pub fn mode_of(found: &Metadata) -> u32 {
    found.permissions().mode() & 0o777
}

pub fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode))
}

pub fn set_mode_of(file: &File, mode: u32) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(mode))
}

pub fn remove_file(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

/// Says which could not be made.
pub fn make_symlinks(root: &Path, links: &BTreeMap<String, String>) -> Result<(), (String, Error)> {
    let link = |(path, target): (&String, &String)| symlink(target, root.join(path)).map_err(|error| (path.clone(), error));
    links.iter().try_for_each(link)
}

/// A link to a file.
pub fn link_file(target: &Path, path: &Path) -> io::Result<()> {
    symlink(target, path)
}

/// The link to the data of an application. False where there is none.
pub fn link_directory(target: &Path, path: &Path) -> io::Result<bool> {
    symlink(target, path).map(|()| true)
}

/// The link that names the generation in use. Fails when something is there already.
pub fn make_pointer(target: &Path, path: &Path) -> io::Result<()> {
    symlink(target, path)
}

pub fn read_pointer(path: &Path) -> io::Result<PathBuf> {
    fs::read_link(path)
}

pub fn real_path(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// What the system says that an open file is called.
pub fn opened_path(file: &File) -> Option<PathBuf> {
    fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

pub fn read_exact_at(file: &File, into: &mut [u8], position: u64) -> io::Result<()> {
    file.read_exact_at(into, position)
}

pub fn temporary_directory() -> PathBuf {
    let named = std::env::var_os("TMPDIR").filter(|path| !path.is_empty());
    named.map_or_else(|| PathBuf::from("/tmp"), PathBuf::from)
}

pub fn make_fifo(path: &Path, mode: u32) -> io::Result<()> {
    let path = c_path(path)?;
    // SAFETY: a string that ends with a zero byte. The mode is set again because of the umask.
    unsafe {
        checked(libc::mkfifo(path.as_ptr(), mode as libc::mode_t))?;
        checked(libc::chmod(path.as_ptr(), mode as libc::mode_t))?;
    }
    Ok(())
}

/// A new directory for this user alone; `prefix` gets six characters.
pub fn make_temporary_directory(prefix: &Path) -> io::Result<PathBuf> {
    let mut template = prefix.as_os_str().as_bytes().to_vec();
    template.extend_from_slice(b"XXXXXX\0");
    // SAFETY: a string that ends with a zero byte and is this function's own.
    if unsafe { libc::mkdtemp(template.as_mut_ptr().cast()) }.is_null() {
        return Err(Error::last_os_error());
    }
    template.pop();
    Ok(PathBuf::from(OsString::from_vec(template)))
}

/// May this process make files in the directory?
pub fn may_write(directory: &Path) -> io::Result<()> {
    may(directory, libc::W_OK | libc::X_OK)
}

/// May this process start the program?
pub fn may_execute(program: &Path) -> io::Result<()> {
    may(program, libc::X_OK)
}

/// By its effective ids.
fn may(path: &Path, mode: libc::c_int) -> io::Result<()> {
    let path = c_path(path)?;
    // SAFETY: a string that ends with a zero byte.
    checked(unsafe { libc::faccessat(libc::AT_FDCWD, path.as_ptr(), mode, libc::AT_EACCESS) }).map(|_| ())
}

/// Programs on this file system cannot be started because of how it is mounted.
pub fn is_noexec(path: &Path) -> bool {
    let Ok(path) = c_path(path) else { return false };
    // SAFETY: a string that ends with a zero byte, and a structure that the call fills.
    unsafe {
        let mut found: libc::statvfs = std::mem::zeroed();
        libc::statvfs(path.as_ptr(), &mut found) == 0 && is_marked_noexec(&found)
    }
}

#[cfg(target_os = "linux")]
fn is_marked_noexec(found: &libc::statvfs) -> bool {
    found.f_flag & libc::ST_NOEXEC != 0
}

#[cfg(not(target_os = "linux"))]
fn is_marked_noexec(_: &libc::statvfs) -> bool {
    false
}

/// Sets both times to now.
pub fn touch(path: &Path) -> io::Result<()> {
    let path = c_path(path)?;
    // SAFETY: a string that ends with a zero byte; no times mean now.
    checked(unsafe { libc::utimensat(libc::AT_FDCWD, path.as_ptr(), std::ptr::null(), 0) }).map(|_| ())
}

/// Makes `to` share the content of `from`, where the file system can do that.
#[cfg(target_os = "linux")]
pub fn share_content(from: &File, to: &File) -> io::Result<()> {
    const FICLONE: libc::c_ulong = 0x4004_9409;
    // SAFETY: both are open.
    checked(unsafe { libc::ioctl(to.as_raw_fd(), FICLONE as _, from.as_raw_fd()) }).map(|_| ())
}

#[cfg(not(target_os = "linux"))]
pub fn share_content(_: &File, _: &File) -> io::Result<()> {
    Err(Error::from_raw_os_error(libc::ENOTSUP))
}

/// For reading. What never ends is not waited for.
pub fn open_without_waiting(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

/// Holds a FIFO, by reading it, until the file is closed.
pub fn hold(path: &Path) -> io::Result<File> {
    open_without_waiting(path)
}

/// What is no FIFO counts as held for a week.
pub fn is_held(path: &Path) -> bool {
    match OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(path) {
        Ok(_) => fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo() || is_recent(found.modified())),
        Err(error) => !matches!(error.raw_os_error(), Some(libc::ENXIO | libc::ENOENT | libc::ENOTDIR)),
    }
}

fn is_recent(modified: io::Result<SystemTime>) -> bool {
    modified.is_ok_and(|time| SystemTime::now().duration_since(time).is_ok_and(|age| age < WEEK))
}

/// What the application has to hold, both ends of a FIFO: the reading one tells others that it is in use, and a helper, which
/// waits for the end of what can be read, learns from the writing one when it is over, however that comes, and does `then`.
pub fn hold_until_end(path: &Path, then: impl FnOnce()) -> io::Result<Vec<File>> {
    let reading = hold(path)?;
    let writing = OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    make_blocking(&reading)?;
    detach(Some(&reading), || {
        while reading_goes_on(&reading) {}
        then();
    })?;
    drop(reading);
    Ok(vec![hold(path)?, writing])
}

fn reading_goes_on(mut file: &File) -> bool {
    use io::Read;
    match file.read(&mut [0; 64]) {
        Ok(count) => count > 0,
        Err(error) => error.kind() == ErrorKind::Interrupted,
    }
}

/// The same open file under a number that few programs expect to be free, and inherited by whatever this process becomes.
fn keep_open(file: File) -> io::Result<RawFd> {
    let fd = OwnedFd::from(file).into_raw_fd();
    for least in [200, 100, 10] {
        // SAFETY: a new descriptor; the old one is not used any more, and closed on exec.
        match checked(unsafe { libc::fcntl(fd, libc::F_DUPFD, least) }) {
            Ok(kept) => return Ok(kept),
            Err(error) if error.raw_os_error() != Some(libc::EINVAL) => return Err(error),
            Err(_) => {}
        }
    }
    // SAFETY: clears the one flag that a descriptor has.
    checked(unsafe { libc::fcntl(fd, libc::F_SETFD, 0) }).map(|_| fd)
}

/// Reading waits again.
fn make_blocking(file: &File) -> io::Result<()> {
    // SAFETY: the file is open.
    unsafe {
        let flags = checked(libc::fcntl(file.as_raw_fd(), libc::F_GETFL))?;
        checked(libc::fcntl(file.as_raw_fd(), libc::F_SETFL, flags & !libc::O_NONBLOCK))?;
    }
    Ok(())
}

/// Becomes the program, which inherits what is held. Returns only to say why not.
pub fn run(program: &Path, words: &[OsString], env: &[(OsString, OsString)], held: Vec<File>) -> io::Result<i32> {
    for file in held {
        keep_open(file)?;
    }
    let error = replace_process(program, words, env);
    if error.raw_os_error() != Some(libc::ENOEXEC) {
        return Err(error);
    }
    // A script that does not name its interpreter: a shell would run it itself.
    let words = [&[OsString::from("sh")], words].concat();
    Err(replace_process("/bin/sh".as_ref(), &words, env))
}

fn replace_process(program: &Path, words: &[OsString], env: &[(OsString, OsString)]) -> Error {
    let variable = |(name, value): &(OsString, OsString)| [name.as_bytes(), b"=", value.as_bytes()].concat();
    let string = |bytes: Vec<u8>| CString::new(bytes).ok();
    let words: Option<Vec<CString>> = words.iter().map(|word| string(word.as_bytes().to_vec())).collect();
    let env: Vec<CString> = env.iter().filter_map(|one| string(variable(one))).collect();
    let (Some(words), Ok(program)) = (words, c_path(program)) else { return Error::from_raw_os_error(libc::EINVAL) };
    let pointers = |list: &[CString]| list.iter().map(|one| one.as_ptr()).chain([std::ptr::null()]).collect::<Vec<_>>();
    // SAFETY: lists of strings that end with a null pointer and live until the call returns.
    unsafe { libc::execve(program.as_ptr(), pointers(&words).as_ptr(), pointers(&env).as_ptr()) };
    Error::last_os_error()
}

/// Does `work` beside the application, as `detach` says.
pub fn do_beside(_again: &[&str], _env: &[(OsString, OsString)], work: impl FnOnce()) -> io::Result<()> {
    detach(None, work)
}

/// Runs `work` in a process that has nothing to do with this one any more: of another session, at low priority, with nothing
/// open but `kept`, reading and writing nothing. To be called when there are no other threads. The application, which is
/// about to replace this process, never meets a child that it did not start.
fn detach(kept: Option<&File>, work: impl FnOnce()) -> io::Result<()> {
    // SAFETY: this process has one thread, so the copy is as good as the original; it ends without running what the original
    // has registered for its end.
    unsafe {
        let child = checked(libc::fork())?;
        if child == 0 {
            if libc::setsid() >= 0 && libc::fork() == 0 {
                stand_alone(kept);
                work();
            }
            libc::_exit(0);
        }
        let mut status = 0;
        while libc::waitpid(child, &mut status, 0) < 0 && Error::last_os_error().kind() == ErrorKind::Interrupted {}
    }
    Ok(())
}

unsafe fn stand_alone(kept: Option<&File>) {
    // SAFETY: numbers of descriptors that may or may not be open; nobody else in this process uses them.
    unsafe {
        libc::signal(libc::SIGHUP, libc::SIG_IGN);
        libc::setpriority(libc::PRIO_PROCESS as _, 0, 10);
        let nothing = libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
        for fd in 0..3 {
            libc::dup2(nothing, fd);
        }
        let kept = kept.map_or(-1, AsRawFd::as_raw_fd);
        let most = match libc::sysconf(libc::_SC_OPEN_MAX) {
            most @ 0..=65536 => most as RawFd,
            _ => 65536,
        };
        for fd in (3..most).filter(|fd| *fd != kept) {
            libc::close(fd);
        }
    }
}

/// The words that a C program is started with.
///
/// # Safety
/// `words` must point to `count` strings.
pub unsafe fn words_of(count: libc::c_int, words: *const *const libc::c_char) -> Vec<OsString> {
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: what the caller promises.
    (0..count).map(|at| unsafe { OsStr::from_bytes(CStr::from_ptr(*words.add(at)).to_bytes()).to_os_string() }).collect()
}

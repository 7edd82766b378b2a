//! Calls of the system that the standard library does not have, each behind a safe function. All unsafe code of this program
//! is in this file.
#![allow(unsafe_code)]
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fs::File;
use std::io::{self, Error};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

fn checked(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 { Err(Error::last_os_error()) } else { Ok(result) }
}

fn c_path(path: &Path) -> io::Result<CString> {
    CString::new(path.as_os_str().as_bytes()).map_err(|_| Error::from_raw_os_error(libc::EINVAL))
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

pub fn effective_user() -> u32 {
    // SAFETY: cannot fail.
    unsafe { libc::geteuid() }
}

/// Belongs to the user of this process.
pub fn is_own(found: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(found) == effective_user()
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
pub fn started_as() -> Option<PathBuf> {
    // SAFETY: the value is zero or points to a string that lives as long as the process.
    unsafe {
        let path = libc::getauxval(libc::AT_EXECFN) as *const libc::c_char;
        (!path.is_null()).then(|| PathBuf::from(OsString::from_vec(CStr::from_ptr(path).to_bytes().to_vec())))
    }
}

#[cfg(target_os = "macos")]
#[allow(deprecated)]
pub fn started_as() -> Option<PathBuf> {
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

/// May this process do it, by its effective ids?
pub fn may(path: &Path, mode: libc::c_int) -> io::Result<()> {
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

/// The same open file under a number that few programs expect to be free, and inherited by whatever this process becomes.
pub fn keep_open(file: File) -> io::Result<RawFd> {
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
pub fn make_blocking(file: &File) -> io::Result<()> {
    // SAFETY: the file is open.
    unsafe {
        let flags = checked(libc::fcntl(file.as_raw_fd(), libc::F_GETFL))?;
        checked(libc::fcntl(file.as_raw_fd(), libc::F_SETFL, flags & !libc::O_NONBLOCK))?;
    }
    Ok(())
}

/// Becomes another program. Returns only to say why not.
pub fn replace_process(program: &Path, words: &[OsString], env: &[(OsString, OsString)]) -> Error {
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

/// Runs `work` in a process that has nothing to do with this one any more: of another session, at low priority, with nothing
/// open but `kept`, reading and writing nothing. To be called when there are no other threads. The application, which is
/// about to replace this process, never meets a child that it did not start.
pub fn detach(kept: Option<&File>, work: impl FnOnce()) -> io::Result<()> {
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
        while libc::waitpid(child, &mut status, 0) < 0 && Error::last_os_error().kind() == io::ErrorKind::Interrupted {}
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

/// The file that a descriptor of this process refers to.
pub fn own_file(fd: RawFd) -> File {
    // SAFETY: callers give away a descriptor that they have just made.
    unsafe { File::from_raw_fd(fd) }
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

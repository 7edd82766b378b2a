//! Processes.
#![allow(unsafe_code)]
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Error};
use std::mem::{size_of, zeroed};
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::ptr::null;
use std::time::SystemTime;
use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows_sys::Win32::Globalization::{CSTR_EQUAL, CompareStringOrdinal};
use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, SetConsoleCtrlHandler};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_BREAKAWAY_OK, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
};
use windows_sys::Win32::System::SystemInformation::GetTickCount64;
use windows_sys::Win32::System::Threading::{
    BELOW_NORMAL_PRIORITY_CLASS, CREATE_BREAKAWAY_FROM_JOB, CREATE_UNICODE_ENVIRONMENT, CreateProcessW, DETACHED_PROCESS,
    GetCurrentProcess, PROCESS_INFORMATION, STARTUPINFOW,
};

/// There are no such rights.
pub fn has_raised_rights() -> bool {
    false
}

/// The file this program was started from, and its name.
pub fn open_self() -> (io::Result<File>, PathBuf) {
    match std::env::current_exe() {
        Ok(path) => (File::open(&path), path),
        Err(error) => (Err(error), PathBuf::new()),
    }
}

/// The command that a package is started as, by the name of its file.
pub fn command_name(path: &Path) -> Option<&OsStr> {
    let program = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("exe"));
    if program { path.file_stem() } else { path.file_name() }
}

/// Names the current boot by the second it began.
pub fn boot_id() -> String {
    // SAFETY: cannot fail.
    let up = unsafe { GetTickCount64() } / 1000;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    format!("at {}", now.saturating_sub(up))
}

/// Six letters and digits.
pub fn random_word() -> String {
    let mut number = RandomState::new().build_hasher().finish();
    let mut digit = || {
        let digit = (number % 36) as u32;
        number /= 36;
        char::from_digit(digit, 36).unwrap_or('0')
    };
    (0..6).map(|_| digit()).collect()
}

/// Part of a text of the system's, cut at ASCII characters.
pub fn text_of(part: &[u8]) -> &OsStr {
    // SAFETY: what callers promise.
    unsafe { OsStr::from_encoded_bytes_unchecked(part) }
}

/// Are these two names of one variable? In any case.
pub fn is_same_variable(a: &OsStr, b: &OsStr) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    let (a, b): (Vec<u16>, Vec<u16>) = (a.encode_wide().collect(), b.encode_wide().collect());
    // SAFETY: both are as long as is said.
    unsafe { CompareStringOrdinal(a.as_ptr(), a.len() as i32, b.as_ptr(), b.len() as i32, 1) == CSTR_EQUAL }
}

/// Starts the program, which inherits what is held, and waits for its end; gives its exit code. Whatever ends this process
/// before ends it too. What it leaves behind when it has ended by itself goes on, as on other systems.
pub fn run(program: &Path, words: &[OsString], env: &[(OsString, OsString)], held: Vec<File>) -> io::Result<i32> {
    for file in &held {
        // SAFETY: the file is open.
        unsafe { SetHandleInformation(file.as_raw_handle(), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) };
    }
    let job = end_together();
    // SAFETY: a function that lives as long as the process.
    unsafe { SetConsoleCtrlHandler(Some(leave_to_application), 1) };
    let mut command = Command::new(program);
    command.args(words.iter().skip(1)).env_clear().envs(env.iter().map(|(name, value)| (name, value)));
    let code = command.spawn()?.wait()?.code();
    if let Ok(job) = job {
        let _ = limit(&job, 0);
    }
    Ok(code.unwrap_or(1))
}

/// The console asks every process in it; what to do then is for the application to say. The system ends those that return when
/// it closes, so this one waits to be ended by it, or by the application's end.
unsafe extern "system" fn leave_to_application(event: u32) -> i32 {
    if !matches!(event, CTRL_C_EVENT | CTRL_BREAK_EVENT) {
        loop {
            std::thread::park();
        }
    }
    1
}

/// Children of a process in a job are in it too. Where that is not allowed, an orphan is possible.
fn end_together() -> io::Result<OwnedHandle> {
    // SAFETY: a new job without a name, whose handle nobody inherits.
    let job = unsafe {
        let job = CreateJobObjectW(null(), null());
        if job.is_null() {
            return Err(Error::last_os_error());
        }
        OwnedHandle::from_raw_handle(job)
    };
    limit(&job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_BREAKAWAY_OK)?;
    // SAFETY: both handles are open.
    checked(unsafe { AssignProcessToJobObject(job.as_raw_handle(), GetCurrentProcess()) }).map(|()| job)
}

fn limit(job: &OwnedHandle, flags: u32) -> io::Result<()> {
    // SAFETY: a structure of numbers, as large as is said.
    checked(unsafe {
        let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = zeroed();
        limits.BasicLimitInformation.LimitFlags = flags;
        let size = size_of::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>() as u32;
        SetInformationJobObject(job.as_raw_handle(), JobObjectExtendedLimitInformation, (&raw const limits).cast(), size)
    })
}

/// Starts this program again, with these words, beside the application: without console, at low priority, with nothing open,
/// and outside of the job of whoever started this, where that is allowed. Words must need no quotes.
pub fn do_beside(again: &[&str], env: &[(OsString, OsString)], _work: impl FnOnce()) -> io::Result<()> {
    let program = std::env::current_exe()?;
    let line = [OsString::from("\""), program.clone().into_os_string(), OsString::from(format!("\" {}", again.join(" ")))];
    let line = wide(&line.into_iter().collect::<OsString>());
    let block: Vec<u16> =
        env.iter().flat_map(|(name, value)| wide(&[name, OsStr::new("="), value].into_iter().collect::<OsString>())).collect();
    let flags = BELOW_NORMAL_PRIORITY_CLASS | CREATE_UNICODE_ENVIRONMENT | DETACHED_PROCESS;
    let start = |flags| start_process(program.as_os_str(), line.clone(), [&block[..], &[0]].concat(), flags);
    start(flags | CREATE_BREAKAWAY_FROM_JOB).or_else(|_| start(flags))
}

fn start_process(program: &OsStr, mut line: Vec<u16>, block: Vec<u16>, flags: u32) -> io::Result<()> {
    let directory = wide(std::env::temp_dir().as_os_str());
    // SAFETY: texts that end with a zero, structures of numbers and pointers that may be null, and handles that are new.
    unsafe {
        let mut start: STARTUPINFOW = zeroed();
        start.cb = size_of::<STARTUPINFOW>() as u32;
        let mut made: PROCESS_INFORMATION = zeroed();
        checked(CreateProcessW(
            wide(program).as_ptr(),
            line.as_mut_ptr(),
            null(),
            null(),
            0,
            flags,
            block.as_ptr().cast(),
            directory.as_ptr(),
            &start,
            &mut made,
        ))?;
        drop([OwnedHandle::from_raw_handle(made.hProcess), OwnedHandle::from_raw_handle(made.hThread)]);
    }
    Ok(())
}

fn wide(text: &OsStr) -> Vec<u16> {
    text.encode_wide().chain([0]).collect()
}

fn checked(result: i32) -> io::Result<()> {
    if result == 0 { Err(Error::last_os_error()) } else { Ok(()) }
}

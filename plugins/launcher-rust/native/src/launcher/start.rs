//! Starting the application: this process becomes it. The FIFO of the generation stays open under a number that it does not
//! expect, so that the system closes it with the last process that belongs to the application.
use super::words::{cannot_start, find_program};
use crate::errors::{PackageError, Result, reason, system_error};
use crate::log::{Level, event};
use crate::sys;
use crate::workenv::base::resolve;
use crate::workenv::variables::Variables;
use std::convert::Infallible;
use std::ffi::OsString;
use std::fs::File;

pub struct Start<'a> {
    pub words: Vec<OsString>,
    pub args: &'a [OsString],
    pub env: Variables,
    pub caller: &'a Variables,
    /// What the application holds: the FIFO of the generation, and those of its session.
    pub held: Vec<File>,
}

/// Returns only to say why not.
pub fn start_application(start: Start) -> Result<Infallible> {
    let Start { mut words, args, env, caller, held } = start;
    let program = find_program(&words[0], &env, caller)?;
    let program = resolve(&program);
    words[0] = program.clone().into_os_string();
    words.extend_from_slice(args);
    for file in held {
        sys::keep_open(file).map_err(|error| system_error(error, "keep the work environment in use"))?;
    }
    event(Level::Info, "exec", |line| {
        line.path("program", &program);
        line.number("arguments", words.len() as u64 - 1);
    });
    let error = sys::replace_process(&program, &words, &env.0);
    if error.raw_os_error() != Some(libc::ENOEXEC) {
        return Err(refused(&program, error));
    }
    // A script that does not name its interpreter: a shell would run it itself.
    words.insert(0, OsString::from("sh"));
    let error = sys::replace_process("/bin/sh".as_ref(), &words, &env.0);
    Err(refused(&program, error))
}

fn refused(program: &std::path::Path, error: std::io::Error) -> PackageError {
    let why = match error.raw_os_error() {
        Some(libc::ENOENT) => "its interpreter is not there".to_string(),
        _ => reason(&error),
    };
    cannot_start(program, &why)
}

//! The signed JSON of a package, and what any builder's JSON means once read (SPEC.md, 5): differences between builders end
//! here. Keys that a launcher has no use for are checked and dropped.
use super::bytes::hash_from_hex;
use super::json::{Json, parse_json};
use super::number::whole;
use crate::codes::Code;
use crate::errors::{PackageError, Result, fail};
use crate::registry::{BUILD_TOOL, FORMAT_NAME, LIFECYCLE_ALIASES, LIFECYCLES, Lifecycle};

const MOST_ROTATIONS: usize = 16;

pub type Environment = Vec<(String, String)>;

#[derive(Clone, Debug)]
pub struct Metadata {
    pub name: String,
    pub version: String,
    pub description: String,
    pub slots: Vec<SlotMetadata>,
    pub command: String,
    /// Goes before `command`, which is then only its picture.
    pub argv: Option<Vec<String>>,
    /// None in a package that knows one command alone.
    pub commands: Option<Vec<NamedCommand>>,
    /// `execution.environment`, then `execution.env`.
    pub execution_env: Environment,
    pub runtime_env: Option<RuntimeEnvironment>,
    pub directories: Vec<(String, u32)>,
    pub workenv_env: Environment,
    /// Directories of the work environment that come first on PATH.
    pub workenv_path: Vec<String>,
    pub setup: Vec<SetupCommand>,
    pub build: Build,
    pub launcher: Option<LauncherFacts>,
    pub rotations: Vec<Rotation>,
    /// Built by flavor, so that every byte of index and table can be computed from this JSON.
    pub exact: bool,
}

/// One of several commands (SPEC.md, 17). The words of the one called `default` stand above.
#[derive(Clone, Debug)]
pub struct NamedCommand {
    pub name: String,
    pub argv: Vec<String>,
    /// By index. None: all that are not lazy.
    pub slots: Option<Vec<usize>>,
}

#[derive(Clone, Debug)]
pub struct Build {
    pub tool: String,
    pub tool_version: String,
    /// Nobody's lasting key signed it.
    pub development: bool,
}

#[derive(Clone, Debug)]
pub struct LauncherFacts {
    pub sha256: [u8; 32],
    pub size: u64,
}

/// A statement by which one key hands the package's name over to another (SPEC.md, 21). Not yet known to be good.
#[derive(Clone, Debug)]
pub struct Rotation {
    pub from: [u8; 32],
    pub to: [u8; 32],
    pub signature: [u8; 64],
}

/// Names to remove, to keep, to rename and to set.
#[derive(Clone, Debug)]
pub struct RuntimeEnvironment {
    pub unset: Vec<String>,
    pub pass: Vec<String>,
    pub map: Environment,
    pub set: Environment,
}

#[derive(Clone, Debug)]
pub enum SetupCommand {
    Chmod { path: String, mode: String },
    EnumerateAndExecute { command: String, path: String, pattern: String },
    Execute { command: String },
    WriteFile { path: String, content: String },
}

#[derive(Clone, Debug)]
pub struct SlotMetadata {
    pub index: usize,
    pub id: String,
    /// As written; see `target_path` for where it means.
    pub target: String,
    /// None for a slot that stores nothing.
    pub sha256: Option<[u8; 32]>,
    pub purpose: String,
    pub lifecycle: Lifecycle,
    pub mode: u32,
    /// Only in packages built by flavor.
    pub exact: Option<ExactSlot>,
}

#[derive(Clone, Debug)]
pub struct ExactSlot {
    pub chain: Vec<u8>,
    pub class: u8,
    pub original_size: u64,
    pub shareable: bool,
    pub size: u64,
}

/// EFLAVOR_METADATA names the key that is missing or of the wrong type.
pub fn parse_metadata(bytes: &[u8]) -> Result<Metadata> {
    let json = parse_json(bytes).ok_or_else(|| fail(Code::Metadata, "the metadata is not JSON in UTF-8, or nested too deep"))?;
    let json = object(Some(&json), "the metadata")?;
    if text(json.get("format"), "format")? != FORMAT_NAME {
        return Err(bad(format!("format is not {FORMAT_NAME}")));
    }
    word(json.get("format_version"), "format_version")?;
    let package = object(json.get("package"), "package")?;
    let execution = object(json.get("execution"), "execution")?;
    let build = parse_build(optional_object(json.get("build"), "build")?)?;
    let exact = build.tool == BUILD_TOOL;
    let mut execution_env = text_map(execution.and_get("environment"), "execution.environment")?;
    for (name, value) in text_map(execution.and_get("env"), "execution.env")? {
        put(&mut execution_env, name, value);
    }
    let workenv = optional_object(json.get("workenv"), "workenv")?;
    let slots = list(json.get("slots"), "slots")?;
    let slots: Vec<SlotMetadata> = slots.iter().enumerate().map(|(index, slot)| parse_slot(slot, index, exact)).collect::<Result<_>>()?;
    Ok(Metadata {
        name: text(package.get("name"), "package.name")?,
        version: text(package.get("version"), "package.version")?,
        description: word(package.get("description"), "package.description")?,
        command: text(execution.get("command"), "execution.command")?,
        argv: parse_argv(execution.get("argv"), "execution.argv")?,
        commands: parse_commands(json.get("commands"), &slots)?,
        slots,
        execution_env,
        runtime_env: parse_runtime(optional_object(json.get("runtime"), "runtime")?)?,
        directories: parse_directories(workenv)?,
        workenv_env: text_map(workenv.and_get("env"), "workenv.env")?,
        workenv_path: texts(workenv.and_get("path"), "workenv.path")?,
        setup: parse_setup(json.get("setup_commands"))?,
        build,
        launcher: parse_launcher(json.get("launcher"), exact)?,
        rotations: parse_rotations(json.get("rotations"))?,
        exact,
    })
}

/// `{workenv}/bin/x`, `bin/x` → `bin/x`; `{workenv}`, `.`, nothing → nothing.
pub fn target_path(target: &str) -> String {
    let path = target.replace("{workenv}/", "").replace("{workenv}", "");
    let path = path.trim_end_matches('/');
    if path == "." { String::new() } else { path.to_string() }
}

/// `persistent` for a word that nobody knows.
pub fn lifecycle_of(word: &str) -> Lifecycle {
    let own = LIFECYCLES.iter().find(|(_, name, _)| *name == word).map(|(lifecycle, _, _)| *lifecycle);
    let alias = LIFECYCLE_ALIASES.iter().find(|(name, _)| *name == word).map(|(_, lifecycle)| *lifecycle);
    own.or(alias).unwrap_or(Lifecycle::Persistent)
}

pub fn lifecycle_name(lifecycle: Lifecycle) -> &'static str {
    LIFECYCLES.iter().find(|(one, _, _)| *one == lifecycle).map_or("persistent", |(_, name, _)| name)
}

/// `0755`, `755` and `0o755` are 0o755; what is no mode from 1 to 7777 is 0600.
pub fn parse_mode(text: &str) -> u32 {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    let octal = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    match u32::from_str_radix(digits, 8) {
        Ok(mode @ 1..=0o7777) if octal => mode,
        _ => 0o600,
    }
}

fn parse_slot(slot: &Json, index: usize, exact: bool) -> Result<SlotMetadata> {
    let at = |key: &str| format!("slots[{index}].{key}");
    let slot = object(Some(slot), &format!("slots[{index}]"))?;
    for key in ["operations", "source"] {
        word(slot.get(key), &at(key))?;
    }
    let checksum = word(slot.get("checksum"), &at("checksum"))?;
    Ok(SlotMetadata {
        index,
        id: text(slot.get("id"), &at("id"))?,
        target: text(slot.get("target"), &at("target"))?,
        sha256: parse_checksum(&checksum, &at("checksum"))?,
        purpose: word(slot.get("purpose"), &at("purpose"))?,
        lifecycle: lifecycle_of(&word(slot.get("lifecycle"), &at("lifecycle"))?),
        mode: parse_mode(&word(slot.get("permissions"), &at("permissions"))?),
        exact: if exact { Some(parse_exact(slot, &at)?) } else { None },
    })
}

fn parse_exact(slot: &Json, at: &dyn Fn(&str) -> String) -> Result<ExactSlot> {
    let steps = list(slot.get("chain"), &at("chain"))?;
    let chain = steps.iter().map(|step| parse_step(step, &at("chain"))).collect::<Result<Vec<u8>>>()?;
    if chain.len() > 8 {
        return Err(bad(format!("{} is no chain of operations", at("chain"))));
    }
    if parse_checksum(&word(slot.get("checksum"), &at("checksum"))?, &at("checksum"))?.is_none() {
        return Err(bad(format!("{} is missing", at("checksum"))));
    }
    let class = count(slot.get("class"), &at("class"))?;
    Ok(ExactSlot {
        chain,
        class: u8::try_from(class).map_err(|_| bad(format!("{} is {class}; 255 is the most", at("class"))))?,
        original_size: count(slot.get("original_size"), &at("original_size"))?,
        shareable: matches!(slot.get("shareable"), Some(Json::Bool(true))),
        size: count(slot.get("size"), &at("size"))?,
    })
}

fn parse_step(step: &Json, at: &str) -> Result<u8> {
    let step = object(Some(step), at)?;
    text(step.get("codec"), &format!("{at}.codec"))?;
    match u8::try_from(count(step.get("operation"), &format!("{at}.operation"))?) {
        Ok(code @ 1..) => Ok(code),
        _ => Err(bad(format!("{at} is no chain of operations"))),
    }
}

fn parse_argv(value: Option<&Json>, at: &str) -> Result<Option<Vec<String>>> {
    let Some(value) = present(value) else { return Ok(None) };
    let argv = texts(Some(value), at)?;
    if argv.is_empty() { Err(bad(format!("{at} is empty"))) } else { Ok(Some(argv)) }
}

fn parse_commands(value: Option<&Json>, slots: &[SlotMetadata]) -> Result<Option<Vec<NamedCommand>>> {
    let Some(Json::Object(members)) = optional_object(value, "commands")? else { return Ok(None) };
    let mut commands = Vec::new();
    for (name, command) in members {
        commands.push(parse_named(&String::from_utf8_lossy(name), command, slots)?);
    }
    Ok(Some(commands))
}

fn parse_named(name: &str, command: &Json, slots: &[SlotMetadata]) -> Result<NamedCommand> {
    if !is_command_name(name) {
        return Err(bad(format!("commands has a key {name:?}, which names no command")));
    }
    let at = |key: &str| format!("commands.{name}.{key}");
    let command = object(Some(command), &format!("commands.{name}"))?;
    let argv = parse_argv(command.get("argv"), &at("argv"))?.ok_or_else(|| bad(format!("{} is missing", at("argv"))))?;
    let ids = texts(command.get("slots"), &at("slots"))?;
    let index = |id: &String| slots.iter().position(|slot| slot.id == *id);
    if let Some(id) = ids.iter().find(|id| index(id).is_none()) {
        return Err(bad(format!("{} names {id:?}, which is no slot", at("slots"))));
    }
    let slots = present(command.get("slots")).map(|_| ids.iter().filter_map(index).collect());
    Ok(NamedCommand { name: name.to_string(), argv, slots })
}

fn is_command_name(name: &str) -> bool {
    let plain = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    plain && name.len() <= 64 && name.starts_with(|first: char| first.is_ascii_lowercase())
}

fn parse_build(build: Option<&Json>) -> Result<Build> {
    let timestamp = build.and_get("timestamp");
    if !matches!(timestamp, Some(Json::Number(_))) {
        word(timestamp, "build.timestamp")?;
    }
    Ok(Build {
        tool: word(build.and_get("tool"), "build.tool")?,
        tool_version: word(build.and_get("tool_version"), "build.tool_version")?,
        development: matches!(build.and_get("development"), Some(Json::Bool(true))),
    })
}

fn parse_launcher(value: Option<&Json>, exact: bool) -> Result<Option<LauncherFacts>> {
    if !exact && present(value).is_none() {
        return Ok(None);
    }
    let launcher = object(value, "launcher")?;
    let checksum = word(launcher.get("checksum"), "launcher.checksum")?;
    let Some(sha256) = parse_checksum(&checksum, "launcher.checksum")? else {
        return if exact { Err(bad("launcher.checksum is missing".to_string())) } else { Ok(None) };
    };
    for key in ["target", "tool"] {
        word(launcher.get(key), &format!("launcher.{key}"))?;
    }
    Ok(Some(LauncherFacts { sha256, size: count(launcher.get("size"), "launcher.size")? }))
}

fn parse_rotations(value: Option<&Json>) -> Result<Vec<Rotation>> {
    let Some(value) = present(value) else { return Ok(Vec::new()) };
    let statements = list(Some(value), "rotations")?;
    if statements.len() > MOST_ROTATIONS {
        return Err(bad(format!("rotations has {} statements; {MOST_ROTATIONS} is the most", statements.len())));
    }
    let parse = |statement: &Json| {
        let statement = object(Some(statement), "rotations")?;
        let word = |key: &str| text(statement.get(key), &format!("rotations.{key}"));
        let wrong = |key: &str| bad(format!("rotations.{key} is not in lower-case hex digits, or has another length"));
        let lower = |key: &str| {
            let word = word(key)?;
            if word.bytes().any(|byte| byte.is_ascii_uppercase()) { Err(wrong(key)) } else { Ok(word) }
        };
        let key = |key: &str| hash_from_hex(&lower(key)?).ok_or_else(|| wrong(key));
        let signature = lower("signature")?;
        let halves = signature.split_at_checked(64).and_then(|(r, s)| Some([hash_from_hex(r)?, hash_from_hex(s)?]));
        let halves = halves.ok_or_else(|| wrong("signature"))?;
        let mut signature = [0; 64];
        signature.copy_from_slice(halves.as_flattened());
        Ok(Rotation { from: key("from")?, to: key("to")?, signature })
    };
    statements.iter().map(parse).collect()
}

fn parse_runtime(runtime: Option<&Json>) -> Result<Option<RuntimeEnvironment>> {
    let Some(env) = present(runtime.and_get("env")) else { return Ok(None) };
    let env = object(Some(env), "runtime.env")?;
    Ok(Some(RuntimeEnvironment {
        unset: texts(env.get("unset"), "runtime.env.unset")?,
        pass: texts(env.get("pass"), "runtime.env.pass")?,
        map: text_map(env.get("map"), "runtime.env.map")?,
        set: text_map(env.get("set"), "runtime.env.set")?,
    }))
}

fn parse_directories(workenv: Option<&Json>) -> Result<Vec<(String, u32)>> {
    let Some(entries) = present(workenv.and_get("directories")) else { return Ok(Vec::new()) };
    let parse = |entry: &Json| {
        let entry = object(Some(entry), "workenv.directories")?;
        let mode = word(entry.get("mode"), "workenv.directories.mode")?;
        let path = text(entry.get("path"), "workenv.directories.path")?;
        Ok((path, parse_mode(if mode.is_empty() { "0700" } else { &mode })))
    };
    list(Some(entries), "workenv.directories")?.iter().map(parse).collect()
}

fn parse_setup(value: Option<&Json>) -> Result<Vec<SetupCommand>> {
    let Some(entries) = present(value) else { return Ok(Vec::new()) };
    let entries = list(Some(entries), "setup_commands")?;
    entries.iter().enumerate().map(|(index, entry)| parse_command(entry, &format!("setup_commands[{index}]"))).collect()
}

fn parse_command(entry: &Json, at: &str) -> Result<SetupCommand> {
    if let Json::Text(_) = entry {
        return Ok(SetupCommand::Execute { command: text(Some(entry), at)? });
    }
    let entry = object(Some(entry), at)?;
    let wanted = |key: &str| text(entry.get(key), &format!("{at}.{key}"));
    let or = |value: Option<&Json>, key: &str, otherwise: &str| -> Result<String> {
        let found = word(value, &format!("{at}.{key}"))?;
        Ok(if found.is_empty() { otherwise.to_string() } else { found })
    };
    match text(entry.get("type"), &format!("{at}.type"))?.as_str() {
        "chmod" => Ok(SetupCommand::Chmod { path: wanted("path")?, mode: or(entry.get("mode"), "mode", "700")? }),
        "enumerate_and_execute" => {
            let enumerate = object(entry.get("enumerate"), &format!("{at}.enumerate"))?;
            Ok(SetupCommand::EnumerateAndExecute {
                command: wanted("command")?,
                path: text(enumerate.get("path"), &format!("{at}.enumerate.path"))?,
                pattern: or(enumerate.get("pattern"), "enumerate.pattern", "*")?,
            })
        }
        "execute" => Ok(SetupCommand::Execute { command: wanted("command")? }),
        "write_file" => Ok(SetupCommand::WriteFile { path: wanted("path")?, content: or(entry.get("content"), "content", "")? }),
        other => Err(bad(format!("{at}.type is {other:?}, which is no setup command"))),
    }
}

/// `sha256:` any number of times, and 64 hex digits; nothing for an empty text.
fn parse_checksum(text: &str, at: &str) -> Result<Option<[u8; 32]>> {
    match text.trim_start_matches("sha256:") {
        "" => Ok(None),
        hex => hash_from_hex(hex).map(Some).ok_or_else(|| bad(format!("{at} is not a SHA-256 in hex"))),
    }
}

fn bad(message: String) -> PackageError {
    fail(Code::Metadata, format!("the metadata is unusable: {message}"))
}

/// Reading on where an optional object is missing gives nothing, again and again.
trait AndGet<'a> {
    fn and_get(self, key: &str) -> Option<&'a Json>;
}

impl<'a> AndGet<'a> for Option<&'a Json> {
    fn and_get(self, key: &str) -> Option<&'a Json> {
        self.and_then(|value| value.get(key))
    }
}

impl<'a> AndGet<'a> for &'a Json {
    fn and_get(self, key: &str) -> Option<&'a Json> {
        self.get(key)
    }
}

fn present(value: Option<&Json>) -> Option<&Json> {
    value.filter(|value| !matches!(value, Json::Null))
}

fn object<'a>(value: Option<&'a Json>, at: &str) -> Result<&'a Json> {
    value.filter(|value| matches!(value, Json::Object(_))).ok_or_else(|| bad(format!("{at} is not an object")))
}

fn optional_object<'a>(value: Option<&'a Json>, at: &str) -> Result<Option<&'a Json>> {
    present(value).map(|value| object(Some(value), at)).transpose()
}

fn list<'a>(value: Option<&'a Json>, at: &str) -> Result<&'a [Json]> {
    match value {
        Some(Json::List(items)) => Ok(items),
        _ => Err(bad(format!("{at} is not a list"))),
    }
}

/// Paths, names, words and environment values: none can hold a NUL, and half a surrogate pair is no text at all.
fn text(value: Option<&Json>, at: &str) -> Result<String> {
    let found = match value {
        Some(Json::Text(bytes)) if !bytes.contains(&0) => std::str::from_utf8(bytes).ok(),
        _ => None,
    };
    found.map(str::to_string).ok_or_else(|| bad(format!("{at} is not a text")))
}

/// An optional text: empty when absent or null.
fn word(value: Option<&Json>, at: &str) -> Result<String> {
    present(value).map_or(Ok(String::new()), |value| text(Some(value), at))
}

/// An optional list of texts.
fn texts(value: Option<&Json>, at: &str) -> Result<Vec<String>> {
    let Some(value) = present(value) else { return Ok(Vec::new()) };
    list(Some(value), at)?.iter().map(|item| text(Some(item), at)).collect()
}

/// A number whose value is an integer from 0 to 2^53 - 1, however it is spelt.
fn count(value: Option<&Json>, at: &str) -> Result<u64> {
    let number = match value {
        Some(Json::Number(spelt)) => whole(spelt),
        _ => None,
    };
    number.ok_or_else(|| bad(format!("{at} is not a whole number")))
}

fn text_map(value: Option<&Json>, at: &str) -> Result<Environment> {
    let Some(Json::Object(members)) = optional_object(value, at)? else { return Ok(Vec::new()) };
    let member = |(name, value): &(Vec<u8>, Json)| {
        let name = text(Some(&Json::Text(name.clone())), at)?;
        if name.is_empty() || name.contains('=') {
            return Err(bad(format!("{at} has a key {name:?}, which names no environment variable")));
        }
        let value = text(Some(value), &format!("{at}.{name}"))?;
        Ok((name, value))
    };
    members.iter().map(member).collect()
}

fn put(env: &mut Environment, name: String, value: String) {
    match env.iter_mut().find(|(known, _)| *known == name) {
        Some((_, old)) => *old = value,
        None => env.push((name, value)),
    }
}

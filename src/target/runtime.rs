//! The runtime of a process, by its files and never by its name.
//!
//! Go: the executable has a section .go.buildinfo. JVM and .NET: libjvm.so or libcoreclr.so is mapped. V8: the
//! executable or a mapped library has dynamic symbols of namespace v8. Python and Ruby: libpython or libruby is mapped,
//! or the executable has the dynamic symbol of their interface; BEAM: the executable has that. Of a file only its
//! section headers are read, and its table of names piece by piece.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use object::read::elf::{FileHeader, SectionHeader};
use object::{Endianness, FileKind, ReadCache};

use crate::evidence::Runtime;

/// The most that is read of one table of names: the largest known, that of node, has about 3 MiB.
const NAMES_BYTES: u64 = 32 << 20;
/// V8 itself is tens of MiB: smaller libraries are not searched for it.
const V8_BYTES: u64 = 4 << 20;
/// What every public symbol of V8 begins with (Itanium C++ ABI: a name nested in namespace v8).
const V8_SYMBOL: &[u8] = b"_ZN2v8";
/// Names of dynamic symbols that show the runtime of an executable.
const SYMBOLS: [(&[u8], Runtime); 4] = [
    (V8_SYMBOL, Runtime::V8),
    (b"\0Py_BytesMain\0", Runtime::Python),
    (b"\0ruby_run_node\0", Runtime::Ruby),
    (b"\0enif_make_atom\0", Runtime::Beam),
];

/// The runtime of a living process; `Other` where soak may not look.
pub fn runtime_of(pid: u32) -> Runtime {
    let executable = PathBuf::from(format!("/proc/{pid}/exe"));
    let libraries = mapped(pid);
    // as the process sees its files, which may be those of a container
    let root = PathBuf::from(format!("/proc/{pid}/root"));
    runtime_of_files(&executable, &libraries, &root)
}

/// The version of CPython that a living process runs, by the path of its library or of its modules.
pub fn python_version(pid: u32) -> Option<(u32, u32)> {
    let executable = std::fs::read_link(format!("/proc/{pid}/exe")).ok();
    mapped(pid).iter().chain(&executable).find_map(|path| version_in(path))
}

/// Whether a living process runs tokio's workers, by the names that tokio gives its threads: a service may give them
/// others, so this serves for advice alone.
pub fn runs_tokio(pid: u32) -> bool {
    let names = |name: &str| matches!(name.trim_end(), "tokio-rt-worker" | "tokio-runtime-w");
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    // tokio has as many as there are processors
    let mut comms = threads.take(256).map(|thread| std::fs::read_to_string(thread.path().join("comm")));
    comms.any(|comm| comm.is_ok_and(|comm| names(&comm)))
}

/// The version in `…/python3.11/…`, `…/libpython3.11.so.1.0` or `…/python3.11`.
fn version_in(path: &Path) -> Option<(u32, u32)> {
    path.iter().filter_map(|part| part.to_str()).find_map(|part| {
        let rest = part.strip_prefix("libpython").or_else(|| part.strip_prefix("python"))?;
        let (major, minor) = rest.split_once('.')?;
        let digits = minor.find(|c: char| !c.is_ascii_digit()).unwrap_or(minor.len());
        Some((major.parse().ok()?, minor[..digits].parse().ok()?))
    })
}

/// The runtime that an executable and the libraries mapped with it make, with `root` before the libraries' paths.
pub fn runtime_of_files(executable: &Path, libraries: &BTreeSet<PathBuf>, root: &Path) -> Runtime {
    let names = || libraries.iter().filter_map(|path| path.file_name()?.to_str());
    let maps = |name: &str| names().any(|n| n == name);
    let maps_a = |prefix: &str| names().any(|n| n.starts_with(prefix) && n.contains(".so"));
    if maps("libjvm.so") {
        return Runtime::Jvm;
    }
    if maps("libcoreclr.so") {
        return Runtime::DotNet;
    }
    if section(executable, ".go.buildinfo").is_some() {
        return Runtime::Go;
    }
    if let Some(runtime) = exported(executable, &SYMBOLS) {
        return runtime;
    }
    let large = |path: &Path| std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() >= V8_BYTES);
    let inside = |path: &PathBuf| root.join(path.strip_prefix("/").unwrap_or(path));
    if libraries.iter().map(inside).any(|path| large(&path) && exported(&path, &SYMBOLS[..1]).is_some()) {
        return Runtime::V8;
    }
    if maps_a("libpython") {
        return Runtime::Python;
    }
    if maps_a("libruby") { Runtime::Ruby } else { Runtime::Other }
}

/// The files that a process has mapped as code or data.
#[cfg(target_os = "linux")]
fn mapped(pid: u32) -> BTreeSet<PathBuf> {
    let maps = i32::try_from(pid)
        .ok()
        .and_then(|pid| procfs::process::Process::new(pid).ok())
        .and_then(|process| process.maps().ok());
    let path = |map: procfs::process::MemoryMap| match map.pathname {
        procfs::process::MMapPath::Path(path) => Some(path),
        _ => None,
    };
    maps.map(|maps| maps.into_iter().filter_map(path).collect()).unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
fn mapped(_pid: u32) -> BTreeSet<PathBuf> {
    BTreeSet::new()
}

/// The first of these runtimes whose symbol is among the dynamic ones of a file.
fn exported(path: &Path, symbols: &[(&[u8], Runtime)]) -> Option<Runtime> {
    let (start, size) = section(path, ".dynstr")?;
    let has = |symbol: &[u8]| contains(path, start, size, symbol).unwrap_or(false);
    symbols.iter().find(|(symbol, _)| has(symbol)).map(|(_, runtime)| *runtime)
}

/// Where a section of an ELF file is: offset and size in bytes. None if there is none, or no such file.
fn section(path: &Path, name: &str) -> Option<(u64, u64)> {
    let cache = ReadCache::new(File::open(path).ok()?);
    match FileKind::parse(&cache).ok()? {
        FileKind::Elf32 => section_in::<object::elf::FileHeader32<Endianness>>(&cache, name),
        FileKind::Elf64 => section_in::<object::elf::FileHeader64<Endianness>>(&cache, name),
        _ => None,
    }
}

fn section_in<Elf: FileHeader<Endian = Endianness>>(
    cache: &ReadCache<File>,
    name: &str,
) -> Option<(u64, u64)> {
    let header = Elf::parse(cache).ok()?;
    let endian = header.endian().ok()?;
    let sections = header.sections(endian, cache).ok()?;
    let (_, section) = sections.section_by_name(endian, name.as_bytes())?;
    Some((section.sh_offset(endian).into(), section.sh_size(endian).into()))
}

/// Whether a stretch of a file contains these bytes; reads 64 KiB at a time and at most [`NAMES_BYTES`].
fn contains(path: &Path, start: u64, size: u64, wanted: &[u8]) -> std::io::Result<bool> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut rest = file.take(size.min(NAMES_BYTES));
    let mut buffer = vec![0_u8; 64 << 10];
    let mut kept = 0;
    loop {
        let read = rest.read(&mut buffer[kept..])?;
        if read == 0 {
            return Ok(false);
        }
        let filled = kept + read;
        if memchr::memmem::find(&buffer[..filled], wanted).is_some() {
            return Ok(true);
        }
        // a match may begin at the very end of what was read
        kept = filled.min(wanted.len() - 1);
        buffer.copy_within(filled - kept..filled, 0);
    }
}

#[cfg(test)]
mod tests;

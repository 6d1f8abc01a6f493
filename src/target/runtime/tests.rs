//! The runtime of a process by its libraries, its program's path and the sections of its file.

use super::*;

#[test]
fn libraries_show_the_runtime_whatever_the_program_is_called() {
    let of = |library: &str| {
        runtime_of_files(Path::new("/bin/true"), &BTreeSet::from([PathBuf::from(library)]), Path::new("/"))
    };
    assert_eq!(of("/opt/jdk/lib/server/libjvm.so"), Runtime::Jvm);
    assert_eq!(of("/usr/share/dotnet/shared/libcoreclr.so"), Runtime::DotNet);
    assert_eq!(of("/usr/lib/libpython3.14.so.1.0"), Runtime::Python);
    assert_eq!(of("/usr/lib/libruby-3.1.so.3.1"), Runtime::Ruby);
    assert_eq!(of("/srv/libjvm.so.d/other.so"), Runtime::Other);
    assert_eq!(runtime_of_files(Path::new("/nonexistent"), &BTreeSet::new(), Path::new("/")), Runtime::Other);
}

#[test]
fn a_path_shows_the_version_of_python() {
    let of = |path: &str| version_in(Path::new(path));
    assert_eq!(of("/usr/bin/python3.11"), Some((3, 11)));
    assert_eq!(of("/usr/lib/python3.14/lib-dynload/_ssl.so"), Some((3, 14)));
    assert_eq!(of("/opt/lib/libpython3.14.so.1.0"), Some((3, 14)));
    assert_eq!(of("/usr/bin/python3"), None);
}

#[test]
fn sections_are_found_without_reading_the_file() {
    let own = std::env::current_exe().unwrap();
    assert!(section(&own, ".text").is_some_and(|(_, size)| size > 1000));
    assert_eq!(section(&own, ".go.buildinfo"), None);
    assert_eq!(runtime_of(std::process::id()), Runtime::Other);
}

/// A 64-bit ELF file with one section of this name and content.
fn elf(name: &str, content: &[u8]) -> Vec<u8> {
    let names = format!("\0{name}\0.shstrtab\0").into_bytes();
    let (content_at, names_at) = (64, 64 + content.len() as u64);
    let sections_at = (names_at + names.len() as u64).next_multiple_of(8);
    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    file.extend([2, 0, 62, 0, 1, 0, 0, 0]); // an executable for x86-64
    file.extend([0; 16]); // entry, program headers
    file.extend(sections_at.to_le_bytes());
    file.extend([0, 0, 0, 0, 64, 0, 56, 0, 0, 0, 64, 0, 3, 0, 2, 0]);
    file.extend(content);
    file.extend(&names);
    file.resize(sections_at as usize, 0);
    let headers = [(0_u32, 0_u32, 0_u64, 0_u64), (1, 1, content_at, content.len() as u64), {
        (2 + name.len() as u32, 3, names_at, names.len() as u64)
    }];
    for (name, kind, offset, size) in headers {
        file.extend(name.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend([0; 16]); // flags, address
        file.extend(offset.to_le_bytes());
        file.extend(size.to_le_bytes());
        file.extend([0; 24]);
    }
    file
}

#[test]
fn sections_show_the_runtime_whatever_the_program_is_called() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("java");
    let runtime = |bytes: &[u8], length: u64| {
        std::fs::write(&path, bytes).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(length.max(bytes.len() as u64)).unwrap();
        runtime_of_files(&path, &BTreeSet::new(), Path::new("/"))
    };
    assert_eq!(runtime(&elf(".go.buildinfo", b"x"), 0), Runtime::Go);
    assert_eq!(runtime(&elf(".go.buildinfo.d", b"x"), 0), Runtime::Other);
    let symbols = b"\0malloc\0_ZN2v87Isolate3NewEv\0";
    assert_eq!(runtime(&elf(".dynstr", symbols), 0), Runtime::V8);
    assert_eq!(runtime(&elf(".dynstr", b"\0malloc\0"), 0), Runtime::Other);
    assert_eq!(runtime(&elf(".dynstr", b"\0malloc\0Py_BytesMain\0"), 0), Runtime::Python);
    assert_eq!(runtime(&elf(".dynstr", b"\0ruby_run_node\0"), 0), Runtime::Ruby);
    assert_eq!(runtime(&elf(".dynstr", b"\0enif_make_atom\0"), 0), Runtime::Beam);
    // a library counts as well, in the file system of the process that maps it
    std::fs::write(dir.path().join("lib.so"), elf(".dynstr", symbols)).unwrap();
    let library = BTreeSet::from([PathBuf::from("/lib.so")]);
    let by_library = || runtime_of_files(Path::new("/nonexistent"), &library, dir.path());
    assert_eq!(by_library(), Runtime::Other, "too small to be V8");
    File::options().write(true).open(dir.path().join("lib.so")).unwrap().set_len(V8_BYTES).unwrap();
    assert_eq!(by_library(), Runtime::V8);
}

#[test]
fn a_file_that_is_no_executable_has_no_runtime() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("node");
    for bytes in
        [&b""[..], b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff"]
    {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(runtime_of_files(&path, &BTreeSet::new(), Path::new("/")), Runtime::Other);
    }
}

#[test]
fn a_name_that_lies_across_two_reads_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("names");
    for at in [0, 65_530, 65_533, 65_536, 131_066] {
        let mut bytes = vec![b'x'; 200_000];
        bytes[at..at + V8_SYMBOL.len()].copy_from_slice(V8_SYMBOL);
        std::fs::write(&path, bytes).unwrap();
        assert!(contains(&path, 0, 200_000, V8_SYMBOL).unwrap(), "{at}");
    }
    assert!(!contains(&path, 0, 131_066, V8_SYMBOL).unwrap(), "outside the stretch");
}

//! A name finds a process only where exactly one has it.

use std::process::Command;

use super::*;

#[test]
fn a_name_means_one_process_or_none() {
    assert!(
        find_by_name("no-such-program-here")
            .unwrap_err()
            .to_string()
            .contains("no running executable is named")
    );
    let dir = tempfile::tempdir().unwrap();
    // a name of its own, so that no other test's children are found
    let name = format!("nm{}", std::process::id());
    let path = dir.path().join(&name);
    std::os::unix::fs::symlink("/bin/sleep", &path).unwrap();
    let start = || Command::new(&path).arg("20").spawn().unwrap();
    let mut one = start();
    assert_eq!(find_by_name(&name).unwrap().pid, one.id());
    let mut two = start();
    let line = find_by_name(&name).unwrap_err().to_string();
    assert!(line.contains(&one.id().to_string()) && line.contains(&two.id().to_string()), "{line}");
    for child in [&mut one, &mut two] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

//! The machine: its name for the table, a core for the server and one for the driver, and what a child used of it.

use std::ffi::OsStr;
use std::process::Command;
use std::time::Duration;

use procfs::Current;
use procfs::process::Process;

use super::Result;

/// Two cores that this process may use, the farthest apart by number, so that they are not one core's two threads where
/// those are neighbours.
pub struct Cores {
    pub server: u32,
    pub driver: u32,
}

impl Cores {
    /// Fails where there is only one.
    pub fn find() -> Result<Cores> {
        let ranges =
            Process::myself()?.status()?.cpus_allowed_list.ok_or("the kernel does not list the cores")?;
        let usable: Vec<u32> = ranges.into_iter().flat_map(|(first, last)| first..=last).collect();
        match usable[..] {
            [server, .., driver] => Ok(Cores { server, driver }),
            _ => Err("one core only: the server and the driver need one each".into()),
        }
    }
}

/// A command that runs on one core. taskset becomes the program, so the child's pid is the program's.
pub fn on_core(core: u32, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string()]).arg(program);
    command
}

/// CPU time, user and system, of all children that have been waited for, to a hundredth of a second each.
pub fn cpu_of_children() -> Result<Duration> {
    let used = Process::myself()?.stat()?;
    let ticks = used.cutime + used.cstime;
    Ok(Duration::from_secs_f64(ticks as f64 / procfs::ticks_per_second() as f64))
}

/// The load average of the last minute, where it is such that drivers would wait for others.
pub fn other_work() -> Option<f32> {
    let load = procfs::LoadAverage::current().ok()?.one;
    (load > 0.5).then_some(load)
}

/// Processor, cores and kernel, in a line.
pub fn described(cores: &Cores) -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_string())
    };
    let virtual_machine = field("flags").is_some_and(|flags| flags.split(' ').any(|f| f == "hypervisor"));
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{}, {} cores{}, Linux {}; server on core {}, driver on core {}",
        field("model name").unwrap_or_else(|| std::env::consts::ARCH.to_string()),
        info.lines().filter(|line| line.starts_with("processor")).count(),
        if virtual_machine { " of a virtual machine" } else { "" },
        kernel.trim(),
        cores.server,
        cores.driver,
    )
}

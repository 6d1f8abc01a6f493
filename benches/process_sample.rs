//! A sample of a tree of fifty children, as a ratio to reading the same bytes, and as a share of one core at the
//! default interval. PSS apart, with the pace that it sets itself.
//!
//! `cargo bench --bench process_sample`; exits 1 where the share is beyond what soak may take of a core.

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("this bench reads /proc");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, ExitCode, Stdio};
    use std::time::{Duration, Instant};

    use soak::probe::{Probe, Process, Pss, Request};

    const CHILDREN: usize = 50;
    const ROUNDS: usize = 40;
    /// Between two samples of a run of five minutes, soak's default.
    const INTERVAL: Duration = Duration::from_millis(500);
    /// All probing may take so much of a core.
    const MOST: f64 = 0.01;

    pub fn main() -> ExitCode {
        let (mut root, children) = tree();
        let mut pids = children;
        pids.push(root.id());
        let code = measure(root.id(), &pids);
        for pid in &pids[..CHILDREN] {
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).status(); // it may be gone
        }
        let _ = root.kill();
        let _ = root.wait();
        code
    }

    fn measure(root: u32, pids: &[u32]) -> ExitCode {
        let Some(target) = soak::target::target_of_pid(root) else { return ExitCode::FAILURE };
        let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build() else {
            return ExitCode::FAILURE;
        };
        let bytes = median(|| (), |()| pids.iter().map(|pid| read(*pid)).sum::<usize>());
        let ask = |process: &mut Process| {
            runtime.block_on(process.ask(Request::Sample)).map_or(0, |r| r.values.len())
        };
        // the first sample reads what every descriptor is, which is then not due again for a while
        let first = median(|| Process::new(&target), |mut process| ask(&mut process));
        let mut process = Process::new(&target);
        ask(&mut process);
        let sample = median(|| (), |()| ask(&mut process));
        let share = sample.as_secs_f64() / INTERVAL.as_secs_f64();
        let show = |what: &str, took: Duration| println!("{what:<42} {:>8.3} ms", took.as_secs_f64() * 1e3);
        show("reading the same bytes", bytes);
        show("a sample with every descriptor's kind", first);
        println!(
            "{:<42} {:>8.2}",
            "its ratio to reading the same bytes",
            first.as_secs_f64() / bytes.as_secs_f64()
        );
        show("a sample in between", sample);
        println!("{:<42} {:>8.3} %", "share of a core at the default interval", share * 100.0);
        if let Ok(mut pss) = Pss::find(&target) {
            let begun = Instant::now();
            let read = runtime.block_on(pss.ask(Request::Sample));
            show("PSS, at most every 10 s", begun.elapsed());
            if read.is_err() {
                return ExitCode::FAILURE;
            }
        }
        if share > MOST { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    /// A shell with children that sleep.
    fn tree() -> (Child, Vec<u32>) {
        let script =
            format!("for i in $(seq {CHILDREN}); do sleep 120 & echo $!; done; echo; exec sleep 120");
        let mut command = Command::new("sh");
        let mut root = command.args(["-c", &script]).stdout(Stdio::piped()).spawn().expect("a shell");
        let lines = BufReader::new(root.stdout.take().expect("piped")).lines();
        let pids: Vec<u32> = lines.map_while(|l| l.ok()?.parse().ok()).collect();
        assert_eq!(pids.len(), CHILDREN);
        std::thread::sleep(Duration::from_millis(200)); // until each has become its program
        (root, pids)
    }

    /// The files that a sample reads, read without parsing.
    fn read(pid: u32) -> usize {
        let file = |name: &str| std::fs::read(format!("/proc/{pid}/{name}")).map_or(0, |bytes| bytes.len());
        let links = std::fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, |entries| {
            entries
                .flatten()
                .filter_map(|entry| Some(std::fs::read_link(entry.path()).ok()?.as_os_str().len()))
                .sum()
        });
        file("stat") + file("status") + links
    }

    fn median<T>(prepare: impl Fn() -> T, mut once: impl FnMut(T) -> usize) -> Duration {
        let mut times: Vec<Duration> = (0..ROUNDS)
            .map(|_| {
                let ready = prepare();
                let begun = Instant::now();
                std::hint::black_box(once(ready));
                let took = begun.elapsed();
                std::thread::sleep(Duration::from_millis(20));
                took
            })
            .collect();
        times.sort();
        times[ROUNDS / 2]
    }
}

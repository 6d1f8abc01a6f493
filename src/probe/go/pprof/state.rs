//! What a goroutine waits for, in Go's own words, by the leaf of its stack.
//!
//! The protobuf has no wait states; the frame that parked the goroutine gives them away. The words are those of
//! `waitReasonStrings` in Go's src/runtime/runtime2.go, which is also what debug=2 prints.

/// Frames below the parking one that may tell why.
const LOOK_AT: usize = 8;

/// The state of a goroutine with these functions, leaf first.
pub fn of_stack<'a>(functions: impl Iterator<Item = &'a str>) -> &'static str {
    let mut functions = functions.peekable();
    let Some(leaf) = functions.next() else {
        return "runnable"; // started and not yet run
    };
    match leaf {
        "runtime.gopark" | "runtime.goparkunlock" | "runtime.mcall" | "runtime.park_m" => {}
        "runtime.coroswitch" | "runtime.coroswitch_m" => return "coroutine",
        "runtime.Gosched" | "runtime.goschedguarded" | "runtime.asyncPreempt" | "runtime.asyncPreempt2" => {
            return "runnable";
        }
        "runtime.cgocall" | "runtime.notetsleepg" | "runtime.entersyscall" | "runtime.exitsyscall" => {
            return "syscall";
        }
        _ if leaf.starts_with("syscall.") || leaf.starts_with("internal/runtime/syscall") => return "syscall",
        _ if leaf.starts_with("runtime/internal/syscall") => return "syscall",
        _ => return "running",
    }
    let mut below = functions.take(LOOK_AT).peekable();
    while let Some(function) = below.next() {
        let state = match function {
            "runtime.chansend" | "runtime.chansend1" => "chan send",
            "runtime.chanrecv" | "runtime.chanrecv1" | "runtime.chanrecv2" => "chan receive",
            "runtime.selectgo" => "select",
            "runtime.block" => "select (no cases)",
            "runtime.netpollblock" | "internal/poll.runtime_pollWait" => "IO wait",
            "time.Sleep" | "runtime.timeSleep" => "sleep",
            "sync.runtime_notifyListWait" => "sync.Cond.Wait",
            "sync.runtime_SemacquireRWMutexR" => "sync.RWMutex.RLock",
            "sync.runtime_SemacquireRWMutex" => "sync.RWMutex.Lock",
            "sync.runtime_SemacquireMutex" | "internal/sync.runtime_SemacquireMutex" => "sync.Mutex.Lock",
            "sync.runtime_SemacquireWaitGroup" => "sync.WaitGroup.Wait",
            // Go before 1.25 waits for groups here; it then says semacquire, which says less
            "sync.runtime_Semacquire" => match below.peek() {
                Some(&"sync.(*WaitGroup).Wait") => "sync.WaitGroup.Wait",
                _ => "semacquire",
            },
            "internal/poll.runtime_Semacquire" => "semacquire",
            "runtime.runfinq" | "runtime.runFinalizers" => "finalizer wait",
            "runtime.runCleanups" => "cleanup wait",
            "runtime.coroswitch" => "coroutine",
            _ => continue,
        };
        return state;
    }
    "waiting"
}

/// Whether a goroutine in this state moves on by itself, so that its line is a matter of luck.
pub fn is_moving(state: &str) -> bool {
    matches!(state, "running" | "runnable" | "syscall")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_in_gos_own_words() {
        for (stack, state) in [
            (&["runtime.gopark", "runtime.chansend", "runtime.chansend1", "main.f"][..], "chan send"),
            (&["runtime.gopark", "runtime.chanrecv", "runtime.chanrecv2", "main.f"], "chan receive"),
            (&["runtime.gopark", "runtime.selectgo", "main.f"], "select"),
            (&["runtime.gopark", "runtime.block", "main.f"], "select (no cases)"),
            (&["runtime.gopark", "runtime.netpollblock", "internal/poll.runtime_pollWait"], "IO wait"),
            (&["runtime.gopark", "time.Sleep", "main.f"], "sleep"),
            (
                &[
                    "runtime.gopark",
                    "runtime.goparkunlock",
                    "runtime.semacquire1",
                    "internal/sync.runtime_SemacquireMutex",
                ],
                "sync.Mutex.Lock",
            ),
            (
                &["runtime.gopark", "runtime.semacquire1", "sync.runtime_SemacquireRWMutexR"],
                "sync.RWMutex.RLock",
            ),
            (
                &["runtime.gopark", "runtime.semacquire1", "sync.runtime_SemacquireWaitGroup"],
                "sync.WaitGroup.Wait",
            ),
            (
                &[
                    "runtime.gopark",
                    "runtime.semacquire1",
                    "sync.runtime_Semacquire",
                    "sync.(*WaitGroup).Wait",
                ],
                "sync.WaitGroup.Wait",
            ),
            (&["runtime.gopark", "sync.runtime_notifyListWait", "sync.(*Cond).Wait"], "sync.Cond.Wait"),
            (&["runtime.gopark", "main.f"], "waiting"),
            (&["internal/runtime/syscall/linux.Syscall6", "syscall.read"], "syscall"),
            (&["runtime.cgocall", "main._Cfunc_f"], "syscall"),
            (&["main.busy", "main.f"], "running"),
            (&[], "runnable"),
        ] {
            assert_eq!(of_stack(stack.iter().copied()), state, "{stack:?}");
        }
    }
}

//! After warm-up a run says what its steady phase can detect, and warns of each gate that asks for less.

use super::support::{Server, run_soak};

#[test]
fn when_steady_begins_a_run_says_what_it_can_detect_and_warns_of_gates_below_that() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let (near, far) = ("memory.slope < 5MiB/h", "memory.per_request < 1GiB");
    let mut arguments =
        vec!["--url", "", "-z", "9s", "--warmup", "4s", "-q", "50/s", "-o", out.to_str().unwrap()];
    let url = server.url();
    arguments[1] = &url;
    let stderr = run_soak(&[&arguments[..], &["--gate", near, "--gate", far]].concat()).stderr;
    let said: Vec<&str> = stderr.lines().filter(|l| l.starts_with("forecast: ")).collect();
    assert_eq!(said.len(), 1, "{stderr}");
    assert!(said[0].contains("of private memory") && said[0].contains("per request"), "{stderr}");
    let at = stderr.find(said[0]).unwrap();
    assert!(stderr.find("warmup").unwrap() < at && at < stderr.find("\nsteady").unwrap(), "{stderr}");
    let warned: Vec<&str> = stderr.lines().filter(|l| l.starts_with("warning: gate")).collect();
    assert!(matches!(warned[..], [one] if one.contains(near) && one.contains("would")), "{stderr}");
}

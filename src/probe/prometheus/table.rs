//! Which metrics of the usual clients fill which series: the one table to extend.
//!
//! Where several rows name the same series, the first that the target serves fills it. Samples that match are summed
//! (memory by pool, tasks by worker). Names are those that the clients document: client_golang, client_python,
//! prom-client (Node), Micrometer, simpleclient and OpenTelemetry (JVM), prometheus-net and OpenTelemetry (.NET),
//! tokio-metrics, prometheus_ex and the like (BEAM), yabeda and prometheus_exporter (Ruby). A page of each stands in
//! tests/fixtures/metrics; docs/metrics.md prints this table.

use crate::evidence::SeriesId;

/// How the samples of a metric become a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// As they are.
    Level,
    /// Seconds of CPU that add up: their growth a second.
    CpuSeconds,
    /// Requests answered, adding up.
    Requests,
}

/// One row: a metric, with the labels that its samples must have, and the series that it fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The metric's name.
    pub metric: &'static str,
    /// Only samples with these labels.
    pub labels: &'static [(&'static str, &'static str)],
    /// The series.
    pub series: SeriesId,
    /// How.
    pub used: Use,
}

const fn level(metric: &'static str, series: SeriesId) -> Known {
    Known { metric, labels: &[], series, used: Use::Level }
}

const fn labelled(
    metric: &'static str,
    labels: &'static [(&'static str, &'static str)],
    series: SeriesId,
) -> Known {
    Known { metric, labels, series, used: Use::Level }
}

const fn requests(metric: &'static str) -> Known {
    Known { metric, labels: &[], series: SeriesId::RequestsTotal, used: Use::Requests }
}

const fn cpu(metric: &'static str) -> Known {
    Known { metric, labels: &[], series: SeriesId::CpuRatio, used: Use::CpuSeconds }
}

/// The table.
pub const KNOWN: &[Known] = &[
    // every client: the process
    level("process_resident_memory_bytes", SeriesId::Rss),
    level("process_memory_usage_bytes", SeriesId::Rss),
    level("process_working_set_bytes", SeriesId::Rss),
    level("dotnet_process_memory_working_set_bytes", SeriesId::Rss),
    level("ruby_rss", SeriesId::Rss),
    level("process_open_fds", SeriesId::Fds),
    level("process_files_open_files", SeriesId::Fds),
    level("process_open_handles", SeriesId::Fds),
    level("process_threads", SeriesId::Threads),
    level("process_num_threads", SeriesId::Threads),
    level("process_threads_total", SeriesId::Threads),
    cpu("process_cpu_seconds_total"),
    cpu("process_cpu_time_seconds_total"),
    cpu("dotnet_process_cpu_time_seconds_total"),
    cpu("jvm_cpu_time_seconds_total"),
    // Go
    level("go_goroutines", SeriesId::Goroutines),
    level("go_goroutine_count", SeriesId::Goroutines),
    level("go_memstats_heap_alloc_bytes", SeriesId::Heap),
    level("go_memstats_stack_inuse_bytes", SeriesId::Stack),
    level("go_threads", SeriesId::Threads),
    // JVM: Micrometer, OpenTelemetry, simpleclient and client_java
    labelled("jvm_memory_used_bytes", &[("area", "heap")], SeriesId::Heap),
    labelled("jvm_memory_used_bytes", &[("jvm_memory_type", "heap")], SeriesId::Heap),
    labelled("jvm_memory_bytes_used", &[("area", "heap")], SeriesId::Heap),
    labelled("jvm_memory_used_bytes", &[("area", "nonheap")], SeriesId::Nonheap),
    labelled("jvm_memory_used_bytes", &[("jvm_memory_type", "non_heap")], SeriesId::Nonheap),
    labelled("jvm_memory_bytes_used", &[("area", "nonheap")], SeriesId::Nonheap),
    level("jvm_buffer_memory_used_bytes", SeriesId::Buffers),
    level("jvm_buffer_pool_used_bytes", SeriesId::Buffers),
    level("jvm_threads_live_threads", SeriesId::Threads),
    level("jvm_threads_current", SeriesId::Threads),
    level("jvm_thread_count", SeriesId::Threads),
    // Node: prom-client
    level("nodejs_heap_size_used_bytes", SeriesId::Heap),
    level("nodejs_external_memory_bytes", SeriesId::External),
    level("nodejs_active_handles_total", SeriesId::Handles),
    level("nodejs_active_requests_total", SeriesId::ActiveRequests),
    level("nodejs_eventloop_lag_p99_seconds", SeriesId::EventLoopLag),
    // Python, Ruby: what their collectors hold, beside the process
    level("python_gc_objects", SeriesId::HeapObjects),
    level("ruby_heap_live_slots", SeriesId::HeapObjects),
    level("ruby_gc_stat_heap_live_slots", SeriesId::HeapObjects),
    level("puma_running", SeriesId::Threads),
    // .NET: prometheus-net, OpenTelemetry
    level("dotnet_total_memory_bytes", SeriesId::Heap),
    level("process_runtime_dotnet_gc_heap_size_bytes", SeriesId::Heap),
    level("dotnet_gc_last_collection_heap_size_bytes", SeriesId::Heap),
    level("dotnet_threadpool_num_threads", SeriesId::Threads),
    level("process_runtime_dotnet_thread_pool_threads_count", SeriesId::Threads),
    level("dotnet_thread_pool_thread_count", SeriesId::Threads),
    // tokio: the runtime's own count of tasks that have not ended
    level("tokio_alive_tasks", SeriesId::TokioTasks),
    level("tokio_num_alive_tasks", SeriesId::TokioTasks),
    level("tokio_runtime_alive_tasks", SeriesId::TokioTasks),
    level("tokio_live_tasks_count", SeriesId::TokioTasks),
    level("tokio_active_tasks_count", SeriesId::TokioTasks),
    // BEAM
    level("erlang_vm_process_count", SeriesId::BeamProcesses),
    labelled("erlang_vm_memory_bytes_total", &[("kind", "processes")], SeriesId::Heap),
    level("erlang_vm_ets_tables", SeriesId::EtsTables),
    // requests, for runs in which soak does not drive
    requests("http_requests_total"),
    requests("http_server_requests_seconds_count"),
    requests("http_server_request_duration_seconds_count"),
    requests("http_server_duration_milliseconds_count"),
    requests("http_request_duration_seconds_count"),
    requests("http_requests_received_total"),
    requests("flask_http_request_total"),
    requests("prometheus_http_requests_total"),
    requests("caddy_http_requests_total"),
    requests("rack_requests_total"),
    requests("rails_requests_total"),
    requests("http_server_requests_total"),
    requests("starlette_requests_total"),
    requests("django_http_responses_total_by_status_total"),
    requests("gin_requests_total"),
    requests("echo_requests_total"),
    requests("ktor_http_server_requests_seconds_count"),
    requests("axum_http_requests_total"),
    requests("actix_web_http_requests_total"),
    requests("traefik_entrypoint_requests_total"),
    requests("haproxy_frontend_http_requests_total"),
    requests("nginx_http_requests_total"),
    requests("grpc_server_handled_total"),
];

/// Values of labels that name the pages a service serves about itself: their requests are soak's own, or a scraper's.
const OWN_HANDLERS: [&str; 6] =
    ["/metrics", "/metrics/", "/actuator/prometheus", "metrics", "prometheus", "/q/metrics"];

/// Where Go's pprof is, below which every page is soak's own, too.
const OWN_BELOW: &str = "/debug/pprof";

/// Whether a label that names what was asked for names a page of the service about itself.
pub fn is_own_page(asked_for: &str) -> bool {
    OWN_HANDLERS.contains(&asked_for) || asked_for.starts_with(OWN_BELOW)
}

/// Labels by which frameworks name what was asked for.
pub const HANDLER_LABELS: [&str; 8] =
    ["handler", "path", "route", "uri", "endpoint", "http_route", "http_target", "action"];

/// What the samples of a gauge by labels count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// Tasks of a runtime.
    Tasks,
    /// Threads of the operating system.
    Threads,
}

/// A gauge that counts by place and state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownGroups {
    /// The metric's name.
    pub metric: &'static str,
    /// The label that holds where, empty for none.
    pub place: &'static str,
    /// The label that holds the state, empty for none.
    pub state: &'static str,
    /// What it counts.
    pub counts: Counts,
}

/// Gauges by labels that are known by name.
pub const KNOWN_GROUPS: &[KnownGroups] = &[
    KnownGroups { metric: "tokio_tasks", place: "spawned_at", state: "waiting_at", counts: Counts::Tasks },
    KnownGroups { metric: "tokio_tasks_by_place", place: "place", state: "state", counts: Counts::Tasks },
    KnownGroups { metric: "jvm_threads_states_threads", place: "", state: "state", counts: Counts::Threads },
    KnownGroups { metric: "jvm_threads_state", place: "", state: "state", counts: Counts::Threads },
    KnownGroups {
        metric: "jvm_thread_count",
        place: "jvm_thread_daemon",
        state: "jvm_thread_state",
        counts: Counts::Threads,
    },
];

/// Labels that hold a place, the surest first, in a gauge that the user did not name.
pub const PLACE_LABELS: [&str; 6] =
    ["spawned_at", "spawn_location", "place", "location", "task", "task_name"];

/// Labels that hold a state, likewise.
pub const STATE_LABELS: [&str; 4] = ["waiting_at", "waits_at", "state", "status"];

/// Whether a gauge of this name counts tasks, as far as a name can tell: `…_tasks`, `…_tasks_by_…`, `…_coroutines`.
/// A sample of it counts only with a label of [`PLACE_LABELS`].
pub fn counts_tasks(gauge: &str) -> bool {
    const WORDS: [&str; 4] = ["tasks", "goroutines", "coroutines", "fibers"];
    let words = |text: &str| WORDS.iter().any(|word| text.ends_with(word));
    words(gauge) || gauge.split_once("_by_").is_some_and(|(what, _)| words(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_metric_fills_two_series_by_the_same_labels() {
        for (i, a) in KNOWN.iter().enumerate() {
            for b in &KNOWN[..i] {
                assert!((a.metric, a.labels) != (b.metric, b.labels), "{}", a.metric);
            }
        }
    }

    #[test]
    fn pages_of_a_service_about_itself_are_no_requests() {
        for page in ["/metrics", "/actuator/prometheus", "/debug/pprof/goroutine"] {
            assert!(is_own_page(page), "{page}");
        }
        assert!(!is_own_page("/") && !is_own_page("/metrics-of-a-shop") && !is_own_page(""));
        assert!(!KNOWN.iter().any(|known| known.metric == "promhttp_metric_handler_requests_total"));
    }

    #[test]
    fn task_gauges_are_known_by_their_name() {
        for name in ["tokio_tasks", "app_background_tasks", "worker_tasks_by_place", "kotlin_coroutines"] {
            assert!(counts_tasks(name), "{name}");
        }
        for name in ["tasks_total", "task_duration_seconds", "http_requests", "tokio_tasks_dropped"] {
            assert!(!counts_tasks(name), "{name}");
        }
    }
}

//! The 66 families by what they look like, for tables that fit a page.

use soak::findings::Direction;

/// A row of a table and the families it counts.
pub struct ShapeGroup {
    pub name: &'static str,
    pub families: &'static [&'static str],
}

const fn group(name: &'static str, families: &'static [&'static str]) -> ShapeGroup {
    ShapeGroup { name, families }
}

const STABLE: &[ShapeGroup] = &[
    group(
        "level with noise",
        &[
            "flat_noise",
            "slow_wander",
            "strong_wander",
            "heavy_tail",
            "quantised",
            "constant",
            "missing_samples",
        ],
    ),
    group(
        "warm-up, or a cache that fills",
        &["warm_up", "two_speeds", "cache_fills", "pool_fills", "growth_stops", "stairs_to_a_bound"],
    ),
    group(
        "one or a few steps",
        &[
            "step_in_the_middle",
            "few_steps",
            "added_early",
            "high_water",
            "bounded_bursts",
            "keeps_what_load_took",
            "collector_target",
        ],
    ),
    group("sawtooth of a collector", &["sawtooth", "minor_and_major", "heap_then_sawtooth", "page_cache"]),
    group(
        "comes and goes with the load",
        &[
            "rhythm",
            "swings",
            "regimes",
            "follows_load",
            "burst_and_drain",
            "in_flight",
            "tasks_rhythm",
            "cron_spikes",
        ],
    ),
    group("falls", &["shrinking"]),
    group("warm-up after each restart", &["restarts"]),
];

const GROWING: &[ShapeGroup] = &[
    group("line with noise", &["line", "wandering_line", "heavy_tail", "missing_samples", "quantised"]),
    group("in jumps", &["chunks", "staircase", "heap_stairs", "slow_tasks"]),
    group("beneath a sawtooth", &["rising_floor", "proportional_teeth"]),
    group("after a warm-up or a step", &["after_warm_up", "with_a_step", "pool_then_leak"]),
    group("late, or ever faster", &["starts_late", "accelerates"]),
    group("with a load that comes and goes", &["cron_spikes", "rhythm", "under_load"]),
    group("tasks", &["tasks", "tasks_in_flight"]),
    group("with restarts", &["restarts"]),
];

const AMBIGUOUS: &[ShapeGroup] = &[
    group("too short, or too few cycles", &["too_short", "two_teeth", "three_teeth"]),
    group("not over yet", &["warming_up", "step_at_the_end", "last_moments"]),
    group("few jumps", &["few_jumps", "few_tasks"]),
    group("random walk, or growth far below the noise", &["random_walk", "buried"]),
];

/// The groups of one truth.
pub fn groups(truth: Direction) -> &'static [ShapeGroup] {
    match truth {
        Direction::Stable => STABLE,
        Direction::Growing => GROWING,
        Direction::Inconclusive => AMBIGUOUS,
    }
}

#[test]
fn every_family_is_in_one_group() {
    use super::labelled::orders;
    for truth in [Direction::Stable, Direction::Growing, Direction::Inconclusive] {
        let mut made: Vec<String> = orders(truth, 1).into_iter().map(|order| order.make().family).collect();
        let mut grouped: Vec<&str> = groups(truth).iter().flat_map(|group| group.families).copied().collect();
        made.sort();
        grouped.sort();
        assert_eq!(made, grouped);
    }
}

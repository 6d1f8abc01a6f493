//! The deal: shares over a run, its groups and its blocks, and where the mix is constant.

use super::*;

/// A deal of requests 0 to `total`, of which those from `first_steady` on are cut into blocks of about `size`.
fn mix_schedule(
    shares: &[f64],
    first_steady: u64,
    total: u64,
    size: u64,
    seed: u64,
    first_block: u32,
) -> MixSchedule {
    MixSchedule::new(shares, first_steady, Layout::new(total - first_steady, size), seed, first_block)
}

const HOSTILE: [f64; 10] = [0.05; 10];

fn counts(mix: &mut MixSchedule, from: u64, to: u64, kinds: usize) -> Vec<u64> {
    let mut counts = vec![0; kinds];
    (from..to).filter_map(|n| mix.kind(n)).for_each(|kind| counts[kind] += 1);
    counts
}

#[test]
fn ratios_hold_over_the_run_and_over_warm_up_within_one_in_a_hundred() {
    for (shares, total) in [(&HOSTILE[..], 4800), (&[0.3, 0.02][..], 6100), (&[0.4, 0.4][..], 3007)] {
        let mut mix = mix_schedule(shares, 600, total, 50, 7, 0);
        for (from, to) in [(0, 600), (600, total)] {
            for (n, share) in counts(&mut mix, from, to, shares.len()).iter().zip(shares) {
                let due = share * (to - from) as f64;
                assert!((*n as f64 - due).abs() <= (0.01 * due).max(1.0), "{n} of {due}");
            }
        }
    }
}

#[test]
fn blocks_differ_and_each_behaviour_is_on_in_a_third_of_them() {
    let mut mix = mix_schedule(&HOSTILE, 0, 4200, 50, 7, 100);
    assert_eq!(mix.blocks(), 84);
    for kind in 0..10 {
        let of_block: Vec<u64> = (0..84).map(|b| counts(&mut mix, b * 50, (b + 1) * 50, 10)[kind]).collect();
        let on = of_block.iter().filter(|n| **n > 0).count();
        assert!((24..=34).contains(&on), "{of_block:?}");
    }
    assert_eq!((mix.block(0), mix.block(4199)), (Some(100), Some(183)));
}

#[test]
fn the_same_seed_deals_the_same_and_another_another() {
    let dealt = |seed: u64| -> Vec<Option<usize>> {
        let mut mix = mix_schedule(&HOSTILE, 10, 1000, 50, seed, 0);
        (0..1000).map(|n| mix.kind(n)).collect()
    };
    assert_eq!(dealt(3), dealt(3));
    assert_ne!(dealt(3), dealt(4));
}

#[test]
fn weights_hold_over_a_run_over_its_groups_and_where_the_mix_is_constant() {
    let many = [1.0 / 64.0; 63];
    for (shares, size) in [(&[0.3, 0.2][..], 100), (&many[..], 320), (&[0.5][..], 10)] {
        let total = 1010 + 204 * size;
        let blocks = || mix_schedule(shares, 1010, total, size, 1, 0);
        for mut mix in [blocks(), blocks().with_named(shares.len()), MixSchedule::constant(shares)] {
            let (mut before, mut counted) = (0, vec![0; shares.len() + 1]);
            for to in [1010, 1010 + 42 * size, total] {
                mix.count_kinds(before..to, |kind, _, n| counted[kind.unwrap_or(shares.len())] += n);
                assert_eq!(counted.iter().sum::<u64>(), to);
                for (kind, (n, share)) in counted.iter().zip(shares).enumerate() {
                    let due = share * to as f64;
                    assert!((*n as f64 - due).abs() <= (0.01 * due).max(1.5), "{kind} by {to}: {n} of {due}");
                }
                before = to;
            }
            assert_eq!(mix.blocks(), if mix.first_steady == u64::MAX { 0 } else { 204 });
        }
    }
}

#[test]
fn what_is_counted_of_a_range_is_what_was_dealt_in_it() {
    let mut mix = mix_schedule(&[0.3, 0.2], 130, 4321, 33, 7, 5).with_named(1);
    let mut counted = std::collections::BTreeMap::new();
    for (from, to) in [(0, 77), (77, 1000), (1000, 9999)] {
        mix.count_kinds(from..to, |kind, block, n| *counted.entry((kind, block)).or_default() += n);
    }
    let mut dealt = std::collections::BTreeMap::new();
    for n in 0..4321 {
        *dealt.entry((mix.kind(n), mix.block(n))).or_insert(0) += 1;
    }
    assert_eq!(counted, dealt);
}

#[test]
fn a_tiny_load_is_dealt_too() {
    let mut mix = mix_schedule(&[0.5], 0, 3, 10, 1, 0);
    assert_eq!(counts(&mut mix, 0, 3, 1), [2]);
    MixSchedule::new(&[0.5], 0, Layout::new(0, 10), 1, 0)
        .count_kinds(0..9, |_, _, n| panic!("{n} of nothing"));
}

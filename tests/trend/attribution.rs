//! Whose growth it is: simulated services under the mix that the driver deals, with a known truth.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use soak::drive::Design;
use soak::evidence::Layout;
use soak::trend::{Block, Effect, attribute};

const RATE: usize = 50;
const WARMUP_S: usize = 12;
const STEADY_S: usize = 84;
const KINDS: usize = 10;
/// Samples a second.
const SAMPLES: usize = 3;
/// How long each kind is open, in seconds: some hold their connection for long.
const HELD: [f64; KINDS] = [0.01, 0.05, 0.3, 3.0, 0.05, 0.04, 0.02, 0.08, 0.05, 3.0];

/// How levels move that nothing leaks from.
#[derive(Debug, Clone, Copy)]
enum Noise {
    White,
    Correlated,
    Walk,
    /// Fills up and levels off, as pools do.
    Fills,
}

const NOISES: [Noise; 4] = [Noise::White, Noise::Correlated, Noise::Walk, Noise::Fills];

fn gauss(rng: &mut SmallRng) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}

/// A run: normal requests leak `normal` each, the k-th behaviour `leaks[k]`.
fn run(seed: u64, noise: Noise, normal: f64, leaks: [f64; KINDS]) -> Vec<Block> {
    let mut rng = SmallRng::seed_from_u64(seed);
    let (warmup, total) = ((WARMUP_S * RATE) as u64, ((WARMUP_S + STEADY_S) * RATE) as u64);
    let mut design = Design::new(&[0.05; KINDS], warmup, Layout::new(total - warmup, RATE as u64), seed, 0);
    let kinds: Vec<Option<usize>> = (0..total).map(|n| design.kind(n)).collect();
    // the server lets go a little later than the client
    let late: Vec<f64> = kinds.iter().map(|_| 0.05 * rng.random::<f64>()).collect();
    let mut blocks = Vec::new();
    let mut wandering = 0.0;
    for second in WARMUP_S..WARMUP_S + STEADY_S {
        let mut block = Block {
            at_s: 0.0,
            stretch: 0,
            level: 0.0,
            sent: vec![0.0; KINDS + 1],
            open: vec![0.0; KINDS + 1],
        };
        for sample in 0..SAMPLES {
            let t = second as f64 + (sample as f64 + 0.5) / SAMPLES as f64;
            let so_far = (t * RATE as f64) as usize;
            let mut level = 20.0;
            for (n, kind) in kinds[..so_far].iter().enumerate() {
                let age = t - n as f64 / RATE as f64;
                let Some(kind) = kind else {
                    block.sent[0] += 1.0;
                    level += normal + if age < 0.03 { 2.0 } else { 0.0 };
                    continue;
                };
                block.sent[kind + 1] += 1.0;
                block.open[kind + 1] += if age < HELD[*kind] { 1.0 } else { 0.0 };
                level += leaks[*kind] + if age < HELD[*kind] + late[n] { 2.0 } else { 0.0 };
            }
            wandering = match noise {
                Noise::White | Noise::Fills => 2.0 * gauss(&mut rng),
                Noise::Correlated => 0.9 * wandering + 0.9 * gauss(&mut rng),
                Noise::Walk => wandering + 0.3 * gauss(&mut rng),
            };
            let fills = if let Noise::Fills = noise { 30.0 * (1.0 - (-(t - 10.0) / 8.0).exp()) } else { 0.0 };
            block.level += level + wandering + fills;
            block.at_s += t;
        }
        let of = |sum: &mut f64| *sum /= SAMPLES as f64;
        of(&mut block.level);
        of(&mut block.at_s);
        block.sent.iter_mut().chain(&mut block.open).for_each(of);
        blocks.push(block);
    }
    blocks
}

fn leaks(effect: &Effect) -> bool {
    effect.each.lo > 0.0 && effect.excess.lo > 0.0
}

#[test]
fn two_hundred_runs_without_a_leak_blame_somebody_in_two_at_most() {
    let of_noise = |at: usize| {
        let runs = (0..50).map(move |n| (n * 4 + at as u64, NOISES[at]));
        let blamed = runs.filter_map(|(seed, noise)| {
            let effects = attribute(&run(seed, noise, 0.0, [0.0; KINDS]), 1).unwrap();
            let blamed: Vec<usize> = (0..=KINDS).filter(|kind| leaks(&effects[*kind])).collect();
            (!blamed.is_empty()).then_some((seed, blamed))
        });
        blamed.collect::<Vec<_>>()
    };
    let blamed: Vec<(u64, Vec<usize>)> = std::thread::scope(|scope| {
        let each: Vec<_> = (0..NOISES.len()).map(|at| scope.spawn(move || of_noise(at))).collect();
        each.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    assert!(blamed.len() <= 2, "{blamed:?}");
}

#[test]
fn what_leaks_is_found_with_its_measure_and_the_others_are_not_blamed() {
    for seed in 0..8 {
        let noise = NOISES[seed as usize % 4];
        let mut truth = [0.0; KINDS];
        (truth[0], truth[2]) = (2.0, 1.0);
        let effects = attribute(&run(1000 + seed, noise, 0.0, truth), 1).unwrap();
        for (kind, effect) in effects.iter().enumerate() {
            let truth = if kind == 0 { 0.0 } else { truth[kind - 1] };
            let each = effect.each;
            assert!(each.lo <= truth && truth <= each.hi, "{noise:?} {kind}: {truth} {each:?}");
            assert_eq!(leaks(effect), truth > 0.0, "{noise:?} {kind}: {effect:?}");
        }
        assert!(effects[1].each.lo > effects[3].each.hi, "apart: {:?} {:?}", effects[1], effects[3]);
    }
}

#[test]
fn what_every_request_leaks_is_blamed_on_none_that_misbehaves() {
    let effects = attribute(&run(7, Noise::White, 1.0, [1.0; KINDS]), 1).unwrap();
    assert!(leaks(&effects[0]) && (effects[0].each.value - 1.0).abs() < 0.05, "{:?}", effects[0]);
    assert!(effects[1..].iter().all(|effect| !leaks(effect)), "{effects:?}");
}

//! Whose growth it is: simulated services under the mix that the driver deals, with a known truth.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use soak::trend::{Block, Effect, attribute};
use soak::workload::{Layout, MixSchedule};

const RATE: usize = 50;
const WARMUP_S: usize = 12;
const STEADY_S: usize = 84;
/// How long one of the commonest is open, in seconds.
const NORMAL_HELD: f64 = 0.03;
/// Samples a second.
const SAMPLES: usize = 3;

/// The kinds of requests beside the commonest, as they are dealt.
#[derive(Debug, Clone, Copy)]
struct Mix {
    shares: &'static [f64],
    /// How long each kind is open, in seconds.
    held: &'static [f64],
    /// They are requests of their own, of which half the share is in every block; else behaviours, dealt out whole.
    named: bool,
}

const KINDS: usize = 10;
/// Some hold their connection for long.
const BEHAVIOURS: Mix = Mix {
    shares: &[0.05; KINDS],
    held: &[0.01, 0.05, 0.3, 3.0, 0.05, 0.04, 0.02, 0.08, 0.05, 3.0],
    named: false,
};
/// Requests by name: a shop of five, two of nearly the same weight, many of which some are rare, a few that take long.
const NAMED: [Mix; 4] = [
    Mix { shares: &[0.3, 0.15, 0.1, 0.05], held: &[0.02, 0.1, 0.05, 0.4], named: true },
    Mix { shares: &[0.48], held: &[0.05], named: true },
    Mix { shares: &[0.12, 0.12, 0.12, 0.1, 0.1, 0.06, 0.04, 0.02], held: &[0.03; 8], named: true },
    Mix { shares: &[0.25, 0.2, 0.15], held: &[1.5, 0.2, 0.8], named: true },
];

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

/// A run: the commonest requests leak `normal` each, those of the k-th kind `leaks[k]`.
fn run(mix: &Mix, seed: u64, noise: Noise, normal: f64, leaks: &[f64]) -> Vec<Block> {
    let Mix { shares, held, named } = *mix;
    let mut rng = SmallRng::seed_from_u64(seed);
    let (warmup, total) = ((WARMUP_S * RATE) as u64, ((WARMUP_S + STEADY_S) * RATE) as u64);
    let layout = Layout::new(total - warmup, RATE as u64);
    let design = MixSchedule::new(shares, warmup, layout, seed, 0);
    let mut design = design.with_named(if named { shares.len() } else { 0 });
    let kinds: Vec<Option<usize>> = (0..total).map(|n| design.kind(n)).collect();
    // the server frees what it held a little later than the client
    let late: Vec<f64> = kinds.iter().map(|_| 0.05 * rng.random::<f64>()).collect();
    let open_s = |kind: Option<usize>| kind.map_or(NORMAL_HELD, |kind| held[kind]);
    let start_s = |n: usize| n as f64 / RATE as f64;
    // what is open longer than this is not open any more: all that is older counts as sent and nothing else
    let longest = ((held.iter().copied().fold(NORMAL_HELD, f64::max) + 1.0) * RATE as f64) as usize;
    let mut ended = vec![vec![0.0; shares.len() + 1]; WARMUP_S + STEADY_S];
    for (n, kind) in kinds.iter().enumerate() {
        if let Some(second) = ended.get_mut((start_s(n) + open_s(*kind)) as usize) {
            second[kind.map_or(0, |kind| kind + 1)] += 1.0;
        }
    }
    let (mut sent, mut leaked, mut counted) = (vec![0.0; shares.len() + 1], 0.0, 0);
    let mut blocks = Vec::new();
    let mut wandering = 0.0;
    for (second, ended) in ended.iter().enumerate().skip(WARMUP_S).take(STEADY_S) {
        let mut block = Block {
            at_s: 0.0,
            stretch: 0,
            level: 0.0,
            sent: vec![0.0; shares.len() + 1],
            open: vec![0.0; shares.len() + 1],
            ended: ended.clone(),
        };
        for sample in 0..SAMPLES {
            let t = second as f64 + (sample as f64 + 0.5) / SAMPLES as f64;
            let so_far = (t * RATE as f64) as usize;
            for kind in &kinds[counted..so_far] {
                sent[kind.map_or(0, |kind| kind + 1)] += 1.0;
                leaked += kind.map_or(normal, |kind| leaks[kind]);
            }
            counted = so_far;
            block.sent.iter_mut().zip(&sent).for_each(|(sum, sent)| *sum += sent);
            let mut level = 20.0 + leaked;
            for n in so_far.saturating_sub(longest)..so_far {
                let (age, kind) = (t - start_s(n), kinds[n]);
                block.open[kind.map_or(0, |kind| kind + 1)] += if age < open_s(kind) { 1.0 } else { 0.0 };
                let held_s = open_s(kind) + if kind.is_some() { late[n] } else { 0.0 };
                level += if age < held_s { 2.0 } else { 0.0 };
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

/// As the verdict blames: a client that misbehaves also makes a request, a named request is one.
fn leaks(mix: &Mix, effect: &Effect) -> bool {
    effect.each.lo > 0.0 && (mix.named || effect.excess.lo > 0.0)
}

/// Of `runs` runs, as many of each noise, in which kind `leaking` alone leaks so much, those in which another is
/// blamed.
///
/// Intervals are to miss in 1 % of runs at most. Of 200 runs that allows 2; of 80 as well: more than 2 of 80 come by
/// chance in 4.7 % of cases at that rate (binomial distribution).
fn wrongly_blamed(mixes: &[Mix], runs: u64, leaking: Option<(usize, f64)>) -> Vec<(u64, Vec<usize>)> {
    let of_noise = |at: usize| {
        let runs = (0..runs / 4).map(move |n| (n * 4 + at as u64, NOISES[at]));
        let blamed = runs.filter_map(|(seed, noise)| {
            let mix = &mixes[seed as usize / 4 % mixes.len()];
            let mut each = vec![0.0; mix.shares.len() + 1];
            let leaking = leaking.map(|(kind, much)| (kind % each.len(), much));
            leaking.iter().for_each(|(kind, much)| each[*kind] = *much);
            let effects = attribute(&run(mix, seed, noise, each[0], &each[1..]), 1).unwrap();
            let others = (0..effects.len()).filter(|kind| each[*kind] == 0.0);
            let blamed: Vec<usize> = others.filter(|kind| leaks(mix, &effects[*kind])).collect();
            (!blamed.is_empty()).then_some((seed, blamed))
        });
        blamed.collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let each: Vec<_> = (0..NOISES.len()).map(|at| scope.spawn(move || of_noise(at))).collect();
        each.into_iter().flat_map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn of_eighty_runs_without_a_leak_two_at_most_blame_a_behaviour() {
    let blamed = wrongly_blamed(&[BEHAVIOURS], 80, None);
    assert!(blamed.len() <= 2, "{blamed:?}");
}

#[test]
fn of_eighty_runs_without_a_leak_two_at_most_blame_a_named_request() {
    let blamed = wrongly_blamed(&NAMED, 80, None);
    assert!(blamed.len() <= 2, "{blamed:?}");
}

#[test]
#[ignore = "four hundred runs take half a minute"]
fn of_two_hundred_runs_without_a_leak_two_at_most_blame_a_kind() {
    for mixes in [&[BEHAVIOURS][..], &NAMED] {
        let blamed = wrongly_blamed(mixes, 200, None);
        assert!(blamed.len() <= 2, "{blamed:?}");
    }
}

#[test]
#[ignore = "four hundred runs take a minute"]
fn of_named_requests_of_which_one_leaks_another_is_blamed_in_two_runs_of_two_hundred_at_most() {
    for leaking in [0, 1] {
        let blamed = wrongly_blamed(&NAMED, 200, Some((leaking, 1.0)));
        assert!(blamed.len() <= 2, "{leaking}: {blamed:?}");
    }
}

#[test]
fn what_leaks_is_found_with_its_measure_and_the_others_are_not_blamed() {
    for seed in 0..8 {
        let noise = NOISES[seed as usize % 4];
        let mut truth = [0.0; KINDS];
        (truth[0], truth[2]) = (2.0, 1.0);
        let effects = attribute(&run(&BEHAVIOURS, 1000 + seed, noise, 0.0, &truth), 1).unwrap();
        for (kind, effect) in effects.iter().enumerate() {
            let truth = if kind == 0 { 0.0 } else { truth[kind - 1] };
            let each = effect.each;
            assert!(each.lo <= truth && truth <= each.hi, "{noise:?} {kind}: {truth} {each:?}");
            assert_eq!(leaks(&BEHAVIOURS, effect), truth > 0.0, "{noise:?} {kind}: {effect:?}");
        }
        assert!(effects[1].each.lo > effects[3].each.hi, "apart: {:?} {:?}", effects[1], effects[3]);
    }
}

#[test]
fn what_every_request_leaks_is_blamed_on_none_that_misbehaves() {
    let effects = attribute(&run(&BEHAVIOURS, 7, Noise::White, 1.0, &[1.0; KINDS]), 1).unwrap();
    assert!(
        leaks(&BEHAVIOURS, &effects[0]) && (effects[0].each.value - 1.0).abs() < 0.05,
        "{:?}",
        effects[0]
    );
    assert!(effects[1..].iter().all(|effect| !leaks(&BEHAVIOURS, effect)), "{effects:?}");
}

#[test]
fn a_named_request_that_leaks_is_found_with_its_measure() {
    for seed in 0..16 {
        let (noise, mix) = (NOISES[seed as usize % 4], &NAMED[seed as usize / 4]);
        let mut truth = vec![0.0; mix.shares.len()];
        truth[0] = 1.0;
        let effects = attribute(&run(mix, 2000 + seed, noise, 0.0, &truth), 1).unwrap();
        let each = effects[1].each;
        assert!(leaks(mix, &effects[1]), "{noise:?} {mix:?}: {each:?}");
        assert!(each.lo <= 1.0 && 1.0 <= each.hi, "{noise:?} {mix:?}: {each:?}");
    }
}

//! Families that do not grow, however much they look like it.

use soak::findings::Direction;

use crate::made::{Made, Run};
use crate::stairs::stairs_to_a_bound;
use crate::swings::swings;

pub const STABLE: [fn(Run) -> Made; 34] = [
    flat_noise,
    slow_wander,
    strong_wander,
    heavy_tail,
    quantised,
    cron_spikes,
    constant,
    warm_up,
    two_speeds,
    step_in_the_middle,
    few_steps,
    high_water,
    bounded_bursts,
    cache_fills,
    sawtooth,
    minor_and_major,
    heap_then_sawtooth,
    rhythm,
    shrinking,
    regimes,
    follows_load,
    keeps_what_load_took,
    growth_stops,
    page_cache,
    restarts,
    missing_samples,
    burst_and_drain,
    collector_target,
    in_flight,
    pool_fills,
    added_early,
    tasks_rhythm,
    swings,
    stairs_to_a_bound,
];

fn flat_noise(mut r: Run) -> Made {
    let e = r.white();
    let v = r.values(&e, |_| 0.0);
    r.stable("flat_noise", v)
}

fn slow_wander(mut r: Run) -> Made {
    let memory = r.log_uniform(0.003, 0.03);
    let e = r.wandering(memory);
    let v = r.values(&e, |_| 0.0);
    r.stable("slow_wander", v)
}

fn strong_wander(mut r: Run) -> Made {
    r.noise *= 5.0;
    let memory = r.log_uniform(0.01, 0.05);
    let e = r.wandering(memory);
    let v = r.values(&e, |_| 0.0);
    r.stable("strong_wander", v)
}

fn heavy_tail(mut r: Run) -> Made {
    // Student's t with two degrees of freedom
    let n = r.times.len();
    let e: Vec<f64> = (0..n).map(|_| r.noise * r.gauss() / r.exponential(1.0).sqrt()).collect();
    let v = r.values(&e, |_| 0.0);
    r.stable("heavy_tail", v)
}

fn quantised(mut r: Run) -> Made {
    let page = r.noise * r.log_uniform(1.0, 30.0);
    let e = r.some_noise();
    let v = r.values(&e, |_| 0.0).iter().map(|v| (v / page).round() * page).collect();
    r.stable("quantised", v)
}

fn cron_spikes(mut r: Run) -> Made {
    let mut e = r.some_noise();
    let every = r.span_s / r.uniform(3.0, 30.0);
    let height = r.level * r.log_uniform(0.02, 1.0);
    let long = every * r.uniform(0.01, 0.06);
    for (e, t) in e.iter_mut().zip(&r.times) {
        *e += if t % every > every - long { height } else { 0.0 };
    }
    let v = r.values(&e, |_| 0.0);
    r.stable("cron_spikes", v)
}

fn constant(r: Run) -> Made {
    let v = vec![r.level; r.times.len()];
    r.stable("constant", v)
}

fn warm_up(mut r: Run) -> Made {
    let e = r.some_noise();
    let tau = r.span_s * r.log_uniform(0.01, 0.12);
    let height = r.level * r.log_uniform(0.1, 3.0);
    let v = r.values(&e, |t| -height * (-t / tau).exp());
    r.stable("warm_up", v)
}

fn two_speeds(mut r: Run) -> Made {
    let e = r.some_noise();
    let (fast, slow) = (r.span_s * r.uniform(0.005, 0.02), r.span_s * r.uniform(0.04, 0.1));
    let (a, b) = (r.level * r.uniform(0.1, 0.5), r.level * r.uniform(0.03, 0.3));
    let v = r.values(&e, |t| -a * (-t / fast).exp() - b * (-t / slow).exp());
    r.stable("two_speeds", v)
}

fn step_in_the_middle(mut r: Run) -> Made {
    let e = r.some_noise();
    let (at, height) = (r.span_s * r.uniform(0.05, 0.58), r.level * r.log_uniform(0.01, 1.0));
    let v = r.values(&e, |t| if t > at { height } else { 0.0 });
    r.stable("step_in_the_middle", v)
}

fn few_steps(mut r: Run) -> Made {
    let e = r.some_noise();
    let many = r.uniform(2.0, 4.0) as usize;
    let steps: Vec<(f64, f64)> =
        (0..many).map(|_| (r.span_s * r.uniform(0.03, 0.5), r.level * r.log_uniform(0.01, 0.5))).collect();
    let v = r.values(&e, |t| steps.iter().map(|(at, h)| if t > *at { *h } else { 0.0 }).sum());
    r.stable("few_steps", v)
}

fn high_water(mut r: Run) -> Made {
    // the highest demand so far, and demand has a bound
    let n = r.times.len();
    let bound = r.level * r.log_uniform(0.05, 0.5);
    let mut top = 0f64;
    let mut e = Vec::with_capacity(n);
    for _ in 0..n {
        let demand = bound * (1.0 - r.uniform(0.0, 1.0).powf(0.7));
        top = top.max(demand);
        e.push(top);
    }
    let v = r.values(&e, |_| 0.0);
    r.stable("high_water", v)
}

fn bounded_bursts(mut r: Run) -> Made {
    let e = r.white();
    let many = r.log_uniform(20.0, 200.0);
    let bound = r.level * r.log_uniform(0.05, 1.0);
    let bursts = r.moments(many);
    let heights: Vec<f64> = bursts.iter().map(|_| bound * r.uniform(0.0, 1.0).sqrt()).collect();
    let mut top = 0f64;
    let mut next = 0;
    let mut v = Vec::new();
    for (t, e) in r.times.iter().zip(&e) {
        while next < bursts.len() && bursts[next] <= *t {
            top = top.max(heights[next]);
            next += 1;
        }
        v.push(r.level + top + 0.2 * e);
    }
    r.stable("bounded_bursts", v)
}

fn cache_fills(mut r: Run) -> Made {
    let e = r.some_noise();
    let full = r.span_s * r.uniform(0.05, 0.5);
    let height = r.level * r.log_uniform(0.05, 2.0);
    let v = r.values(&e, |t| height * (t / full).min(1.0));
    r.stable("cache_fills", v)
}

/// Teeth with jitter in length and depth: for each sample the height above the floor.
pub fn teeth(r: &mut Run, many: f64, height: f64, jitter: f64) -> Vec<f64> {
    let usual = r.span_s / many;
    let mut begin = -usual * r.uniform(0.0, 1.0);
    let mut length = usual;
    let times = r.times.clone();
    times
        .iter()
        .map(|t| {
            while *t >= begin + length {
                begin += length;
                length = usual * (1.0 + jitter * r.uniform(-1.0, 1.0));
            }
            height * (t - begin) / usual
        })
        .collect()
}

fn sawtooth(mut r: Run) -> Made {
    let (many, height) = (r.log_uniform(8.0, 60.0), r.level * r.log_uniform(0.1, 2.0));
    let jitter = r.uniform(0.0, 0.4);
    let saw = teeth(&mut r, many, height, jitter);
    let e: Vec<f64> = r.white().iter().zip(&saw).map(|(e, s)| 0.3 * e + s).collect();
    let v = r.values(&e, |_| 0.0);
    r.stable("sawtooth", v)
}

fn minor_and_major(mut r: Run) -> Made {
    let (many, height) = (r.log_uniform(8.0, 25.0), r.level * r.log_uniform(0.2, 1.0));
    let major = teeth(&mut r, many, height, 0.3);
    let share = r.uniform(0.1, 0.4);
    let often = many * r.uniform(4.0, 9.0);
    let minor = teeth(&mut r, often, share * height, 0.2);
    let e: Vec<f64> =
        r.white().iter().zip(major.iter().zip(&minor)).map(|(e, (a, b))| 0.2 * e + a + b).collect();
    let v = r.values(&e, |_| 0.0);
    r.stable("minor_and_major", v)
}

fn heap_then_sawtooth(mut r: Run) -> Made {
    let full = r.span_s * r.uniform(0.1, 0.35);
    let height = r.level * r.uniform(0.5, 2.0);
    let many = r.log_uniform(10.0, 40.0);
    let share = r.uniform(0.3, 0.7);
    let saw = teeth(&mut r, many, share * height, 0.2);
    let e: Vec<f64> = r
        .white()
        .iter()
        .zip(r.times.iter().zip(&saw))
        .map(|(e, (t, s))| 0.3 * e + if *t < full { height * t / full } else { (1.0 - share) * height + s })
        .collect();
    let v = r.values(&e, |_| 0.0);
    r.stable("heap_then_sawtooth", v)
}

fn rhythm(mut r: Run) -> Made {
    let e = r.some_noise();
    let period = r.span_s / r.uniform(4.0, 20.0);
    let (height, phase) = (r.noise * r.log_uniform(1.0, 30.0), r.uniform(0.0, 6.3));
    let v = r.values(&e, |t| height * (t / period * std::f64::consts::TAU + phase).sin());
    r.stable("rhythm", v)
}

fn shrinking(mut r: Run) -> Made {
    let e = r.some_noise();
    let (height, bend) = (r.noise * r.log_uniform(5.0, 50.0), r.uniform(0.2, 3.0));
    let v = r.values(&e, |t| height * (1.0 - (t / r.span_s).powf(bend)));
    r.stable("shrinking", v)
}

fn regimes(mut r: Run) -> Made {
    let e = r.white();
    let many = r.log_uniform(8.0, 40.0);
    let cuts = r.moments(many);
    let high = r.noise * r.log_uniform(3.0, 30.0);
    let levels: Vec<f64> = (0..=cuts.len()).map(|_| high * r.gauss()).collect();
    let v = r.values(&e, |t| levels[cuts.partition_point(|c| *c <= t)]);
    r.stable("regimes", v)
}

fn follows_load(mut r: Run) -> Made {
    let e = r.some_noise();
    let high = r.level * r.log_uniform(0.05, 1.0);
    let (up, down) = (r.span_s * r.uniform(0.1, 0.4), r.span_s * r.uniform(0.45, 0.6));
    let (tau_up, tau_down) = (r.span_s * r.uniform(0.005, 0.03), r.span_s * r.uniform(0.005, 0.03));
    let v = r.values(&e, |t| {
        let risen = high * (1.0 - (-(t - up).max(0.0) / tau_up).exp());
        risen * (-(t - down).max(0.0) / tau_down).exp()
    });
    r.stable("follows_load", v)
}

fn keeps_what_load_took(mut r: Run) -> Made {
    let e = r.some_noise();
    let high = r.level * r.log_uniform(0.05, 1.0);
    let (up, tau) = (r.span_s * r.uniform(0.05, 0.4), r.span_s * r.uniform(0.005, 0.04));
    let v = r.values(&e, |t| high * (1.0 - (-(t - up).max(0.0) / tau).exp()));
    r.stable("keeps_what_load_took", v)
}

fn growth_stops(mut r: Run) -> Made {
    let e = r.some_noise();
    let height = r.noise * r.log_uniform(10.0, 200.0);
    let (from, until) = (r.span_s * r.uniform(0.0, 0.2), r.span_s * r.uniform(0.3, 0.5));
    let v = r.values(&e, |t| height * ((t - from) / (until - from)).clamp(0.0, 1.0));
    r.stable("growth_stops", v)
}

fn page_cache(mut r: Run) -> Made {
    // fills, and is reclaimed in part now and then
    let height = r.level * r.log_uniform(0.1, 1.0);
    let fill = r.span_s / r.uniform(12.0, 60.0);
    let drops = {
        let many = r.uniform(8.0, 20.0);
        r.moments(many)
    };
    let e = r.white();
    let (mut held, mut next, mut before) = (0.0, 0, 0.0);
    let mut v = Vec::new();
    for (t, e) in r.times.clone().iter().zip(&e) {
        held += (height - held) * (1.0 - (-(t - before) / fill).exp());
        before = *t;
        while next < drops.len() && drops[next] <= *t {
            held *= r.uniform(0.3, 0.8);
            next += 1;
        }
        v.push(r.level + held + 0.3 * e);
    }
    r.stable("page_cache", v)
}

fn restarts(mut r: Run) -> Made {
    let e = r.white();
    let lives = r.uniform(2.0, 4.99).floor();
    let tau = r.span_s / lives * r.uniform(0.01, 0.06);
    let height = r.level * r.uniform(0.2, 0.8);
    let life = r.span_s / lives;
    let v = r.values(&e, |t| -height * (-(t % life) / tau).exp());
    let v = down_for_a_while(&mut r, life, v);
    r.stable("restarts", v)
}

/// Nothing is read while a process starts again, at the end of each life.
pub fn down_for_a_while(r: &mut Run, life: f64, values: Vec<f64>) -> Vec<f64> {
    let interval = r.times[1] - r.times[0];
    let down = interval * r.uniform(1.5, 4.0);
    let up = |t: &f64| t % life < life - down;
    let kept = values.iter().zip(&r.times).filter(|(_, t)| up(t)).map(|(v, _)| *v).collect();
    r.times.retain(up);
    kept
}

fn missing_samples(mut r: Run) -> Made {
    let e = r.some_noise();
    let v = r.values(&e, |_| 0.0);
    let (from, until) = {
        let a = r.uniform(0.1, 0.7);
        (a, a + r.uniform(0.05, 0.25))
    };
    let kept: Vec<bool> = r
        .times
        .clone()
        .iter()
        .map(|t| !(from..until).contains(&(t / r.span_s)) && r.uniform(0.0, 1.0) > 0.15)
        .collect();
    let v = v.iter().zip(&kept).filter(|k| *k.1).map(|k| *k.0).collect();
    r.times = r.times.iter().zip(&kept).filter(|k| *k.1).map(|k| *k.0).collect();
    r.stable("missing_samples", v)
}

fn burst_and_drain(mut r: Run) -> Made {
    let e = r.white();
    let many = r.log_uniform(8.0, 40.0);
    let bursts = r.moments(many);
    let (height, tau) = (r.level * r.log_uniform(0.05, 1.0), r.span_s / many * r.uniform(0.1, 0.5));
    let v =
        r.values(&e, |t| bursts.iter().filter(|b| **b <= t).map(|b| height * (-(t - b) / tau).exp()).sum());
    r.stable("burst_and_drain", v)
}

fn collector_target(mut r: Run) -> Made {
    // a large allocation is kept: a jump, and a drift to the collector's new target
    let e = r.some_noise();
    let (at, tau) = (r.span_s * r.uniform(0.05, 0.3), r.span_s * r.uniform(0.02, 0.08));
    let (jump, drift) = (r.level * r.uniform(0.1, 0.5), r.level * r.uniform(0.1, 0.5));
    let v = r.values(&e, |t| if t < at { 0.0 } else { jump + drift * (1.0 - (-(t - at) / tau).exp()) });
    r.stable("collector_target", v)
}

fn in_flight(mut r: Run) -> Made {
    let (mean, floor) = (r.log_uniform(0.3, 60.0), r.uniform(3.0, 200.0).round());
    let n = r.times.len();
    let v = (0..n).map(|_| floor + r.poisson(mean)).collect();
    r.tasks("in_flight", Direction::Stable, Some(0.0), v)
}

fn pool_fills(mut r: Run) -> Made {
    let (bound, tau) = (r.log_uniform(8.0, 300.0), r.span_s * r.log_uniform(0.01, 0.12));
    let v = r.times.iter().map(|t| 20.0 + bound * (1.0 - (-t / tau).exp())).collect();
    r.tasks("pool_fills", Direction::Stable, Some(0.0), v)
}

fn added_early(mut r: Run) -> Made {
    let many = r.uniform(1.0, 6.0) as usize;
    let at: Vec<f64> = (0..many).map(|_| r.span_s * r.uniform(0.02, 0.45)).collect();
    let v = r.times.iter().map(|t| 30.0 + at.iter().filter(|a| *a <= t).count() as f64).collect();
    r.tasks("added_early", Direction::Stable, Some(0.0), v)
}

fn tasks_rhythm(mut r: Run) -> Made {
    let (mean, period) = (r.log_uniform(5.0, 200.0), r.span_s / r.uniform(4.0, 12.0));
    let (swing, phase) = (r.uniform(0.3, 0.9), r.uniform(0.0, 6.3));
    let v = r
        .times
        .clone()
        .iter()
        .map(|t| r.poisson(mean * (1.0 + swing * (t / period * std::f64::consts::TAU + phase).sin())))
        .collect();
    r.tasks("tasks_rhythm", Direction::Stable, Some(0.0), v)
}

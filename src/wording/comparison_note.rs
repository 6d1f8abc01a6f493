//! What makes two runs hard to compare, in words.

use crate::findings::{ComparisonNote, SentRequest};
use crate::units::{Rate, Span, Unit};

use super::load::show_rate;
use super::phrase::list;

/// Requests and clients that a sentence names; a plan has all.
const NAMED: usize = 5;

/// One difference as a sentence.
pub fn note(note: &ComparisonNote) -> String {
    match note {
        ComparisonNote::SameRun => "Both are the same run: it is compared with itself.".into(),
        ComparisonNote::OnlyObserved { after: true } => {
            "soak sent the load of the run before, and only watched the one after.".into()
        }
        ComparisonNote::OnlyObserved { after: false } => {
            "soak only watched the run before, and sent the load of the one after.".into()
        }
        ComparisonNote::Requests(both) => {
            differ("The runs drove different requests", both, |sent| requests(sent))
        }
        ComparisonNote::Shapes(both) => differ("Their loads had different shapes", both, |shape| {
            vec![shape.clone().unwrap_or_else(|| "constant".into())]
        }),
        ComparisonNote::Misbehaved(both) => {
            differ("Different clients misbehaved", both, |mix| misbehaved(mix))
        }
        ComparisonNote::RatesAsked(both) => rates(both.map(|rate| match rate {
            Rate::Max => "as fast as it went".to_string(),
            rate => rate.to_string(),
        })),
        ComparisonNote::RatesHeld(both) => rates(both.map(|held| format!("{} held", show_rate(held)))),
        ComparisonNote::Steady(both) => {
            let [before, after] = both.map(Span::from_secs_f64);
            format!("They were judged over different times: before {before} of steady, after {after}.")
        }
        ComparisonNote::Latency(both) => {
            let [before, after] = both.map(|timed| {
                format!("p50 {}, p99 {}", Unit::Seconds.show(timed.p50), Unit::Seconds.show(timed.p99))
            });
            format!("Latency before: {before}; after: {after}.")
        }
        ComparisonNote::Runtimes => "The runs measured services of different runtimes.".into(),
    }
}

fn differ<T>(what: &str, [before, after]: &[T; 2], names: impl Fn(&T) -> Vec<String>) -> String {
    let listed = |run: &T| list(&first_few(names(run)), "and");
    format!("{what}: before {}, after {}.", listed(before), listed(after))
}

/// The first of them, and how many more.
fn first_few(mut names: Vec<String>) -> Vec<String> {
    if names.len() > NAMED {
        let more = names.len() - NAMED;
        names.truncate(NAMED);
        names.push(format!("{more} more"));
    }
    names
}

/// `GET /`, or each of several with its share.
fn requests(sent: &[SentRequest]) -> Vec<String> {
    let request = |request: &SentRequest| {
        let mut text = format!("{} {}", request.method, request.path);
        if request.body_bytes > 0 {
            text += &format!(" with a body of {}", Unit::Bytes.show(request.body_bytes as f64));
        }
        if let Some(keys) = request.keys.label() {
            text += &format!(" with a {keys}");
        }
        match request.share {
            Some(share) => format!("{text} ({})", Unit::Ratio.show(share)),
            None => text,
        }
    };
    sent.iter().map(request).collect()
}

fn misbehaved(mix: &[(String, f64)]) -> Vec<String> {
    let clients = mix.iter().map(|(name, share)| format!("{name} ({})", Unit::Ratio.show(*share)));
    let clients: Vec<String> = clients.collect();
    if clients.is_empty() { vec!["none".into()] } else { clients }
}

fn rates([before, after]: [String; 2]) -> String {
    format!(
        "The runs had different rates: before {before}, after {after}; growth per request can be compared, growth per \
         hour cannot."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::KeyUse;

    #[test]
    fn each_difference_has_its_sentence() {
        let get = |path: &str, share| SentRequest {
            method: "GET".into(),
            path: path.into(),
            body_bytes: 0,
            share: Some(share),
            keys: KeyUse::Next,
        };
        let post = SentRequest {
            method: "POST".into(),
            path: "/upload?to=*".into(),
            body_bytes: 2048,
            share: None,
            keys: KeyUse::Next,
        };
        let mix = vec![("hang-up".into(), 0.05), ("reset".into(), 0.02)];
        let six = || ["/a", "/b", "/c", "/d", "/e", "/f"].map(|path| get(path, 0.1)).to_vec();
        let rows = [
            (
                ComparisonNote::Requests([vec![post], vec![get("/", 0.75), get("/slow", 0.25)]]),
                "The runs drove different requests: before POST /upload?to=* with a body of 2.0 KiB, after GET / (75 %) \
                 and GET /slow (25 %).",
            ),
            (
                ComparisonNote::Requests([six(), vec![get("/", 1.0)]]),
                "The runs drove different requests: before GET /a (10 %), GET /b (10 %), GET /c (10 %), GET /d (10 %), \
                 GET /e (10 %) and 1 more, after GET / (100 %).",
            ),
            (
                ComparisonNote::Shapes([None, Some("ramp from 20/s to 80/s in 60 s".into())]),
                "Their loads had different shapes: before constant, after ramp from 20/s to 80/s in 60 s.",
            ),
            (
                ComparisonNote::Misbehaved([mix, Vec::new()]),
                "Different clients misbehaved: before hang-up (5 %) and reset (2 %), after none.",
            ),
            (
                ComparisonNote::RatesAsked([Rate::PerSecond(50.0), Rate::Max]),
                "The runs had different rates: before 50/s, after as fast as it went; growth per request can be compared, \
                 growth per hour cannot.",
            ),
            (
                ComparisonNote::RatesHeld([50.0, 30.0]),
                "The runs had different rates: before 50/s held, after 30/s held; growth per request can be compared, \
                 growth per hour cannot.",
            ),
            (
                ComparisonNote::Steady([240.0, 20.0]),
                "They were judged over different times: before 4 min of steady, after 20 s.",
            ),
        ];
        for (difference, sentence) in rows {
            assert_eq!(note(&difference), sentence);
        }
    }
}

//! Words that soak does not use, wherever its sources and documents speak: names, comments, sentences, help.

use std::fs;
use std::path::Path;

use super::source::{files_below, sources};

const WORDS: [&str; 6] = ["told", "nought", "whom", "whoever", "somebody", "nobody"];
const PHRASES: [&str; 4] = ["for want of", "stands there", "rather grows", "lets go"];

/// What documents avoid besides: sources have yet to.
const IN_DOCUMENTS: [&str; 4] = [" beside ", " as of ", "of its own", "looked at"];

/// Each of them in a text, with its line.
pub fn avoided(text: &str) -> Vec<String> {
    avoided_of(text, &[])
}

/// These phrases, too.
fn avoided_of(text: &str, more: &[&'static str]) -> Vec<String> {
    let lines = text.lines().enumerate().flat_map(|(i, line)| {
        let line = line.to_lowercase();
        let words = line.split(|c: char| !c.is_alphabetic()).filter(|word| WORDS.contains(word));
        let phrases = PHRASES.iter().chain(more).filter(|phrase| line.contains(**phrase));
        let all = words.chain(phrases.copied());
        all.map(|what| format!("{}: {what}", i + 1)).collect::<Vec<_>>()
    });
    lines.collect()
}

/// All of them: each with its room below src/, or with `tests` or `docs`: README, CHANGELOG, profiles and the like, too.
pub fn all_avoided() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = |path: &Path| path.starts_with("promises/house") || path == Path::new("promises/house.rs");
    let mut texts: Vec<(String, String, String)> = Vec::new();
    for file in sources() {
        texts.push((file.room().to_string(), file.name(), file.text));
    }
    for (path, text) in files_below("tests").into_iter().filter(|(path, _)| !own(path)) {
        texts.push(("tests".into(), path.display().to_string(), text));
    }
    let files = |dir: &str| fs::read_dir(root.join(dir)).unwrap().map(|entry| entry.unwrap().path());
    for path in files("").chain(files("docs")).chain(files("profiles")).chain(files("reports")) {
        if path.extension().is_some_and(|e| e == "md" || e == "toml") {
            texts.push(("docs".into(), path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    let found = texts.into_iter().flat_map(|(room, name, text)| {
        let more: &[&str] = if room == "docs" { &IN_DOCUMENTS } else { &[] };
        avoided_of(&text, more).into_iter().map(move |what| (room.clone(), format!("  {name}:{what}")))
    });
    found.collect()
}

//! The sources of soak as tokens: what a file says outside of comments, attributes and tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// One file below src/.
pub struct Source {
    /// Below src/: `judge/mod.rs`.
    pub path: PathBuf,
    pub text: String,
    /// `["judge", "verdict"]`; empty for lib.rs.
    pub module: Vec<String>,
    /// All that is compiled without tests; nothing in a file that only tests have.
    pub code: Vec<TokenTree>,
    /// The same with its tests.
    pub with_tests: Vec<TokenTree>,
}

impl Source {
    pub fn room(&self) -> &str {
        self.module.first().map_or("lib", |room| room)
    }

    pub fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// Every `.rs` file below a directory of the repository, relative to it.
pub fn files_below(dir: &str) -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()) {
            if entry.is_dir() && !entry.ends_with("target") {
                walk(&entry, into);
            } else if entry.extension().is_some_and(|e| e == "rs") {
                into.push(entry);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).unwrap();
        (file.strip_prefix(&root).unwrap().to_path_buf(), text)
    };
    files.into_iter().map(read).collect()
}

fn module_of(path: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod") || module == ["lib"] {
        module.pop();
    }
    module
}

/// The files below src/; main.rs is a program of another crate and not among them.
pub fn sources() -> Vec<Source> {
    parse(files_below("src").into_iter().filter(|(path, _)| path != Path::new("main.rs")).collect())
}

/// Parses files of a crate, given as paths and texts.
pub fn parse(files: Vec<(PathBuf, String)>) -> Vec<Source> {
    let mut parsed = Vec::new();
    let mut only_tests = BTreeSet::new();
    for (path, text) in files {
        let all: TokenStream = text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let module = module_of(&path);
        let mut tested = Vec::new();
        let code = outside_tests(all.clone(), &mut tested);
        only_tests.extend(tested.into_iter().map(|name| [module.as_slice(), &[name]].concat()));
        let with_tests = outside_attributes(all);
        parsed.push(Source { path, text, module, code, with_tests });
    }
    for file in &mut parsed {
        if (1..=file.module.len()).any(|n| only_tests.contains(&file.module[..n])) {
            file.code.clear();
        }
    }
    parsed
}

pub fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

pub fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

fn attribute(tokens: &[TokenTree]) -> Option<(&Group, usize)> {
    let [TokenTree::Punct(hash), rest @ ..] = tokens else { return None };
    if hash.as_char() != '#' {
        return None;
    }
    match rest {
        [TokenTree::Group(group), ..] if group.delimiter() == Delimiter::Bracket => Some((group, 2)),
        [TokenTree::Punct(inner), TokenTree::Group(group), ..] if inner.as_char() == '!' => Some((group, 3)),
        _ => None,
    }
}

/// `cfg(test)` and `cfg(all(test, …))`.
fn is_of_tests(attribute: &Group) -> bool {
    let text: String = attribute.stream().to_string().split_whitespace().collect();
    text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

fn outside_attributes(tokens: TokenStream) -> Vec<TokenTree> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if let Some((_, length)) = attribute(&tokens[at..]) {
            at += length;
            continue;
        }
        kept.push(match &tokens[at] {
            TokenTree::Group(group) => {
                let inside = outside_attributes(group.stream()).into_iter().collect();
                TokenTree::Group(Group::new(group.delimiter(), inside))
            }
            token => token.clone(),
        });
        at += 1;
    }
    kept
}

/// The same without what only tests compile; the names of modules among that are added to `tested`.
fn outside_tests(tokens: TokenStream, tested: &mut Vec<String>) -> Vec<TokenTree> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if let Some((group, length)) = attribute(&tokens[at..]) {
            at += length;
            if is_of_tests(group) {
                while let Some((_, length)) = attribute(&tokens[at..]) {
                    at += length;
                }
                let item = &tokens[at..];
                let import = item.iter().take(4).any(|token| is_ident(token, "use"));
                let ends = |token: &TokenTree| match token {
                    TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !import,
                    token => is_punct(Some(token), ';'),
                };
                let length = item.iter().position(ends).map_or(item.len(), |last| last + 1);
                if let Some(name) = item.windows(2).take(3).find(|pair| is_ident(&pair[0], "mod")) {
                    tested.push(name[1].to_string());
                }
                at += length;
            }
            continue;
        }
        kept.push(match &tokens[at] {
            TokenTree::Group(group) => {
                let inside = outside_tests(group.stream(), &mut Vec::new()).into_iter().collect();
                TokenTree::Group(Group::new(group.delimiter(), inside))
            }
            token => token.clone(),
        });
        at += 1;
    }
    kept
}

/// Every string literal among tokens, with the name of the macro or function that it is the first argument of.
pub fn strings(tokens: &[TokenTree]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut caller = String::new();
    collect_strings(tokens.iter().cloned(), &mut caller, &mut found);
    found
}

fn collect_strings(
    tokens: impl Iterator<Item = TokenTree>,
    caller: &mut str,
    found: &mut Vec<(String, String)>,
) {
    let mut last = String::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let mut caller = last.clone();
                collect_strings(group.stream().into_iter(), &mut caller, found);
            }
            TokenTree::Ident(ident) => last = ident.to_string(),
            TokenTree::Literal(literal) => {
                if let Some(text) = unquoted(&literal.to_string()) {
                    found.push((caller.to_string(), text));
                }
            }
            TokenTree::Punct(_) => {}
        }
    }
}

/// The text of a string literal as far as these tests ask: escapes stay, but a line that goes on is joined.
fn unquoted(literal: &str) -> Option<String> {
    if let Some(raw) = literal.strip_prefix('r') {
        return Some(raw.trim_matches('#').trim_matches('"').to_string());
    }
    let text = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut lines = text.split("\\\n");
    let mut joined = lines.next()?.to_string();
    lines.for_each(|line| joined.push_str(line.trim_start()));
    Some(joined)
}

/// How many of something each room has.
pub fn by_room(found: impl Iterator<Item = (String, String)>) -> BTreeMap<String, Vec<String>> {
    let mut rooms: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (room, what) in found {
        rooms.entry(room).or_default().push(what);
    }
    rooms
}

//! Which file uses which: `use` lines and paths, followed to the file that defines the name, as far as text tells.
//!
//! A name that a mod.rs passes on by `pub use` counts as a use of the file that it comes from, and passing it on is no
//! use by itself. Methods are not followed, since text does not say whose they are.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::source::{Source, is_ident, is_punct};

/// One name that a `use` line brings in.
struct Import {
    path: Vec<String>,
    /// The name that it has here; none for a glob.
    alias: Option<String>,
    public: bool,
}

/// What the text of a file says about names.
#[derive(Default)]
struct Names {
    imports: Vec<Import>,
    /// Names of modules declared here.
    modules: BTreeSet<String>,
    /// Names of items defined here.
    items: BTreeSet<String>,
    /// Paths of two names or more, outside of `use`.
    paths: BTreeSet<Vec<String>>,
    /// All single names outside of `use`.
    words: BTreeSet<String>,
}

pub struct Graph<'a> {
    sources: &'a [Source],
    names: Vec<Names>,
    by_module: BTreeMap<&'a [String], usize>,
}

/// From a file to those that it uses, each with a path that shows it.
pub type Edges = BTreeMap<usize, BTreeMap<usize, String>>;

/// Where a path leads: to a whole module, or to something that is defined in it.
#[derive(Clone, Copy)]
enum Place {
    Module(usize),
    Item(usize),
}

impl<'a> Graph<'a> {
    pub fn new(sources: &'a [Source]) -> Graph<'a> {
        let read = |source: &Source| {
            let mut names = Names::default();
            read_names(&source.code, 0, true, &mut names);
            names
        };
        let by_module = sources.iter().enumerate().map(|(i, source)| (source.module.as_slice(), i)).collect();
        Graph { sources, names: sources.iter().map(read).collect(), by_module }
    }

    fn child(&self, of: usize, name: &str) -> Option<usize> {
        let path = [self.sources[of].module.as_slice(), &[name.to_string()]].concat();
        self.by_module.get(path.as_slice()).copied()
    }

    fn parent(&self, of: usize) -> Option<usize> {
        let (_, above) = self.sources[of].module.split_last()?;
        self.by_module.get(above).copied()
    }

    /// What a path means in a file; none for a name of another crate.
    fn resolve(&self, from: usize, path: &[String], depth: usize) -> Option<Place> {
        if depth > 12 {
            return None;
        }
        let (mut at, mut rest) = (from, path);
        let first = rest.first()?;
        match first.as_str() {
            "crate" => (at, rest) = (*self.by_module.get(&[] as &[String])?, &rest[1..]),
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|name| name == "super") {
                    (at, rest) = (self.parent(at)?, &rest[1..]);
                }
            }
            name => {
                let here = &self.names[from];
                let known = here.modules.contains(name)
                    || here.items.contains(name)
                    || here.imports.iter().any(|i| i.alias.as_deref() == Some(name));
                if !known {
                    return self.by_globs(from, path, depth);
                }
            }
        }
        self.walk(at, rest, depth)
    }

    fn walk(&self, at: usize, rest: &[String], depth: usize) -> Option<Place> {
        let Some(name) = rest.first() else { return Some(Place::Module(at)) };
        if let Some(child) = self.child(at, name) {
            return self.walk(child, &rest[1..], depth);
        }
        let imports = &self.names[at].imports;
        if let Some(import) = imports.iter().find(|i| i.alias.as_ref() == Some(name)) {
            return match self.resolve(at, &import.path, depth + 1)? {
                Place::Module(module) => self.walk(module, &rest[1..], depth + 1),
                item => Some(item),
            };
        }
        if !self.names[at].items.contains(name)
            && let Some(place) = self.by_globs(at, rest, depth)
        {
            return Some(place);
        }
        Some(Place::Item(at))
    }

    /// What a path means by one of the `use …::*` of a file.
    fn by_globs(&self, at: usize, path: &[String], depth: usize) -> Option<Place> {
        if depth > 12 {
            return None;
        }
        let globs = self.names[at].imports.iter().filter(|import| import.alias.is_none());
        for glob in globs {
            let Some(Place::Module(module)) = self.resolve(at, &glob.path, depth + 1) else { continue };
            if module != at && self.has(module, path.first()?, depth + 1) {
                return self.walk(module, path, depth + 1);
            }
        }
        None
    }

    fn has(&self, module: usize, name: &String, depth: usize) -> bool {
        let names = &self.names[module];
        names.items.contains(name)
            || names.modules.contains(name)
            || names.imports.iter().any(|i| i.alias.as_ref() == Some(name))
            || self.by_globs(module, std::slice::from_ref(name), depth).is_some()
    }

    pub fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for (from, names) in self.names.iter().enumerate() {
            let mut add = |path: &[String]| {
                let Some(Place::Item(to)) = self.resolve(from, path, 0) else { return };
                if to != from && !self.sources[to].code.is_empty() {
                    edges.entry(from).or_default().entry(to).or_insert_with(|| path.join("::"));
                }
            };
            for import in &names.imports {
                match &import.alias {
                    Some(alias) if !import.public || names.words.contains(alias) => add(&import.path),
                    _ => {}
                }
            }
            names.paths.iter().for_each(|path| add(path));
            // a name that a glob brings in
            names.words.iter().for_each(|word| add(std::slice::from_ref(word)));
        }
        edges
    }

    /// The groups of files that use each other in a circle, each with its arrows.
    pub fn circles(&self) -> Vec<(Vec<usize>, Vec<String>)> {
        let edges = self.edges();
        let reach: Vec<BTreeSet<usize>> = (0..self.sources.len()).map(|i| reached(&edges, i)).collect();
        let (mut circles, mut done) = (Vec::new(), BTreeSet::new());
        for i in 0..self.sources.len() {
            if !reach[i].contains(&i) || done.contains(&i) {
                continue;
            }
            let circle: Vec<usize> = reach[i].iter().copied().filter(|j| reach[*j].contains(&i)).collect();
            let mut arrows = Vec::new();
            for from in &circle {
                for (to, path) in edges.get(from).into_iter().flatten().filter(|(to, _)| circle.contains(to))
                {
                    let (from, to) = (self.sources[*from].name(), self.sources[*to].name());
                    arrows.push(format!("  {from} -> {to}  ({path})"));
                }
            }
            done.extend(circle.iter().copied());
            circles.push((circle, arrows));
        }
        circles
    }
}

fn reached(edges: &Edges, from: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut next: Vec<usize> = edges.get(&from).into_iter().flat_map(BTreeMap::keys).copied().collect();
    while let Some(file) = next.pop() {
        if seen.insert(file) {
            next.extend(edges.get(&file).into_iter().flat_map(BTreeMap::keys));
        }
    }
    seen
}

/// Reads the tokens of a file; `inline` modules deep, where `super` means as many modules of the file itself.
fn read_names(tokens: &[TokenTree], inline: usize, top: bool, names: &mut Names) {
    const ITEMS: [&str; 8] = ["struct", "enum", "union", "const", "static", "type", "trait", "macro_rules"];
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(ident) if ident == "use" => {
                let end =
                    tokens[at..].iter().position(|t| is_punct(Some(t), ';')).map_or(tokens.len(), |n| at + n);
                let public = is_public(&tokens[..at]);
                let first = names.imports.len();
                read_use(&tokens[at + 1..end], Vec::new(), public, &mut names.imports);
                for import in &mut names.imports[first..] {
                    leave_inline(&mut import.path, inline);
                }
                at = end;
            }
            TokenTree::Ident(ident) if ident == "mod" && top => {
                let name = tokens.get(at + 1).map(ToString::to_string).unwrap_or_default();
                if let Some(TokenTree::Group(group)) = tokens.get(at + 2) {
                    let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                    names.items.insert(name);
                    read_names(&inside, inline + 1, true, names);
                    at += 2;
                } else {
                    names.modules.insert(name);
                    at += 1;
                }
            }
            TokenTree::Ident(_) if at > 0 && is_punct(tokens.get(at - 1), '\'') => {} // a lifetime
            TokenTree::Ident(ident) => {
                let word = ident.to_string();
                if ITEMS.contains(&word.as_str()) || (word == "fn" && top) {
                    let is_name =
                        |t: &&TokenTree| matches!(t, TokenTree::Ident(i) if i != "fn" && i != "mut");
                    let name = tokens[at + 1..].iter().find(is_name);
                    names.items.extend(name.map(ToString::to_string));
                }
                let (mut path, start) = (vec![word], at);
                while is_punct(tokens.get(at + 1), ':')
                    && is_punct(tokens.get(at + 2), ':')
                    && let Some(TokenTree::Ident(next)) = tokens.get(at + 3)
                {
                    path.push(next.to_string());
                    at += 3;
                }
                let field = start > 0 && is_punct(tokens.get(start - 1), '.');
                if path.len() > 1 {
                    leave_inline(&mut path, inline);
                    names.paths.insert(path);
                } else if !field {
                    names.words.extend(path);
                }
            }
            TokenTree::Group(group) => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                read_names(&inside, inline, false, names);
            }
            _ => {}
        }
        at += 1;
    }
}

/// Whether `pub` or `pub(…)` comes before.
fn is_public(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Ident(last)] => last == "pub",
        [.., word, TokenTree::Group(group)] => {
            group.delimiter() == Delimiter::Parenthesis && is_ident(word, "pub")
        }
        _ => false,
    }
}

/// A path as the file itself would write it, from modules so deep inside of it.
fn leave_inline(path: &mut Vec<String>, inline: usize) {
    for _ in 0..inline {
        if path.first().is_some_and(|name| name == "super") {
            path.remove(0);
        }
    }
    if inline > 0 && path.first().is_none_or(|name| name != "crate" && name != "super" && name != "self") {
        path.insert(0, "self".into());
    }
}

fn read_use(tokens: &[TokenTree], mut path: Vec<String>, public: bool, into: &mut Vec<Import>) {
    let mut at = 0;
    let mut alias = None;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(ident) if ident == "as" => {
                alias = tokens.get(at + 1).map(ToString::to_string);
                at += 1;
            }
            TokenTree::Ident(ident) if ident == "self" && !path.is_empty() => {}
            TokenTree::Ident(ident) => path.push(ident.to_string()),
            TokenTree::Group(group) => {
                for part in between_commas(group.stream()) {
                    read_use(&part, path.clone(), public, into);
                }
                return;
            }
            TokenTree::Punct(punct) if punct.as_char() == '*' => {
                into.push(Import { path, alias: None, public });
                return;
            }
            _ => {}
        }
        at += 1;
    }
    let alias = alias.or_else(|| path.last().cloned());
    into.push(Import { path, alias, public });
}

fn between_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let parts = tokens.split(|token| is_punct(Some(token), ','));
    parts.filter(|part| !part.is_empty()).map(<[_]>::to_vec).collect()
}

/// The rooms that a file names, in `use` lines and in paths alike, its tests included.
pub fn rooms_named(tokens: &[TokenTree]) -> BTreeSet<String> {
    let mut names = Names::default();
    read_names(tokens, 0, true, &mut names);
    let imports = names.imports.iter().map(|import| &import.path);
    let paths = imports.chain(&names.paths).filter(|path| path.first().is_some_and(|name| name == "crate"));
    paths.filter_map(|path| path.get(1).cloned()).collect()
}

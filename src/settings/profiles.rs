//! Load profiles: the built-in ones, and those that people keep in files of their own.

use std::path::Path;

use super::keys::Settings;
use crate::error::{Error, Result, io_reason, unknown_name};

/// A profile by its name, and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// What the run directory is named after: the built-in name, or the file's without its extension.
    pub name: String,
    /// What errors call it: its file, or `profile NAME`.
    pub source: String,
    /// The file's name without its directory, where it came from one.
    pub file: Option<String>,
    /// What it asks for.
    pub settings: Settings,
}

impl Profile {
    /// The profile that this text is, by this name; errors call it `source`.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn read(name: &str, source: &str, text: &str) -> Result<Profile> {
        let settings = Settings::from_toml(source, text)?;
        Ok(Profile { name: name.into(), source: source.into(), file: None, settings })
    }
}

/// A profile that is part of the binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// The name for --profile.
    pub name: &'static str,
    /// The file, as it stands in profiles/.
    pub text: &'static str,
}

/// The profiles that come with soak, the shortest first.
pub const BUILT_IN: [BuiltIn; 6] = [
    BuiltIn { name: "smoke", text: include_str!("../../profiles/smoke.toml") },
    BuiltIn { name: "ci", text: include_str!("../../profiles/ci.toml") },
    BuiltIn { name: "hostile", text: include_str!("../../profiles/hostile.toml") },
    BuiltIn { name: "incident", text: include_str!("../../profiles/incident.toml") },
    BuiltIn { name: "day", text: include_str!("../../profiles/day.toml") },
    BuiltIn { name: "overnight", text: include_str!("../../profiles/overnight.toml") },
];

impl BuiltIn {
    /// What it is for, in a line: the first comment of its file.
    pub fn about(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches('#').trim()
    }
}

/// The text of a built-in profile, for `soak profiles NAME`.
///
/// # Errors
/// When there is none of this name, with the nearest one.
pub fn built_in(name: &str) -> Result<BuiltIn> {
    BUILT_IN.into_iter().find(|profile| profile.name == name).ok_or_else(|| {
        let names = BUILT_IN.map(|profile| profile.name);
        Error::usage(unknown_name("profile", name, names))
    })
}

/// The profile that --profile means: a built-in name, else a TOML file.
///
/// # Errors
/// In one line: neither a name nor a file, a file that cannot be read, or one that is no profile.
pub fn find_profile(name_or_path: &str) -> Result<Profile> {
    let path = Path::new(name_or_path);
    if let Some(known) = BUILT_IN.iter().find(|profile| profile.name == name_or_path) {
        return Profile::read(known.name, &format!("profile {}", known.name), known.text);
    }
    let looks_like_a_file = path.components().count() > 1 || path.extension().is_some() || path.is_file();
    if !looks_like_a_file {
        return Err(match built_in(name_or_path) {
            Err(unknown) => Error::usage(format!("--profile: {unknown}, or a TOML file")),
            Ok(_) => Error::usage(format!("--profile: unknown profile '{name_or_path}'")),
        });
    }
    let text = std::fs::read_to_string(path)
        .map_err(|e| Error::usage(format!("--profile: {name_or_path}: {}", io_reason(&e))))?;
    let stem = path.file_stem().map_or_else(|| "profile".into(), |stem| stem.to_string_lossy());
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(Profile { file, ..Profile::read(&file_safe(&stem), name_or_path, &text)? })
}

/// The name becomes part of a directory's name.
fn file_safe(stem: &str) -> String {
    let fits = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = stem.chars().map(fits).collect();
    name.trim_start_matches(['.', '-']).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_profile_is_read_back_and_says_what_it_is_for() {
        for known in BUILT_IN {
            let profile = find_profile(known.name).unwrap();
            assert!(profile.settings.duration.is_some(), "{}", known.name);
            assert!(known.text.starts_with("# "), "{}", known.name);
            assert!(known.about().len() > 20, "{}", known.name);
        }
    }

    #[test]
    fn the_files_of_the_project_are_the_built_in_profiles() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        let mut names = BUILT_IN.map(|profile| profile.name);
        names.sort();
        assert_eq!(files, names);
    }

    #[test]
    fn a_file_is_found_by_its_path_and_named_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("night shift.toml");
        std::fs::write(&path, "rate = 20\n").unwrap();
        let profile = find_profile(path.to_str().unwrap()).unwrap();
        assert_eq!(profile.name, "night-shift");
        assert_eq!(profile.settings.rate, Some("20".into()));
    }

    #[test]
    fn what_is_not_a_profile_is_refused_in_a_line() {
        let line = find_profile("overnigth").unwrap_err().to_string();
        assert!(
            line.starts_with("--profile: unknown profile 'overnigth', did you mean 'overnight'?"),
            "{line}"
        );
        let line = find_profile("nowhere/x.toml").unwrap_err().to_string();
        assert!(line.starts_with("--profile: nowhere/x.toml: "), "{line}");
    }
}

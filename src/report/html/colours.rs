//! The colours of areas in the style of the page: those of the picture, so that both look the same.

use crate::evidence::AccountPart;
use crate::report::picture::{DARK, LIGHT, Palette, Tint};

/// How many greys groups of tasks have.
const GROUPS: usize = 4;

/// The name of a colour in the style.
pub fn colour_name(tint: Tint) -> String {
    match tint {
        Tint::Wrong => "wrong".into(),
        Tint::WrongSecond => "wrong-second".into(),
        Tint::Part(part) => {
            format!("part{}", AccountPart::STACKED.iter().position(|p| *p == part).unwrap_or(0))
        }
        Tint::Group(place) => format!("group{}", place % GROUPS),
    }
}

/// All of them as CSS, for light and dark ground.
pub fn style() -> String {
    let (light, dark) = (variables(&LIGHT), variables(&DARK));
    format!(":root {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n")
}

fn variables(palette: &Palette) -> String {
    let parts = AccountPart::STACKED.into_iter().map(Tint::Part);
    let all = [Tint::Wrong, Tint::WrongSecond].into_iter().chain(parts).chain((0..GROUPS).map(Tint::Group));
    let all: Vec<String> =
        all.map(|tint| format!("--{}: {};", colour_name(tint), tint.colour(palette))).collect();
    all.join(" ")
}

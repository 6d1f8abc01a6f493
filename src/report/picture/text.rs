//! Text: how wide it is, where it breaks, and the fonts that say so.
//!
//! Sizes are the em in pixels of the 1600 px wide picture, as in CSS. The font is Noto Sans (OFL 1.1), inside the
//! binary, so that a picture looks alike everywhere and what is measured is what is drawn.

use std::sync::OnceLock;

use crate::report::clean_text::clean_text;
use crate::report::lines::{hold_units, release};
use ab_glyph::{Font, FontRef, ScaleFont};

/// The two weights there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Most text.
    Regular,
    /// What matters.
    Bold,
}

/// The height of a line, in ems: one line's baseline to the next.
pub const LINE: f32 = 1.3;
/// What rises above the baseline, in ems; Noto Sans' capitals reach 0.71, accents a little more.
pub const ASCENT: f32 = 0.80;
/// What hangs below it, in ems.
pub const DESCENT: f32 = 0.24;

/// The font of a weight; none only if the bytes inside the binary were damaged.
pub fn font(weight: Weight) -> Option<&'static FontRef<'static>> {
    static FONTS: OnceLock<[Option<FontRef<'static>>; 2]> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        [notosans::REGULAR_TTF, notosans::BOLD_TTF].map(|bytes| FontRef::try_from_slice(bytes).ok())
    });
    fonts[weight as usize].as_ref()
}

/// ab_glyph scales by ascent and descent together; this is the scale at which an em has so many pixels.
pub fn scale(font: &FontRef<'_>, em: f32) -> f32 {
    match font.units_per_em() {
        Some(units) if units > 0.0 => em * font.height_unscaled() / units,
        _ => em,
    }
}

/// How wide a text is, in pixels, at an em of `size` pixels.
pub fn width(text: &str, size: f32, weight: Weight) -> f32 {
    let Some(font) = font(weight) else { return text.chars().count() as f32 * size * 0.6 };
    let scaled = font.as_scaled(scale(font, size));
    let mut before = None;
    let mut sum = 0.0;
    for c in text.chars() {
        let glyph = scaled.glyph_id(c);
        sum += scaled.h_advance(glyph) + before.map_or(0.0, |b| scaled.kern(b, glyph));
        before = Some(glyph);
    }
    sum
}

/// The text, cut at its end with an ellipsis where it would be wider than `max` pixels.
pub fn cut(text: &str, size: f32, weight: Weight, max: f32) -> String {
    if width(text, size, weight) <= max {
        return text.to_string();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while !kept.is_empty() {
        kept.pop();
        let candidate = format!("{}…", kept.iter().collect::<String>().trim_end());
        if width(&candidate, size, weight) <= max {
            return candidate;
        }
    }
    String::new()
}

/// The text, cut between two words where it would be wider than `max` pixels, inside one only if the first has no room.
fn cut_words(text: &str, size: f32, weight: Weight, max: f32) -> String {
    if width(text, size, weight) <= max {
        return text.to_string();
    }
    let ends = text.char_indices().rev().filter(|(_, c)| *c == ' ').map(|(i, _)| i);
    let mut shorter = ends.map(|end| format!("{} …", text[..end].trim_end_matches([' ', ',', ';', ':'])));
    shorter.find(|text| width(text, size, weight) <= max).unwrap_or_else(|| cut(text, size, weight, max))
}

/// The text cut at its beginning instead, where the end tells more: `…pipeline.(*FanOut).func1`.
pub fn cut_start(text: &str, size: f32, weight: Weight, max: f32) -> String {
    if width(text, size, weight) <= max {
        return text.to_string();
    }
    let starts = text.char_indices().map(|(i, _)| i).skip(1);
    let mut candidates = starts.map(|i| format!("…{}", text[i..].trim_start_matches([' ', '.', '/'])));
    candidates.find(|c| width(c, size, weight) <= max).unwrap_or_default()
}

/// As [`wrap`], with lines of nearly equal length, so that no lone word stands on the last.
pub fn balanced(text: &str, size: f32, weight: Weight, max: f32, lines: usize) -> Vec<String> {
    let wide = wrap(text, size, weight, max, lines);
    let cut_off = |lines: &[String]| lines.iter().any(|l| l.ends_with('…'));
    if wide.len() < 2 || cut_off(&wide) {
        return wide;
    }
    let mut best = wide;
    let mut narrow = max;
    while narrow > max / 3.0 {
        narrow -= max / 60.0;
        let tried = wrap(text, size, weight, narrow, lines);
        if tried.len() != best.len() || cut_off(&tried) {
            break;
        }
        best = tried;
    }
    best
}

/// The text in lines of at most `max` pixels, at most `lines` of them, none broken between a number and its unit; what
/// does not fit ends in an ellipsis.
pub fn wrap(text: &str, size: f32, weight: Weight, max: f32, lines: usize) -> Vec<String> {
    let text = hold_units(&clean_text(text));
    let mut out: Vec<String> = Vec::new();
    // each piece with what stands in front of it: nothing inside a word
    let in_word = |word| {
        let pieces = pieces(word, size, weight, max).into_iter().enumerate();
        pieces.map(|(i, piece)| (if i == 0 { " " } else { "" }, piece))
    };
    let mut words = text.split(' ').flat_map(in_word).peekable();
    while words.peek().is_some() && out.len() < lines {
        if out.len() + 1 == lines {
            let rest: String = words.by_ref().flat_map(|(before, piece)| [before, piece]).collect();
            out.push(cut_words(rest.trim_start(), size, weight, max));
            break;
        }
        let mut line = String::new();
        while let Some((before, piece)) = words.peek() {
            let longer =
                if line.is_empty() { (*piece).to_string() } else { format!("{line}{before}{piece}") };
            if width(&longer, size, weight) > max && !line.is_empty() {
                break;
            }
            line = longer;
            words.next();
        }
        out.push(cut(&line, size, weight, max));
    }
    out.retain(|line| !line.is_empty());
    out.into_iter().map(|line| release(&line)).collect()
}

/// A word in pieces that fit, should it be wider than a line; broken behind a slash or in front of a dot that begins a
/// name, where there is one.
fn pieces(mut word: &str, size: f32, weight: Weight, max: f32) -> Vec<&str> {
    let mut out = Vec::new();
    while width(word, size, weight) > max {
        let fits = |end: &usize| width(&word[..*end], size, weight) <= max;
        let ends: Vec<usize> = word.char_indices().map(|(i, c)| i + c.len_utf8()).take_while(fits).collect();
        let is_nice = |end: &&usize| {
            let (before, after) = word.split_at(**end);
            let mut next = after.chars();
            let names = |c: char| c.is_alphanumeric() || c == '(' || c == '_';
            before.ends_with(['/', '-'])
                || !before.ends_with('.') && next.next() == Some('.') && next.next().is_some_and(names)
        };
        let Some(end) = ends.iter().rev().find(is_nice).or(ends.last()).copied() else { break };
        out.push(&word[..end]);
        word = &word[end..];
    }
    out.push(word);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_are_there_and_bold_is_wider() {
        assert!(width("Memory grows", 24.0, Weight::Bold) > width("Memory grows", 24.0, Weight::Regular));
        let one = width("Memory grows", 24.0, Weight::Regular);
        assert!((width("Memory grows", 48.0, Weight::Regular) - 2.0 * one).abs() < 0.1);
    }

    #[test]
    fn every_sign_that_soak_prints_has_a_glyph() {
        for weight in [Weight::Regular, Weight::Bold] {
            let font = font(weight).unwrap();
            for c in "→·–×≤µ…−±≥↑".chars() {
                assert_ne!(font.glyph_id(c).0, 0, "{c}");
            }
        }
    }

    #[test]
    fn wrapped_lines_fit_and_lose_nothing_but_what_the_ellipsis_says() {
        let text =
            "Memory grows 3.4 KiB per request and one goroutine per request, and it does not stop at all";
        let lines = wrap(text, 36.0, Weight::Bold, 600.0, 9);
        assert!(lines.len() > 1);
        assert_eq!(lines.join(" "), text);
        assert!(lines.iter().all(|l| width(l, 36.0, Weight::Bold) <= 600.0));
        let short = wrap(text, 36.0, Weight::Bold, 600.0, 1);
        assert_eq!(short.len(), 1);
        assert!(short[0].ends_with('…') && width(&short[0], 36.0, Weight::Bold) <= 600.0);
    }

    #[test]
    fn a_word_longer_than_the_line_is_broken() {
        let lines = wrap(&"x".repeat(50), 24.0, Weight::Regular, 200.0, 9);
        assert!(lines.iter().all(|l| width(l, 24.0, Weight::Regular) <= 200.0));
        assert_eq!(lines.concat(), "x".repeat(50));
        let path = wrap("example.org/some/long/path/to/code", 24.0, Weight::Regular, 200.0, 9);
        assert!(path[0].ends_with('/'), "{path:?}");
    }

    #[test]
    fn balanced_lines_are_as_few_and_leave_no_word_alone() {
        let text = "Leak: memory grows 2.8 KiB and one goroutine per request; 512 MiB is reached in an hour";
        let lines = balanced(text, 38.0, Weight::Bold, 1528.0, 3);
        assert_eq!(lines.len(), wrap(text, 38.0, Weight::Bold, 1528.0, 3).len());
        assert_eq!(lines.join(" "), text);
        let wide: Vec<f32> = lines.iter().map(|l| width(l, 38.0, Weight::Bold)).collect();
        assert!(wide[1] > wide[0] * 0.6, "{wide:?}");
    }

    #[test]
    fn no_line_ends_between_a_number_and_its_unit() {
        let text = "native memory 1.7 MiB";
        let max = width("native memory 1.7", 23.0, Weight::Regular) + 4.0;
        assert_eq!(wrap(text, 23.0, Weight::Regular, max, 3), ["native memory", "1.7 MiB"]);
    }

    #[test]
    fn a_name_cut_at_its_start_keeps_its_end() {
        let cut = cut_start("github.com/example/service.(*Pool).run", 24.0, Weight::Bold, 260.0);
        assert!(cut.starts_with('…') && cut.ends_with("(*Pool).run"), "{cut}");
        assert!(width(&cut, 24.0, Weight::Bold) <= 260.0);
    }

    #[test]
    fn control_characters_do_not_reach_the_picture() {
        assert_eq!(clean_text("a\u{1b}[31m\n\tb"), "a [31m b");
    }
}

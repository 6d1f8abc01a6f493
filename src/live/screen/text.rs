//! Text that must fit.

/// The end of a text with as many characters as there is room for: of a function's name the end says most.
pub fn cut_front(text: &str, room: usize) -> String {
    let length = text.chars().count();
    if length <= room {
        return text.to_string();
    }
    let kept: String = text.chars().skip(length - room.saturating_sub(1)).collect();
    if room == 0 { String::new() } else { format!("…{kept}") }
}

/// The text with as many characters as there is room for.
pub fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_string();
    }
    let kept: String = text.chars().take(room.saturating_sub(1)).collect();
    if room == 0 { kept } else { kept + "…" }
}

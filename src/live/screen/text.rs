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

/// As many whole items of a line as there is room for, with ` · ` between them.
pub fn cut_items(text: &str, room: usize) -> String {
    let mut kept = String::new();
    for item in text.split(" · ") {
        let longer = if kept.is_empty() { item.to_string() } else { format!("{kept} · {item}") };
        if longer.chars().count() > room {
            break;
        }
        kept = longer;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_whole_or_left_out() {
        let cut = |room| cut_items("q quit · ? help · r request", room);
        assert_eq!(
            [cut(99), cut(26), cut(15), cut(2)],
            ["q quit · ? help · r request", "q quit · ? help", "q quit · ? help", ""]
        );
    }
}

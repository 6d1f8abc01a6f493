//! What explains a growth of resident memory away, in words.

use crate::findings::{Explanation, HeapRoom};
use crate::units::Unit;

/// The explanation, to follow a colon.
pub fn explanation(explanation: &Explanation) -> String {
    match explanation {
        Explanation::Garbage => {
            "live heap, stacks and native memory grow by nothing that counts: the rest is garbage not collected yet".into()
        }
        Explanation::LevelWorkers(observed) => {
            format!("each of {observed} workers is level until it is replaced: the total moves as they come and go")
        }
        Explanation::HeapHeadroom(room) => {
            format!("the live heap after collections is flat: the heap only grows up to {}", up_to(room))
        }
    }
}

/// "its limit of 96 MiB".
fn up_to(room: &HeapRoom) -> String {
    match room {
        HeapRoom::Limit(limit) => format!("its limit of {}", Unit::Bytes.show(*limit)),
        HeapRoom::Committed(had) => format!("the {} that it had", Unit::Bytes.show(*had)),
        HeapRoom::LiveHeap => "its bound".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: f64 = 1024.0;

    #[test]
    fn what_explains_a_climb_names_how_far_the_heap_may_grow() {
        let rows = [
            (HeapRoom::Limit(96.0 * KIB * KIB), "up to its limit of 96.0 MiB"),
            (HeapRoom::Committed(14.0 * KIB * KIB), "up to the 14.0 MiB that it had"),
            (HeapRoom::LiveHeap, "up to its bound"),
        ];
        for (room, end) in rows {
            let text = explanation(&Explanation::HeapHeadroom(room));
            assert!(
                text.starts_with("the live heap after collections is flat") && text.ends_with(end),
                "{text}"
            );
        }
    }
}

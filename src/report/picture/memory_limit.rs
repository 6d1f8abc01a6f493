//! The limit that memory will reach if it goes on, and when.

use super::fit::write;
use super::labels::Room;
use super::panel::{LABEL, Panel};
use super::scene::{Rect, Scene};
use super::stage::Stage;
use super::text::{ASCENT, DESCENT, Weight, width};
use crate::evidence::MemoryLimit;
use crate::wording::picture::forecast_limit;

/// Where memory would end, and when.
pub struct Limit {
    /// Where the limit is.
    pub bytes: f64,
    /// When it will be reached.
    pub text: String,
}

impl Limit {
    /// Written at the top left, where a line that grows is not, or else wherever there is room.
    pub fn label(&self, scene: &mut Scene, stage: &Stage<'_>, panel: &Panel, room: &mut Room) {
        let (wide, high) = (width(&self.text, LABEL, Weight::Bold), LABEL * (ASCENT + DESCENT));
        let corner = Rect::sized(panel.plot.left + 12.0, panel.plot.top + 5.0, wide, high);
        let heights = (0.0, panel.plot.bottom);
        let found = room.at(corner).or_else(|| room.above(wide, high, panel.plot.left, 900.0, heights));
        if let Some(rect) = found {
            write(scene, rect, &self.text, Weight::Bold, stage.theme.warn);
        }
    }
}

/// The first limit that a series which matters will reach; none where none does or the limit is not known.
pub fn memory_limit(stage: &Stage<'_>) -> Option<Limit> {
    let times = stage.findings.series.iter().filter(|s| s.material).find_map(|s| s.limit_at_s)?;
    let limit = MemoryLimit::find(stage.evidence)?;
    Some(Limit { bytes: limit.bytes, text: forecast_limit(&limit, times) })
}

//! The task panel: groups stacked, the blamed ones on top and named inside their own area; a plain line where there are
//! no groups.

use super::account::thinned;
use super::axis::Scale;
use super::edge_figure::{edge_label, end_in_tables};
use super::fit::write;
use super::labels::Room;
use super::marks::draw_marks;
use super::panel::{EdgeLabel, LABEL, Panel};
use super::scene::{Point, Rect, Scene};
use super::stage::Stage;
use super::task_stack::{Group, OTHERS, Tasks, brief, counted, end_of_groups, label, series_of};
use super::text::{ASCENT, DESCENT, LINE, Weight, cut_start, width, wrap};
use super::theme::Tint;
use super::trace::Trace;
use crate::evidence::{GroupKind, Series, SeriesId};
use crate::findings::Culprit;
use crate::report::clean_text::clean_text;
use crate::units::Unit;
use crate::wording::picture::describe_growth;

/// Paints the panel into `plot`; labels reach to `right`.
pub fn draw(tasks: Tasks<'_>, scene: &mut Scene, stage: &Stage<'_>, plot: Rect, right: f32) -> Panel {
    let what = tasks.counted_as(stage.evidence);
    match tasks {
        Tasks::Groups(kind, groups, rows) => {
            let end = end_of_groups(stage, kind, &rows);
            stacked(scene, stage, (plot, right), (&what, end), &groups, rows)
        }
        Tasks::Line(series) => line(scene, stage, (plot, right), &what, series),
    }
}

fn stacked(
    scene: &mut Scene,
    stage: &Stage<'_>,
    (plot, right): (Rect, f32),
    (what, end): (&str, Option<f64>),
    groups: &[Group<'_>],
    rows: Vec<(f64, Vec<f64>)>,
) -> Panel {
    let over = (stage.time.from, stage.time.to);
    let rows = thinned(rows, over, plot.width() as usize / 2);
    let top = rows.iter().filter_map(|r| r.1.last().copied()).fold(stage.tops.tasks, f64::max);
    let scale = Scale::new(Unit::Count, 0.0, top * 1.16, Panel::marks(plot.height()));
    let panel = Panel { plot, time: stage.time.clone(), scale };
    panel.ground(scene, stage.theme, &stage.phases);
    let edge = |i: usize| -> Vec<(f32, f32)> {
        rows.iter().map(|(t, tops)| (panel.x(*t), panel.y(tops[i]))).collect()
    };
    let any_blamed = groups.iter().any(|g| g.culprit.is_some());
    let mut labels = Vec::new();
    let tints = tints(groups);
    for (i, group) in groups.iter().enumerate().rev() {
        let colour = tints[i].colour(stage.theme);
        let upper = edge(i);
        let count = rows.last().map_or(0.0, |r| r.1[i] - if i == 0 { 0.0 } else { r.1[i - 1] });
        let below = if i == 0 { 0.0 } else { rows.last().map_or(0.0, |r| r.1[i - 1]) };
        scene.area(upper.iter().map(|(x, y)| (*x, *y, plot.bottom)).collect(), colour, 1.0);
        scene.line(upper, 1.5, stage.theme.paper);
        // who is blamed is named in the panel, and what cannot be seen needs no name
        let seen = panel.y(below) - panel.y(below + count) > 3.0;
        if seen && tints[i] != Tint::Wrong {
            labels.push(EdgeLabel {
                y: panel.y(below + count / 2.0),
                text: match group.name == OTHERS {
                    true => counted(count, OTHERS),
                    false => format!("{} {}", Unit::Count.show(count), group.brief),
                },
                weight: Weight::Regular,
                colour: if group.culprit.is_some() { stage.theme.warn } else { stage.theme.muted },
            });
        }
    }
    if let Some((_, tops)) = rows.last() {
        let total = tops.last().copied().unwrap_or(0.0);
        let text = edge_label(stage, Unit::Count, (end, total), |count| counted(count, what));
        labels.insert(
            0,
            EdgeLabel {
                y: panel.y(total),
                text,
                weight: Weight::Bold,
                colour: if any_blamed { stage.theme.warn } else { stage.theme.ink },
            },
        );
    }
    scene.line(edge(groups.len() - 1), 3.0, if any_blamed { stage.theme.warn } else { stage.theme.muted });
    let worst = tints.iter().position(|tint| *tint == Tint::Wrong);
    let mut named = false;
    if let Some((i, culprit)) = worst.and_then(|i| Some((i, groups[i].culprit?))) {
        named = true;
        let lower =
            if i == 0 { vec![(plot.left, plot.bottom), (plot.right, plot.bottom)] } else { edge(i - 1) };
        name(scene, stage, &panel, &groups[i].name, culprit, (&edge(i), &lower), &edge(groups.len() - 1));
    }
    if !named {
        draw_marks(scene, stage.theme, &panel, &stage.marks, &mut []);
    }
    panel.axes(scene, stage.theme);
    panel.label_right(scene, stage.theme, &labels, Rect { right, ..plot });
    panel
}

/// The colour of each group; the strongest is for the worst, which is on top.
pub fn tints(groups: &[Group<'_>]) -> Vec<Tint> {
    let worst = groups.iter().rposition(|group| group.culprit.is_some());
    let tint = |(i, group): (usize, &Group<'_>)| match group.culprit {
        None => Tint::Group(i),
        Some(_) if worst == Some(i) => Tint::Wrong,
        Some(_) => Tint::WrongSecond,
    };
    groups.iter().enumerate().map(tint).collect()
}

/// Names the culprit inside its own area, or else in the free room above all areas, and draws the marks, across which
/// no name may stand.
fn name(
    scene: &mut Scene,
    stage: &Stage<'_>,
    panel: &Panel,
    group: &str,
    culprit: &Culprit,
    (upper, lower): (&[Point], &[Point]),
    top: &[Point],
) {
    let plot = panel.plot;
    let mut within = Room::new(plot);
    within.occupy(upper);
    within.occupy(lower);
    let mut over = Room::new(plot);
    over.occupy(top);
    draw_marks(scene, stage.theme, panel, &stage.marks, &mut [&mut within, &mut over]);
    let heights = (0.0, plot.bottom);
    let mut place = |lines: &[String]| {
        let wide = lines.iter().map(|text| width(text, LABEL, Weight::Bold)).fold(0.0, f32::max);
        let high = LABEL * (ASCENT + DESCENT + LINE * (lines.len() as f32 - 1.0));
        let inside = within.inside(wide, high).map(|rect| (rect, stage.theme.on_warn));
        let above = || Some((over.above(wide, high, plot.left, plot.width(), heights)?, stage.theme.warn));
        inside.or_else(above)
    };
    let found =
        names(group, culprit, plot.width()).into_iter().find_map(|lines| Some((place(&lines)?, lines)));
    let Some(((rect, colour), lines)) = found else { return };
    for (i, text) in lines.iter().enumerate() {
        let top = rect.top + LABEL * LINE * i as f32;
        let row = Rect::sized(rect.left, top, rect.width(), LABEL * (ASCENT + DESCENT));
        write(scene, row, text, Weight::Bold, colour);
    }
}

/// How a culprit may be named in a plot so many pixels wide, in lines, the best first. The whole name if it goes
/// anywhere, first with the figure, then with its state below; else in several lines; else its end, since a package's
/// path tells less than its function; in the least room that alone.
fn names(group: &str, culprit: &Culprit, wide: f32) -> Vec<Vec<String>> {
    let second = describe_growth(culprit);
    let (alone, state) =
        (clean_text(&culprit.name), culprit.state.as_deref().map_or(String::new(), clean_text));
    let short = brief(&alone);
    let whole = [(group, &second[..]), (&alone, &state), (short, &state), (&alone, ""), (short, "")];
    let fits = |text: &str| width(text, LABEL, Weight::Bold) <= wide * 0.9;
    let whole = whole
        .into_iter()
        .filter(|(first, _)| fits(first))
        .map(|(first, text)| [first, text].map(String::from).into());
    let wrapped =
        [(short, &second[..]), (short, &state), (short, "")].into_iter().flat_map(|(first, text)| {
            [0.9, 0.7, 0.5].map(|share| {
                let lines = |text: &str| wrap(text, LABEL, Weight::Bold, wide * share, 3);
                [lines(first), lines(text)].concat()
            })
        });
    let wrapped = wrapped.filter(|lines: &Vec<String>| !lines.iter().any(|line| line.contains('…')));
    let cut = [(0.9, &second[..]), (0.6, &second), (0.45, &second), (0.3, &second), (0.6, ""), (0.3, "")];
    let cut = cut
        .into_iter()
        .map(|(share, text)| vec![cut_start(group, LABEL, Weight::Bold, wide * share), text.into()]);
    let all = whole.chain(wrapped).chain(cut);
    all.map(|lines: Vec<String>| lines.into_iter().filter(|line| !line.is_empty()).collect()).collect()
}

fn line(
    scene: &mut Scene,
    stage: &Stage<'_>,
    (plot, right): (Rect, f32),
    what: &str,
    series: &Series,
) -> Panel {
    let trace = Trace::new(&stage.evidence.recording.elapsed_s, &series.samples, &stage.breaks);
    let top = trace.range().map_or(0.0, |r| r.1).max(stage.tops.tasks);
    let scale = Scale::new(Unit::Count, 0.0, top * 1.16, Panel::marks(plot.height()));
    let panel = Panel { plot, time: stage.time.clone(), scale };
    let bad = stage.findings.blames(&series.id);
    let (fill, stroke) =
        if bad { (stage.theme.warn, stage.theme.warn) } else { (stage.theme.fill, stage.theme.muted) };
    panel.ground(scene, stage.theme, &stage.phases);
    let mut drawn: Vec<(f32, f32)> = Vec::new();
    for piece in panel.lines(&trace) {
        scene.area(piece.iter().map(|(x, y)| (*x, *y, plot.bottom)).collect(), fill, 1.0);
        drawn.extend(&piece);
        scene.line(piece, 3.0, stroke);
    }
    let counts = |culprit: &&Culprit| match culprit.group_kind() {
        Some(GroupKind::Task) => matches!(series.id, SeriesId::TokioTasks | SeriesId::Tasks),
        Some(kind) => series_of(kind).as_ref() == Some(&series.id),
        None => false,
    };
    match stage.findings.culprits.iter().find(counts) {
        Some(culprit) if bad => {
            let floor = [(plot.left, plot.bottom), (plot.right, plot.bottom)];
            let group = label(&culprit.name, culprit.state.as_deref());
            name(scene, stage, &panel, &group, culprit, (&drawn, &floor), &drawn);
        }
        _ => draw_marks(scene, stage.theme, &panel, &stage.marks, &mut []),
    }
    panel.axes(scene, stage.theme);
    if let Some((_, value)) = trace.last() {
        let end = end_in_tables(stage, &series.id);
        let text = edge_label(stage, Unit::Count, (end, value), |count| counted(count, what));
        let label = EdgeLabel {
            y: panel.y(value),
            text,
            weight: Weight::Bold,
            colour: if bad { stage.theme.warn } else { stage.theme.ink },
        };
        panel.label_right(scene, stage.theme, &[label], Rect { right, ..plot });
    }
    panel
}

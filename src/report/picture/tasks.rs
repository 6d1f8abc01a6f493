//! The task panel: groups stacked, the blamed ones on top and named inside their own area; a plain line where nobody
//! tells groups.

use std::collections::HashMap;

use super::account::thinned;
use super::axis::Scale;
use super::fit::write;
use super::labels::Room;
use super::panel::{EdgeLabel, LABEL, Panel};
use super::scene::{Point, Rect, Scene};
use super::stage::{Stage, guilty};
use super::text::{ASCENT, DESCENT, LINE, Weight, clean, cut_start, width};
use super::theme::Rgb;
use super::timeline::draw_marks;
use super::trace::Trace;
use crate::evidence::{GroupKind, Series};
use crate::findings::Culprit;
use crate::units::Unit;

/// What the panel is drawn from.
#[derive(Debug)]
pub enum Tasks<'a> {
    /// Groups of tasks, stacked.
    Groups(GroupKind, Vec<Group<'a>>, Vec<(f64, Vec<f64>)>),
    /// A count without groups.
    Line(&'a Series),
}

/// One area of the stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<'a> {
    /// Its name with its state.
    pub name: String,
    /// Its name without state and package path, for the edge.
    pub brief: String,
    /// Who is blamed for it, if anybody is.
    pub culprit: Option<&'a Culprit>,
}

/// How many groups that nobody is blamed for have an area of their own.
const SHOWN: usize = 3;

impl<'a> Tasks<'a> {
    /// What there is: groups of goroutines, tasks or threads, else the best count, else nothing.
    pub fn find(stage: &Stage<'a>) -> Option<Tasks<'a>> {
        let kinds = [GroupKind::Goroutine, GroupKind::Task, GroupKind::Thread];
        kinds.into_iter().find_map(|kind| Tasks::grouped(stage, kind)).or_else(|| {
            let names = ["goroutines", "tokio_tasks", "tasks", "threads"];
            let recording = &stage.evidence.recording;
            names.iter().find_map(|n| recording.series(*n).filter(|s| !s.is_empty())).map(Tasks::Line)
        })
    }

    fn grouped(stage: &Stage<'a>, kind: GroupKind) -> Option<Tasks<'a>> {
        let evidence = stage.evidence;
        let cells = || evidence.groups.iter().filter(|c| c.kind == kind);
        let mut most: HashMap<&str, f64> = HashMap::new();
        for cell in cells() {
            let top = most.entry(cell.group.as_str()).or_default();
            *top = top.max(cell.count);
        }
        let named = |id: &str| evidence.group_names.iter().find(|g| g.id == id);
        let blamed = |id: &str| {
            let group = named(id)?;
            stage.findings.culprits.iter().find(|c| c.name == group.name && c.state == group.state)
        };
        let mut ids: Vec<&str> = most.keys().copied().filter(|id| *id != "@others").collect();
        ids.sort_by(|a, b| most[b].total_cmp(&most[a]).then(a.cmp(b)));
        let (guilty, calm): (Vec<&str>, Vec<&str>) = ids.into_iter().partition(|id| blamed(id).is_some());
        let mut guilty: Vec<&str> = guilty;
        guilty.sort_by_key(|id| std::cmp::Reverse(blamed(id).map_or(u32::MAX, |c| c.rank)));

        // from the bottom up: all others, the calm ones, those to blame with the worst on top
        let mut groups = vec![Group { name: "others".into(), brief: "others".into(), culprit: None }];
        let mut place: HashMap<&str, usize> = HashMap::new();
        for id in calm.iter().take(SHOWN).rev().chain(&guilty) {
            place.insert(id, groups.len());
            let group = named(id);
            let name = group.map_or_else(|| clean(id), |g| label(&g.name, g.state.as_deref()));
            let brief = group.map_or_else(|| clean(id), |g| brief(&clean(&g.name)).to_string());
            groups.push(Group { name, brief, culprit: blamed(id) });
        }
        let mut rows: Vec<(f64, Vec<f64>)> = Vec::new();
        for cell in cells() {
            if rows.last().is_none_or(|(t, _)| *t != cell.elapsed_s) {
                rows.push((cell.elapsed_s, vec![0.0; groups.len()]));
            }
            if let Some((_, counts)) = rows.last_mut() {
                counts[place.get(cell.group.as_str()).copied().unwrap_or(0)] += cell.count;
            }
        }
        for (_, counts) in &mut rows {
            let mut sum = 0.0;
            counts.iter_mut().for_each(|c| {
                sum += *c;
                *c = sum;
            });
        }
        (rows.len() > 1).then_some(Tasks::Groups(kind, groups, rows))
    }

    /// How many there were at most.
    pub fn top(&self) -> f64 {
        match self {
            Tasks::Groups(_, _, rows) => rows.iter().filter_map(|r| r.1.last().copied()).fold(0.0, f64::max),
            Tasks::Line(series) => series.samples.iter().filter_map(|v| v.get()).fold(0.0, f64::max),
        }
    }

    /// What the panel counts, for its title.
    pub fn title(&self) -> String {
        match self {
            Tasks::Groups(GroupKind::Goroutine, ..) => "Goroutines".into(),
            Tasks::Groups(GroupKind::Thread, ..) => "Threads".into(),
            Tasks::Groups(..) => "Tasks".into(),
            Tasks::Line(series) => match series.id.name() {
                "goroutines" => "Goroutines".into(),
                "threads" => "Threads".into(),
                _ => "Tasks".into(),
            },
        }
    }

    /// Paints the panel into `plot`; labels reach to `right`.
    pub fn draw(self, scene: &mut Scene, stage: &Stage<'_>, plot: Rect, right: f32) -> Panel {
        let what = self.title().to_lowercase();
        match self {
            Tasks::Groups(_, groups, rows) => stacked(scene, stage, (plot, right), &what, &groups, rows),
            Tasks::Line(series) => line(scene, stage, (plot, right), &what, series),
        }
    }
}

/// A name without the path of its package: `net/http.(*conn).serve` is known as `http.(*conn).serve`.
fn brief(name: &str) -> &str {
    let path = name.find(['(', '[', ' ']).unwrap_or(name.len());
    name[..path].rfind('/').map_or(name, |slash| &name[slash + 1..])
}

fn label(name: &str, state: Option<&str>) -> String {
    match state {
        Some(state) => clean(&format!("{name} · {state}")),
        None => clean(name),
    }
}

fn stacked(
    scene: &mut Scene,
    stage: &Stage<'_>,
    (plot, right): (Rect, f32),
    what: &str,
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
    let mut wrong = 0;
    let mut blamed: Vec<(usize, Rgb)> = Vec::new();
    for (i, group) in groups.iter().enumerate().rev() {
        let colour = match (group.culprit.is_some(), wrong) {
            (false, _) => stage.theme.groups[i % stage.theme.groups.len()],
            (true, 0) => stage.theme.warn,
            (true, _) => stage.theme.warn_second,
        };
        if group.culprit.is_some() {
            wrong += 1;
            blamed.push((i, colour));
        }
        let upper = edge(i);
        let count = rows.last().map_or(0.0, |r| r.1[i] - if i == 0 { 0.0 } else { r.1[i - 1] });
        let below = if i == 0 { 0.0 } else { rows.last().map_or(0.0, |r| r.1[i - 1]) };
        scene.area(upper.iter().map(|(x, y)| (*x, *y, plot.bottom)).collect(), colour, 1.0);
        scene.line(upper, 1.5, stage.theme.paper);
        // who is blamed is named in the panel, and what cannot be seen needs no name
        let seen = panel.y(below) - panel.y(below + count) > 3.0;
        if seen && (group.culprit.is_none() || wrong > 1) {
            labels.push(EdgeLabel {
                y: panel.y(below + count / 2.0),
                text: format!("{} {}", Unit::Count.show(count), group.brief),
                weight: Weight::Regular,
                colour: if group.culprit.is_some() { stage.theme.warn } else { stage.theme.muted },
            });
        }
    }
    if let Some((_, tops)) = rows.last() {
        let total = tops.last().copied().unwrap_or(0.0);
        labels.insert(
            0,
            EdgeLabel {
                y: panel.y(total),
                text: format!("{} {what}", Unit::Count.show(total)),
                weight: Weight::Bold,
                colour: if any_blamed { stage.theme.warn } else { stage.theme.ink },
            },
        );
    }
    scene.line(edge(groups.len() - 1), 3.0, if any_blamed { stage.theme.warn } else { stage.theme.muted });
    let mut named = false;
    for (i, _) in blamed.into_iter().take(1) {
        if let Some(culprit) = groups[i].culprit {
            named = true;
            let lower =
                if i == 0 { vec![(plot.left, plot.bottom), (plot.right, plot.bottom)] } else { edge(i - 1) };
            name(scene, stage, &panel, &groups[i].name, culprit, (&edge(i), &lower), &edge(groups.len() - 1));
        }
    }
    if !named {
        draw_marks(scene, stage.theme, &panel, &stage.marks, &mut []);
    }
    panel.axes(scene, stage.theme);
    panel.label_right(scene, stage.theme, &labels, Rect { right, ..plot });
    panel
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
    let figure = culprit.per_request.map(|each| {
        let each = if each >= 0.1 { format!("{each:.2}") } else { Unit::Count.show(each) };
        format!("{each} per request")
    });
    let second = [figure, culprit.proven.then(|| "proven by the runtime".to_string())];
    let second = second.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let plot = panel.plot;
    let mut within = Room::new(plot);
    within.occupy(upper);
    within.occupy(lower);
    let mut over = Room::new(plot);
    over.occupy(top);
    draw_marks(scene, stage.theme, panel, &stage.marks, &mut [&mut within, &mut over]);
    let heights = (0.0, plot.bottom);
    let mut place = |first: &str, share: f32, second: &str| {
        let first = cut_start(first, LABEL, Weight::Bold, plot.width() * share);
        let wide = width(&first, LABEL, Weight::Bold).max(width(second, LABEL, Weight::Bold));
        let lines = if second.is_empty() { 1.0 } else { 2.0 };
        let high = LABEL * (ASCENT + DESCENT + LINE * (lines - 1.0));
        let inside = within.inside(wide, high).map(|rect| (rect, stage.theme.on_warn));
        let far = plot.width();
        let above = || Some((over.above(wide, high, plot.left, far, heights)?, stage.theme.warn));
        inside.or_else(above).map(|(rect, colour)| (rect, colour, first, second.to_string()))
    };
    // the whole name if it goes anywhere, first with the figure, then with its state below; else its end, since a
    // package's path tells less than its function; in the least room that alone
    let (alone, state) = (clean(&culprit.name), culprit.state.as_deref().map_or(String::new(), clean));
    let short = brief(&alone);
    let whole = [(group, &second[..]), (&alone, &state), (short, &state), (&alone, ""), (short, "")];
    let fits = |text: &str| width(text, LABEL, Weight::Bold) <= plot.width() * 0.9;
    let cut = [(0.9, &second[..]), (0.6, &second), (0.45, &second), (0.3, &second), (0.6, ""), (0.3, "")];
    let whole = whole.into_iter().filter(|(first, _)| fits(first)).map(|(first, text)| (first, 1.0, text));
    let cut = cut.into_iter().map(|(share, text)| (group, share, text));
    let mut tries = whole.chain(cut);
    let Some((rect, colour, first, second)) =
        tries.find_map(|(first, share, text)| place(first, share, text))
    else {
        return;
    };
    let wide = rect.width();
    let line = LABEL * (ASCENT + DESCENT);
    write(scene, Rect::sized(rect.left, rect.top, wide, line), &first, Weight::Bold, colour);
    let next = Rect::sized(rect.left, rect.bottom - line, wide, line);
    write(scene, next, &second, Weight::Bold, colour);
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
    let bad = guilty(stage.findings, series.id.name());
    let (fill, stroke) =
        if bad { (stage.theme.warn, stage.theme.warn) } else { (stage.theme.fill, stage.theme.muted) };
    panel.ground(scene, stage.theme, &stage.phases);
    let mut drawn: Vec<(f32, f32)> = Vec::new();
    for piece in panel.lines(&trace) {
        scene.area(piece.iter().map(|(x, y)| (*x, *y, plot.bottom)).collect(), fill, 1.0);
        drawn.extend(&piece);
        scene.line(piece, 3.0, stroke);
    }
    let kinds = ["goroutine", "task", "thread"];
    match stage.findings.culprits.iter().find(|c| kinds.contains(&c.kind.as_str())) {
        Some(culprit) if bad => {
            let floor = [(plot.left, plot.bottom), (plot.right, plot.bottom)];
            let group = label(&culprit.name, culprit.state.as_deref());
            name(scene, stage, &panel, &group, culprit, (&drawn, &floor), &drawn);
        }
        _ => draw_marks(scene, stage.theme, &panel, &stage.marks, &mut []),
    }
    panel.axes(scene, stage.theme);
    if let Some((_, value)) = trace.last() {
        let label = EdgeLabel {
            y: panel.y(value),
            text: format!("{} {what}", Unit::Count.show(value)),
            weight: Weight::Bold,
            colour: if bad { stage.theme.warn } else { stage.theme.ink },
        };
        panel.label_right(scene, stage.theme, &[label], Rect { right, ..plot });
    }
    panel
}

//! Which groups are one culprit: goroutines by who creates them, else by their root; all else by name.

use std::collections::{BTreeMap, HashMap};

use crate::evidence::{CodeOwner, Evidence, Frame, GroupKind, TaskGroup};

/// Groups that stand or fall together.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// What is counted.
    pub kind: GroupKind,
    /// Its groups, at least one.
    pub members: Vec<TaskGroup>,
    /// Who starts them, where that is known and the same for all.
    pub created_by: Option<Frame>,
}

/// All families of a run, in a fixed order.
pub fn families(evidence: &Evidence) -> Vec<Family> {
    let mut groups: BTreeMap<(String, String), TaskGroup> = BTreeMap::new();
    let reported = evidence.group_names.iter();
    let all = reported.chain(evidence.snapshots.iter().flat_map(|snapshot| &snapshot.groups));
    // sums of what is not distinguished, and soak's own connections, are not a candidate
    for group in all.filter(|group| !group.id.starts_with('@')) {
        let known = groups.entry((group.kind.to_string(), group.id.clone())).or_insert_with(|| group.clone());
        // a later snapshot may know the creator of a group that was described without
        if known.created_by.is_none() {
            known.created_by.clone_from(&group.created_by);
        }
    }
    for count in &evidence.groups {
        // counted and never described: its id is all there is
        if !count.group.starts_with('@') {
            groups
                .entry((count.kind.to_string(), count.group.clone()))
                .or_insert_with(|| nameless(count.kind, &count.group));
        }
    }
    let mut creators: HashMap<String, Option<Frame>> = HashMap::new();
    for group in groups.values() {
        if let (Some(root), Some(creator)) = (own_root(group), &group.created_by) {
            let known = creators.entry(root.func.clone()).or_insert_with(|| Some(creator.clone()));
            if known.as_ref().is_some_and(|known| known.func != creator.func) {
                *known = None;
            }
        }
    }
    let mut families: BTreeMap<(String, String), Family> = BTreeMap::new();
    for ((kind, _), group) in groups {
        let creator =
            group.created_by.clone().or_else(|| creators.get(&own_root(&group)?.func).cloned().flatten());
        let key = (kind, key(&group, creator.as_ref()));
        let family = families.entry(key).or_insert_with(|| Family {
            kind: group.kind,
            members: Vec::new(),
            created_by: creator.clone(),
        });
        if family.created_by.is_none() {
            family.created_by = creator;
        }
        family.members.push(group);
    }
    families.into_values().collect()
}

fn nameless(kind: GroupKind, id: &str) -> TaskGroup {
    TaskGroup { id: id.into(), kind, name: id.into(), state: None, stack: Vec::new(), created_by: None }
}

/// The outermost frame that is not the runtime's: the function that was started.
fn root(group: &TaskGroup) -> Option<&Frame> {
    group.stack.iter().rev().find(|frame| frame.owner() != CodeOwner::Runtime)
}

/// The same where it is the service's own: a library's is started from anywhere.
fn own_root(group: &TaskGroup) -> Option<&Frame> {
    root(group).filter(|frame| frame.owner() == CodeOwner::Own)
}

/// What the members of a family have in common. Where neither creator nor root is the service's own code (handlers
/// below a server's loop, idle connections) it is the frame they are named after.
fn key(group: &TaskGroup, creator: Option<&Frame>) -> String {
    if group.kind != GroupKind::Goroutine {
        return group.name.clone();
    }
    // `main.main` starts whatever a program consists of: that two things share it says nothing
    let telling = |frame: &&Frame| frame.owner() == CodeOwner::Own && frame.func != "main.main";
    match creator.filter(telling).or_else(|| own_root(group)) {
        Some(frame) => enclosing(&frame.func).to_string(),
        None => group.name.clone(),
    }
}

/// The function that encloses a closure, as Go names them: `main.serve` of `main.serve.func1.2` and of
/// `main.serve.gowrap1`. Two closures of one function started by it are as much one bug as with its name as creator.
/// Those of `main.main` stay apart.
fn enclosing(function: &str) -> &str {
    let mut name = function;
    while let Some((before, last)) = name.rsplit_once('.') {
        let digits = ["func", "gowrap", "deferwrap", ""].iter().find_map(|word| last.strip_prefix(word));
        let numbered = digits.is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()));
        if !numbered || before == "main.main" {
            break;
        }
        name = before;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::GroupCount;

    fn frame(func: &str) -> Frame {
        Frame { func: func.into(), file: None, line: None }
    }

    fn group(id: &str, stack: &[&str], created_by: Option<&str>) -> TaskGroup {
        TaskGroup {
            id: id.into(),
            kind: GroupKind::Goroutine,
            name: stack[0].into(),
            state: None,
            stack: stack.iter().map(|func| frame(func)).collect(),
            created_by: created_by.map(frame),
        }
    }

    fn grouped(groups: Vec<TaskGroup>) -> Vec<Vec<String>> {
        let evidence = Evidence { group_names: groups, ..Evidence::default() };
        let ids = |family: Family| family.members.into_iter().map(|group| group.id).collect();
        families(&evidence).into_iter().map(ids).collect()
    }

    #[test]
    fn closures_belong_to_the_function_around_them() {
        assert_eq!(enclosing("main.serve.func1.2"), "main.serve");
        assert_eq!(enclosing("main.(*T).run.gowrap1"), "main.(*T).run");
        assert_eq!(enclosing("main.funcs"), "main.funcs");
        assert_eq!(enclosing("main.main.func2"), "main.main.func2");
    }

    #[test]
    fn stacks_with_one_creator_are_one_culprit() {
        let groups = vec![
            group("a", &["main.produce", "main.loop"], Some("main.handle")),
            group("b", &["main.consume"], Some("main.handle")),
            group("c", &["main.other"], Some("main.elsewhere")),
            // above 2,000 no dump names creators: the closure's name does
            group("d", &["main.handle.func3"], None),
        ];
        assert_eq!(grouped(groups), [vec!["c".to_string()], vec!["a".into(), "b".into(), "d".into()]]);
    }

    #[test]
    fn a_creator_learned_early_holds_for_the_same_root() {
        let groups = vec![
            group("a", &["main.wait", "main.loop"], Some("main.handle")),
            group("b", &["main.send", "main.loop"], None),
        ];
        assert_eq!(grouped(groups).len(), 1);
    }

    #[test]
    fn handlers_of_one_server_are_not_one_culprit_nor_is_what_main_starts() {
        let serve = "net/http.(*conn).serve";
        let groups = vec![
            group("a", &["main.slow", serve], Some("net/http.(*Server).Serve")),
            group("b", &["main.stuck", serve], Some("net/http.(*Server).Serve")),
            group("c", &["main.sweep"], Some("main.main")),
            group("d", &["main.poll"], Some("main.main")),
        ];
        assert_eq!(grouped(groups).len(), 4);
    }

    #[test]
    fn what_was_counted_and_never_described_has_its_id() {
        let row =
            |group: &str| GroupCount { elapsed_s: 0.0, kind: GroupKind::Fd, group: group.into(), count: 1.0 };
        let evidence = Evidence { groups: vec![row("sockets"), row("@others")], ..Evidence::default() };
        let families = families(&evidence);
        assert_eq!(families.len(), 1);
        assert_eq!(families[0].members[0].name, "sockets");
    }
}

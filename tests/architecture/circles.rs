//! Circles among the children of a module.

use std::collections::{BTreeMap, BTreeSet};

use crate::names::Arrow;
use crate::source::{Names, Program};

/// The circles among the children of each module, each with all modules inside. Children use what
/// their own parent holds, and it uses them: that is not a circle among them.
pub(crate) fn circles(
    program: &Program,
    arrows: &BTreeSet<Arrow>,
) -> Vec<(Names, BTreeSet<String>)> {
    let mut found = Vec::new();
    for folder in program.modules.keys() {
        let name_in = |names: &Names| {
            names
                .starts_with(folder)
                .then(|| names.get(folder.len()).cloned())
                .flatten()
        };
        let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in arrows {
            if let (Some(from), Some(to)) = (name_in(from), name_in(to))
                && from != to
            {
                uses.entry(from).or_default().insert(to);
            }
        }
        let mut left: BTreeSet<&String> = uses.keys().collect();
        while let Some(name) = left.pop_first() {
            let reached = reach(&uses, name);
            let circle: BTreeSet<String> = reached
                .iter()
                .filter(|it| reach(&uses, it).contains(name))
                .cloned()
                .collect();
            if circle.contains(name) {
                left.retain(|it| !circle.contains(*it));
                found.push((folder.clone(), circle));
            }
        }
    }
    found
}

/// All that can be reached from a name.
fn reach(uses: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from.to_owned()];
    while let Some(name) = next.pop() {
        for to in uses.get(&name).into_iter().flatten() {
            if reached.insert(to.clone()) {
                next.push(to.clone());
            }
        }
    }
    reached
}

//! Circles among the children of a module.

use std::collections::{BTreeMap, BTreeSet};

use crate::arrows::{Arrows, Place};
use crate::source::{Names, Program};

/// The circles among the children and bodies of each module, each with all modules inside. A module
/// that declares children, exports what they have and has fields of their types is not a circle with
/// them.
pub(crate) fn circles(program: &Program, arrows: &Arrows) -> Vec<(Names, BTreeSet<String>)> {
    let mut found = Vec::new();
    for folder in program.modules.keys() {
        let name_in = |(module, body): &Place| match module.strip_prefix(&folder[..])? {
            [child, ..] => Some(child.clone()),
            [] => body.as_ref().map(|it| format!("{it}()")),
        };
        let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in &arrows.places {
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
            }
            // What bodies of one module do with each other is their own matter.
            if circle.iter().any(|it| !it.ends_with("()")) {
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

//! Where names lead.

use std::collections::BTreeSet;

use crate::source::{Names, Program};
use crate::tokens::ANY;

/// Where names lead, of which one may mean several things.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    /// Modules, and which names are left for each to give a meaning to.
    pub(crate) places: BTreeSet<(Names, Names)>,
    /// Crates that are not part of the program.
    pub(crate) foreign: BTreeSet<String>,
}

impl Ends {
    /// Of names in a module.
    pub(crate) fn of(program: &Program, module: &Names, names: &[String]) -> Self {
        let mut walk = Walk {
            program,
            from: module,
            ends: Self::default(),
            seen: BTreeSet::new(),
        };
        walk.begin(module, names, None);
        walk.ends
    }
}

/// Longer than any path: `use own::own` begins with what it brings, again and again.
const LONGEST: usize = 16;

struct Walk<'a> {
    program: &'a Program,
    /// The module in which the names stand.
    from: &'a Names,
    ends: Ends,
    seen: BTreeSet<(Names, Names, Option<usize>)>,
}

impl Walk<'_> {
    /// Follows names that stand in a module. `left`: how many of them there were when a module was
    /// searched that has all names of another one, so that they may not be there.
    fn begin(&mut self, module: &Names, names: &[String], left: Option<usize>) {
        let Some((first, rest)) = names.split_first() else {
            return;
        };
        let is_new = self.seen.insert((module.clone(), names.to_vec(), left));
        if !is_new || names.len() > LONGEST {
            return;
        }
        let (root, parent) = (self.program.root(module), self.program.parent(module));
        match &**first {
            "" => self.begin_in_crate(rest, left),
            "crate" => self.walk(&root, rest, left),
            ANY => {
                let crates = self.program.crates.iter().map(|it| vec![it.clone()]);
                for at in crates.chain([root, parent]) {
                    self.walk(&at, rest, Some(rest.len()));
                }
                self.walk(module, names, Some(names.len()));
            }
            _ => {
                self.walk(module, names, left);
                self.begin_in_crate(names, left);
            }
        }
    }

    /// Follows names of which the first may be that of a crate.
    fn begin_in_crate(&mut self, names: &[String], left: Option<usize>) {
        let Some((first, rest)) = names.split_first() else {
            return;
        };
        if self.program.crates.contains(first) {
            self.walk(&vec![first.clone()], rest, left);
        } else if self.program.foreign.contains(first) {
            self.ends.foreign.insert(first.clone());
        }
    }

    /// Follows names on from a module.
    fn walk(&mut self, at: &Names, names: &[String], left: Option<usize>) {
        let Some(module) = self.program.modules.get(at) else {
            return;
        };
        let Some((name, rest)) = names.split_first() else {
            self.ends.places.insert((at.clone(), Names::new()));
            return;
        };
        let child = |name: &String| at.iter().chain([name]).cloned().collect();
        match &**name {
            "self" => return self.walk(at, rest, left),
            "super" => return self.walk(&self.program.parent(at), rest, left),
            ANY => {
                for it in &module.children {
                    let child = child(it);
                    let inner = self.program.modules.get(&child);
                    let has = |name| inner.is_some_and(|it| it.has(name));
                    if rest.first().is_some_and(has) {
                        self.walk(&child, rest, left);
                    }
                }
            }
            _ => {}
        }
        if module.children.contains(name) {
            self.walk(&child(name), rest, left);
        }
        let is_there = match (names, left) {
            ([name, inner, ..], Some(left)) if names.len() > left => {
                module.items.contains(&format!("{name}::{inner}"))
            }
            (_, Some(left)) if names.len() == left => module.has(name),
            _ => !module.children.contains(name) || module.items.contains(name),
        };
        if is_there {
            self.ends.places.insert((at.clone(), names.to_vec()));
        }
        for import in &module.imports {
            if import.is_private && !self.from.starts_with(at) {
                continue;
            }
            if import.name.as_ref() == Some(name) {
                let whole: Names = import.origin.iter().chain(rest).cloned().collect();
                self.begin(at, &whole, left);
            } else if import.name.is_none() {
                let whole: Names = import.origin.iter().chain(names).cloned().collect();
                self.begin(at, &whole, Some(names.len()));
            }
        }
    }
}

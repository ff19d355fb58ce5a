//! Where names lead.

use std::collections::BTreeSet;

use crate::source::{Module, Names, Program};

/// A module that uses another one.
pub(crate) type Arrow = (Names, Names);

/// All arrows between different modules. What one module exports of another one leads to both.
pub(crate) fn arrows(program: &Program) -> BTreeSet<Arrow> {
    let mut arrows = BTreeSet::new();
    for (from, module) in &program.modules {
        let imports = module.imports.iter().map(|(_, names)| names);
        for names in imports.chain(&module.globs).chain(&module.paths) {
            let mut ends = BTreeSet::new();
            follow(program, from, names, &mut ends, &mut BTreeSet::new());
            let ends = ends.into_iter().filter(|end| end != from);
            arrows.extend(ends.map(|end| (from.clone(), end)));
        }
    }
    arrows
}

/// Collects the modules that names in a module lead to.
fn follow(
    program: &Program,
    module: &Names,
    names: &[String],
    ends: &mut BTreeSet<Names>,
    seen: &mut BTreeSet<(Names, Names)>,
) {
    if !seen.insert((module.clone(), names.to_vec())) {
        return;
    }
    let Some((first, rest)) = names.split_first() else {
        return;
    };
    let start = match &**first {
        "crate" => program.root(module),
        "self" => module.clone(),
        "super" => parent(module),
        _ => return local(program, module, names, ends, seen),
    };
    walk(program, start, rest, ends, seen);
}

/// From names that begin in a module.
fn walk(
    program: &Program,
    mut at: Names,
    names: &[String],
    ends: &mut BTreeSet<Names>,
    seen: &mut BTreeSet<(Names, Names)>,
) {
    let mut names = names;
    while let Some((name, rest)) = names.split_first() {
        if name == "super" {
            at.pop();
        } else if program
            .modules
            .get(&at)
            .is_some_and(|it| it.children.contains(name))
            && program.modules.contains_key(&child(&at, name))
        {
            at.push(name.clone());
        } else {
            ends.insert(at.clone());
            return local(program, &at, names, ends, seen);
        }
        names = rest;
    }
    ends.insert(at);
}

fn parent(of: &Names) -> Names {
    let above = of.split_last().map(|(_, above)| above.to_vec());
    above.unwrap_or_default()
}

fn child(of: &Names, name: &str) -> Names {
    of.iter().cloned().chain([name.to_owned()]).collect()
}

/// What a name means in a module.
fn local(
    program: &Program,
    module: &Names,
    names: &[String],
    ends: &mut BTreeSet<Names>,
    seen: &mut BTreeSet<(Names, Names)>,
) {
    let (
        Some(Module {
            children,
            imports,
            globs,
            ..
        }),
        Some((first, rest)),
    ) = (program.modules.get(module), names.split_first())
    else {
        return;
    };
    if children.contains(first) && program.modules.contains_key(&child(module, first)) {
        return walk(program, module.clone(), names, ends, seen);
    }
    for (_, origin) in imports.iter().filter(|(name, _)| name == first) {
        let whole: Names = origin.iter().chain(rest).cloned().collect();
        follow(program, module, &whole, ends, seen);
    }
    // Before what globs bring: they cannot rename a crate.
    if program.crates.contains(first) {
        return walk(program, vec![first.clone()], rest, ends, seen);
    }
    for glob in globs {
        let whole: Names = glob.iter().chain(names).cloned().collect();
        follow(program, module, &whole, ends, seen);
    }
}

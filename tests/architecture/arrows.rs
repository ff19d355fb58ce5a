//! What uses what.

use std::collections::{BTreeMap, BTreeSet};

use crate::names::Ends;
use crate::source::{Kind, Module, Names, Program, Use};

/// A module that uses another one.
pub(crate) type Arrow = (Names, Names);

/// A module, or a body in it.
pub(crate) type Place = (Names, Option<String>);

#[derive(Debug, Default)]
pub(crate) struct Arrows {
    pub(crate) places: BTreeSet<(Place, Place)>,
    /// Modules that use a crate which is not part of the program.
    pub(crate) foreign: BTreeSet<(Names, String)>,
}

impl Arrows {
    /// What one module exports of another one leads to both.
    pub(crate) fn of(program: &Program) -> Self {
        let methods = methods(program);
        let mut arrows = Self::default();
        for (module, own) in &program.modules {
            for import in &own.imports {
                let ends = Ends::of(program, module, &import.origin);
                arrows.add(&(module.clone(), None), ends, |_, _| Vec::new());
            }
            for used in &own.uses {
                let from = (module.clone(), used.by.clone());
                if used.kind == Kind::Method {
                    let to = of_method(program, &methods, module, &used.names).into_iter();
                    arrows.places.extend(to.map(|to| (from.clone(), to)));
                    continue;
                }
                let ends = ends_of_use(program, module, used);
                let is_macro = used.kind == Kind::Macro;
                arrows.add(&from, ends, |to, names| {
                    bodies(program, &methods, to, names, is_macro)
                });
            }
        }
        arrows
    }

    fn add(&mut self, from: &Place, ends: Ends, bodies: impl Fn(&Names, &[String]) -> Vec<Place>) {
        for (to, names) in ends.places {
            let bodies = bodies(&to, &names);
            let to = bodies.into_iter().chain([(to, None)]);
            self.places.extend(to.map(|to| (from.clone(), to)));
        }
        let foreign = ends.foreign.into_iter();
        self.foreign.extend(foreign.map(|it| (from.0.clone(), it)));
    }

    /// Those between different modules, without methods called on values: what these are of may
    /// have come from anywhere.
    pub(crate) fn modules(&self) -> BTreeSet<Arrow> {
        let arrows = self.places.iter().filter(|(_, (_, body))| body.is_none());
        let arrows = arrows.map(|((from, _), (to, _))| (from.clone(), to.clone()));
        arrows.filter(|(from, to)| from != to).collect()
    }
}

fn ends_of_use(program: &Program, module: &Names, used: &Use) -> Ends {
    let mut ends = Ends::of(program, module, &used.names);
    if let [name] = &used.names[..] {
        // A variable may have the name of a module or crate.
        ends.places.retain(|(_, names)| !names.is_empty());
        ends.foreign.remove(name);
        // A macro may have been defined above, before this module was declared.
        let mut above = module.clone();
        while used.kind == Kind::Macro && above != program.parent(&above) {
            above = program.parent(&above);
            let defines = |it: &Module| it.bodies.contains(&format!("{name}!"));
            if program.modules.get(&above).is_some_and(defines) {
                ends.places.insert((above.clone(), used.names.clone()));
            }
        }
    }
    ends
}

/// Where the methods of a type are: of the module that it is in and its name, by their names.
type Methods = BTreeMap<(Names, String), BTreeMap<String, Vec<Place>>>;

fn methods(program: &Program) -> Methods {
    let mut methods = Methods::new();
    for (module, own) in &program.modules {
        for block in &own.impls {
            let Some(last) = block.of.last() else {
                continue;
            };
            for (at, names) in Ends::of(program, module, &block.of).places {
                let [of] = &names[..] else { continue };
                let known = methods.entry((at, of.clone())).or_default();
                for method in &block.methods {
                    let place = (module.clone(), Some(format!("{last}::{method}")));
                    known.entry(method.clone()).or_default().push(place);
                }
            }
        }
    }
    methods
}

/// The bodies of a method that is called on a value, of a type with these names in a module.
fn of_method(program: &Program, methods: &Methods, module: &Names, names: &[String]) -> Vec<Place> {
    let field = names.iter().position(|it| it.starts_with('.'));
    let (of, rest) = names.split_at(field.unwrap_or(names.len()));
    let places = Ends::of(program, module, of).places.into_iter();
    let found = places.flat_map(|(at, left)| match (rest.split_first(), &left[..]) {
        (Some((field, rest)), [of]) => {
            let own = program.modules.get(&at);
            let of = own.and_then(|it| it.fields.get(&(of.clone(), field.clone())));
            let names: Names = of.into_iter().flatten().chain(rest).cloned().collect();
            of_method(program, methods, &at, &names)
        }
        (Some(_), _) => Vec::new(),
        (None, _) => bodies(program, methods, &at, &left, false),
    });
    found.collect()
}

/// The bodies that these names mean in a module.
fn bodies(
    program: &Program,
    methods: &Methods,
    module: &Names,
    names: &[String],
    is_macro: bool,
) -> Vec<Place> {
    let (Some(own), Some((first, rest))) = (program.modules.get(module), names.split_first())
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut labels = Vec::new();
    if is_macro {
        labels.push(format!("{first}!"));
    } else if rest.iter().all(|it| it == "*") {
        labels.push(first.clone());
    } else if let Some(second) = rest.first() {
        labels.push(format!("{first}::{second}"));
        let of = methods.get(&(module.clone(), first.clone()));
        let places = of.and_then(|it| it.get(second)).into_iter().flatten();
        found.extend(places.cloned());
    }
    labels.retain(|it| own.bodies.contains(it));
    let is_imported = own.imports.iter().any(|it| it.name.as_ref() == Some(first));
    if labels.is_empty() && !own.items.contains(first) && !is_imported {
        labels.extend(own.made.get(first).cloned());
    }
    found.extend(labels.into_iter().map(|it| (module.clone(), Some(it))));
    found
}

//! The modules of a program and its crates, as their files declare them, without what only their
//! tests need.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::Item;

use crate::reader;
use crate::tests_only::is_test;
use crate::written::name;

/// The names that lead to a module or an item: `["crate", "device", "Device"]`.
pub(crate) type Names = Vec<String>;

#[derive(Debug, Default)]
pub(crate) struct Program {
    /// By their names from the root on, which has none; those of another crate have its name first.
    pub(crate) modules: BTreeMap<Names, Module>,
    /// The names of the other crates.
    pub(crate) crates: BTreeSet<String>,
    /// The names of crates that are not part of the program.
    pub(crate) foreign: BTreeSet<String>,
}

impl Program {
    /// The root of the crate that a module is in.
    pub(crate) fn root(&self, module: &[String]) -> Names {
        let first = module.first();
        first
            .filter(|it| self.crates.contains(*it))
            .cloned()
            .into_iter()
            .collect()
    }

    /// The module above one; the root of a crate itself.
    pub(crate) fn parent(&self, module: &[String]) -> Names {
        match module.split_last() {
            Some((_, above)) if module != self.root(module) => above.to_vec(),
            _ => module.to_vec(),
        }
    }
}

/// What a module has, and what it uses.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) children: BTreeSet<String>,
    /// Its items, and the variants of its enums: `Kind`, `Kind::Mouse`.
    pub(crate) items: BTreeSet<String>,
    /// Those of them that have a body, and can so use other modules: `act`, `Kind::new`.
    pub(crate) bodies: BTreeSet<String>,
    /// The types of the fields of its structs, where they have names.
    pub(crate) fields: BTreeMap<(String, String), Names>,
    /// What macros may have made, with the macro's call.
    pub(crate) made: BTreeMap<String, String>,
    pub(crate) imports: Vec<Import>,
    pub(crate) uses: BTreeSet<Use>,
    pub(crate) impls: Vec<Impl>,
    /// What it has that would lead elsewhere unseen.
    pub(crate) refused: Option<&'static str>,
}

impl Module {
    /// Whether the module itself has something of this name.
    pub(crate) fn has(&self, name: &String) -> bool {
        self.imports.iter().any(|it| it.name.as_ref() == Some(name)) || self.defines(name)
    }

    /// Whether what it has is its own.
    pub(crate) fn defines(&self, name: &String) -> bool {
        self.items.contains(name) || self.made.contains_key(name)
    }
}

/// What `use` brings into a module, or the name of another type.
#[derive(Debug)]
pub(crate) struct Import {
    /// Its name there; `None`: all names of a module.
    pub(crate) name: Option<String>,
    pub(crate) origin: Names,
    /// Only the module and those inside it see it.
    pub(crate) is_private: bool,
}

/// Any other path in a module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    /// The body that it is in.
    pub(crate) by: Option<String>,
    pub(crate) names: Names,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Path,
    Macro,
    /// A type, the way through its fields (`.0`, `.device`) and a method.
    Method,
}

/// Methods given to a type.
#[derive(Debug, Default)]
pub(crate) struct Impl {
    /// The type, where it has a name.
    pub(crate) of: Names,
    /// All types and traits in its head.
    pub(crate) head: Vec<Names>,
    pub(crate) methods: BTreeSet<String>,
}

/// Reads the modules that `lib.rs` in a folder declares, and those of other crates: the name of
/// each, and its folder.
pub(crate) fn read(folder: &Path, crates: &[(&str, PathBuf)]) -> Result<Program, String> {
    let mut program = Program::default();
    read_file(&mut program, &folder.join("lib.rs"), folder, &Names::new())?;
    for (name, folder) in crates {
        let root = vec![(*name).to_owned()];
        program.crates.insert((*name).to_owned());
        read_file(&mut program, &folder.join("lib.rs"), folder, &root)?;
    }
    Ok(program)
}

fn read_file(
    program: &mut Program,
    file: &Path,
    folder: &Path,
    names: &Names,
) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(|error| failed(&error))?;
    let mut parsed = syn::parse_file(&text).map_err(|error| failed(&error))?;
    if is_test(&parsed.attrs) {
        parsed.items.clear();
    }
    let mut found = vec![(names.clone(), true)];
    add(program, &parsed.items, names, &mut found);
    for (names, is_inline) in found {
        if let Some(what) = program.modules.get(&names).and_then(|it| it.refused) {
            return Err(failed(&format!("{what} hides what a module uses")));
        }
        let (false, Some((name, above))) = (is_inline, names.split_last()) else {
            continue;
        };
        let mut inner = folder.to_owned();
        let root = program.root(above).len();
        inner.extend(above.iter().skip(root));
        let candidates: [PathBuf; 2] = [
            inner.join(format!("{name}.rs")),
            inner.join(name).join("mod.rs"),
        ];
        let file = candidates
            .iter()
            .find(|it| it.exists())
            .ok_or_else(|| failed(&format!("mod {name} has no file")))?;
        read_file(program, file, folder, &names)?;
    }
    Ok(())
}

/// Adds a module, and those inside it. `found`: which those are, and whether they are inline. There
/// may be several of the same names, for different systems.
fn add(program: &mut Program, items: &[Item], names: &Names, found: &mut Vec<(Names, bool)>) {
    let module = program.modules.entry(names.clone()).or_default();
    for child in reader::read(module, items) {
        let mut names = names.clone();
        names.push(name(&child.ident));
        found.push((names.clone(), child.content.is_some()));
        if let Some((_, items)) = &child.content {
            add(program, items, &names, found);
        }
    }
}

//! The modules of a program and its crates, as their files declare them, without what only their
//! tests need.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, UseTree};

/// The names that lead to a module or an item: `["crate", "device", "Device"]`.
pub(crate) type Names = Vec<String>;

#[derive(Debug, Default)]
pub(crate) struct Program {
    /// By their names from the root on, which has none; those of another crate have its name first.
    pub(crate) modules: BTreeMap<Names, Module>,
    /// The names of the other crates.
    pub(crate) crates: BTreeSet<String>,
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
}

#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) children: BTreeSet<String>,
    /// What `use` brings into it: the name there, and where it comes from.
    pub(crate) imports: Vec<(String, Names)>,
    /// Modules all of whose names it has.
    pub(crate) globs: Vec<Names>,
    /// All other paths in it.
    pub(crate) paths: BTreeSet<Names>,
    /// What it has that would lead elsewhere unseen.
    refused: Option<&'static str>,
}

/// Reads the modules that `lib.rs` in a folder declares, and those of other crates: the name of
/// each, and its folder.
pub(crate) fn read(folder: &Path, crates: &[(&str, PathBuf)]) -> Result<Program, String> {
    let mut program = Program::default();
    read_file(&mut program, &folder.join("lib.rs"), folder, Names::new())?;
    for (name, folder) in crates {
        let root = vec![(*name).to_owned()];
        program.crates.insert((*name).to_owned());
        read_file(&mut program, &folder.join("lib.rs"), folder, root)?;
    }
    Ok(program)
}

fn read_file(
    program: &mut Program,
    file: &Path,
    folder: &Path,
    names: Names,
) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(|error| failed(&error))?;
    let parsed = syn::parse_file(&text).map_err(|error| failed(&error))?;
    let mut found = Vec::new();
    add(program, &parsed.items, names.clone(), &mut found);
    let own = [(names, true)];
    for (names, _) in own.iter().chain(&found) {
        if let Some(what) = program.modules.get(names).and_then(|it| it.refused) {
            return Err(failed(&format!("{what} hides what a module uses")));
        }
    }
    for (names, is_inline) in found {
        if is_inline {
            continue;
        }
        let Some((name, above)) = names.split_last() else {
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
        read_file(program, file, folder, names)?;
    }
    Ok(())
}

/// Adds a module, and those inside it. `found`: which those are, and whether they are inline.
pub(crate) fn add(
    program: &mut Program,
    items: &[Item],
    names: Names,
    found: &mut Vec<(Names, bool)>,
) {
    let mut reader = Reader::default();
    for item in items {
        reader.visit_item(item);
    }
    let Reader { module, inner } = reader;
    for child in inner {
        let mut names = names.clone();
        names.push(child.ident.to_string());
        found.push((names.clone(), child.content.is_some()));
        if let Some((_, items)) = &child.content {
            add(program, items, names, found);
        }
    }
    program.modules.insert(names, module);
}

#[derive(Default)]
struct Reader<'ast> {
    module: Module,
    inner: Vec<&'ast ItemMod>,
}

impl<'ast> Visit<'ast> for Reader<'ast> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        let attributes: &[Attribute] = match item {
            syn::ImplItem::Fn(it) => &it.attrs,
            syn::ImplItem::Const(it) => &it.attrs,
            _ => &[],
        };
        if !is_test(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_extern_crate(&mut self, _: &'ast syn::ItemExternCrate) {
        self.module.refused = Some("extern crate");
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.attrs.iter().any(|it| it.path().is_ident("path")) {
            self.module.refused = Some("#[path]");
        }
        self.module.children.insert(item.ident.to_string());
        self.inner.push(item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(&mut Names::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|it| it.ident.to_string());
        self.module.paths.insert(names.collect());
        visit::visit_path(self, path);
    }

    // What a macro or an attribute makes of its tokens is not known; paths are paths.
    fn visit_token_stream(&mut self, tokens: &'ast TokenStream) {
        self.tokens(tokens.clone());
    }
}

impl Reader<'_> {
    fn import(&mut self, before: &mut Names, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.import(before, &path.tree);
                before.pop();
            }
            UseTree::Name(name) if name.ident == "self" => {
                let name = before.last().cloned().unwrap_or_default();
                self.module.imports.push((name, before.clone()));
            }
            UseTree::Name(name) => {
                self.take(name.ident.to_string(), before, name.ident.to_string());
            }
            UseTree::Rename(rename) => {
                self.take(rename.rename.to_string(), before, rename.ident.to_string());
            }
            UseTree::Glob(_) => self.module.globs.push(before.clone()),
            UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|tree| self.import(before, tree)),
        }
    }

    fn take(&mut self, name: String, before: &Names, last: String) {
        let whole = before
            .iter()
            .cloned()
            .chain((last != "self").then_some(last));
        self.module.imports.push((name, whole.collect()));
    }

    fn tokens(&mut self, tokens: TokenStream) {
        let mut names = Names::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.path(&mut names);
                    }
                    names.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Group(group) => {
                    self.path(&mut names);
                    self.tokens(group.stream());
                }
                _ => self.path(&mut names),
            }
        }
        self.path(&mut names);
    }

    fn path(&mut self, names: &mut Names) {
        if !names.is_empty() {
            self.module.paths.insert(std::mem::take(names));
        }
    }
}

/// Whether something is there for tests only.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|it| {
        it.path().is_ident("cfg") && it.parse_args::<syn::Ident>().is_ok_and(|it| it == "test")
            || it.path().is_ident("test")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::ExternCrate(it) => &it.attrs,
        Item::Fn(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        Item::Macro(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Static(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Type(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        _ => &[],
    }
}

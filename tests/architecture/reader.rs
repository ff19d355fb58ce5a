//! What the items of a module have and use.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ImplItem, Item, ItemMod, Meta, Pat, Token, TraitItem, UseTree, Visibility,
};

use crate::source::{Impl, Import, Kind, Module, Names, Use};
use crate::tests_only::{is_test, needs_test};
use crate::tokens::{Found, PROSE};
use crate::written::{Head, idents, member, name, names, names_of_type};

/// Reads the items of a module, and returns the modules among them.
pub(crate) fn read<'ast>(module: &mut Module, items: &'ast [Item]) -> Vec<&'ast ItemMod> {
    let mut reader = Reader {
        module,
        inner: Vec::new(),
        body: None,
        of: Names::new(),
        typed: BTreeMap::new(),
        blocks: 0,
    };
    for item in items {
        reader.visit_item(item);
    }
    reader.inner
}

/// Attributes that have a module read from elsewhere, or a macro seen from there.
const HIDING: [(&str, &str); 3] = [
    ("path", "#[path]"),
    ("macro_use", "#[macro_use]"),
    ("macro_export", "#[macro_export]"),
];

struct Reader<'ast, 'module> {
    module: &'module mut Module,
    inner: Vec<&'ast ItemMod>,
    /// The body that is being read.
    body: Option<String>,
    /// The type whose methods are being read.
    of: Names,
    /// The variables in it whose types are written.
    typed: BTreeMap<String, Names>,
    /// How many blocks are open: what is declared in one has no name outside.
    blocks: usize,
}

/// Skips what is there for tests only.
macro_rules! skip_tests {
    ($($visit:ident $kind:ident;)*) => {
        $(fn $visit(&mut self, it: &'ast syn::$kind) {
            if !is_test(&it.attrs) {
                visit::$visit(self, it);
            }
        })*
    };
}

impl<'ast> Visit<'ast> for Reader<'ast, '_> {
    skip_tests! {
        visit_arm Arm;
        visit_expr_assign ExprAssign;
        visit_expr_block ExprBlock;
        visit_expr_call ExprCall;
        visit_expr_for_loop ExprForLoop;
        visit_expr_if ExprIf;
        visit_expr_macro ExprMacro;
        visit_expr_match ExprMatch;
        visit_field Field;
        visit_field_value FieldValue;
        visit_foreign_item_fn ForeignItemFn;
        visit_item_foreign_mod ItemForeignMod;
        visit_item_union ItemUnion;
        visit_local Local;
        visit_stmt_macro StmtMacro;
        visit_variant Variant;
    }

    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name, has_body): (&[Attribute], _, _) = match item {
            Item::Const(it) => (&it.attrs, Some(&it.ident), true),
            Item::Enum(it) => (&it.attrs, Some(&it.ident), false),
            Item::ExternCrate(it) => (&it.attrs, None, false),
            Item::Fn(it) => (&it.attrs, Some(&it.sig.ident), true),
            Item::Impl(it) => (&it.attrs, None, false),
            Item::Macro(it) => (&it.attrs, it.ident.as_ref(), true),
            Item::Mod(it) => (&it.attrs, None, false),
            Item::Static(it) => (&it.attrs, Some(&it.ident), true),
            Item::Struct(it) => (&it.attrs, Some(&it.ident), false),
            Item::Trait(it) => (&it.attrs, Some(&it.ident), false),
            Item::Type(it) => (&it.attrs, None, false),
            Item::Use(it) => (&it.attrs, None, false),
            _ => (&[], None, false),
        };
        if is_test(attributes) {
            return;
        }
        let name = name.map(crate::written::name).filter(|_| self.blocks == 0);
        self.module.items.extend(name.clone());
        if has_body && self.blocks == 0 {
            let is_macro = matches!(item, Item::Macro(_));
            let body = name.map(|it| if is_macro { format!("{it}!") } else { it });
            self.module.bodies.extend(body.clone());
            self.body = body;
            self.typed.clear();
        }
        visit::visit_item(self, item);
        if self.blocks == 0 {
            self.body = None;
        }
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        if self.blocks == 0 {
            let of = name(&item.ident);
            let variants = item.variants.iter();
            let variants = variants.map(|it| format!("{of}::{}", name(&it.ident)));
            self.module.items.extend(variants);
        }
        visit::visit_item_enum(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let of = names_of_type(&item.self_ty);
        let mut head = Head::default();
        head.visit_type(&item.self_ty);
        if let Some((of, _)) = &item.trait_ {
            head.visit_path(of);
        }
        let methods = item.items.iter().filter_map(|it| match it {
            ImplItem::Fn(it) if !is_test(&it.attrs) => Some(name(&it.sig.ident)),
            ImplItem::Const(it) if !is_test(&it.attrs) => Some(name(&it.ident)),
            _ => None,
        });
        self.module.impls.push(Impl {
            of: of.clone(),
            head: head.0,
            methods: methods.collect(),
        });
        self.methods_of(of, |reader| visit::visit_item_impl(reader, item));
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        match item {
            ImplItem::Fn(it) => self.method(&it.attrs, &it.sig.ident, |it| {
                visit::visit_impl_item(it, item);
            }),
            ImplItem::Const(it) => self.method(&it.attrs, &it.ident, |it| {
                visit::visit_impl_item(it, item);
            }),
            _ => visit::visit_impl_item(self, item),
        }
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        let of = vec![name(&item.ident)];
        self.methods_of(of, |reader| visit::visit_item_trait(reader, item));
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        match item {
            TraitItem::Fn(it) => self.method(&it.attrs, &it.sig.ident, |it| {
                visit::visit_trait_item(it, item);
            }),
            TraitItem::Const(it) => self.method(&it.attrs, &it.ident, |it| {
                visit::visit_trait_item(it, item);
            }),
            _ => visit::visit_trait_item(self, item),
        }
    }

    fn visit_item_extern_crate(&mut self, _: &'ast syn::ItemExternCrate) {
        self.module.refused = Some("extern crate");
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if item.ident.is_none() && self.blocks == 0 {
            let call = format!("{}!()", names(&item.mac.path).join("::"));
            for ident in idents(item.mac.tokens.clone()) {
                self.module.made.insert(ident, call.clone());
            }
            self.body = Some(call);
        }
        visit::visit_item_macro(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        for attribute in &item.attrs {
            self.visit_attribute(attribute);
        }
        self.module.children.insert(name(&item.ident));
        self.inner.push(item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        for (place, field) in item.fields.iter().enumerate() {
            let inner = field.ident.as_ref().map_or(place.to_string(), name);
            let of = (name(&item.ident), format!(".{inner}"));
            self.module.fields.insert(of, names_of_type(&field.ty));
        }
        visit::visit_item_struct(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        let origin = names_of_type(&item.ty);
        if origin.is_empty() {
            self.module.items.insert(name(&item.ident));
        } else {
            self.import(Some(name(&item.ident)), origin, &item.vis);
        }
        visit::visit_item_type(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut before: Names = item
            .leading_colon
            .map(|_| String::new())
            .into_iter()
            .collect();
        self.imports(&mut before, &item.tree, &item.vis);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        self.attribute(&attribute.meta);
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.blocks += 1;
        visit::visit_block(self, block);
        self.blocks -= 1;
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if let (Some(of), Some(last)) = (&path.qself, path.path.segments.last()) {
            let mut names = names_of_type(&of.ty);
            names.push(name(&last.ident));
            self.uses(names, Kind::Path);
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if is_test(&call.attrs) {
            return;
        }
        if let Some(mut names) = self.type_of(&call.receiver) {
            names.push(name(&call.method));
            self.uses(names, Kind::Method);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_pat_type(&mut self, pattern: &'ast syn::PatType) {
        if let Pat::Ident(it) = &*pattern.pat {
            let of = self.own(names_of_type(&pattern.ty));
            self.typed.insert(name(&it.ident), of);
        }
        visit::visit_pat_type(self, pattern);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.uses(names(path), Kind::Path);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call
            .path
            .segments
            .last()
            .is_some_and(|it| it.ident == "include")
        {
            self.module.refused = Some("include!");
        }
        self.uses(names(&call.path), Kind::Macro);
        self.tokens(call.tokens.clone(), false);
    }

    // What could not be read.
    fn visit_token_stream(&mut self, tokens: &'ast TokenStream) {
        self.tokens(tokens.clone(), false);
    }
}

impl Reader<'_, '_> {
    /// The same names without `Self`.
    fn own(&self, mut names: Names) -> Names {
        if names.first().is_some_and(|it| it == "Self") && !self.of.is_empty() {
            names.splice(..1, self.of.iter().cloned());
        }
        names
    }

    fn uses(&mut self, names: Names, kind: Kind) {
        let names = self.own(names);
        let by = self.body.clone();
        self.module.uses.insert(Use { by, names, kind });
    }

    /// The type of what a method is called on, as far as it is written, and the way through its
    /// fields.
    fn type_of(&self, value: &Expr) -> Option<Names> {
        match value {
            Expr::Path(it) if it.path.is_ident("self") => Some(self.of.clone()),
            Expr::Path(it) => self.typed.get(&name(it.path.get_ident()?)).cloned(),
            Expr::Field(it) => {
                let mut names = self.type_of(&it.base)?;
                names.push(format!(".{}", member(&it.member)));
                Some(names)
            }
            Expr::Paren(it) => self.type_of(&it.expr),
            Expr::Reference(it) => self.type_of(&it.expr),
            Expr::Unary(it) => self.type_of(&it.expr),
            _ => None,
        }
    }

    fn tokens(&mut self, tokens: TokenStream, is_attribute: bool) {
        let found = Found::of(tokens, is_attribute);
        self.module.refused = self.module.refused.or(found.refused);
        for (names, is_macro) in found.paths {
            self.uses(names, if is_macro { Kind::Macro } else { Kind::Path });
        }
    }

    /// Reads the methods of a type.
    fn methods_of(&mut self, of: Names, read: impl FnOnce(&mut Self)) {
        let around = std::mem::replace(&mut self.of, of);
        read(self);
        self.of = around;
    }

    fn method(&mut self, attributes: &[Attribute], ident: &Ident, read: impl FnOnce(&mut Self)) {
        if is_test(attributes) {
            return;
        }
        let name = self.of.last().map(|of| format!("{of}::{}", name(ident)));
        if self.blocks == 0 {
            self.module.bodies.extend(name.clone());
            self.body = name;
            self.typed.clear();
        }
        read(self);
        if self.blocks == 0 {
            self.body = None;
        }
    }

    fn attribute(&mut self, meta: &Meta) {
        let path = meta.path();
        if let Meta::NameValue(it) = meta
            && let Expr::Macro(it) = &it.value
        {
            self.uses(names(&it.mac.path), Kind::Macro);
            self.tokens(it.mac.tokens.clone(), false);
        }
        let is = |name: &&str| path.is_ident(name);
        if let Some(it) = HIDING.iter().find(|(it, _)| is(it)) {
            self.module.refused = Some(it.1);
        } else if path.is_ident("cfg_attr") {
            let Meta::List(list) = meta else { return };
            let inner = Punctuated::<Meta, Token![,]>::parse_terminated;
            let inner = list.parse_args_with(inner).unwrap_or_default();
            let mut inner = inner.iter();
            if !inner.next().is_some_and(needs_test) {
                inner.for_each(|it| self.attribute(it));
            }
        } else if !PROSE.iter().any(is) {
            self.uses(names(path), Kind::Path);
            match meta {
                Meta::List(list) => self.tokens(list.tokens.clone(), true),
                Meta::Path(_) | Meta::NameValue(_) => {}
            }
        }
    }

    fn import(&mut self, name: Option<String>, origin: Names, seen_by: &Visibility) {
        if origin.last().is_some_and(|it| it == "include") {
            self.module.refused = Some("include!");
        }
        let is_private = self.blocks > 0 || matches!(seen_by, Visibility::Inherited);
        self.module.imports.push(Import {
            name,
            origin,
            is_private,
        });
    }

    fn imports(&mut self, before: &mut Names, tree: &UseTree, seen_by: &Visibility) {
        let whole = |before: &Names, last: &Ident| -> Names {
            let last = (last != "self").then(|| name(last));
            before.iter().cloned().chain(last).collect()
        };
        match tree {
            UseTree::Path(path) => {
                before.push(name(&path.ident));
                self.imports(before, &path.tree, seen_by);
                before.pop();
            }
            UseTree::Name(it) => {
                let whole = whole(before, &it.ident);
                self.import(whole.last().cloned(), whole, seen_by);
            }
            UseTree::Rename(it) => {
                self.import(Some(name(&it.rename)), whole(before, &it.ident), seen_by);
            }
            UseTree::Glob(_) => self.import(None, before.clone(), seen_by),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.imports(before, tree, seen_by);
                }
            }
        }
    }
}

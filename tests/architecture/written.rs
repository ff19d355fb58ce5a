//! Names as they are written.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Member, Type};

use crate::source::Names;

/// The name itself, however it is written.
pub(crate) fn name(ident: &Ident) -> String {
    ident.unraw().to_string()
}

pub(crate) fn names(path: &syn::Path) -> Names {
    let leading = path.leading_colon.map(|_| String::new());
    let names = path.segments.iter().map(|it| name(&it.ident));
    leading.into_iter().chain(names).collect()
}

/// The names of a type that has some, also behind a reference.
pub(crate) fn names_of_type(of: &Type) -> Names {
    match of {
        Type::Path(it) => names(&it.path),
        Type::Reference(it) => names_of_type(&it.elem),
        Type::Paren(it) => names_of_type(&it.elem),
        Type::Group(it) => names_of_type(&it.elem),
        _ => Names::new(),
    }
}

pub(crate) fn member(member: &Member) -> String {
    match member {
        Member::Named(it) => name(it),
        Member::Unnamed(it) => it.index.to_string(),
    }
}

/// All paths in the head of an impl.
#[derive(Default)]
pub(crate) struct Head(pub(crate) Vec<Names>);

impl<'ast> Visit<'ast> for Head {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(names(path));
        visit::visit_path(self, path);
    }
}

/// All names in some tokens.
pub(crate) fn idents(tokens: TokenStream) -> BTreeSet<String> {
    let found = tokens.into_iter().flat_map(|it| match it {
        TokenTree::Ident(it) => BTreeSet::from([name(&it)]),
        TokenTree::Group(it) => idents(it.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => BTreeSet::new(),
    });
    found.collect()
}

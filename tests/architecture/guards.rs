//! No guard of a match in a session changes anything: which arm is taken must not depend on which
//! arms were tried before it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{BinOp, ExprAssign, ExprBinary, ExprMethodCall, ExprReference, ImplItemFn, PatGuard};
use syn::{File, ReceiverKind};

/// Where sessions are.
const FOLDER: &str = "crates/hidpp/src/session";

/// Methods of the standard library that change what they are called on.
const STANDARD: [&str; 13] = [
    "clear",
    "drain",
    "extend",
    "get_or_insert",
    "insert",
    "pop_back",
    "pop_front",
    "push",
    "push_back",
    "push_front",
    "remove",
    "replace",
    "retain",
];

/// What the guards of some files do.
#[derive(Default)]
struct Guards {
    /// The methods that change what they are called on.
    changing: BTreeSet<String>,
    called: BTreeSet<String>,
    /// Assignments and borrows.
    changes: usize,
    is_inside: bool,
}

impl<'a> Visit<'a> for Guards {
    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        let receiver = item.sig.receiver();
        let changes = |kind: &ReceiverKind| matches!(kind, ReceiverKind::Reference(_, _, Some(_)));
        if receiver.is_some_and(|it| changes(&it.kind)) {
            self.changing.insert(item.sig.ident.to_string());
        }
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_pat_guard(&mut self, guard: &'a PatGuard) {
        let was_inside = std::mem::replace(&mut self.is_inside, true);
        self.visit_expr(&guard.guard);
        self.is_inside = was_inside;
    }

    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        if self.is_inside {
            self.called.insert(call.method.to_string());
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_assign(&mut self, assign: &'a ExprAssign) {
        self.changes += usize::from(self.is_inside);
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_binary(&mut self, binary: &'a ExprBinary) {
        let assigns = matches!(
            binary.op,
            BinOp::AddAssign(_)
                | BinOp::SubAssign(_)
                | BinOp::BitOrAssign(_)
                | BinOp::BitAndAssign(_)
        );
        self.changes += usize::from(self.is_inside && assigns);
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_reference(&mut self, reference: &'a ExprReference) {
        self.changes += usize::from(self.is_inside && reference.mutability.is_some());
        visit::visit_expr_reference(self, reference);
    }
}

/// What the guards in these files change.
fn changes(files: &[File]) -> (BTreeSet<String>, usize) {
    let mut guards = Guards {
        changing: STANDARD.map(str::to_owned).into(),
        ..Guards::default()
    };
    for file in files {
        guards.visit_file(file);
    }
    let called = guards.called.intersection(&guards.changing);
    (called.cloned().collect(), guards.changes)
}

#[test]
fn no_guard_in_a_session_changes_anything() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    let mut folders = vec![folder];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap());
            }
        }
    }
    assert!(files.len() > 10, "only {} files were found", files.len());
    assert_eq!(changes(&files), (BTreeSet::new(), 0));
}

#[test]
fn a_guard_that_changes_something_is_found() {
    let of = |guard: &str| {
        let text = format!(
            "impl Probe {{
                fn restart(&mut self) -> bool {{ true }}
                fn is_over(&self) -> bool {{ true }}
                fn act(&mut self) {{
                    self.restart();
                    match 1 {{ 1 if {guard} => self.restart(), _ => false }};
                }}
            }}"
        );
        changes(&[syn::parse_file(&text).unwrap()])
    };
    let called = |name: &str| (BTreeSet::from([name.to_owned()]), 0);
    assert_eq!(of("self.restart()"), called("restart"));
    assert_eq!(of("self.is_over() || !self.restart()"), called("restart"));
    assert_eq!(of("self.open.insert(1)"), called("insert"));
    assert_eq!(of("{ self.over = true; true }"), (BTreeSet::new(), 1));
    assert_eq!(of("{ self.count += 1; true }"), (BTreeSet::new(), 1));
    assert_eq!(of("Self::forget(&mut self.open)"), (BTreeSet::new(), 1));
    assert_eq!(of("self.is_over()"), (BTreeSet::new(), 0));
}

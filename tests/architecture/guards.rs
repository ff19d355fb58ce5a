//! No guard of a match in a session changes anything: which arm is taken must not depend on which
//! arms were tried before it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr, File, Macro, Pat, PatGuard, Receiver, ReceiverKind, Signature, Token};
use syn::{TypeReference, UnOp};

use crate::written::{idents, name};

/// Where sessions are, and all that they use.
const SESSIONS: &str = "crates/hidpp/src/session";
const CORE: &str = "crates/hidpp/src";

/// What a guard may call.
const PURE: &[&str] = &[
    "all",
    "are_missing",
    "can_forget",
    "can_restart",
    "is_absence",
    "is_alone",
    "is_attentive",
    "is_empty",
    "is_empty_slot",
    "is_missing",
    "is_none",
    "is_to_device",
    "is_unreachable",
    "iter",
    "max",
    "refuses_when_off",
    "runs_light_series",
];

/// With these even `&self` can change something.
const CELLS: [&str; 7] = [
    "Cell", "LazyLock", "Mutex", "OnceCell", "OnceLock", "RefCell", "RwLock",
];

/// What the guards of some files do.
#[derive(Default)]
struct Guards {
    /// What they call that may be called.
    called: BTreeSet<&'static str>,
    /// What is not known to change nothing, by its kind or name.
    refused: BTreeSet<String>,
}

impl Guards {
    fn of(files: &[File]) -> Self {
        let mut guards = Self::default();
        for file in files {
            guards.visit_file(file);
        }
        guards
    }

    fn check(&mut self, guard: &Expr) {
        match guard {
            Expr::Path(_) | Expr::Lit(_) => {}
            Expr::Paren(it) => self.check(&it.expr),
            Expr::Field(it) => self.check(&it.base),
            Expr::Cast(it) => self.check(&it.expr),
            Expr::Let(it) => self.check(&it.expr),
            Expr::Closure(it) => self.check(&it.body),
            Expr::Tuple(it) => it.elems.iter().for_each(|it| self.check(it)),
            Expr::Unary(it) if matches!(it.op, UnOp::Deref(_) | UnOp::Not(_) | UnOp::Neg(_)) => {
                self.check(&it.expr);
            }
            Expr::Reference(it) if it.mutability.is_none() => self.check(&it.expr),
            Expr::Binary(it) if !assigns(it.op) => {
                self.check(&it.left);
                self.check(&it.right);
            }
            Expr::MethodCall(it) => {
                self.call(name(&it.method));
                self.check(&it.receiver);
                it.args.iter().for_each(|it| self.check(it));
            }
            Expr::Call(it) => {
                match &*it.func {
                    Expr::Path(path) => {
                        let last = path.path.segments.last().map(|it| name(&it.ident));
                        let last = last.unwrap_or_default();
                        // A variant, or a struct.
                        if !last.starts_with(char::is_uppercase) {
                            self.call(last);
                        }
                    }
                    _ => self.refuse("a call"),
                }
                it.args.iter().for_each(|it| self.check(it));
            }
            Expr::Macro(it) if it.mac.path.is_ident("matches") => self.matches(&it.mac, true),
            Expr::Macro(_) => self.refuse("a macro"),
            _ => self.refuse("an expression"),
        }
    }

    fn call(&mut self, called: String) {
        match PURE.iter().find(|it| **it == called) {
            Some(it) => drop(self.called.insert(it)),
            None => drop(self.refused.insert(called)),
        }
    }

    fn refuse(&mut self, what: &str) {
        self.refused.insert(what.to_owned());
    }

    /// Looks for a guard in a `matches!`, which may be in a guard itself.
    fn matches(&mut self, call: &Macro, is_guard: bool) {
        let parts = call.parse_body_with(|input: ParseStream| {
            let value: Expr = input.parse()?;
            input.parse::<Token![,]>()?;
            Pat::parse_multi_with_leading_vert(input)?;
            let is_guarded = input.parse::<Option<Token![if]>>()?.is_some();
            let guard = is_guarded.then(|| input.parse::<Expr>()).transpose()?;
            input.parse::<Option<Token![,]>>()?;
            Ok((value, guard))
        });
        match parts {
            Ok((value, guard)) => {
                if is_guard {
                    self.check(&value);
                } else {
                    self.visit_expr(&value);
                }
                if let Some(guard) = guard {
                    self.check(&guard);
                }
            }
            Err(_) => self.refuse("a macro"),
        }
    }
}

impl<'a> Visit<'a> for Guards {
    fn visit_pat_guard(&mut self, guard: &'a PatGuard) {
        self.check(&guard.guard);
        visit::visit_pat(self, &guard.pat);
    }

    fn visit_macro(&mut self, call: &'a Macro) {
        let values = Punctuated::<Expr, Token![,]>::parse_terminated;
        if call.path.is_ident("matches") {
            self.matches(call, false);
        } else if let Ok(values) = call.parse_body_with(values) {
            values.iter().for_each(|it| self.visit_expr(it));
        } else if idents(call.tokens.clone()).contains("if") {
            self.refuse("a macro");
        }
    }
}

fn assigns(operator: BinOp) -> bool {
    !matches!(
        operator,
        BinOp::Add(_)
            | BinOp::Sub(_)
            | BinOp::Mul(_)
            | BinOp::Div(_)
            | BinOp::Rem(_)
            | BinOp::And(_)
            | BinOp::Or(_)
            | BinOp::BitXor(_)
            | BinOp::BitAnd(_)
            | BinOp::BitOr(_)
            | BinOp::Shl(_)
            | BinOp::Shr(_)
            | BinOp::Eq(_)
            | BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Ne(_)
            | BinOp::Ge(_)
            | BinOp::Gt(_)
    )
}

/// Which functions can change what they are given.
#[derive(Default)]
struct Changing(BTreeSet<String>);

impl<'a> Visit<'a> for Changing {
    fn visit_signature(&mut self, signature: &'a Signature) {
        let mut borrows = MutableBorrows::default();
        signature
            .inputs
            .iter()
            .for_each(|it| borrows.visit_fn_arg(it));
        if borrows.0 > 0 {
            self.0.insert(name(&signature.ident));
        }
    }
}

/// How many there are.
#[derive(Default)]
struct MutableBorrows(usize);

impl<'a> Visit<'a> for MutableBorrows {
    fn visit_receiver(&mut self, receiver: &'a Receiver) {
        let is_mutable = matches!(receiver.kind, ReceiverKind::Reference(_, _, Some(_)));
        self.0 += usize::from(is_mutable);
        visit::visit_receiver(self, receiver);
    }

    fn visit_type_reference(&mut self, reference: &'a TypeReference) {
        self.0 += usize::from(reference.mutability.is_some());
        visit::visit_type_reference(self, reference);
    }
}

/// The texts of all files in a folder.
fn texts(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let texts = entries.flat_map(|it| match it.unwrap().path() {
        path if path.is_dir() => texts(&path),
        path => vec![fs::read_to_string(path).unwrap()],
    });
    texts.collect()
}

fn files(folder: &str) -> Vec<File> {
    let texts = texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let files = texts.iter().map(|it| syn::parse_file(it).unwrap());
    files.collect()
}

#[test]
fn guards_in_a_session_only_call_what_changes_nothing() {
    let Guards { called, refused } = Guards::of(&files(SESSIONS));
    assert_eq!(refused, BTreeSet::new());
    assert_eq!(called.into_iter().collect::<Vec<_>>(), PURE, "the list");
}

#[test]
fn what_guards_may_call_cannot_change_anything() {
    let mut changing = Changing::default();
    for file in files(CORE) {
        changing.visit_file(&file);
    }
    assert!(changing.0.len() > 50, "only {}", changing.0.len());
    assert!(!PURE.iter().any(|it| changing.0.contains(*it)));
    for text in texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join(CORE)) {
        let idents = idents(text.parse().unwrap());
        let is_cell = |it: &&String| CELLS.contains(&&***it) || it.starts_with("Atomic");
        assert_eq!(idents.iter().find(is_cell), None);
    }
}

#[test]
fn a_guard_that_may_change_something_is_found() {
    let of = |guard: &str| -> Vec<String> {
        let text = format!("fn act() {{ match 1 {{ 1 if {guard} => 1, _ => 2 }}; }}");
        let found = Guards::of(&[syn::parse_file(&text).unwrap()]);
        found.refused.into_iter().collect()
    };
    for (guard, found) in [
        ("self.restart()", "restart"),
        ("seen.is_empty() || !self.restart()", "restart"),
        ("self.open.insert(1)", "insert"),
        ("self.lease.take().is_none()", "take"),
        ("self.open.entry(1).or_default().is_empty()", "or_default"),
        ("replace(&mut self.over, true)", "replace"),
        ("std::mem::take(self.over)", "take"),
        ("Self::forget(known)", "forget"),
        ("<Self as Probe>::forget(known)", "forget"),
        ("(self.forget)(known)", "a call"),
        ("Some(self.restart()) == seen", "restart"),
        ("self.open.iter().all(|it| it.set(1))", "set"),
        ("{ self.over = true; true }", "an expression"),
        ("(self.over = true) == ()", "an expression"),
        ("(self.count += 1) == ()", "an expression"),
        ("(self.count ^= 1) == ()", "an expression"),
        ("if self.over { true } else { false }", "an expression"),
        ("*(&mut self.over)", "an expression"),
        ("ready!(self)", "a macro"),
        ("matches!(self.restart(), true)", "restart"),
        ("matches!(self.over, true if self.restart())", "restart"),
        ("let Some(_) = self.lease.take()", "take"),
    ] {
        let all = of(guard);
        assert!(all.iter().any(|it| it == found), "{guard}: {all:?}");
    }
    for guard in [
        "self.count + 1 > seen && !*over",
        "self.open.is_empty()",
        "matches!(self.state, State::Open | State::Closed if seen)",
        "(self.turn, &seen) == (Turn::Shared, &Some(1))",
        "seen as u8 == 1",
    ] {
        assert_eq!(of(guard), Vec::<String>::new(), "{guard}");
    }
}

#[test]
fn a_guard_is_found_wherever_it_stands() {
    for text in [
        "fn act() { match 1 { 1 if act() => 1, _ => 2 }; }",
        "fn act() { matches!(1, 1 if act()) }",
        "fn act() { if matches!(match 1 { 1 if act() => 1, _ => 2 }, 1) {} }",
        "fn act() { debug!(\"{}\", match 1 { 1 if act() => 1, _ => 2 }) }",
        "macro_rules! of { () => { match 1 { 1 if act() => 1, _ => 2 } } }",
        "const X: u8 = { fn act() { match 1 { 1 if act() => 1, _ => 2 }; } 1 };",
    ] {
        let found = Guards::of(&[syn::parse_file(text).unwrap()]);
        assert!(!found.refused.is_empty(), "{text}");
    }
}

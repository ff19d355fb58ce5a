//! Circles.

use super::program;
use crate::arrows::Arrows;
use crate::circles::circles;

/// The circles in a room with these files.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let program = program(files);
    let found = circles(&program, &Arrows::of(&program)).into_iter();
    let found = found.map(|(module, circle)| format!("{}: {circle:?}", module.join("::")));
    found.collect()
}

#[test]
fn children_that_use_each_other_are_a_circle() {
    let parent = ("low/mod.rs", "mod a;\nmod b;\nmod c;\npub use a::A;\n");
    assert_eq!(
        circles_of(&[
            parent,
            ("low/a.rs", "use super::b::B;\npub struct A;"),
            ("low/b.rs", "use crate::low::c::C;\npub struct B;"),
            // Through what the parent passes on.
            ("low/c/mod.rs", "mod inner;\npub struct C;"),
            ("low/c/inner.rs", "use crate::low::A;"),
        ]),
        ["low: {\"a\", \"b\", \"c\"}"]
    );
}

/// The circles of a parent that begins so, and of its two children.
fn with_parent(parent: &str, a: &str, b: &str) -> Vec<String> {
    let parent = format!("mod a;\nmod b;\n{parent}");
    circles_of(&[("low/mod.rs", &parent), ("low/a.rs", a), ("low/b.rs", b)])
}

#[test]
fn two_children_are_a_circle_however_they_use_each_other() {
    for (a, b) in [
        (
            "use super::*; fn x() { b::y() }",
            "pub fn y() { super::a::x() }",
        ),
        ("fn x() { super::r#b::y() }", "use super::{r#a as it};"),
        (
            "fn x() { crate::low::b::y!() }",
            "#[serde(with = \"super::a\")] struct B;",
        ),
        (
            "pub struct A(super::b::B);",
            "pub struct B; impl From<super::a::A> for B {}",
        ),
        (
            "pub struct A; impl super::b::Acts for A {}",
            "fn y(of: &super::a::A) {}",
        ),
        (
            "#[cfg(not(test))] use super::b::B;",
            "#[cfg(any(test, unix))] use super::a::A;",
        ),
        (
            "macro_rules! x { () => { super::b::y() } }",
            "use super::a;",
        ),
        // By methods.
        (
            "pub struct A; impl A { fn x(&self) { self.y() } }",
            "impl super::a::A { pub(super) fn y(&self) {} }",
        ),
        (
            "impl super::Low { fn x(&self) { self.y() } }",
            "impl super::Low { fn y(&self) { self.x() } }",
        ),
        (
            "use super::Low; impl Low { fn x() { Self::y() } }",
            "use super::Low; impl Low { fn y() { Low::x() } }",
        ),
    ] {
        let found = with_parent("pub struct Low;", a, b);
        assert_eq!(found, ["low: {\"a\", \"b\"}"], "{a} {b}");
    }
}

#[test]
fn a_circle_may_go_through_a_body_of_the_parent() {
    for (parent, a) in [
        ("fn f() { a::x() }", "fn x() { super::f() }"),
        ("fn f() { a::x() }", "use super::f; fn x() { f() }"),
        ("fn f() { a::x() }", "use super::*; fn x() { f() }"),
        ("fn f() { a::x() }", "use super::f as g; fn x() { g() }"),
        (
            "fn f() { a::x() }",
            "mod deep { fn x() { crate::low::f() } }",
        ),
        ("use a::x; fn f() { x() }", "fn x() { super::f() }"),
        ("use a::*; fn f() { x() }", "pub fn x() { super::f() }"),
        ("use a::x as y; fn f() { y() }", "fn x() { super::f() }"),
        (
            "fn f(of: a::A) {}",
            "pub struct A; const X: fn() = super::f;",
        ),
        ("const F: u8 = a::X;", "fn x() { super::F }"),
        ("static F: fn() = a::x;", "fn x() { super::F() }"),
        ("macro_rules! f { () => { a::x() } }", "fn x() { f!() }"),
        (
            "macro_rules! f { () => { a::x() } } use f;",
            "fn x() { super::f!() }",
        ),
        (
            "macro_rules! f { ($it:ident) => { $it::x() } } fn g() { f!(a) }",
            "fn x() { super::g() }",
        ),
        (
            "macro_rules! f { ($it:ident) => { fn $it() { a::x() } } } f!(made);",
            "fn x() { super::made() }",
        ),
        (
            "pub struct Own; impl Own { fn f() { a::x() } }",
            "fn x() { super::Own::f() }",
        ),
        (
            "pub struct Own; impl Own { fn f(&self) { a::x() } }",
            "impl super::Own { fn x(&self) { self.f() } }",
        ),
        (
            "pub struct Own; impl Own { fn f(&self) { self.x() } }",
            "impl super::Own { fn x(&self) { Self::f(self) } }",
        ),
        (
            "pub struct Own; impl Default for Own { fn default() -> Self { a::x() } }",
            "use super::Own; fn x() -> Own { <Own as Default>::default() }",
        ),
        (
            "trait Own { fn f() { a::x() } }",
            "fn x() { <u8 as super::Own>::f() }",
        ),
        // Methods of what has a type that is written.
        (
            "pub struct Own; impl Own { fn f(&self) { a::x(self) } }",
            "fn x(own: &super::Own) { own.f() }",
        ),
        (
            "pub struct Own; impl Own { fn f(&self) { a::x(self) } }",
            "fn x(it: u8) { let own: super::Own = it; (&own).f() }",
        ),
        (
            "pub struct Own; impl Own { fn f(&self) { a::x(self) } }",
            "struct A { own: super::Own } impl A { fn x(&self) { self.own.f() } }",
        ),
        (
            "pub struct Own; impl Own { fn f(&self) { a::x(self) } }",
            "struct A(B); struct B { own: super::Own } fn x(a: &mut A) { a.0.own.f() }",
        ),
        // Through another body, and another child.
        ("fn f() { g() } fn g() { a::x() }", "fn x() { super::f() }"),
    ] {
        let found = with_parent(parent, a, "");
        assert_eq!(found.len(), 1, "{parent} {a}: {found:?}");
        assert!(found[0].contains("\"a\""), "{parent} {a}: {found:?}");
    }
    assert_eq!(
        with_parent(
            "fn f() { a::x() }",
            "use super::b::y;",
            "pub fn y() { super::f() }"
        ),
        ["low: {\"a\", \"b\", \"f()\"}"]
    );
}

#[test]
fn what_children_use_of_their_parent_is_no_circle() {
    for (parent, a, b) in [
        (
            "use a::A;\nuse b::B;\npub struct Low(A, B);",
            "use super::Low;\npub struct A;",
            "use super::{Low, a::A};\npub struct B;",
        ),
        // Functions in one direction only.
        (
            "fn f() { a::x() } fn g() {}",
            "fn x() { super::g() }",
            "fn y() { super::f() }",
        ),
        (
            "pub use a::x; fn f() { b::y() }",
            "fn x() {}",
            "fn y() { super::x() }",
        ),
        ("fn f() { a::x() }", "fn x(f: u8) -> u8 { f }", ""),
        (
            "fn f() { let b = a::x(); b }",
            "fn x() {}",
            "fn y() { super::f() }",
        ),
        (
            "use a::*; fn f() { let it = b::x(); it }",
            "use super::f; pub fn x() {}",
            "",
        ),
        // A function and a module of one name.
        (
            "pub use a::a; fn f() { a::a() }",
            "pub fn a() {} pub mod deep {}",
            "fn y() { super::a::deep::z() }",
        ),
        (
            "fn f() { f2() } fn f2() { f() }",
            "fn x() { super::f() }",
            "",
        ),
        (
            "macro_rules! f { () => { a::x() } }",
            "fn f() {} fn x() { f() }",
            "",
        ),
        (
            "pub struct Own; impl Own { fn f(&self) { self.x() } fn g(&self) {} }",
            "impl super::Own { fn x(&self) { self.g() } }",
            "",
        ),
        // For tests only.
        (
            "fn f() { a::x() }",
            "#[cfg(test)] fn x() { super::f() }",
            "",
        ),
        (
            "#[cfg(test)] fn f() { a::x() }",
            "fn x() {} #[cfg(test)] use super::f;",
            "",
        ),
    ] {
        let circles = with_parent(parent, a, b);
        assert_eq!(circles, Vec::<String>::new(), "{parent} {a} {b}");
    }
}

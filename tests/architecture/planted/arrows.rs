//! Arrows that point up.

use super::{forbidden_in, of_middle};

#[test]
fn an_arrow_up_is_found_wherever_it_stands() {
    for text in [
        // Imports.
        "use crate::high::High;",
        "use crate::{low::Low, high::{self, High}};",
        "use crate::{low::Low, high::{High as Other}};",
        "use {crate::{{high}}};",
        "use super::high::*;",
        "use crate as all; fn act() { all::high::act() }",
        "use super::{self as up}; fn act() { up::high::act() }",
        "use crate::high; fn act() { high::act(); }",
        "use crate::high as _;",
        "use crate::r#high::High;",
        "fn act() { use crate::high::act; act(); }",
        "const _: () = { use crate::high::High; };",
        "pub(in crate::middle) use crate::high::High;",
        // Expressions, patterns and types.
        "fn act() { crate::high::act(); }",
        "fn act() { crate :: r#high :: act(); }",
        "fn act() { self::super::high::act() }",
        "fn act() { let it = crate::high::act; it() }",
        "fn act() { crate::high::act::<u8>() }",
        "fn act() { <crate::high::High as Into<u8>>::into() }",
        "fn act() { match 1 { crate::high::ONE => {}, _ => {} } }",
        "fn act() { if let crate::high::High { .. } = it {} }",
        "fn act() { loop { break crate::high::act() } }",
        "async fn act() { let it = async { crate::high::act().await }; }",
        "fn act(of: &super::high::High) {}",
        "fn act() -> impl Fn(crate::high::High) {}",
        "fn act<T>() where T: Into<crate::high::High> {}",
        "fn act<const N: usize>(_: [u8; crate::high::N]) {}",
        "fn act() { other::<{ crate::high::N }>() }",
        "struct Own(Vec<Option<crate::high::High>>);",
        "struct Own<T = crate::high::High>(T);",
        "enum Own { One = crate::high::ONE }",
        "type Own = dyn Fn() -> crate::high::High;",
        "static OWN: fn() = crate::high::act;",
        "trait Own: crate::high::Acts {}",
        "trait Own { fn act() { crate::high::act() } }",
        "trait Own { type High = crate::high::High; }",
        "impl From<crate::high::High> for u8 { fn from(_: u8) -> Self { 0 } }",
        "impl crate::high::Acts for u8 { const N: u8 = 1; }",
        "impl crate::high::High { fn own() {} }",
        "unsafe extern \"C\" { fn act(of: crate::high::High); }",
        "mod inner { use crate::high::High; }",
        "mod inner { fn act() { super::super::high::act() } }",
        "mod a { mod b { use super::super::super::high; } }",
        "fn act() { mod inner { use super::super::high::High; } }",
        // Two modules of one name.
        "#[cfg(unix)] mod inner { use crate::high::High; } #[cfg(not(unix))] mod inner {}",
        "fn a() { mod x { use crate::high::High; } } fn b() { mod x {} }",
        // Attributes.
        "#[error(\"{}\", crate::high::act(.0))] struct Own(u8);",
        "struct Own { #[arg(value_parser = crate::high::act)] own: u8 }",
        "#[derive(crate::high::High)] struct Own;",
        "#[crate::high::attribute] fn act() {}",
        "#[serde(from = \"crate::high::High\")] struct Own;",
        "#[serde(bound = \"T: crate::high::Acts\")] struct Own<T>(T);",
        "#[serde(bound(serialize = \"T: crate::high::Acts, U: Copy\"))] struct Own<T, U>(T, U);",
        "struct Own { #[serde(with = \"crate::high\")] own: u8 }",
        "use crate::high as of; struct Own { #[serde(with = \"of\")] own: u8 }",
        "#[cfg_attr(all(), serde(from = \"crate::high::High\"))] struct Own;",
        "#[cfg_attr(not(test), derive(crate::high::High))] struct Own;",
        "#[doc = crate::high::text!()] struct Own;",
        // Macros.
        "fn act() { println!(\"{:?}\", crate::high::act()); }",
        "thread_local! { static OWN: crate::high::High = 1; }",
        "macro_rules! own { () => { crate::high::act() } }",
        "macro_rules! own { () => { $crate::high::act() } }",
        "macro_rules! own { () => { use $crate::{low::Low, high::{High}}; } }",
        "macro_rules! own { () => { mod inner { use super::super::high::High; } } }",
        "macro_rules! own { () => { #[serde(with = \"crate::high\")] struct Own; } }",
        "macro_rules! own { ($it:ident) => { crate::$it::act() } } fn act() { own!(high) }",
        "macro_rules! own { ($it:tt) => { $it::high::act() } } fn act() { own!(crate) }",
        "macro_rules! own { ($a:tt, $b:ident) => { $a::$b::act() } } fn act() { own!(crate, high) }",
        "fn act() { own!(crate::high) }",
        "fn act() { crate::high::own!() }",
        // Beside and after what is for tests.
        "#[cfg(test)] mod tests {} use crate::high::High;",
        "#[cfg(test)] use crate::low::Low; fn act() { crate::high::act() }",
        "#[cfg(not(test))] use crate::high::High;",
        "#[cfg(any(test, unix))] use crate::high::High;",
        "#[cfg(not(all(test, unix)))] mod inner { use crate::high::High; }",
        "#[cfg_attr(unix, cfg(test))] use crate::high::High;",
        "fn act() { #[cfg(test)] return; crate::high::act() }",
    ] {
        let found = of_middle(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].ends_with(" uses high"), "{text}: {found:?}");
    }
}

#[test]
fn what_points_down_or_is_for_tests_is_allowed() {
    for text in [
        "use crate::low::Low;",
        "// crate::high\n/* use crate::high::High; */\n/// [`crate::high::High`]\nfn act() { let _ = \"crate::high\"; }",
        "#[doc = \"crate::high\"] #[deprecated = \"crate::high\"] struct Own;",
        "#[expect(dead_code, reason = \"crate::high\")] struct Own;",
        "#[error(\"crate::high\")] struct Own;",
        "#[serde(rename = \"high\")] struct Own;",
        "macro_rules! own { () => { /** crate::high */ #[doc = \"crate::high\"] struct Own; } }",
        // Tests.
        "#[cfg(test)] use crate::high::High;",
        "#[cfg(test)] mod tests { use crate::high::High; }",
        "#[cfg(all(unix, test))] mod tests { use crate::high::High; }",
        "#[test] fn acts() { crate::high::act() }",
        "mod tests { #![cfg(test)] use crate::high::High; }",
        "#[cfg_attr(test, derive(crate::high::High))] struct Own;",
        "struct Own; impl Own { #[cfg(test)] fn act() { crate::high::act() } }",
        "trait Own { #[cfg(test)] fn act() { crate::high::act() } }",
        "struct Own { #[cfg(test)] own: crate::high::High }",
        "enum Own { #[cfg(test)] One(crate::high::High) }",
        "fn act() { #[cfg(test)] crate::high::act(); }",
        "fn act() { #[cfg(test)] { crate::high::act() } }",
        "fn act() { #[cfg(test)] let it = crate::high::act(); }",
        "fn act() { match 1 { #[cfg(test)] 1 => crate::high::act(), _ => {} } }",
        // Names of its own.
        "mod high { pub fn act() {} } fn act() { high::act() }",
        "fn act(high: u8) -> u8 { high }",
        "enum Kind { High } fn act() { Kind::High; }",
        "macro_rules! own { ($of:ident, $it:ident) => { $of::$it } }",
        "macro_rules! own { ($of:ident) => { $of::Low } }",
        "mod inner { fn act() { super::Own; } } struct Own;",
    ] {
        assert_eq!(of_middle(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_file_that_is_for_tests_is_skipped() {
    let with = |text: &str| {
        let inner = format!("{text}use crate::high::High;");
        forbidden_in(&[("middle/mod.rs", "mod inner;"), ("middle/inner.rs", &inner)])
    };
    assert_eq!(with("#![cfg(test)] "), Vec::<String>::new());
    assert_eq!(
        with("#![cfg(any(test, unix))] "),
        ["middle::inner uses high"]
    );
}

#[test]
fn a_macro_is_used_wherever_it_is_defined() {
    let high = (
        "high/mod.rs",
        "macro_rules! act { () => {} } pub(crate) use act;",
    );
    for text in [
        "fn act() { crate::high::act!() }",
        "use crate::high::act; act!();",
    ] {
        let found = forbidden_in(&[high, ("middle/mod.rs", text)]);
        assert_eq!(found, ["middle uses high"], "{text}");
    }
}

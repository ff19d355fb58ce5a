use std::sync::LazyLock;

use proptest::prelude::*;
use regex::Regex;

use super::*;

include!("../../tests/hostile/names.rs");

/// Very long hostile names, generated instead of listed.
pub(crate) fn long() -> Vec<String> {
    vec![
        "K".repeat(5000),
        "漢".repeat(5000),
        format!("K{}", "\u{301}".repeat(5000)),
        "👩\u{200D}".repeat(3000),
        " K".repeat(5000),
        "\u{202e}K".repeat(5000),
        "ᄀ".repeat(5000),
        "क\u{94d}".repeat(5000),
    ]
}

/// Asserts that each character is visible, follows a base if it is a mark, and does not end the
/// line, according to the Unicode properties in another crate's tables.
pub(crate) fn assert_harmless(text: &str) {
    static HARMFUL: LazyLock<[Regex; 4]> = LazyLock::new(|| {
        [
            r"[\p{Cc}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Noncharacter_Code_Point}\u2800]",
            // Joiners and selectors are allowed for the letters and emoji that need them.
            r"[\p{Default_Ignorable_Code_Point}&&[^\u200C\u200D\uFE0E\uFE0F]]",
            r"(?:^|\s)[\p{M}\u200C\u200D\uFE0E\uFE0F]",
            r"[\p{Mn}\p{Me}]{5}",
        ]
        .map(|pattern| Regex::new(pattern).unwrap())
    });
    for harmful in HARMFUL.iter() {
        assert!(!harmful.is_match(text), "{text:?} has {harmful}");
    }
}

#[test]
fn a_hostile_name_is_harmless_or_unknown() {
    let long = long();
    let all = HOSTILE
        .iter()
        .copied()
        .chain(long.iter().map(String::as_str));
    for hostile in all {
        let Some(shown) = name(hostile) else { continue };
        assert_harmless(&shown);
        assert!(
            shown.width() > 0 && shown.width() <= NAME_COLUMNS,
            "{shown:?}"
        );
        assert!(
            shown.chars().count() <= NAME_COLUMNS * CHARACTERS_PER_COLUMN,
            "{shown:?}"
        );
        assert!(!shown.contains("  ") && shown.trim() == shown, "{shown:?}");
    }
}

#[test]
fn there_are_many_kinds_of_hostile_names() {
    assert!(HOSTILE.len() >= 40);
}

#[test]
fn an_invisible_name_is_unknown() {
    for unseen in [
        "",
        " ",
        "\u{200b}",
        "\u{3164}",
        "\u{2800}",
        "\u{301}",
        "\u{e000}",
        "\u{200e}\u{200f}",
        "\u{1160}",
        "\u{115f}",
        "\u{200d}\u{200c}",
        "\u{fe0f}",
    ] {
        assert_eq!(name(unseen), None, "{unseen:?}");
    }
}

#[test]
fn names_of_all_scripts_are_unchanged() {
    for good in [
        "K750",
        "MX Master 3S",
        "Wireless Solar Keyboard K750",
        "Clavier d’Amélie (n°2)",
        "Ame\u{301}lie",
        "Bàn phím Tiếng Việt",
        "Клавиатура",
        "Πληκτρολόγιο",
        "עכבר של דנה",
        "שָׁלוֹם",
        "لوحة مفاتيح",
        "ماوس می\u{200c}خواهم",
        "कीबोर्ड क्\u{200d}ष",
        "ශ්\u{200d}රී ලංකා",
        "বাংলা কীবোর্ড",
        "தமிழ்",
        "แป้นพิมพ์ของน้ำ",
        "བོད་སྐད་སྒྲུབ",
        "ကီးဘုတ်",
        "ភាសាខ្មែរ",
        "キーボード",
        "か\u{3099}ぎ",
        "無線鍵盤 第２",
        "무선 키보드",
        "ქართული",
        "Հայերեն",
        "አማርኛ",
        "🦊 Maus",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦",
        "🏳\u{fe0f}\u{200d}🌈 ❤\u{fe0f}",
        "👍🏽 🇩🇪",
        "1\u{fe0f}\u{20e3}",
        "½ № € ™ ®",
        "<b>&\"'",
    ] {
        assert_eq!(name(good).as_deref(), Some(good));
        assert_eq!(line(good), good);
    }
}

#[test]
fn each_kind_of_harm_is_removed() {
    for (hostile, harmless) in [
        ("K7\u{1b}[31m50", "K7[31m50"),
        ("K750\r\nroot", "K750 root"),
        ("K750\u{202e}% 001", "K750% 001"),
        ("K\u{200b}7\u{200d}5\u{2060}0", "K750"),
        ("K7\u{fe0f}50", "K750"),
        (" K750 \u{a0}\u{3000} end\t", "K750 end"),
        (" \u{301}K750", "K750"),
        ("Z\u{336}\u{336}\u{336}", "Z\u{336}"),
        (
            "Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}",
            "Z\u{300}\u{301}\u{302}\u{303}",
        ),
        // The character between a letter and its accent is removed.
        ("e\u{200b}\u{301}", "e\u{301}"),
        ("\u{1f3f4}\u{e0067}\u{e007f}", "\u{1f3f4}"),
    ] {
        assert_eq!(name(hostile).as_deref(), Some(harmless), "{hostile:?}");
    }
}

#[test]
fn a_long_name_is_truncated_with_an_ellipsis() {
    let cut = name(&"漢".repeat(200)).unwrap();
    assert_eq!(cut, format!("{}…", "漢".repeat(31)));
    let fits = "K".repeat(NAME_COLUMNS);
    assert_eq!(name(&fits).as_deref(), Some(&*fits));
}

/// The table and `watch` cut between characters: half of an emoji sequence was left.
#[test]
fn a_text_is_shortened_between_grapheme_clusters_with_the_ellipsis_of_the_terminal() {
    for (text, columns, shorter) in [
        ("K750", 4, "K750"),
        ("K750", 3, "K7~"),
        ("K750", 1, "~"),
        ("K750", 0, ""),
        ("Wireless Mouse", 10, "Wireless~"),
        ("漢漢漢", 4, "漢~"),
        ("K👩\u{200D}👩\u{200D}👧\u{200D}👦K", 3, "K~"),
        ("Ame\u{301}lie", 4, "Ame\u{301}~"),
    ] {
        assert_eq!(shortened(text, columns, "~"), shorter, "{text} {columns}");
    }
}

#[test]
fn an_id_stays_unique() {
    assert_eq!(id("4002-392A0750"), "4002-392A0750");
    assert_eq!(id("a\u{202e}b\n"), r"a\u{202e}b\u{a}");
    assert_ne!(id("a\u{200b}"), id("a\u{200c}"));
    for hostile in HOSTILE {
        assert!(
            id(hostile)
                .chars()
                .all(|c| c.is_ascii_graphic() || c == ' ')
        );
    }
}

/// Every code point, against the tables of `regex-syntax`.
#[test]
fn no_ignorable_character_is_plain() {
    let ignorable = Regex::new(
        r"^[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]$",
    )
    .unwrap();
    let mut text = [0; 4];
    for c in '\0'..=char::MAX {
        if ignorable.is_match(c.encode_utf8(&mut text)) {
            assert!(!is_plain(c), "{c:?}");
            assert_eq!(name(c.encode_utf8(&mut text)), None, "{c:?}");
        }
    }
}

#[test]
fn a_selector_counts_as_a_mark() {
    let shown = line("\u{1F468}\u{FE0F}\u{304}\u{300}\u{301}\u{93A}");
    assert_harmless(&shown);
    assert_eq!(shown, "\u{1F468}\u{FE0F}\u{304}\u{300}\u{301}");
}

proptest! {
    #[test]
    fn any_text_becomes_harmless_and_sanitizing_is_idempotent(text in "\\PC*|[\\u200b-\\u200f\\u0300-\\u0310a-c\\u0915-\\u094d\\u1100-\\u11ff\\U0001f468-\\U0001f46a\\ufe0f ]*") {
        let shown = line(&text);
        assert_harmless(&shown);
        prop_assert_eq!(line(&shown), shown.clone());
        if let Some(name) = name(&text) {
            prop_assert!(name.width() <= NAME_COLUMNS);
            prop_assert_eq!(super::name(&name), Some(name));
        }
    }
}

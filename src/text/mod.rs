//! Sanitizes untrusted text for display: text from devices, files and other programs.
//!
//! Names, serial numbers, paths and error texts reach terminals, bars, notifications, logs and
//! pictures. A hostile text could move the cursor, reorder its line, be invisible, or imitate
//! another name. Only [`name`], [`line()`] and [`id`] decide which characters are displayed; they
//! are applied where untrusted text is read, and again where it is written.
//!
//! # What is removed
//!
//! By `General_Category` (UAX #44), from the crate `unicode-properties`:
//!
//! | removed | category |
//! |---|---|
//! | controls, DEL, C1 | Cc |
//! | bidi controls, zero-width characters, tags, interlinear annotation, soft hyphen | Cf |
//! | private use, surrogates, noncharacters, unassigned | Co, Cs, Cn |
//! | marks without a base, more than `MOST_MARKS` on one, the same mark twice (UTS #39, 5.4) | Mn, Me, Mc |
//!
//! A run of spaces of any kind (`White_Space`, categories Zs, Zl, Zp) and blank symbols is replaced
//! by one space. Fillers, the grapheme joiner and variation selectors are removed too, because they
//! have the property `Default_Ignorable_Code_Point`, see `is_ignorable`. Characters with neither
//! width nor base are not drawn, and are removed.
//!
//! # What is kept
//!
//! Letters, marks, numbers, punctuation and symbols of all scripts; ZERO WIDTH JOINER and
//! NON-JOINER between letters of scripts that need them (UAX #31, 2.3) and within an emoji
//! sequence; an emoji's variation selector (UTS #51).

mod log;

pub use self::log::Clean;

use std::borrow::Cow;

use unicode_properties::{
    GeneralCategory, GeneralCategoryGroup, UnicodeEmoji, UnicodeGeneralCategory,
};
use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The maximum width of a name in columns; the longest real name has 40.
const NAME_COLUMNS: usize = 64;
/// The maximum width of a line in columns; it may quote several names and paths.
const LINE_COLUMNS: usize = 2000;
/// The maximum number of characters per column: a letter and its marks.
const CHARACTERS_PER_COLUMN: usize = 4;
/// The maximum number of marks on a base (UTS #39, 5.4: no sequences of more than 4 nonspacing
/// marks).
const MOST_MARKS: usize = 4;
/// The maximum number of characters in a grapheme cluster: the longest emoji sequence has 10, a
/// stack of Tibetan or Devanagari letters fewer.
const MOST_IN_CLUSTER: usize = 16;
/// Appended to a truncated name or line.
const ELLIPSIS: &str = "…";

const ZWNJ: char = '\u{200C}';
const ZWJ: char = '\u{200D}';

/// The displayable form of a name: one line of at most 64 columns. `None`: nothing in it is
/// visible, so the name counts as unknown.
pub fn name(text: &str) -> Option<String> {
    Some(displayable(text, NAME_COLUMNS)).filter(|text| !text.is_empty())
}

/// A text that is displayable already, in at most this many columns: a wider one ends with this
/// ellipsis.
pub fn shortened(text: &str, columns: usize, ellipsis: &str) -> String {
    if text.width() <= columns {
        text.to_owned()
    } else {
        cut(text, columns, ellipsis)
    }
}

/// The displayable form of a text that quotes names, paths or texts of other programs: one line.
pub fn line(text: &str) -> String {
    displayable(text, LINE_COLUMNS)
}

/// The displayable form of an id. It must stay unique, so characters other than visible ASCII are
/// escaped as `\u{202e}` instead of being removed.
pub fn id(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_graphic() || c == ' ';
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_plain(c) {
            escaped.push(c);
        } else {
            escaped.extend(c.escape_unicode());
        }
    }
    Cow::Owned(escaped)
}

/// Whether a character can be displayed in any context. Others are escaped in JSON, which is
/// lossless.
pub fn is_plain(c: char) -> bool {
    c == ' ' || is_drawn(c)
}

fn displayable(text: &str, columns: usize) -> String {
    let most = columns.saturating_mul(CHARACTERS_PER_COLUMN);
    let kept = kept(text);
    let (mut shown, mut width, mut count) = (String::new(), 0, 0);
    for cluster in kept.graphemes(true) {
        let cluster = bounded(cluster);
        let cluster_width = cluster.width();
        if cluster_width == 0 || (cluster == " " && (shown.is_empty() || shown.ends_with(' '))) {
            continue;
        }
        width += cluster_width;
        count += cluster.chars().count();
        if width > columns || count > most {
            return cut(&shown, columns, ELLIPSIS);
        }
        shown.push_str(cluster);
    }
    if shown.ends_with(' ') {
        shown.pop();
    }
    shown
}

/// Limits a grapheme cluster: a cluster with too many characters is reduced to its first character.
fn bounded(cluster: &str) -> &str {
    if cluster.chars().nth(MOST_IN_CLUSTER).is_none() {
        return cluster;
    }
    let first = cluster.chars().next().map_or(0, char::len_utf8);
    cluster.get(..first).unwrap_or_default()
}

/// Truncates a text between grapheme clusters and appends an ellipsis, within the given columns.
fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    let Some(room) = columns.checked_sub(ellipsis.width()) else {
        return String::new();
    };
    let mut cut = String::new();
    for cluster in text.graphemes(true) {
        if cut.width() + cluster.width() > room {
            break;
        }
        cut.push_str(cluster);
    }
    cut.truncate(cut.trim_end().len());
    cut + ellipsis
}

/// The allowed characters, with spaces as `' '`, without marks that lack a base or are too many,
/// and with joiners and selectors only where they have an effect.
fn kept(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let (mut before, mut marks): (Option<char>, usize) = (None, 0);
    // A joiner, or the selector of a keycap, whose effect depends on the next character.
    let mut pending: Option<char> = None;
    for c in text.chars().filter_map(allowed) {
        match c {
            ZWJ | ZWNJ => {
                pending = Some(c);
                continue;
            }
            '\u{FE0E}' | '\u{FE0F}' => {
                if before.is_some_and(|it| it.is_ascii() && it.is_emoji_char()) {
                    pending = Some(c);
                } else if before.is_some_and(UnicodeEmoji::is_emoji_char) {
                    kept.push(c);
                    before = Some(c);
                    // A selector is a nonspacing mark, too.
                    marks += 1;
                }
                continue;
            }
            _ if is_mark(c) => {
                marks += usize::from(is_stacking(c));
                let is_one_more = before == Some(c) && is_stacking(c);
                if matches!(before, None | Some(' ')) || is_one_more || marks > MOST_MARKS {
                    continue;
                }
            }
            _ => marks = 0,
        }
        if let Some(pending) = pending.take()
            && has_effect(pending, before, c)
        {
            kept.push(pending);
        }
        kept.push(c);
        before = Some(c);
    }
    kept
}

/// The character itself, a space for a separator, or `None` if it is removed.
fn allowed(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() || is_blank(c) => Some(' '),
        ZWJ | ZWNJ | '\u{FE0E}' | '\u{FE0F}' => Some(c),
        c => is_drawn(c).then_some(c),
    }
}

/// Whether a character is visible.
fn is_drawn(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_graphic();
    }
    match c.general_category_group() {
        GeneralCategoryGroup::Letter
        | GeneralCategoryGroup::Mark
        | GeneralCategoryGroup::Number
        | GeneralCategoryGroup::Punctuation
        | GeneralCategoryGroup::Symbol => !is_ignorable(c) && !is_blank(c),
        GeneralCategoryGroup::Separator | GeneralCategoryGroup::Other => false,
    }
}

/// Whether a character is a letter or mark with the property `Default_Ignorable_Code_Point`, which
/// is invisible. The other characters with this property are removed because of their category, Cf
/// or Cn. Source: Unicode's `DerivedCoreProperties.txt`; a test compares this with another crate's
/// table.
const fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{034F}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FFA0}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}

/// Whether a character is a symbol or letter that is blank by design: BRAILLE PATTERN BLANK, OBJECT
/// REPLACEMENT CHARACTER, EGYPTIAN HIEROGLYPH FULL and HALF BLANK, MUSICAL SYMBOL NULL NOTEHEAD.
const fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{2800}' | '\u{FFFC}' | '\u{13441}'..='\u{13442}' | '\u{1D159}'
    )
}

/// Whether a joiner or selector between these characters changes their appearance. Source: UTS #51
/// for emoji and keycaps; UAX #31, 2.3 and table 5, for the recommended scripts that use joiners.
fn has_effect(pending: char, before: Option<char>, after: char) -> bool {
    const JOINED: [Script; 14] = [
        Script::Arabic,
        Script::Bengali,
        Script::Devanagari,
        Script::Gujarati,
        Script::Gurmukhi,
        Script::Kannada,
        Script::Khmer,
        Script::Malayalam,
        Script::Myanmar,
        Script::Oriya,
        Script::Sinhala,
        Script::Tamil,
        Script::Telugu,
        Script::Tibetan,
    ];
    let Some(before) = before else { return false };
    let is_emoji = |c: char| !c.is_ascii() && c.is_emoji_char();
    let script = after.script();
    match pending {
        '\u{FE0E}' | '\u{FE0F}' => after == '\u{20E3}',
        ZWJ if is_emoji(after) => is_emoji(before) || before == '\u{FE0F}',
        _ => JOINED.contains(&script) && before.script() == script,
    }
}

fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark
}

/// Whether a mark is drawn above or below its base, where marks can be stacked without limit.
fn is_stacking(c: char) -> bool {
    matches!(
        c.general_category(),
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
    )
}

#[cfg(test)]
pub(crate) mod tests;

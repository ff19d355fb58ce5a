//! An explanation as one line of JSON: a flat object, in which what is not known is null.

use super::explanation::Explanation;

/// The object, with a line end.
pub(super) fn line(explanation: &Explanation) -> serde_json::Result<String> {
    let mut line = serde_json::to_string(explanation)?;
    line.push('\n');
    Ok(line)
}

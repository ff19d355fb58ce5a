//! Finds entries of a history that were not written in one piece.

/// The size that all page sizes of Linux are multiples of.
const PAGE: usize = 4096;

/// The torn lines of a history file, except those that a kill can tear: Linux copies a write page by
/// page and stops between two pages when the process is killed (`generic_perform_write` in
/// mm/filemap.c).
pub fn torn_lines(text: &str) -> Vec<&str> {
    let mut end = 0;
    let mut torn = Vec::new();
    for line in text.split_inclusive('\n') {
        let is_whole =
            line.starts_with('{') && line.contains(",\"crc\":\"") && line.ends_with("\"}\n");
        let is_torn_at_page = (end + line.trim_end().len()).is_multiple_of(PAGE);
        if !is_whole && !is_torn_at_page {
            torn.push(line);
        }
        end += line.len();
    }
    torn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_torn_within_a_page_count() {
        let whole = "{\"at\":1,\"crc\":\"0000\"}\n";
        assert_eq!(torn_lines(&whole.repeat(3)), [""; 0]);
        assert_eq!(
            torn_lines(&format!("{whole}{{\"at\"\n{whole}")),
            ["{\"at\"\n"]
        );
        let mut text = whole.repeat(PAGE / whole.len());
        text.push_str(&whole[..PAGE % whole.len()]);
        assert_eq!(text.len(), PAGE);
        assert_eq!(torn_lines(&text), [""; 0]);
        text.push('\n');
        assert_eq!(torn_lines(&format!("{text}{whole}")), [""; 0]);
    }
}

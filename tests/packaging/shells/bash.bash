# Prints the completions of bash for the last word of $2, from the completion file $1.
source "$1"
read -r -a COMP_WORDS <<<"$2"
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
registered=$(complete -p "${COMP_WORDS[0]}")
# The name of the completion function follows -F.
function=${registered##*-F }
"${function%% *}" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"

# Prints what zsh displays on a terminal after $2 and a tab are typed, with the completion file $1.
# zsh completes only on a terminal, where the typed text is echoed as well; waits for $3.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT= fpath=(${1:h} \$fpath); autoload -U compinit; compinit -D -u; echo re''ady"
zpty -r -m shell shown '*ready*'
zpty -w -n shell "$2"$'\t'
zpty -r -m shell shown "*$3*"
print -r -- "$shown"

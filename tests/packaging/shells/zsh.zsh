# Prints what a zsh on a terminal shows once $2 and a tab are typed, with the completions in the file
# $1. A zsh completes nowhere else. It shows what is typed, too: $3 is waited for.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT= fpath=(${1:h} \$fpath); autoload -U compinit; compinit -D -u; echo re''ady"
zpty -r -m shell shown '*ready*'
zpty -w -n shell "$2"$'\t'
zpty -r -m shell shown "*$3*"
print -r -- "$shown"

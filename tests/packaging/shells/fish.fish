# Prints the completions of fish for the last word of the second argument, from the completion file
# that is the first argument.
source $argv[1]
complete --do-complete $argv[2]

# Prints what fish makes of the last word of the second argument, with the completions in the file
# that is the first one.
source $argv[1]
complete --do-complete $argv[2]

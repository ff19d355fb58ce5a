# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_solar_status_global_optspecs
    string join \n json format= watch duration= separator= output= device= fields= simulate= record= anonymize no-cache direct bus= verbose color= timeout= transport= replay= h/help V/version
end

function __fish_solar_status_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_solar_status_global_optspecs) -- $cmd 2>/dev/null
    or begin
        set -e cmd[-1]
        argparse -s (__fish_solar_status_global_optspecs) -- $cmd 2>/dev/null
    end
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_solar_status_using_subcommand
    set -l cmd (__fish_solar_status_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c solar-status -n "__fish_solar_status_needs_command" -l format -d 'Print it for a bar or another program: a name or a template, see Formats' -r
complete -c solar-status -n "__fish_solar_status_needs_command" -l duration -d 'End after so many seconds; simulated ones pass at once' -r
complete -c solar-status -n "__fish_solar_status_needs_command" -l separator -d 'What stands between devices [default: two blanks; after a template without --watch, a new line]' -r
complete -c solar-status -n "__fish_solar_status_needs_command" -l output -d 'Write it to this file, which is replaced as a whole' -r -F
complete -c solar-status -n "__fish_solar_status_needs_command" -l device -d 'Only devices of this id, serial number, wpid, kind, slot number or part of a name; may be given several times' -r
complete -c solar-status -n "__fish_solar_status_needs_command" -l fields -d 'What to ask for, separated by commas; each costs the device or its receiver requests' -r -f -a "name\t'The short name, from the receiver'
battery\t'Charge, state and, of solar keyboards, light'
full-name\t'The full name, from the device (about 4 requests)'
firmware\t'Firmware versions (2 requests or more)'"
complete -c solar-status -n "__fish_solar_status_needs_command" -l simulate -d 'Use simulated devices instead' -r -f -a "small\t'One receiver with a K750, an M705 and a sleeping K800'
fading\t'One receiver with batteries that discharge over days, for alerts'
full\t'73 real models on receivers of all families, by cable and by Bluetooth'"
complete -c solar-status -n "__fish_solar_status_needs_command" -l record -d 'Write what passes to and from the receivers to a trace' -r -F
complete -c solar-status -n "__fish_solar_status_needs_command" -l bus -d 'Ask solar-statusd on this bus and nobody else: `system`, `session`, or an address' -r
complete -c solar-status -n "__fish_solar_status_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c solar-status -n "__fish_solar_status_needs_command" -l timeout -d 'Give up after so many seconds' -r
complete -c solar-status -n "__fish_solar_status_needs_command" -l transport -d 'The way to the receiver, which is asked directly then' -r -f -a "hidraw\t'The hidraw node, beside the kernel driver: the default'
usb\t'The USB device: takes it from the kernel driver, which loses what is typed meanwhile'"
complete -c solar-status -n "__fish_solar_status_needs_command" -l replay -d 'Use a recorded trace in the place of the receiver' -r -F
complete -c solar-status -n "__fish_solar_status_needs_command" -l json -d 'Print a JSON document instead of a table'
complete -c solar-status -n "__fish_solar_status_needs_command" -l watch -d 'Go on, and print it anew when it reads otherwise (for JSON there is `monitor --json`)'
complete -c solar-status -n "__fish_solar_status_needs_command" -l anonymize -d 'Leave serial numbers out of the trace'
complete -c solar-status -n "__fish_solar_status_needs_command" -l no-cache -d 'Ask everything anew, and remember nothing'
complete -c solar-status -n "__fish_solar_status_needs_command" -l direct -d 'Ask the devices themselves, also where solar-statusd runs'
complete -c solar-status -n "__fish_solar_status_needs_command" -l verbose -d 'Say on standard error who was asked'
complete -c solar-status -n "__fish_solar_status_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_needs_command" -s V -l version -d 'Print version'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "monitor" -d 'Tell what changes, a line each, until Ctrl-C'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "watch" -d 'Show charge and light as they change, until q is pressed'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "decode" -d 'Explain HID++ frames: what they are, who sent them, and what every byte means'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "doctor" -d 'Tell why a device is missing or wrong, and what to do about it'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "notify" -d 'Show notifications on the desktop: low batteries, full ones, and too little light'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "history" -d 'Tell what became of charge and light, and what will'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l duration -d 'End after so many seconds; simulated ones pass at once' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l device -d 'Only devices of this id, serial number, wpid, kind, slot number or part of a name; may be given several times' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l fields -d 'What to ask for, separated by commas; each costs the device or its receiver requests' -r -f -a "name\t'The short name, from the receiver'
battery\t'Charge, state and, of solar keyboards, light'
full-name\t'The full name, from the device (about 4 requests)'
firmware\t'Firmware versions (2 requests or more)'"
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l simulate -d 'Use simulated devices instead' -r -f -a "small\t'One receiver with a K750, an M705 and a sleeping K800'
fading\t'One receiver with batteries that discharge over days, for alerts'
full\t'73 real models on receivers of all families, by cable and by Bluetooth'"
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l record -d 'Write what passes to and from the receivers to a trace' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l bus -d 'Ask solar-statusd on this bus and nobody else: `system`, `session`, or an address' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l json -d 'Print each change as a JSON object, one a line'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l anonymize -d 'Leave serial numbers out of the trace'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l no-cache -d 'Ask everything anew, and remember nothing'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l direct -d 'Ask the devices themselves, also where solar-statusd runs'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l verbose -d 'Say on standard error who was asked'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l light-every -d 'Measure light every so many seconds while a solar keyboard is awake; 0: only as it comes' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l duration -d 'End after so many seconds' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l device -d 'Only devices of this id, serial number, wpid, kind, slot number or part of a name; may be given several times' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l fields -d 'What to ask for, separated by commas; each costs the device or its receiver requests' -r -f -a "name\t'The short name, from the receiver'
battery\t'Charge, state and, of solar keyboards, light'
full-name\t'The full name, from the device (about 4 requests)'
firmware\t'Firmware versions (2 requests or more)'"
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l simulate -d 'Use simulated devices instead' -r -f -a "small\t'One receiver with a K750, an M705 and a sleeping K800'
fading\t'One receiver with batteries that discharge over days, for alerts'
full\t'73 real models on receivers of all families, by cable and by Bluetooth'"
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l record -d 'Write what passes to and from the receivers to a trace' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l bus -d 'Ask solar-statusd on this bus and nobody else: `system`, `session`, or an address' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l anonymize -d 'Leave serial numbers out of the trace'
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l no-cache -d 'Ask everything anew, and remember nothing'
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l direct -d 'Ask the devices themselves, also where solar-statusd runs'
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l verbose -d 'Say on standard error who was asked'
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand decode" -l feature -d 'Feature ID stands at INDEX on every device (both hexadecimal, as in 9=4301)' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand decode" -l json -d 'Print one JSON object per frame and line'
complete -c solar-status -n "__fish_solar_status_using_subcommand decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -l report -d 'Write a report to this file, `-` for standard output, without what tells whose machine it is' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -l listen -d 'Listen for other programs for so many seconds, where a node may be opened; by default 2 where the devices are asked themselves, else 0' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -l root -d 'Look at the tree in this directory instead of this machine: `DIR/sys`, `DIR/dev`, …' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -l json -d 'Print a JSON document instead of text'
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -l direct -d 'Ask the devices themselves, also where solar-statusd runs'
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l config -d 'Use this configuration and no other' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l duration -d 'End after so many seconds; simulated ones pass at once' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l device -d 'Only devices of this id, serial number, wpid, kind, slot number or part of a name; may be given several times' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l fields -d 'What to ask for, separated by commas; each costs the device or its receiver requests' -r -f -a "name\t'The short name, from the receiver'
battery\t'Charge, state and, of solar keyboards, light'
full-name\t'The full name, from the device (about 4 requests)'
firmware\t'Firmware versions (2 requests or more)'"
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l simulate -d 'Use simulated devices instead' -r -f -a "small\t'One receiver with a K750, an M705 and a sleeping K800'
fading\t'One receiver with batteries that discharge over days, for alerts'
full\t'73 real models on receivers of all families, by cable and by Bluetooth'"
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l record -d 'Write what passes to and from the receivers to a trace' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l bus -d 'Ask solar-statusd on this bus and nobody else: `system`, `session`, or an address' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l check-config -d 'Print the configuration that holds, and end'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l dry-run -l print -d 'Print what would be shown, a line each, and remember nothing'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l anonymize -d 'Leave serial numbers out of the trace'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l no-cache -d 'Ask everything anew, and remember nothing'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l direct -d 'Ask the devices themselves, also where solar-statusd runs'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l verbose -d 'Say on standard error who was asked'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l since -d 'From when on' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l until -d 'Until when [default: now]' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l device -d 'Only devices of this id, serial number, wpid, kind, slot number or part of a name; may be given several times' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l svg -d 'Write a picture as SVG; `-`: to standard output' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l png -d 'Write a picture as PNG; `-`: to standard output' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l size -d 'How large the picture is, in pixels, up to 16384x16384 [default: 1200x600, higher for many devices]' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l theme -d 'For which background the picture is' -r -f -a "light\t'Paper'
dark\t'A dark page'"
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l state -d 'Read the files below this state directory of solar-statusd, and do not ask it' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l bus -d 'Ask solar-statusd on this bus and nobody else: `system`, `session`, or an address' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l csv -d 'Print all entries as comma-separated values'
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l json -d 'Print a JSON document: summary, forecast and entries'
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l simulate -d 'Live through two months at a simulated desk instead'
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l verbose -d 'Say on standard error who was asked'
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from monitor watch decode doctor notify history help" -f -a "monitor" -d 'Tell what changes, a line each, until Ctrl-C'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from monitor watch decode doctor notify history help" -f -a "watch" -d 'Show charge and light as they change, until q is pressed'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from monitor watch decode doctor notify history help" -f -a "decode" -d 'Explain HID++ frames: what they are, who sent them, and what every byte means'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from monitor watch decode doctor notify history help" -f -a "doctor" -d 'Tell why a device is missing or wrong, and what to do about it'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from monitor watch decode doctor notify history help" -f -a "notify" -d 'Show notifications on the desktop: low batteries, full ones, and too little light'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from monitor watch decode doctor notify history help" -f -a "history" -d 'Tell what became of charge and light, and what will'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from monitor watch decode doctor notify history help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'

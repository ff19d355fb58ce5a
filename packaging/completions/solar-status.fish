function __fish_solar_status_devices
    solar-status --bus system --timeout 1 --format '{name}' 2>/dev/null
    or solar-status --bus session --timeout 1 --format '{name}' 2>/dev/null
end

# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_solar_status_global_optspecs
    string join \n j/json watch duration= separator= max-name= o/output= color= direct v/verbose simulate= no-cache record= anonymize config= all check-config t/timeout= transport= replay= f/format= d/device= fields= bus= h/help V/version
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

complete -c solar-status -n "__fish_solar_status_needs_command" -l duration -d 'With --format and --watch: end after this many seconds; with --simulate, the simulated time passes without waiting' -r
complete -c solar-status -n "__fish_solar_status_needs_command" -l separator -d 'With --format: the text between devices [default: two spaces; for a template without --watch, a new line]; \\n, \\t and \\\\ are new line, tab, backslash. Without effect for waybar, prometheus and hass' -r
complete -c solar-status -n "__fish_solar_status_needs_command" -l max-name -d 'With --format: shorten names to this many columns, in bars and templates [default: 20 in bars]. Without effect for prometheus and hass' -r
complete -c solar-status -n "__fish_solar_status_needs_command" -s o -l output -d 'Write to FILE instead of standard output, replacing it atomically' -r -F
complete -c solar-status -n "__fish_solar_status_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment disables it'
always\t'Always'
never\t'Never'"
complete -c solar-status -n "__fish_solar_status_needs_command" -l simulate -d 'Use simulated devices instead of real ones: a desk is a set of receivers and devices. The default desk is small' -r -f -a "small\t'One receiver with a K750, an M705 and a sleeping K800'
fading\t'One receiver with batteries that discharge over days, to try out alerts'
full\t'73 devices, from dumps of real ones: on all families of receivers, cables, Bluetooth'
headsets\t'Headsets that speak Centurion: a PRO X 2, and a G522 with its dongle and its cable'"
complete -c solar-status -n "__fish_solar_status_needs_command" -l record -d 'Record the reports exchanged with receivers and devices in FILE, a trace' -r -F
complete -c solar-status -n "__fish_solar_status_needs_command" -l config -d 'Read this configuration file, and no other' -r -F
complete -c solar-status -n "__fish_solar_status_needs_command" -s t -l timeout -d 'Give up after this many seconds' -r
complete -c solar-status -n "__fish_solar_status_needs_command" -l transport -d 'How to reach the receiver, which is then read directly, even if solar-statusd runs' -r -f -a "hidraw\t'The hidraw node, alongside the kernel driver: the default'
usb\t'The USB device: detaches the kernel driver, and what is typed meanwhile is lost'"
complete -c solar-status -n "__fish_solar_status_needs_command" -l replay -d 'Use a recorded trace instead of receivers and devices' -r -F
complete -c solar-status -n "__fish_solar_status_needs_command" -s f -l format -d 'Print in the format of a bar or another program: a name or a template, see Formats' -r -f -a "waybar\t''
i3blocks\t''
i3status-rust\t''
polybar\t''
tmux\t''
prometheus\t''
hass\t''"
complete -c solar-status -n "__fish_solar_status_needs_command" -s d -l device -d 'Only devices with this name, kind, slot number, id, serial number or wpid (wireless product id); may be given several times' -r -f -a "(__fish_solar_status_devices)"
complete -c solar-status -n "__fish_solar_status_needs_command" -l fields -d 'What to read, separated by commas; each field needs requests to the device or its receiver' -r -f -a "(__fish_append , name battery full-name firmware)"
complete -c solar-status -n "__fish_solar_status_needs_command" -l bus -d 'Use only the solar-statusd on this bus: `system`, `session`, or an address' -r -f -a "system\t''
session\t''"
complete -c solar-status -n "__fish_solar_status_needs_command" -s j -l json -d 'Print a JSON document instead of a table'
complete -c solar-status -n "__fish_solar_status_needs_command" -l watch -d 'With --format: keep running and print again whenever the text changes'
complete -c solar-status -n "__fish_solar_status_needs_command" -l direct -d 'Read the devices directly, even if solar-statusd runs'
complete -c solar-status -n "__fish_solar_status_needs_command" -s v -l verbose -d 'Report on standard error where the values come from'
complete -c solar-status -n "__fish_solar_status_needs_command" -l no-cache -d 'Read everything from the devices again, and do not use the cache'
complete -c solar-status -n "__fish_solar_status_needs_command" -l anonymize -d 'With --record: leave serial numbers out of the trace'
complete -c solar-status -n "__fish_solar_status_needs_command" -l all -d 'Show all devices: those that the configuration hides, too'
complete -c solar-status -n "__fish_solar_status_needs_command" -l check-config -d 'Print the effective configuration, or what is wrong with it, and exit'
complete -c solar-status -n "__fish_solar_status_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_needs_command" -s V -l version -d 'Print version'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "check" -d 'Check that no battery is low, for scripts and monitoring'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "monitor" -d 'Print one line per change until interrupted'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "watch" -d 'Show charge and light live until q is pressed'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "decode" -d 'Explain HID++ frames, the messages between Logitech devices and the computer'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "doctor" -d 'Find out why a device is missing or wrong, and how to fix it'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "notify" -d 'Show notifications on the desktop: low batteries, full ones, and too little light'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "history" -d 'Show past charge and light, and a forecast'
complete -c solar-status -n "__fish_solar_status_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -s w -l below -l warning -d 'Warn at this charge in percent or below; 0: never [default: 20]' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -s c -l critical -d 'Critical at this charge in percent or below; 0: never [default: 10, but at most half of --below]' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -s t -l timeout -d 'Give up after this many seconds' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -l simulate -d 'Use simulated devices instead of real ones: a desk is a set of receivers and devices. The default desk is small' -r -f -a "small\t'One receiver with a K750, an M705 and a sleeping K800'
fading\t'One receiver with batteries that discharge over days, to try out alerts'
full\t'73 devices, from dumps of real ones: on all families of receivers, cables, Bluetooth'
headsets\t'Headsets that speak Centurion: a PRO X 2, and a G522 with its dongle and its cable'"
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -l record -d 'Record the reports exchanged with receivers and devices in FILE, a trace' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -l config -d 'Read this configuration file, and no other' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -s d -l device -d 'Only devices with this name, kind, slot number, id, serial number or wpid (wireless product id); may be given several times' -r -f -a "(__fish_solar_status_devices)"
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -l bus -d 'Use only the solar-statusd on this bus: `system`, `session`, or an address' -r -f -a "system\t''
session\t''"
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -l direct -d 'Read the devices directly, even if solar-statusd runs'
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -s v -l verbose -d 'Report on standard error where the values come from'
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -l no-cache -d 'Read everything from the devices again, and do not use the cache'
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -l anonymize -d 'With --record: leave serial numbers out of the trace'
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -l all -d 'Show all devices: those that the configuration hides, too'
complete -c solar-status -n "__fish_solar_status_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l duration -d 'End after this many seconds; with --simulate, the simulated time passes without waiting' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment disables it'
always\t'Always'
never\t'Never'"
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l simulate -d 'Use simulated devices instead of real ones: a desk is a set of receivers and devices. The default desk is small' -r -f -a "small\t'One receiver with a K750, an M705 and a sleeping K800'
fading\t'One receiver with batteries that discharge over days, to try out alerts'
full\t'73 devices, from dumps of real ones: on all families of receivers, cables, Bluetooth'
headsets\t'Headsets that speak Centurion: a PRO X 2, and a G522 with its dongle and its cable'"
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l record -d 'Record the reports exchanged with receivers and devices in FILE, a trace' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l config -d 'Read this configuration file, and no other' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -s d -l device -d 'Only devices with this name, kind, slot number, id, serial number or wpid (wireless product id); may be given several times' -r -f -a "(__fish_solar_status_devices)"
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l fields -d 'What to read, separated by commas; each field needs requests to the device or its receiver' -r -f -a "(__fish_append , name battery full-name firmware)"
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l bus -d 'Use only the solar-statusd on this bus: `system`, `session`, or an address' -r -f -a "system\t''
session\t''"
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -s j -l json -d 'Print each change as a JSON object on one line'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l direct -d 'Read the devices directly, even if solar-statusd runs'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -s v -l verbose -d 'Report on standard error where the values come from'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l no-cache -d 'Read everything from the devices again, and do not use the cache'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l anonymize -d 'With --record: leave serial numbers out of the trace'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -l all -d 'Show all devices: those that the configuration hides, too'
complete -c solar-status -n "__fish_solar_status_using_subcommand monitor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l light-every -d 'Measure light at this interval while a solar keyboard is awake; 0: request no measurements' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l duration -d 'End after this many seconds' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment disables it'
always\t'Always'
never\t'Never'"
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l simulate -d 'Use simulated devices instead of real ones: a desk is a set of receivers and devices. The default desk is small' -r -f -a "small\t'One receiver with a K750, an M705 and a sleeping K800'
fading\t'One receiver with batteries that discharge over days, to try out alerts'
full\t'73 devices, from dumps of real ones: on all families of receivers, cables, Bluetooth'
headsets\t'Headsets that speak Centurion: a PRO X 2, and a G522 with its dongle and its cable'"
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l record -d 'Record the reports exchanged with receivers and devices in FILE, a trace' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l config -d 'Read this configuration file, and no other' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -s d -l device -d 'Only devices with this name, kind, slot number, id, serial number or wpid (wireless product id); may be given several times' -r -f -a "(__fish_solar_status_devices)"
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l fields -d 'What to read, separated by commas; each field needs requests to the device or its receiver' -r -f -a "(__fish_append , name battery full-name firmware)"
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l bus -d 'Use only the solar-statusd on this bus: `system`, `session`, or an address' -r -f -a "system\t''
session\t''"
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l direct -d 'Read the devices directly, even if solar-statusd runs'
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -s v -l verbose -d 'Report on standard error where the values come from'
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l no-cache -d 'Read everything from the devices again, and do not use the cache'
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l anonymize -d 'With --record: leave serial numbers out of the trace'
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -l all -d 'Show all devices: those that the configuration hides, too'
complete -c solar-status -n "__fish_solar_status_using_subcommand watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand decode" -l feature -d 'Assume that feature ID has this INDEX on every device (both hexadecimal, as in 9=4301); may be given several times' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand decode" -s j -l json -d 'Print one JSON object per frame, each on one line'
complete -c solar-status -n "__fish_solar_status_using_subcommand decode" -l summary -d 'Print a summary instead of the frames: the devices, their features, which programs asked, how long answers took, and what batteries and light did; with --json as one object'
complete -c solar-status -n "__fish_solar_status_using_subcommand decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -s o -l output -d 'Write the findings to FILE instead of standard output, replacing it atomically' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -l report -d 'Write a report without identifying information to FILE, `-` for standard output' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -l listen -d 'Listen for this many seconds for other programs that send HID++ requests, if a node can be opened; by default 2 if the devices are read directly, otherwise 0' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment disables it'
always\t'Always'
never\t'Never'"
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -l config -d 'Read this configuration file, and no other' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -s j -l json -d 'Print a JSON document instead of text'
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -l direct -d 'Read the devices directly, even if solar-statusd runs'
complete -c solar-status -n "__fish_solar_status_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l duration -d 'End after this many seconds; with --simulate, the simulated time passes without waiting' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment disables it'
always\t'Always'
never\t'Never'"
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l simulate -d 'Use simulated devices instead of real ones: a desk is a set of receivers and devices. The default desk is small' -r -f -a "small\t'One receiver with a K750, an M705 and a sleeping K800'
fading\t'One receiver with batteries that discharge over days, to try out alerts'
full\t'73 devices, from dumps of real ones: on all families of receivers, cables, Bluetooth'
headsets\t'Headsets that speak Centurion: a PRO X 2, and a G522 with its dongle and its cable'"
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l record -d 'Record the reports exchanged with receivers and devices in FILE, a trace' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l config -d 'Read this configuration file, and no other' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -s d -l device -d 'Only devices with this name, kind, slot number, id, serial number or wpid (wireless product id); may be given several times' -r -f -a "(__fish_solar_status_devices)"
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l fields -d 'What to read, separated by commas; each field needs requests to the device or its receiver' -r -f -a "(__fish_append , name battery full-name firmware)"
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l bus -d 'Use only the solar-statusd on this bus: `system`, `session`, or an address' -r -f -a "system\t''
session\t''"
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l check-config -d 'Print the effective configuration, and exit'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l dry-run -l print -d 'Print what would be shown, one line each, and store nothing'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l direct -d 'Read the devices directly, even if solar-statusd runs'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -s v -l verbose -d 'Report on standard error where the values come from'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l no-cache -d 'Read everything from the devices again, and do not use the cache'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l anonymize -d 'With --record: leave serial numbers out of the trace'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -l all -d 'Show all devices: those that the configuration hides, too'
complete -c solar-status -n "__fish_solar_status_using_subcommand notify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l since -d 'Start of the period: how long before --until (8w), or a day (2025-10-01)' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l until -d 'End of the period: how long ago (2w), or a day (2025-10-31) [default: now]' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l config -d 'Read this configuration file, and no other' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l svg -d 'Write an SVG picture to FILE, `-` for standard output' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l png -d 'Write a PNG picture to FILE, `-` for standard output' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l size -d 'With --svg or --png: size of the picture in pixels, up to 16384x16384 [default: 1200x600, higher for many devices]' -r
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l theme -d 'With --svg or --png: colours for a light or a dark page' -r -f -a "light\t'A light page'
dark\t'A dark page'"
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -s o -l output -d 'Write the text to FILE instead of standard output, replacing it atomically' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l state -d 'Read the files in this state directory of solar-statusd instead of asking it' -r -F
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment disables it'
always\t'Always'
never\t'Never'"
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -s d -l device -d 'Only devices with this name, kind, slot number, id, serial number or wpid (wireless product id); may be given several times' -r -f -a "(__fish_solar_status_devices)"
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l bus -d 'Use only the solar-statusd on this bus: `system`, `session`, or an address' -r -f -a "system\t''
session\t''"
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l all -d 'Show all devices: those that the configuration hides, too'
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l csv -d 'Print all entries as comma-separated values'
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -s j -l json -d 'Print a JSON document: summary, forecast and entries'
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -l simulate -d 'Use the simulated history of two months instead of a recorded one'
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -s v -l verbose -d 'Report on standard error where the entries come from'
complete -c solar-status -n "__fish_solar_status_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from check monitor watch decode doctor notify history help" -f -a "check" -d 'Check that no battery is low, for scripts and monitoring'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from check monitor watch decode doctor notify history help" -f -a "monitor" -d 'Print one line per change until interrupted'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from check monitor watch decode doctor notify history help" -f -a "watch" -d 'Show charge and light live until q is pressed'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from check monitor watch decode doctor notify history help" -f -a "decode" -d 'Explain HID++ frames, the messages between Logitech devices and the computer'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from check monitor watch decode doctor notify history help" -f -a "doctor" -d 'Find out why a device is missing or wrong, and how to fix it'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from check monitor watch decode doctor notify history help" -f -a "notify" -d 'Show notifications on the desktop: low batteries, full ones, and too little light'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from check monitor watch decode doctor notify history help" -f -a "history" -d 'Show past charge and light, and a forecast'
complete -c solar-status -n "__fish_solar_status_using_subcommand help; and not __fish_seen_subcommand_from check monitor watch decode doctor notify history help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'

#!/bin/sh
# Prints charge and light of each device. Arguments go to busctl: --user uses the session bus.
set -eu

name=org.solarstatus.Monitor1

get() { # PROPERTY OPTION…; busctl prints the type before the value
    property=$1
    shift
    busctl "$@" get-property "$name" "$path" org.solarstatus.Device1 "$property" | cut -d' ' -f2- | tr -d '"'
}

objects=$(busctl "$@" --list tree "$name")
for path in $(echo "$objects" | grep /devices/hidpp_); do
    charge=$(get Charge "$@")
    lux=$(get Lux "$@")
    # -1: unknown. Some devices report a level, such as "good", and no percentage.
    [ "$charge" = -1 ] && charge=$(get Level "$@") || charge="$charge %"
    [ "$lux" = -1 ] && light='' || light=", $lux lux"
    echo "$(get Name "$@"): ${charge:-unknown}$light"
done

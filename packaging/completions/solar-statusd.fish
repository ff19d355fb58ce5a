complete -c solar-statusd -l bus -d 'The bus to serve on: `system`, `session`, or an address' -r
complete -c solar-statusd -l bus-name -d 'The name to take on the bus; with `org.freedesktop.UPower` it stands in for upowerd' -r
complete -c solar-statusd -l light-every -d 'Measure light every so many seconds while a solar keyboard is awake; 0: only when asked' -r
complete -c solar-statusd -l state -d 'Keep what is learnt in this directory' -r -F
complete -c solar-statusd -l simulate -d 'Use simulated devices instead' -r -f -a "small\t'One receiver with a K750, an M705 and a sleeping K800'
fading\t'One on which batteries run down over days, for alerts'
full\t'73 real models on receivers of all families, on cables and on Bluetooth'"
complete -c solar-statusd -l replay -d 'Use a recorded trace in the place of the receivers' -r -F
complete -c solar-statusd -s h -l help -d 'Print help (see more with \'--help\')'
complete -c solar-statusd -s V -l version -d 'Print version'

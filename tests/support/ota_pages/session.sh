# The terminal in which a page's commands are typed. What a reader does in a second terminal or for
# minutes is done here in the background, and with fewer devices; all else is as they do it.
set -euo pipefail

# A request that is refused ends the page, unless the page shows what comes of it.
curl() {
    if [ -n "${OTA_SHOWN-}" ]; then command curl --silent "$@"; return; fi
    command curl --fail-with-body --silent --show-error "$@" || { echo "failed: $*"; return 1; }
}

# A server or proxy stays until the page starts another or says that Ctrl-C is pressed.
background() {
    local line= part
    ctrl_c >/dev/null
    : >"$OTA_FOLDER/service.log"
    command otakit "$@" >&7 2>>"$OTA_FOLDER/service.log" 7<&- &
    service=$!
    while [[ $line != *"otakit ready "* ]]; do
        read -r -t 0.2 -u 7 part || kill -0 "$service" 2>/dev/null || break
        line+=$part  # a part of a line, if the time was over within it
    done
    cat "$OTA_FOLDER/service.log"
    [[ $line == *"otakit ready "* ]] || { service=; return 1; }
}
service=
ctrl_c() {
    local line
    [ -n "$service" ] || return 0
    : >"$OTA_FOLDER/service.log"
    kill -INT "$service"
    wait "$service" || echo "it ended with exit code $?"
    service=
    while read -t 0 -u 7 && IFS= read -r -u 7 line; do echo "$line"; done
    cat "$OTA_FOLDER/service.log"
}
trap 'ctrl_c >/dev/null' EXIT

otakit() {
    local command=$1
    shift
    case "$command $*" in
        *"--help"* | "serve "*"--port 0"*) command otakit "$command" "$@" ;;
        "serve "*) background serve --port "$OTA_PORT" "$@" ;;
        "proxy "*) background proxy --port "$OTA_PROXY_PORT" "$@" ;;
        "check "*"--rule"* | "check "*"--api"* | "check "*"--clean"*) command otakit check "$@" ;;
        "check "*) command otakit check "$@" --phases rules --rule MEN-DEV-AUT-001 ;;
        *) command otakit "$command" "$@" ;;
    esac
}

# What is installed here already; that it can be is looked at, and then let be.
pip() { command python "$OTA_INSTALLABLE" "$@"; }
python3() {
    case "$*" in
        "-m venv "*) mkdir -p "$3/bin" && : >"$3/bin/activate" ;;
        "-m pip "*) shift 2; pip "$@" ;;
        "-m pytest"*) pytest "${@:3}" ;;
        "-m unittest "* | "-m json.tool "*) command python "$@" ;;
        "-m "*) command python "$OTA_INSTALLABLE" "$2" "${@:3}" ;;
        *) command python "$@" ;;
    esac
}
tox() { command python "$OTA_INSTALLABLE" tox "$@"; }
pytest() { command pytest -p no:cacheprovider "$@"; }

# Each line of OTA_ASKED is a block and the file that gets what it prints; OTA_DONE hears of its end.
mkfifo "$OTA_FOLDER/.ready"
exec 7<>"$OTA_FOLDER/.ready" 8<&"$OTA_ASKED" 9>&"$OTA_DONE"
exec {OTA_ASKED}<&- {OTA_DONE}>&-
while read -r -u 8 block output; do
    . "$block" >"$output" 2>&1 </dev/null 8<&- 9>&-
    echo >&9
done

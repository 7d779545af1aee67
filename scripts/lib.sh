# Shared by the scripts beside it: what is said on the terminal, and processes that are sure to end.
# Bash 3.2 and newer.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=$ROOT/.cache
LOGS=$CACHE/logs
HEARTBEAT_SECONDS=20
SECONDS=0

# Maven 3.9 reads this variable by itself and older ones do not: it is passed on by hand, once.
EXTRA_MAVEN_ARGS=${MAVEN_ARGS:-}
unset MAVEN_ARGS

say() {
    printf '[%4d s] %s\n' "$SECONDS" "$*"
}

die() {
    say "ERROR: $*" >&2
    exit 1
}

need() {
    command -v "$1" >/dev/null 2>&1 || die "\`$1\` is needed and is not on the PATH. $2"
}

# --- processes -----------------------------------------------------------------------------------------------------------
# Each runs in a process group of its own, so that its children end with it.

GROUPS_RUNNING=()

# start LOG COMMAND...: in the background; its process id is in STARTED.
start() {
    local log=$1
    shift
    set -m
    ( "$@" ) >"$log" 2>&1 </dev/null &
    STARTED=$!
    set +m
    GROUPS_RUNNING+=("$STARTED")
}

is_running() {
    kill -0 -- "-$1" 2>/dev/null
}

# end_group ID: asks it to end, and after ten seconds makes it.
end_group() {
    local tenths=0
    is_running "$1" || return 0
    kill -TERM -- "-$1" 2>/dev/null || true
    while is_running "$1" && [ "$tenths" -lt 100 ]; do
        sleep 0.1
        tenths=$((tenths + 1))
    done
    kill -KILL -- "-$1" 2>/dev/null || true
}

end_all() {
    local i
    for ((i = ${#GROUPS_RUNNING[@]} - 1; i >= 0; i--)); do
        end_group "${GROUPS_RUNNING[i]}"
    done
    GROUPS_RUNNING=()
}

# on_exit FUNCTION: called once, with whatever ends the script.
on_exit() {
    trap "$1" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

# --- long commands ---------------------------------------------------------------------------------------------------------

# quietly NAME LOG COMMAND...: the output goes to the log; a line now and then tells how far it is.
quietly() { watch_command quiet "$@"; }

# openly NAME LOG COMMAND...: the output goes to the log and to the terminal.
openly() { watch_command open "$@"; }

watch_command() {
    local how=$1 name=$2 log=$3 shown=0 size status=0 last=$SECONDS group
    shift 3
    mkdir -p "$(dirname "$log")"
    : >"$log"
    start "$log" "$@"
    group=$STARTED
    while :; do
        if kill -0 "$group" 2>/dev/null; then sleep 0.5; else size=end; fi
        if [ "$how" = open ]; then
            [ "${size:-}" = end ] && final=1 || final=0
            size=$(wc -c <"$log")
            if [ "$size" -gt "$shown" ]; then
                tail -c "+$((shown + 1))" "$log" | head -c "$((size - shown))"
                shown=$size
                last=$SECONDS
            fi
            [ "$final" = 1 ] && break
        elif [ "${size:-}" = end ]; then
            break
        fi
        if [ $((SECONDS - last)) -ge "$HEARTBEAT_SECONDS" ]; then
            say "$name: still at work. $(last_line "$log")"
            last=$SECONDS
        fi
    done
    wait "$group" 2>/dev/null || status=$?
    end_group "$group"
    if [ "$status" -ne 0 ] && [ "$how" = quiet ]; then
        tail -n 40 "$log" >&2
        say "$name failed; all of its output is in ${log#"$ROOT"/}" >&2
    fi
    return "$status"
}

last_line() {
    tail -c 2000 "$1" | tr '\r' '\n' | sed '/^[[:space:]]*$/d' | tail -n 1 | cut -c 1-100
}

# await SECONDS GROUP COMMAND...: until the command succeeds; 1 at the deadline, 2 if the group has ended before.
await() {
    local deadline=$((SECONDS + $1)) group=$2 last=$SECONDS
    shift 2
    until "$@"; do
        is_running "$group" || return 2
        [ "$SECONDS" -lt "$deadline" ] || return 1
        if [ $((SECONDS - last)) -ge "$HEARTBEAT_SECONDS" ]; then
            say "still waiting"
            last=$SECONDS
        fi
        sleep 0.5
    done
}

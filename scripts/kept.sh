# What `make demo KEEP=1` leaves running, in .demo/kept: one process group a line, with the time it was started, because the
# number alone may belong to somebody else by now. Needs lib.sh.

DEMO=$ROOT/.demo

started_at() {
    LC_ALL=C ps -o lstart= -p "$1" 2>/dev/null || true
}

keep() {
    printf '%s %s\n' "$1" "$(started_at "$1")" >>"$DEMO/kept"
}

end_kept() {
    local group since
    [ -f "$DEMO/kept" ] || return 0
    while read -r group since; do
        if [ -n "$since" ] && [ "$(started_at "$group" | xargs)" = "$(echo "$since" | xargs)" ]; then
            say "stopping process group $group"
            end_group "$group"
        fi
    done <"$DEMO/kept"
    rm -f "$DEMO/kept"
    end_strays
}

# Build steps of Jenkins leave its process group. On Linux they are found by their working directory.
end_strays() {
    local link place
    for link in /proc/[0-9]*/cwd; do
        place=$(readlink "$link" 2>/dev/null) || continue
        case $place in
            "$DEMO" | "$DEMO"/*)
                link=${link%/cwd}
                kill -TERM "${link#/proc/}" 2>/dev/null || true
                ;;
        esac
    done
}

#!/usr/bin/env bash
# make browser: walks through a real Jenkins with the plugin in headless Chromium, with a real MLflow server.
# make screenshots: takes pictures of all its pages into target/screenshots, and those of the documentation into docs/images.
# Exit status 2: nothing was run, for want of what it needs.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/setup.sh"
. "$(dirname "$0")/kept.sh"
. "$(dirname "$0")/servers.sh"

TASK=${1:?walk or screenshots}
BROWSER=$ROOT/e2e
DEMO=$ROOT/target/browser

finish() {
    trap '' INT TERM HUP
    end_all
    end_strays
}

not_run() {
    say "NOT RUN: no page was opened in a browser ($TASK): $1" >&2
    exit 2
}

# Sets CHROMIUM.
find_chromium() {
    local candidate
    for candidate in "${CHROMIUM:-chromium}" chromium-browser google-chrome google-chrome-stable; do
        if CHROMIUM=$(command -v "$candidate"); then
            export CHROMIUM
            return
        fi
    done
    not_run "there is no Chromium on the PATH; say where it is with CHROMIUM=..."
}

modules() {
    command -v npm >/dev/null 2>&1 || not_run "there is no npm on the PATH, which comes with Node.js 20 or newer"
    node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' || not_run "Node.js is older than 20: $(node --version)"
    npm --prefix "$BROWSER" ls --silent >/dev/null 2>&1 && return
    say "browser: installing what e2e/package.json names (once)"
    quietly npm "$LOGS/npm.log" npm --prefix "$BROWSER" ci --no-audit --no-fund || not_run "npm could not install playwright-core and axe-core"
}

# An administrator, and a reader who may see jobs and no more; pages are dark for browsers that ask for it.
configure_jenkins() {
    choose_jenkins_url
    BROWSER_PASSWORD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    export BROWSER_PASSWORD JENKINS_URL
    cat >"$DEMO/jenkins.yaml" <<YAML
jenkins:
  numExecutors: 1
  securityRealm:
    local:
      allowsSignup: false
      users:
        - {id: admin, name: Ada Admin, password: "\${BROWSER_PASSWORD}"}
        - {id: reader, name: Rita Reader, password: "\${BROWSER_PASSWORD}"}
  authorizationStrategy:
    globalMatrix:
      entries:
        - user: {name: admin, permissions: [Overall/Administer]}
        - user: {name: reader, permissions: [Overall/Read, Job/Read]}
security:
  contentSecurityPolicy:
    enforce: true
appearance:
  themeManager:
    disableUserThemes: true
    theme: darkSystem
unclassified:
  location:
    url: $JENKINS_URL
YAML
}

find_chromium
modules
server_environment
environment_3
export MLFLOW_PYTHON=$CACHE/mlflow-3/bin/python
maven
probe_plugin
case $PLUGIN in
    buildable) ;;
    broken) die "the plugin cannot be built" ;;
    *) not_run "$WHY_NOT" ;;
esac
rm -rf "$DEMO"
mkdir -p "$DEMO"
on_exit finish
start_mlflow
configure_jenkins
start_jenkins login -Pbrowser
if [ "$TASK" = walk ]; then
    openly walk "$LOGS/browser.log" node --test --test-reporter=spec "$BROWSER/walk.test.js" || die "the walk found something wrong"
else
    openly screenshots "$LOGS/screenshots.log" node "$BROWSER/screenshots.js" || die "not all screenshots could be taken"
fi

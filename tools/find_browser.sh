#!/bin/sh
# Makes sure of a Chromium for the browser tests: finds one, installs one where that is allowed, or says what to install.
names='chromium chromium-browser google-chrome google-chrome-stable chrome'
find_one() {
    for name in ${WATCHER_BROWSER:-} $names; do
        command -v "$name" >/dev/null 2>&1 && exit 0
    done
    [ -x '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' ] && exit 0
}
find_one
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo 'Installing Chromium for the browser tests (once)'
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; } >/dev/null
    find_one
fi
cat >&2 <<'WORDS'
The browser tests need Chromium. Install it and run again:
    sudo apt-get install chromium          (Debian, Ubuntu)
    brew install --cask google-chrome      (macOS)
or name one with WATCHER_BROWSER=/path/to/chrome, or leave these tests out: make test PYTEST='-m "not browser"' WATCHER_BROWSER=true
WORDS
exit 1

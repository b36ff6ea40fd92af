#!/bin/sh
# What the browser tests need: Chromium (Debian's) and axe-core (from npm, pinned).
set -eu
cd "$(dirname "$0")/.."
AXE_VERSION=4.10.3

if ! command -v chromium >/dev/null 2>&1 && ! command -v chromium-browser >/dev/null 2>&1; then
  if [ "$(id -u)" -eq 0 ]; then
    apt-get update -q
    apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk
  else
    echo "Chromium is missing: run 'apt-get install chromium fonts-noto-cjk' as root." >&2
    exit 1
  fi
fi

installed="$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' node_modules/axe-core/package.json 2>/dev/null | head -n 1)"
if [ "$installed" != "$AXE_VERSION" ]; then
  npm install --no-save --no-audit --no-fund --no-package-lock --prefix . "axe-core@$AXE_VERSION"
fi

#!/usr/bin/env bash
# Hold the staging server to the documents. STAGING_URL says where it is; who we are there, OTAKIT_CHECK_EMAIL
# and OTAKIT_CHECK_PASSWORD say. Without --api, --effort and --phases everything is tried, for some minutes.
set -euo pipefail
cd "$(dirname "$0")"
exec otakit check "${STAGING_URL:?is not set: the URL of the staging server}" \
    --api management/devauth-v2 --effort quick --phases rules \
    --waivers waivers.yaml --rate 200 --report-dir report --ci github

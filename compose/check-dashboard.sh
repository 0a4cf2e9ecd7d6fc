#!/bin/bash
# Asks a Prometheus every query of the dashboard and says which return nothing.
#
#   compose/check-dashboard.sh [http://localhost:9090]
#
# A line a query on stdout: how many series, panel, expression. Ends with 1 if any query failed or found nothing.
set -euo pipefail

readonly PROMETHEUS=${1:-http://localhost:9090}
DASHBOARD=$(dirname "$0")/grafana/dashboards/flow.json
# What Grafana makes of it with a scrape every 5 s.
readonly RATE_INTERVAL=20s

failed=0
while IFS=$'\t' read -r title expression; do
    query=${expression//\$__rate_interval/$RATE_INTERVAL}
    # All jobs and all nodes.
    query=${query//\$job/.*}
    query=${query//\$instance/.*}
    series=$(curl -sS --get --data-urlencode "query=$query" \
        "$PROMETHEUS/api/v1/query" | jq -r 'if .status == "success" then .data.result | length else .error end') || series=-
    [[ $series =~ ^[1-9][0-9]*$ ]] || failed=1
    printf '%-6s %-32s %s\n' "$series" "$title" "$expression"
done < <(jq -r '.panels[] | select(.targets) | .title as $title | .targets[] | [$title, .expr] | @tsv' "$DASHBOARD")
exit $failed

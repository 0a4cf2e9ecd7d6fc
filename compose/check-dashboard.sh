#!/bin/bash
# Runs every query of the dashboard against a Prometheus server and reports those that return nothing.
#
#   compose/check-dashboard.sh [http://localhost:9090]
#
# Prints one line per query: the number of series, the panel, the expression. Exits with 1 if any query fails or returns nothing, as those of
# relays, webhooks and the Kafka clients do if nothing has these metrics.
set -euo pipefail

readonly PROMETHEUS=${1:-http://localhost:9090}
DASHBOARD=$(dirname "$0")/grafana/dashboards/flow.json
# The value that Grafana computes for a scrape interval of 5 s.
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

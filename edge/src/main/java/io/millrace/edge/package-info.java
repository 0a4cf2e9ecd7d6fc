/**
 * The edge service: serves viewers from the log. This package contains its wiring and settings. The other packages,
 * each of which uses only those before it: {@code meters}, {@code audience} (viewers), {@code log} (readers),
 * {@code view} (pure playlists and tags), {@code follow} (index of requested epochs), {@code fanout} (live tags),
 * {@code past} (past media), {@code exchange} (an HTTP request and its response), then {@code hls}, {@code flv} and
 * {@code rtmp}, which serve viewers, and {@code http} (the HTTP listener).
 */
package io.millrace.edge;

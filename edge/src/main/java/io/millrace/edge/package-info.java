/**
 * The edge service: serves viewers from the log. This package holds its wiring and settings. The rooms, each of which
 * uses only those before it: {@code meters}, {@code audience} (viewers), {@code log} (readers), {@code view} (pure
 * playlists and tags), {@code follow} (index of watched epochs), {@code fanout} (live tags), {@code past}, {@code
 * exchange} (an HTTP request and its response), then {@code hls}, {@code flv} and {@code rtmp}, which serve viewers,
 * and {@code http} (the HTTP listener).
 */
package io.millrace.edge;

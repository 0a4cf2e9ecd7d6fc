package io.millrace.launcher;

import io.millrace.launcher.broker.HostPort;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The line on stdout that reports that a process serves, with its listeners:
 * {@code ready rtmp=rtmp://0.0.0.0:1935 http=http://0.0.0.0:8080 admin=http://127.0.0.1:8081 kafka=127.0.0.1:9092}. The
 * line contains only the listeners that the process has. Thread-safe; must be read after all parts were added.
 */
final class ReadyLine {
    private final Map<Part, HostPort> parts = new EnumMap<>(Part.class);

    /** The parts, in the order of the line. */
    enum Part {
        RTMP("rtmp://"), RTMPS("rtmps://"), HTTP("http://"), HTTPS("https://"), ADMIN("http://"), KAFKA("");

        private final String scheme;

        Part(String scheme) {
            this.scheme = scheme;
        }
    }

    /** Adds or replaces a listener, and returns this line. */
    synchronized ReadyLine with(Part part, HostPort address) {
        parts.put(part, address);
        return this;
    }

    /**
     * Returns a URL for use on this machine: its host is {@code localhost} for a listener on all addresses. The part
     * must exist.
     */
    synchronized String localUrl(Part part) {
        HostPort address = parts.get(part);
        boolean everywhere = address.host().equals("0.0.0.0") || address.host().equals("::");
        return part.scheme + (everywhere ? new HostPort("localhost", address.port()) : address);
    }

    @Override
    public synchronized String toString() {
        return parts.entrySet().stream()
                .map(each -> " " + each.getKey().name().toLowerCase(Locale.ROOT) + "=" + each.getKey().scheme
                        + each.getValue())
                .collect(Collectors.joining("", "ready", ""));
    }
}

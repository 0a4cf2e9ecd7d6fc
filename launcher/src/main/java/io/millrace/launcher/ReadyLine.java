package io.millrace.launcher;

import io.millrace.launcher.settings.HostPort;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The one line on stdout that says that a process serves, and where:
 * {@code ready rtmp=rtmp://0.0.0.0:1935 http=http://0.0.0.0:8080 admin=http://127.0.0.1:8081 kafka=127.0.0.1:9092}, with
 * the parts that the process has. Parts may be added by several threads; it is read by one when all are there.
 */
final class ReadyLine {
    private final Map<Part, HostPort> parts = new EnumMap<>(Part.class);

    /** In the order of the line. */
    enum Part {
        RTMP("rtmp://"), RTMPS("rtmps://"), HTTP("http://"), ADMIN("http://"), KAFKA("");

        private final String scheme;

        Part(String scheme) {
            this.scheme = scheme;
        }
    }

    synchronized ReadyLine with(Part part, HostPort address) {
        parts.put(part, address);
        return this;
    }

    /** Where people on this machine find it: a listener on every address is on loopback, too. */
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

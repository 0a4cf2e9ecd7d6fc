package io.millrace.launcher.settings;

import io.millrace.edge.http.FamiliarUrls;
import io.millrace.edge.http.HttpLimits;
import io.millrace.platform.admin.AdminNames;
import io.millrace.platform.net.ProxySources;
import io.millrace.platform.past.PointInTime;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The texts of settings as typed values, for picocli. Every refusal says what would be right. */
final class Converters {
    /** Kafka allows 249 characters; the rest is for the topic's own name. */
    private static final Pattern TOPIC_PREFIX = Pattern.compile("[A-Za-z0-9._-]{1,200}");

    private Converters() {}

    static final class Port extends Checked<Integer> {
        Port() {
            super(Ports::parse);
        }
    }

    static final class PortOrOff extends Checked<Integer> {
        PortOrOff() {
            super(text -> text.strip().equals("off") ? -1 : Ports.parse(text));
        }
    }

    static final class FileOrNone extends Checked<Path> {
        FileOrNone() {
            super(text -> text.strip().equals("none") ? null : path(text));
        }
    }

    static final class Proxies extends Checked<ProxySources> {
        Proxies() {
            super(ProxySources::parse);
        }
    }

    static final class HostNames extends Checked<AdminNames> {
        HostNames() {
            super(AdminNames::parse);
        }
    }

    static final class HookUrl extends Checked<URI> {
        HookUrl() {
            super(text -> text.strip().equals("none") ? null : httpUrl(text.strip()));
        }
    }

    static final class Rate extends Checked<Long> {
        Rate() {
            super(Bitrate::parse);
        }
    }

    static final class Limits extends Checked<RtmpLimitSettings> {
        Limits() {
            super(RtmpLimitList::parse);
        }
    }

    static final class OfHttp extends Checked<HttpLimits> {
        OfHttp() {
            super(HttpLimitList::parse);
        }
    }

    static final class PublicRtmp extends Checked<PublicRtmpUrls> {
        PublicRtmp() {
            super(PublicRtmpUrls::parse);
        }
    }

    static final class Switch extends Checked<Boolean> {
        Switch() {
            super(text -> switch (text.strip()) {
                case "on", "true" -> true; // YAML reads on as true
                case "off", "false" -> false;
                default -> throw new IllegalArgumentException("'" + text + "' is neither 'on' nor 'off'");
            });
        }
    }

    static final class Familiar extends Checked<FamiliarUrls> {
        Familiar() {
            super(FamiliarUrls::parse);
        }
    }

    static final class Brokers extends Checked<BootstrapServers> {
        Brokers() {
            super(BootstrapServers::parse);
        }
    }

    static final class Time extends Checked<Duration> {
        Time() {
            super(TimeSpan::parse);
        }
    }

    static final class Retention extends Checked<RetentionSize> {
        Retention() {
            super(RetentionSize::parse);
        }
    }

    static final class Tick extends Checked<FlvTick> {
        Tick() {
            super(FlvTick::parse);
        }
    }

    static final class VoterList extends Checked<Voters> {
        VoterList() {
            super(Voters::parse);
        }
    }

    static final class Replication extends Checked<Integer> {
        Replication() {
            super(text -> text.equals("auto") ? 0 : count(text));
        }
    }

    static final class Count extends Checked<Integer> {
        Count() {
            super(Converters::count);
        }
    }

    static final class Spare extends Checked<Integer> {
        Spare() {
            super(text -> text.equals("0") ? 0 : count(text));
        }
    }

    static final class Directory extends Checked<Path> {
        Directory() {
            super(Converters::path);
        }
    }

    static final class TopicPrefix extends Checked<String> {
        TopicPrefix() {
            super(Converters::topicPrefix);
        }
    }

    static final class Point extends Checked<PointInTime> {
        Point() {
            super(text -> PointInTime.parse(text.strip(), System.currentTimeMillis()).orElseThrow(
                    () -> new IllegalArgumentException("'" + text + "' is not " + PointInTime.SYNTAX)));
        }
    }

    private static URI httpUrl(String text) {
        try {
            URI url = URI.create(text);
            if (url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // Said below, like one of another scheme.
        }
        // What was given is not repeated: it may hold a password or a token.
        throw new IllegalArgumentException("this is no URL such as http://127.0.0.1:8000/on_publish");
    }

    static int count(String text) {
        if (!text.matches("[1-9]\\d{0,4}")) {
            throw new IllegalArgumentException("'" + text + "' is not a whole number of 1 to 99999");
        }
        return Integer.parseInt(text);
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + text + "' is not a path: " + e.getReason(), e);
        }
    }

    private static String topicPrefix(String text) {
        if (!TOPIC_PREFIX.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text
                    + "' cannot begin the name of a topic: 1 to 200 letters, digits, '.', '_' and '-'");
        }
        return text;
    }

    /** Turns the complaint of a parser into picocli's, which adds the flag and the value. */
    private abstract static class Checked<T> implements ITypeConverter<T> {
        private final Function<String, T> parser;

        private Checked(Function<String, T> parser) {
            this.parser = parser;
        }

        @Override
        public T convert(String text) {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}

package io.millrace.launcher.settings;

import io.millrace.edge.http.CorsOrigins;
import io.millrace.edge.http.FamiliarUrls;
import io.millrace.edge.http.HttpLimits;
import io.millrace.ingest.PublicRtmp;
import io.millrace.launcher.broker.HostPort;
import io.millrace.launcher.broker.Voters;
import io.millrace.media.StreamName;
import io.millrace.outbound.webhook.WebhookUrl;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.SecretUrl;
import io.millrace.platform.admin.AdminNames;
import io.millrace.platform.log.Format;
import io.millrace.platform.net.Networks;
import io.millrace.platform.net.ProxySources;
import io.millrace.platform.past.PointInTime;
import io.millrace.tools.push.PublishAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Converts the texts of flags to typed values, for picocli. Every error message says what is valid. A type that has the
 * same syntax in all flags is registered for all commands. The nested classes are for the other types; flags refer to
 * them by name.
 */
public final class Converters {
    private Converters() {}

    /** Registers the types that have the same syntax in all flags. Must be called after the subcommands are added. */
    public static void register(CommandLine commands) {
        register(commands, AdminNames.class, AdminNames::parse);
        register(commands, CorsOrigins.class, CorsOrigins::parse);
        register(commands, Duration.class, Quantity::duration);
        register(commands, FamiliarUrls.class, FamiliarUrls::parse);
        register(commands, HttpLimits.class, HttpLimitList::parse);
        register(commands, Networks.class, Networks::parse);
        register(commands, Path.class, Path::of);
        register(commands, PointInTime.class, Converters::point);
        register(commands, ProxySources.class, ProxySources::parse);
        register(commands, PublicRtmp.Configured.class, PublicRtmpUrls::parse);
        register(commands, RtmpLimitSettings.class, RtmpLimitSettings::parse);
        register(commands, StreamName.class, Converters::streamName);
        register(commands, Voters.class, Voters::parse);
    }

    private static <T> void register(CommandLine commands, Class<T> type, Function<String, T> parser) {
        commands.registerConverter(type, new Checked<>(parser));
    }

    static final class Port extends Checked<Integer> {
        Port() {
            super(HostPort::parsePort);
        }
    }

    static final class PortOrOff extends Checked<Integer> {
        PortOrOff() {
            super(text -> text.strip().equals("off") ? -1 : HostPort.parsePort(text));
        }
    }

    static final class Count extends Checked<Integer> {
        Count() {
            super(Converters::count);
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

    /** Converts the names of formats, each once; the result has the order of the text. */
    static final class Formats extends Checked<List<Format>> {
        Formats() {
            super(Converters::formats);
        }
    }

    /** Converts a path. The result is null for {@code none}. */
    public static final class FileOrNone extends Checked<Path> {
        FileOrNone() {
            super(Converters::fileOrNone);
        }
    }

    /** Keeps a text. The result is null for {@code none}. */
    static final class TextOrNone extends Checked<String> {
        TextOrNone() {
            super(Converters::textOrNone);
        }
    }

    /** Converts an HTTP or HTTPS URL. The result is null for {@code none}. */
    static final class HttpUrlOrNone extends Checked<URI> {
        HttpUrlOrNone() {
            super(Converters::httpUrlOrNone);
        }
    }

    /** Converts the URL of a webhook. The result is null for {@code none}. */
    static final class WebhookUrlOrNone extends Checked<WebhookUrl> {
        WebhookUrlOrNone() {
            super(text -> text.strip().equals("none") ? null : WebhookUrl.parse(text));
        }
    }

    /** Converts the place of a JSON Web Key Set, a path or an HTTP or HTTPS URL. The result is null for {@code none}. */
    static final class JwksOrNone extends Checked<AccessSettings.Jwks> {
        JwksOrNone() {
            super(Converters::jwksOrNone);
        }
    }

    /** Bootstrap addresses, in the format of Kafka's {@code bootstrap.servers}. */
    static final class Brokers extends Checked<String> {
        Brokers() {
            super(text -> Arrays.stream(text.split(",", -1)).map(HostPort::parse).map(HostPort::toString)
                    .collect(Collectors.joining(",")));
        }
    }

    static final class TopicPrefix extends Checked<String> {
        TopicPrefix() {
            super(Converters::topicPrefix);
        }
    }

    /** The RTMP URL to publish to. Messages do not quote it, because it may contain a stream key. */
    public static final class RtmpAddress extends Checked<URI> {
        RtmpAddress() {
            super(PublishAddress::parse);
        }
    }

    static Path fileOrNone(String text) {
        return text.strip().equals("none") ? null : Path.of(text);
    }

    static String textOrNone(String text) {
        return text.strip().equals("none") ? null : text.strip();
    }

    static URI httpUrlOrNone(String text) {
        return text.strip().equals("none") ? null : httpUrl(text.strip());
    }

    static AccessSettings.Jwks jwksOrNone(String text) {
        return switch (text.strip()) {
            case "none" -> null;
            case String url when url.matches("(?i)https?:.*") ->
                new AccessSettings.Jwks(null, new SecretUrl(httpUrl(url)));
            case String path -> new AccessSettings.Jwks(Path.of(path), null);
        };
    }

    private static URI httpUrl(String text) {
        try {
            URI url = URI.create(text);
            if (url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                return url;
            }
        } catch (IllegalArgumentException _) {
            // Falls through to the message for another scheme.
        }
        // The message does not quote the text, which may contain a password or a token.
        throw new IllegalArgumentException("it must be a URL such as http://127.0.0.1:8000/on_publish");
    }

    static int count(String text) {
        if (!text.matches("[1-9]\\d{0,4}")) {
            throw new IllegalArgumentException("'" + text + "' is not a whole number from 1 to 99999");
        }
        return Integer.parseInt(text);
    }

    static List<Format> formats(String text) {
        return Arrays.stream(text.split(",", -1)).map(Converters::format).distinct().toList();
    }

    private static Format format(String text) {
        return switch (text.strip()) {
            case "cmaf" -> Format.CMAF;
            case "ts" -> Format.TS;
            default -> throw new IllegalArgumentException("'" + text + "' is not a format; use 'cmaf', 'ts' or both");
        };
    }

    private static String topicPrefix(String text) {
        // Kafka allows 249 characters in the name of a topic; the rest is for what follows the prefix.
        if (!text.matches("[A-Za-z0-9._-]{1,200}")) {
            throw new IllegalArgumentException("'" + text
                    + "' cannot be a topic prefix; use 1 to 200 letters, digits, '.', '_' or '-'");
        }
        return text;
    }

    private static PointInTime point(String text) {
        return PointInTime.parse(text.strip(), System.currentTimeMillis()).orElseThrow(
                () -> new IllegalArgumentException("'" + text + "' is not " + PointInTime.SYNTAX));
    }

    /** Ignores a leading slash, as in URLs. */
    private static StreamName streamName(String text) {
        String name = text.startsWith("/") ? text.substring(1) : text;
        StreamName.problem(name).ifPresent(problem -> {
            throw new IllegalArgumentException("'" + text + "': " + problem);
        });
        return new StreamName(name);
    }

    /** Converts the exception of a parser to picocli's, which prefixes the message with the flag. */
    static class Checked<T> implements ITypeConverter<T> {
        private final Function<String, T> parser;

        Checked(Function<String, T> parser) {
            this.parser = parser;
        }

        @Override
        public final T convert(String text) {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}

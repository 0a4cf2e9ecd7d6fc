package io.millrace.outbound.webhook;

import io.millrace.platform.FileFault;
import io.millrace.platform.UserError;
import io.millrace.platform.access.StreamPattern;
import io.millrace.platform.log.StreamEvent;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The file of {@code --webhooks}: a YAML map whose list {@code webhooks} has a map per webhook, with {@code name},
 * {@code url}, and optionally {@code secret-file}, {@code types} and {@code streams}. Messages do not quote URLs.
 */
public final class WebhookFile {
    private static final int MAX_CODE_POINTS = 1 << 20;
    /** Limit of the webhooks of a process, each of which has a consumer and up to one request per partition. */
    private static final int MAX_TARGETS = 32;
    private static final int MAX_ENTRIES = 1_000;
    private static final Set<String> FIELDS = Set.of("name", "url", "secret-file", "types", "streams");

    private WebhookFile() {}

    /**
     * Reads and checks a file.
     *
     * @param reserved a name that no webhook in the file may have
     * @throws UserError if the file cannot be read or is not valid
     */
    public static List<WebhookTarget> read(Path file, String reserved) {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(MAX_CODE_POINTS);
        limits.setAllowDuplicateKeys(false);
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            Object root = new Yaml(new SafeConstructor(limits)).load(reader);
            return targets(file, root instanceof Map<?, ?> map ? map.get("webhooks") : null, reserved);
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            // The exception quotes the line, which may contain a secret URL, and so must not be the cause.
            throw new UserError(file + ", line " + line + ": not YAML; see docs/events.md for an example");
        } catch (IOException e) {
            throw new UserError("cannot read the webhooks in " + file + ": " + FileFault.reason(e)
                    + "; name a readable YAML file with --webhooks", e);
        } catch (YAMLException _) {
            throw new UserError("cannot read the webhooks in " + file
                    + ": it is no YAML text of up to 1 MB; see docs/events.md for an example");
        }
    }

    private static List<WebhookTarget> targets(Path file, Object webhooks, String reserved) {
        if (!(webhooks instanceof List<?> list) || list.isEmpty() || list.size() > MAX_TARGETS) {
            throw new UserError(file + " must have a list 'webhooks' of 1 to " + MAX_TARGETS
                    + " webhooks; see docs/events.md for an example");
        }
        List<WebhookTarget> targets = new ArrayList<>();
        Set<String> names = new HashSet<>(Set.of(reserved));
        for (Object each : list) {
            try {
                WebhookTarget target = target(file, each);
                if (!names.add(target.name())) {
                    throw new IllegalArgumentException("another webhook has the name '" + target.name() + "'");
                }
                targets.add(target);
            } catch (IllegalArgumentException e) {
                throw new UserError(file + ", webhook " + (targets.size() + 1) + ": " + e.getMessage(), e);
            }
        }
        return targets;
    }

    private static WebhookTarget target(Path file, Object entry) {
        if (!(entry instanceof Map<?, ?> fields)) {
            throw new IllegalArgumentException("must be a map with name and url");
        }
        fields.keySet().stream().filter(field -> !FIELDS.contains(String.valueOf(field))).findFirst()
                .ifPresent(field -> {
                    throw new IllegalArgumentException("unknown field '" + field
                            + "'; the fields are name, url, secret-file, types and streams");
                });
        Optional<WebhookSecret> secret = Optional.ofNullable(fields.get("secret-file"))
                .map(name -> WebhookSecret.read(file.resolveSibling(name.toString())));
        Set<StreamEvent.Type> types = list(fields, "types").map(WebhookFile::type)
                .collect(Collectors.toUnmodifiableSet());
        return new WebhookTarget(text(fields, "name"), url(text(fields, "url")), secret, types,
                list(fields, "streams").map(StreamPattern::parse).toList());
    }

    private static WebhookUrl url(String text) {
        try {
            return WebhookUrl.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'url' is not valid: " + e.getMessage(), e);
        }
    }

    private static StreamEvent.Type type(String label) {
        return Stream.of(StreamEvent.Type.values()).filter(type -> type.label().equals(label)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there are no events of type '" + label
                        + "'; the types are " + Stream.of(StreamEvent.Type.values()).map(StreamEvent.Type::label)
                                .collect(Collectors.joining(", "))));
    }

    private static Stream<String> list(Map<?, ?> fields, String field) {
        Object value = fields.get(field);
        if (value == null) {
            return Stream.empty();
        }
        if (!(value instanceof List<?> list) || list.isEmpty() || list.size() > MAX_ENTRIES) {
            throw new IllegalArgumentException("'" + field + "' must be a list of 1 to " + MAX_ENTRIES
                    + " entries; omit it for all");
        }
        return list.stream().map(String::valueOf);
    }

    private static String text(Map<?, ?> fields, String field) {
        Object value = fields.get(field);
        if (value == null || value.toString().isBlank()) {
            throw new IllegalArgumentException("'" + field + "' is missing");
        }
        return value.toString().strip();
    }
}

package io.millrace.outbound.relay;

import io.millrace.platform.access.StreamPattern;
import io.millrace.platform.log.RecordSchema.Generic;
import io.millrace.platform.log.StateSchema;
import io.millrace.platform.rtmp.ServerTrust;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;

/**
 * A relay as an operator has written it, in the file or in a request, and as it is in the topic {@code relay-rules}.
 * {@link #rule} checks it. Immutable; the text of the target contains a stream key, so {@link #toString} omits it.
 *
 * @param authorities the file names a file, and the API contains its text; empty for the authorities of the JDK
 */
record RelayDefinition(String name, String streams, String target, String from, String authorities) {
    private static final StateSchema<RelayDefinition> SCHEMA = new StateSchema<>("RelayDefinition",
            RelayDefinition::write, RelayDefinition::read);

    /**
     * Takes the fields from a map.
     *
     * @param authorities name of the field with the certificates
     * @throws IllegalArgumentException if a field is missing or unknown
     */
    static RelayDefinition of(Map<?, ?> fields, String authorities) {
        Set<String> known = Set.of("name", "streams", "target", "from", authorities);
        fields.keySet().stream().filter(field -> !known.contains(String.valueOf(field))).findFirst()
                .ifPresent(field -> {
                    throw new IllegalArgumentException("unknown field '" + field
                            + "'; the fields are name, streams, target, from and " + authorities);
                });
        return new RelayDefinition(text(fields, "name"), text(fields, "streams"), text(fields, "target"),
                text(fields, "from", "stopped"), text(fields, authorities, ""));
    }

    private static String text(Map<?, ?> fields, String field) {
        String text = text(fields, field, "");
        if (text.isEmpty()) {
            throw new IllegalArgumentException("'" + field + "' is missing");
        }
        return text;
    }

    private static String text(Map<?, ?> fields, String field, String otherwise) {
        Object value = fields.get(field);
        return value == null ? otherwise : value.toString().strip();
    }

    /**
     * Returns the relay whose certificates are in the definition itself.
     *
     * @throws IllegalArgumentException with a message that describes the fault without quoting the target
     */
    RelayRule rule() {
        return rule(authorities.isEmpty() ? ServerTrust.SYSTEM : ServerTrust.ofPem(authorities));
    }

    /** Like {@link #rule()}, with certificates from elsewhere. */
    RelayRule rule(ServerTrust trust) {
        if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("'name' must have 1 to 64 letters, digits, '.', '_' or '-'");
        }
        StreamPattern pattern = StreamPattern.parse(streams);
        TargetTemplate template = TargetTemplate.parse(target);
        if (!pattern.isExact() && !template.dependsOnStream()) {
            throw new IllegalArgumentException("'streams' matches several streams, which cannot share one target; "
                    + "use {stream}, {app} or {name} in 'target'");
        }
        return new RelayRule(name, pattern, template, from(from), trust);
    }

    private static RelayRule.From from(String text) {
        return switch (text) {
            case "stopped" -> RelayRule.From.STOPPED;
            case "live" -> RelayRule.From.LIVE;
            default -> throw new IllegalArgumentException("'from' must be 'stopped' or 'live'");
        };
    }

    byte[] encode() {
        return SCHEMA.encode(this);
    }

    /** @throws io.millrace.platform.log.UnreadableStateException if the bytes are damaged or of an unknown version */
    static RelayDefinition decode(byte[] bytes) {
        return SCHEMA.decode(ByteBuffer.wrap(bytes));
    }

    private void write(Generic g) {
        g.put("name", name).put("streams", streams).put("target", target).put("from", from)
                .put("authorities", authorities);
    }

    private static RelayDefinition read(Generic g) {
        return new RelayDefinition(g.text("name"), g.text("streams"), g.text("target"), g.text("from"),
                g.text("authorities"));
    }

    @Override
    public String toString() {
        return "relay " + name + " of " + streams;
    }
}

package io.millrace.outbound.relay;

import io.millrace.platform.UserError;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code POST}, {@code PUT} and {@code DELETE /api/v1/relays/NAME} on the admin port: create, replace and delete a relay.
 * Every node with relays takes the same changes. No answer and no line of the log quotes a target. Thread-safe; the
 * changes of one process are made one after the other.
 */
final class RelayChangesResource implements AdminResource {
    /** Limit of the relays that the API defines. */
    static final int LIMIT = 1_000;
    private static final Logger log = LoggerFactory.getLogger(RelayChangesResource.class);
    private static final JsonMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final RelayTable table;
    private final Duration patience;
    private final Consumer<RelayDefinition> put;
    private final Consumer<String> remove;

    /**
     * @param patience how long a request may wait until the relays are known, after a start
     * @param put writes a definition, and returns when the table has it; throws {@link UserError} if it cannot
     * @param remove deletes one in the same way
     */
    RelayChangesResource(RelayTable table, Duration patience, Consumer<RelayDefinition> put,
            Consumer<String> remove) {
        this.table = table;
        this.patience = patience;
        this.put = put;
        this.remove = remove;
    }

    @Override
    public List<AdminRoute> routes() {
        String template = "/api/v1/relays/{relay}";
        return List.of(AdminRoute.post(template, request -> put(request, true)),
                AdminRoute.put(template, request -> put(request, false)),
                AdminRoute.delete(template, request -> delete(request.named())));
    }

    private synchronized Answer put(Request request, boolean creates) {
        RelayDefinition definition;
        RelayRule rule;
        try {
            definition = definition(request);
            rule = definition.rule();
        } catch (IllegalArgumentException e) {
            return Answer.error(400, "bad_relay", e.getMessage());
        }
        Optional<Answer> refusal = refusal(definition.name());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        boolean exists = table.stored(definition.name()).isPresent();
        if (creates && exists) {
            return Answer.error(409, "relay_exists", "a relay has that name; change it with PUT");
        }
        if (!exists && table.storedCount() >= LIMIT) {
            return Answer.error(409, "too_many_relays", "there are " + LIMIT + " relays already; delete some of them");
        }
        return written(() -> {
            put.accept(definition);
            log.info("an operator has {} relay {}: streams {} to {}", exists ? "changed" : "created", rule.name(),
                    rule.streams().text(), rule.target());
            return new Answer(creates ? 201 : 200, RelaysResource.json(rule, false));
        });
    }

    private synchronized Answer delete(String name) {
        Optional<Answer> refusal = refusal(name);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (table.stored(name).isEmpty()) {
            return RelaysResource.notFound();
        }
        return written(() -> {
            remove.accept(name);
            log.info("an operator has deleted relay {}", name);
            return new Answer(204, null);
        });
    }

    private Optional<Answer> refusal(String name) {
        if (table.isOfFile(name)) {
            return Optional.of(Answer.error(409, "relay_in_file",
                    "the file of --relays defines a relay of that name; change it there"));
        }
        return isKnown()
                ? Optional.empty()
                : Optional.of(Answer.error(503, "unavailable", "the relays are not known yet; try again"));
    }

    private boolean isKnown() {
        try {
            table.awaitRead(0, patience);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return table.isRead();
    }

    private static Answer written(Supplier<Answer> change) {
        try {
            return change.get();
        } catch (UserError e) {
            return Answer.error(503, "unavailable", e.getMessage());
        }
    }

    private static RelayDefinition definition(Request request) {
        Map<String, String> fields = new HashMap<>();
        for (Map.Entry<String, JsonNode> field : json(request.body()).properties()) {
            if (!field.getValue().isString()) {
                throw new IllegalArgumentException("'" + field.getKey() + "' must be a string");
            }
            fields.put(field.getKey(), field.getValue().asString());
        }
        if (!request.named().equals(fields.getOrDefault("name", request.named()))) {
            throw new IllegalArgumentException("'name' is not the name in the path; omit it");
        }
        fields.put("name", request.named());
        return RelayDefinition.of(fields, "tlsCa");
    }

    private static JsonNode json(String body) {
        try {
            JsonNode json = JSON.readTree(body);
            if (json.isObject()) {
                return json;
            }
        } catch (JacksonException _) {
            // Its message quotes the body, which contains a stream key.
        }
        throw new IllegalArgumentException("the body must be a JSON object with streams, target and, if needed, from "
                + "and tlsCa");
    }
}

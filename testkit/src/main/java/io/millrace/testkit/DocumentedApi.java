package io.millrace.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The OpenAPI document as a judge of answers: collects what it promises and what was seen, so that a test can compare
 * both. Knows the part of JSON Schema that the document uses.
 */
public final class DocumentedApi {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Set<String> KEYWORDS = Set.of("$ref", "type", "description", "properties", "required",
            "additionalProperties", "items", "oneOf", "enum", "const", "format");

    private final JsonNode document;
    /** {@code GET /path 200} of every answer, and {@code Schema.field} of every field that an answer had. */
    private final Set<String> seen = new TreeSet<>();

    public DocumentedApi() throws IOException {
        try (InputStream in = DocumentedApi.class.getResourceAsStream("/api/openapi.json")) {
            document = JSON.readTree(in);
        }
    }

    /** Returns {@code get /path} of the operations with one of these tags. */
    public Set<String> operations(String... tags) {
        Set<String> found = new TreeSet<>();
        document.get("paths").properties().forEach(path -> path.getValue().properties().forEach(operation -> {
            if (operation.getValue().get("tags").valueStream()
                    .anyMatch(each -> List.of(tags).contains(each.asString()))) {
                found.add(operation.getKey() + " " + path.getKey());
            }
        }));
        return found;
    }

    /**
     * Returns the answers and fields that the document promises and no answer had.
     *
     * @param operations the operations that are meant, such as {@code get /api/v1/streams}
     */
    public Set<String> unseen(Set<String> operations) {
        Set<String> promised = new TreeSet<>();
        Set<String> schemas = new TreeSet<>();
        for (String operation : operations) {
            String[] parts = operation.split(" ");
            document.get("paths").get(parts[1]).get(parts[0]).get("responses").propertyStream()
                    .filter(response -> !response.getKey().equals("default")).forEach(response -> {
                        promised.add(operation + " " + response.getKey());
                        schemas(response.getValue(), schemas);
                    });
        }
        schemas.forEach(schema -> fields(schema, schema(schema), promised));
        promised.removeAll(seen);
        return promised;
    }

    /** Adds the names of the schemas to which a part of the document refers. */
    private void schemas(JsonNode part, Set<String> into) {
        if (part.has("$ref")) {
            String name = name(part.get("$ref"));
            if (into.add(name)) {
                schemas(schema(name), into);
            }
        }
        part.forEach(each -> schemas(each, into));
    }

    private static String name(JsonNode reference) {
        return reference.asString().replace("#/components/schemas/", "");
    }

    private JsonNode schema(String name) {
        return document.at("/components/schemas/" + name);
    }

    private static void fields(String name, JsonNode schema, Set<String> into) {
        if (schema.has("properties")) {
            schema.get("properties").properties().forEach(field -> {
                into.add(name + "." + field.getKey());
                fields(name + "." + field.getKey(), field.getValue(), into);
            });
        }
        if (schema.has("items")) {
            fields(name, schema.get("items"), into);
        }
    }

    /** Returns how an answer differs from the document; empty if it does not. */
    public List<String> faults(String operation, int status, String type, String body) {
        String[] parts = operation.split(" ");
        JsonNode response = document.get("paths").get(parts[1]).get(parts[0]).get("responses")
                .get(Integer.toString(status));
        if (response == null) {
            return List.of("status " + status + " of " + operation + " is not documented: " + body);
        }
        seen.add(operation + " " + status);
        JsonNode content = response.get("content");
        if (content == null) {
            return body.isEmpty() ? List.of() : List.of(operation + " has a body");
        }
        String plain = type.replaceFirst(";.*", "");
        if (!content.has(plain)) {
            return List.of(operation + " has the type " + type);
        }
        if (!plain.equals("application/json")) {
            return List.of();
        }
        List<String> faults = new ArrayList<>();
        Set<String> found = new TreeSet<>();
        check(operation, content.get(plain).get("schema"), JSON.readTree(body), faults, found);
        seen.addAll(found);
        return faults;
    }

    private void check(String at, JsonNode schema, JsonNode value, List<String> faults, Set<String> found) {
        schema.propertyStream().filter(keyword -> !KEYWORDS.contains(keyword.getKey()))
                .forEach(keyword -> faults.add(at + ": this test does not know " + keyword.getKey()));
        if (schema.has("$ref")) {
            String name = name(schema.get("$ref"));
            check(name, schema(name), value, faults, found);
        } else if (schema.has("oneOf")) {
            oneOf(at, schema.get("oneOf"), value, faults, found);
        } else {
            plain(at, schema, value, faults, found);
        }
    }

    private void oneOf(String at, JsonNode schemas, JsonNode value, List<String> faults, Set<String> found) {
        int matching = 0;
        for (JsonNode each : schemas) {
            List<String> own = new ArrayList<>();
            Set<String> ownFound = new TreeSet<>();
            check(at, each, value, own, ownFound);
            if (own.isEmpty()) {
                matching++;
                found.addAll(ownFound);
            }
        }
        if (matching != 1) {
            faults.add(at + ": " + matching + " alternatives match " + value);
        }
    }

    private void plain(String at, JsonNode schema, JsonNode value, List<String> faults, Set<String> found) {
        JsonNode type = schema.get("type");
        boolean fits = type.isArray()
                ? type.valueStream().anyMatch(each -> is(each.asString(), value))
                : is(type.asString(), value);
        boolean listed = !schema.has("enum") || schema.get("enum").valueStream().anyMatch(value::equals);
        if (!fits || !listed || schema.has("const") && !schema.get("const").equals(value)) {
            faults.add(at + ": " + value + " is not " + schema);
            return;
        }
        if ("date-time".equals(schema.path("format").asString("")) && value.isString()
                && !value.asString().matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z")) {
            faults.add(at + ": " + value + " is no time");
        }
        if (value.isArray()) {
            value.forEach(each -> check(at, schema.get("items"), each, faults, found));
        }
        if (value.isObject() && schema.has("properties")) {
            object(at, schema, value, faults, found);
        }
    }

    private void object(String at, JsonNode schema, JsonNode value, List<String> faults, Set<String> found) {
        schema.get("required").forEach(name -> {
            if (!value.has(name.asString())) {
                faults.add(at + " lacks " + name);
            }
        });
        value.properties().forEach(field -> {
            String name = at + "." + field.getKey();
            JsonNode documented = schema.get("properties").get(field.getKey());
            if (documented == null) {
                faults.add(name + " is not documented");
            } else {
                found.add(name);
                check(name, documented, field.getValue(), faults, found);
            }
        });
    }

    private static boolean is(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw new IllegalArgumentException(type);
        };
    }
}

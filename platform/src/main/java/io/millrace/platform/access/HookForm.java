package io.millrace.platform.access;

import io.millrace.platform.access.Decision.Reason;
import io.millrace.media.StreamName;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The request and response formats of hooks, which are those of servers for which hooks already exist. Pure. */
public enum HookForm {
    /**
     * {@code on_publish} of nginx-rtmp: a form. 2xx allows the publish, 3xx allows it under the name in Location, if
     * there is one, and any other status refuses it. Unlike nginx-rtmp, a parameter of the encoder's URL is omitted if
     * it has the name of one of Millrace's own parameters, so that no encoder can overwrite these.
     */
    NGINX("application/x-www-form-urlencoded") {
        @Override
        String body(HookRequest q) {
            Map<String, String> ours = new LinkedHashMap<>();
            ours.put("call", "publish");
            ours.put("app", q.app());
            ours.put("name", q.name());
            ours.put("type", "live");
            ours.put("addr", q.host());
            ours.put("clientid", Long.toString(q.number()));
            ours.put("flashver", q.client());
            ours.put("swfurl", "");
            ours.put("tcurl", q.tcUrl());
            ours.put("pageurl", "");
            return Stream.concat(ours.entrySet().stream().map(each -> encoded(each.getKey(), each.getValue())),
                    q.query().parameters().stream().filter(each -> !ours.containsKey(each.name()))
                            .map(each -> encoded(each.name(), each.value())))
                    .collect(Collectors.joining("&"));
        }

        @Override
        Decision answer(HookRequest q, int status, Optional<String> location, String body) {
            return switch (status / 100) {
                case 2 -> new Decision.Allowed(q.stream());
                case 3 -> location.map(to -> renamed(q, to)).orElseGet(() -> new Decision.Allowed(q.stream()));
                default -> REFUSED;
            };
        }

        private static Decision renamed(HookRequest q, String location) {
            String name = location.startsWith("/") ? location.substring(1) : location;
            return StreamName.parse(q.app() + "/" + name).<Decision>map(Decision.Allowed::new)
                    .orElse(new Decision.Refused(Reason.HOOK_FAILED, "the hook gave a name that is none"));
        }
    },
    /**
     * {@code on_publish} of SRS: JSON. Status 200 with the body 0, or with an object whose {@code code} is 0, allows
     * the publish; anything else refuses it.
     */
    SRS("application/json") {
        @Override
        String body(HookRequest q) {
            String param = q.query().parameters().stream().map(each -> encoded(each.name(), each.value()))
                    .collect(Collectors.joining("&"));
            Map<String, String> object = new LinkedHashMap<>();
            object.put("server_id", q.node());
            object.put("action", "on_publish");
            object.put("client_id", Long.toString(q.number()));
            object.put("ip", q.host());
            object.put("vhost", "__defaultVhost__");
            object.put("app", q.app());
            object.put("tcUrl", q.tcUrl());
            object.put("stream", q.name());
            object.put("param", param.isEmpty() ? "" : "?" + param);
            object.put("stream_url", "/" + q.stream().value());
            return JSON.writeValueAsString(object);
        }

        @Override
        Decision answer(HookRequest q, int status, Optional<String> location, String body) {
            return status == 200 && isZero(body) ? new Decision.Allowed(q.stream()) : REFUSED;
        }

        private static boolean isZero(String body) {
            try {
                JsonNode answer = JSON.readTree(body);
                JsonNode code = answer.isObject() ? answer.path("code") : answer;
                return code.isIntegralNumber() && code.asLong() == 0;
            } catch (JacksonException _) {
                return false;
            }
        }
    };

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Decision REFUSED = new Decision.Refused(Reason.HOOK_REFUSED, "publishing is not allowed");

    private final String contentType;

    HookForm(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    /** Returns the body of the POST. */
    abstract String body(HookRequest request);

    /**
     * Interprets the hook's response.
     *
     * @param status status code, less than 500
     * @param location value of the Location header
     */
    abstract Decision answer(HookRequest request, int status, Optional<String> location, String body);

    private static String encoded(String name, String value) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8) + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}

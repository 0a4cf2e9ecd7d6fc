package io.millrace.platform.access;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessRequest.Action;
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
     * {@code on_publish} and {@code on_play} of nginx-rtmp: a form. 2xx allows the request, 3xx allows it under the name
     * in Location, if there is one, and any other status refuses it. Unlike nginx-rtmp, a parameter of the peer's URL is
     * omitted if it has the name of one of Millrace's own parameters, so that no peer can overwrite these.
     */
    NGINX("application/x-www-form-urlencoded") {
        @Override
        String body(HookRequest q) {
            Map<String, String> ours = new LinkedHashMap<>();
            ours.put("call", q.action().label());
            ours.put("app", q.app());
            ours.put("name", q.name());
            if (q.action() == Action.PUBLISH) {
                ours.put("type", "live");
            }
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
        AccessDecision answer(HookRequest q, int status, Optional<String> location, String body) {
            return switch (status / 100) {
                case 2 -> new AccessDecision.Allowed(q.stream());
                case 3 -> location.map(to -> renamed(q, to)).orElseGet(() -> new AccessDecision.Allowed(q.stream()));
                default -> refused(q.action());
            };
        }

        private static AccessDecision renamed(HookRequest q, String location) {
            String name = location.startsWith("/") ? location.substring(1) : location;
            return StreamName.parse(q.app() + "/" + name).<AccessDecision>map(AccessDecision.Allowed::new)
                    .orElse(new AccessDecision.Refused(AccessReason.HOOK_FAILED, "the hook gave a name that is none"));
        }
    },
    /**
     * {@code on_publish} and {@code on_play} of SRS: JSON. Status 200 with the body 0, or with an object whose
     * {@code code} is 0, allows the request; anything else refuses it.
     */
    SRS("application/json") {
        @Override
        String body(HookRequest q) {
            String param = q.query().parameters().stream().map(each -> encoded(each.name(), each.value()))
                    .collect(Collectors.joining("&"));
            Map<String, String> object = new LinkedHashMap<>();
            object.put("server_id", q.node());
            object.put("action", "on_" + q.action().label());
            object.put("client_id", Long.toString(q.number()));
            object.put("ip", q.host());
            object.put("vhost", "__defaultVhost__");
            object.put("app", q.app());
            object.put("tcUrl", q.tcUrl());
            object.put("stream", q.name());
            object.put("param", param.isEmpty() ? "" : "?" + param);
            object.put("stream_url", "/" + q.stream().value());
            if (q.action() == Action.PLAY) {
                object.put("pageUrl", "");
            }
            return JSON.writeValueAsString(object);
        }

        @Override
        AccessDecision answer(HookRequest q, int status, Optional<String> location, String body) {
            return status == 200 && isZero(body) ? new AccessDecision.Allowed(q.stream()) : refused(q.action());
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
    abstract AccessDecision answer(HookRequest request, int status, Optional<String> location, String body);

    private static AccessDecision refused(Action action) {
        return new AccessDecision.Refused(AccessReason.HOOK_REFUSED,
                action == Action.PUBLISH ? "publishing is not allowed" : "playing is not allowed");
    }

    private static String encoded(String name, String value) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8) + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}

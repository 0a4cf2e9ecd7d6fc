package io.millrace.platform.access;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessRequest.Action;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.millrace.platform.access.AccessRequest.Action.PLAY;
import static io.millrace.platform.access.AccessRequest.Action.PUBLISH;
import static org.assertj.core.api.Assertions.assertThat;

class HookFormTest {
    private static final StreamName SHOW = new StreamName("live/show");
    private static final HookRequest QUESTION = request("token=a%20b&name=admin");

    @Test
    void writesNginxForm() {
        assertThat(HookForm.NGINX.body(QUESTION)).isEqualTo("call=publish&app=live&name=show&type=live"
                + "&addr=203.0.113.9&clientid=7&flashver=FMLE%2F3.0+%28compatible%29&swfurl="
                + "&tcurl=rtmp%3A%2F%2Fhost%2Flive&pageurl=&token=a+b");
    }

    @Test
    void writesSrsForm() {
        assertThat(HookForm.SRS.body(request(""))).isEqualTo("""
                {"server_id":"node-1","action":"on_publish","client_id":"7","ip":"203.0.113.9",\
                "vhost":"__defaultVhost__","app":"live","tcUrl":"rtmp://host/live","stream":"show","param":"",\
                "stream_url":"/live/show"}""");
        assertThat(HookForm.SRS.body(QUESTION)).contains("\"param\":\"?token=a+b&name=admin\"");
    }

    @Test
    void writesFormsOfPlayers() {
        assertThat(HookForm.NGINX.body(request(PLAY, "token=x"))).isEqualTo("call=play&app=live&name=show"
                + "&addr=203.0.113.9&clientid=7&flashver=FMLE%2F3.0+%28compatible%29&swfurl="
                + "&tcurl=rtmp%3A%2F%2Fhost%2Flive&pageurl=&token=x");
        assertThat(HookForm.SRS.body(request(PLAY, "token=x"))).isEqualTo("""
                {"server_id":"node-1","action":"on_play","client_id":"7","ip":"203.0.113.9",\
                "vhost":"__defaultVhost__","app":"live","tcUrl":"rtmp://host/live","stream":"show",\
                "param":"?token=x","stream_url":"/live/show","pageUrl":""}""");
        assertThat(HookForm.SRS.answer(request(PLAY, ""), 200, Optional.empty(), "1"))
                .isEqualTo(new AccessDecision.Refused(AccessReason.HOOK_REFUSED, "playing is not allowed"));
    }

    @Test
    void omitsPortOfAddress() {
        assertThat(new HookRequest(PUBLISH, new StreamName("a/b/c"), QueryString.parse(""), "", "",
                "[0:0:0:0:0:0:0:1]:80", 1,
                "n"))
                .extracting(HookRequest::host, HookRequest::app, HookRequest::name)
                .containsExactly("0:0:0:0:0:0:0:1", "a/b", "c");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 204, 302})
    void nginxAllows(int status) {
        assertThat(HookForm.NGINX.answer(QUESTION, status, Optional.empty(), "whatever"))
                .isEqualTo(new AccessDecision.Allowed(SHOW));
    }

    @ParameterizedTest
    @CsvSource({"other, live/other", "/other, live/other"})
    void nginxRenames(String location, String stream) {
        assertThat(HookForm.NGINX.answer(QUESTION, 302, Optional.of(location), ""))
                .isEqualTo(new AccessDecision.Allowed(new StreamName(stream)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rtmp://elsewhere/live/show", "http://host/name", "a b", ""})
    void nginxRejectsInvalidName(String location) {
        assertRefused(HookForm.NGINX.answer(QUESTION, 302, Optional.of(location), ""), AccessReason.HOOK_FAILED);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 400, 401, 403, 404})
    void nginxRefuses(int status) {
        assertRefused(HookForm.NGINX.answer(QUESTION, status, Optional.empty(), "0"), AccessReason.HOOK_REFUSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", " 0\n", "{\"code\":0}", "{\"code\":0,\"msg\":\"ok\"}"})
    void srsAllows(String body) {
        assertThat(HookForm.SRS.answer(QUESTION, 200, Optional.empty(), body))
                .isEqualTo(new AccessDecision.Allowed(SHOW));
    }

    @ParameterizedTest
    @CsvSource({"200, ''", "200, 1", "200, 0.5", "200, {\"code\":1}", "200, {}", "200, {\"code\":\"0\"}", "200, OK",
        "200, [0]", "200, {", "201, 0", "302, 0", "403, 0"})
    void srsRefuses(int status, String body) {
        assertRefused(HookForm.SRS.answer(QUESTION, status, Optional.empty(), body), AccessReason.HOOK_REFUSED);
    }

    private static HookRequest request(String query) {
        return request(PUBLISH, query);
    }

    private static HookRequest request(Action action, String query) {
        return new HookRequest(action, SHOW, QueryString.parse(query), "rtmp://host/live", "FMLE/3.0 (compatible)",
                "203.0.113.9:40000", 7, "node-1");
    }

    private static void assertRefused(AccessDecision decision, AccessReason reason) {
        assertThat(decision).isInstanceOfSatisfying(AccessDecision.Refused.class,
                refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}

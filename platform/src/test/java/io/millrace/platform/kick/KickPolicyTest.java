package io.millrace.platform.kick;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessMeters;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.access.AccessReason;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.access.AccessRequest.Action;
import io.millrace.platform.access.ViewerSession;
import io.millrace.platform.log.Kick;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KickPolicyTest {
    private static final ViewerSession TOKEN = ViewerSession.parse("9f86d081884c7d659a2feaa0c55ad015-9999999999")
            .orElseThrow();
    private static final AccessDecision.Refused KICKED = new AccessDecision.Refused(AccessReason.KICKED,
            "disconnected by the operator");

    private final KickOrder order = new KickOrder(60L, "");
    private final KickTable kicks = new KickTable(InstantSource.fixed(Instant.EPOCH));
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private AccessDecision inner = new AccessDecision.Allowed(new StreamName("live/show"), TOKEN.untilS(), TOKEN);
    private final KickPolicy byToken = policy(_ -> CompletableFuture.completedFuture(inner));
    private final KickPolicy open = policy(AccessPolicy.ALLOW_ALL);

    private KickPolicy policy(AccessPolicy policy) {
        return new KickPolicy(policy, kicks, new AccessMeters(registry, "edge", "Viewers"));
    }

    @Test
    void refusesTokenFromEveryAddress() {
        assertThat(decide(byToken, Action.PLAY, "192.0.2.7:1")).isEqualTo(inner);
        kicks.put(order.viewer("live/show", TOKEN, 0));
        assertThat(decide(byToken, Action.PLAY, "192.0.2.7:1")).isEqualTo(KICKED);
        assertThat(decide(byToken, Action.PLAY, "192.0.2.8:1")).isEqualTo(KICKED);
        assertThat(registry.get("millrace.edge.refused").tag("reason", "kicked").counter().count()).isEqualTo(2);
        assertThat(decide(byToken, Action.PUBLISH, "192.0.2.7:1")).as("the publisher is not kicked").isEqualTo(inner);
    }

    /** The requested name may be a key, and a hook may rename the stream. */
    @Test
    void nameOfAllowedStreamCounts() {
        kicks.put(order.viewer("live/other", TOKEN, 0));
        assertThat(decide(byToken, Action.PLAY, "192.0.2.7:1")).isEqualTo(inner);
        inner = new AccessDecision.Allowed(new StreamName("live/other"), TOKEN.untilS(), TOKEN);
        assertThat(decide(byToken, Action.PLAY, "192.0.2.7:1")).isEqualTo(KICKED);
    }

    @Test
    void refusalOfOtherPolicyRemains() {
        kicks.put(order.viewer("live/show", TOKEN, 0));
        inner = new AccessDecision.Refused(AccessReason.EXPIRED, "the token has expired");
        assertThat(decide(byToken, Action.PLAY, "192.0.2.7:1")).isEqualTo(inner);
    }

    @Test
    void openPolicyIsAskedWhileAnyoneIsKicked() {
        assertThat(open.allowsAll()).isTrue();
        Kick.Key key = kick("192.0.2.7");
        assertThat(open.allowsAll()).isFalse();
        assertThat(open.isOpen()).as("nobody needs credentials").isTrue();
        assertThat(decide(open, Action.PLAY, "192.0.2.7:1")).isEqualTo(KICKED);
        assertThat(decide(open, Action.PLAY, "192.0.2.8:1")).isInstanceOf(AccessDecision.Allowed.class);
        kicks.remove(key);
        assertThat(open.allowsAll()).isTrue();
        assertThat(byToken.allowsAll()).isFalse();
    }

    private Kick.Key kick(String host) {
        Kick kick = order.viewer("live/show", ViewerSession.ofPeer(host, "VLC"), 0);
        kicks.put(kick);
        return kick.key();
    }

    @Test
    void refusesPublishersOfStream() {
        kicks.put(order.publisher("live/show", 0));
        assertThat(decide(byToken, Action.PUBLISH, "192.0.2.7:1")).isEqualTo(KICKED);
        assertThat(decide(byToken, Action.PLAY, "192.0.2.7:1")).isEqualTo(inner);
        inner = new AccessDecision.Allowed(new StreamName("live/other"));
        assertThat(decide(byToken, Action.PUBLISH, "192.0.2.7:1")).isEqualTo(inner);
    }

    /** Whatever token the subject has, at every stream. */
    @Test
    void refusesViewersAndPublishersOfSubject() {
        kicks.put(order.subject("user 7", 0));
        for (Action action : Action.values()) {
            inner = allowed("live/a", "user 7");
            assertThat(decide(byToken, action, "192.0.2.7:1")).isEqualTo(KICKED);
            inner = allowed("live/b", "user 7");
            assertThat(decide(byToken, action, "192.0.2.7:1")).isEqualTo(KICKED);
            inner = allowed("live/a", "user 8");
            assertThat(decide(byToken, action, "192.0.2.7:1")).isEqualTo(inner);
            inner = new AccessDecision.Allowed(new StreamName("live/a"));
            assertThat(decide(byToken, action, "192.0.2.7:1")).as("no token").isEqualTo(inner);
        }
        kicks.remove(Kick.Key.parse(Kick.ofSubject(ViewerSession.ofSubject("user 7")).toString()).orElseThrow());
        inner = allowed("live/a", "user 7");
        assertThat(decide(byToken, Action.PLAY, "192.0.2.7:1")).isEqualTo(inner);
    }

    private static AccessDecision allowed(String stream, String sub) {
        return new AccessDecision.Allowed(new StreamName(stream), TOKEN.untilS(),
                new ViewerSession(TOKEN.hash(), TOKEN.untilS(), ViewerSession.ofSubject(sub)));
    }

    private static AccessDecision decide(AccessPolicy policy, Action action, String address) {
        return policy.decide(new AccessRequest(action, new StreamName("live/show"), "",
                new AccessRequest.Source(AccessRequest.Protocol.HLS, address, "VLC", "/live/show.m3u8")))
                .toCompletableFuture().join();
    }
}

package io.millrace.platform.access;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings that decide who may publish. If both keys and secrets are set, a publisher needs only one of the two. The
 * hook is asked about each publisher that they allow. Immutable.
 *
 * @param keys file of {@link StreamKeys}, null for no keys
 * @param secret file of {@link SigningSecrets}, null for no signatures
 * @param hook the publish hook, null for no hook
 */
public record AccessSettings(Path keys, Path secret, Hook hook) {
    /** Settings that allow every publish. */
    public static final AccessSettings OPEN = new AccessSettings(null, null, null);

    /** Returns whether a publisher needs a stream key or a signed URL. A hook may have requirements of its own. */
    public boolean needsKey() {
        return keys != null || secret != null;
    }

    /**
     * A publish hook.
     *
     * @param url URL to which POST requests are sent; {@code user:password@} in it is sent as Basic authentication
     * @param timeout time limit of one request, which includes the wait for its turn
     * @param allowWithoutAnswer whether a publish is allowed if the hook does not answer
     */
    public record Hook(HookUrl url, HookForm form, Duration timeout, boolean allowWithoutAnswer) {
        public Hook(URI url, HookForm form, Duration timeout, boolean allowWithoutAnswer) {
            this(new HookUrl(url), form, timeout, allowWithoutAnswer);
        }
    }
}

package io.millrace.ingest.policy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Settings that decide who may publish. If there are keys and secrets, either is sufficient; the hook is asked about
 * publishers that they allow. Immutable.
 *
 * @param keys file of {@link StreamKeys}, null for none
 * @param secret file of {@link SigningSecrets}, null for none
 * @param hook the publish hook, null for none
 */
public record PolicySettings(Path keys, Path secret, Hook hook) {
    /** Settings that allow every publish. */
    public static final PolicySettings OPEN = new PolicySettings(null, null, null);

    /** Returns whether a publisher needs a stream key or a signed URL. A hook may have requirements of its own. */
    public boolean needsKey() {
        return keys != null || secret != null;
    }

    /**
     * A publish hook.
     *
     * @param url URL of the POST requests; {@code user:password@} in it is sent as Basic authentication
     * @param timeout time limit of one request
     * @param allowWithoutAnswer whether a publish is allowed if the hook does not answer
     */
    public record Hook(HookUrl url, HookForm form, Duration timeout, boolean allowWithoutAnswer) {
        public Hook(URI url, HookForm form, Duration timeout, boolean allowWithoutAnswer) {
            this(new HookUrl(url), form, timeout, allowWithoutAnswer);
        }
    }
}

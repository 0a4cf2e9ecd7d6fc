package io.millrace.ingest.policy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a node is told about who may publish. With keys and a secret either is enough; a hook is asked about those whom they let
 * in. Immutable.
 *
 * @param keys file of {@link StreamKeys}, null without
 * @param secret file of {@link SigningSecrets}, null without
 * @param hook null without
 */
public record PolicySettings(Path keys, Path secret, Hook hook) {
    /** Everybody may publish everything. */
    public static final PolicySettings OPEN = new PolicySettings(null, null, null);

    /** Whether a publisher needs a stream key or a signed URL. What a hook asks for, only the hook knows. */
    public boolean needsKey() {
        return keys != null || secret != null;
    }

    /**
     * @param url that is asked with POST; {@code user:password@} in it is sent as Basic authentication
     * @param timeout of one question
     * @param allowWithoutAnswer what it means if there is none
     */
    public record Hook(HookUrl url, HookForm form, Duration timeout, boolean allowWithoutAnswer) {
        public Hook(URI url, HookForm form, Duration timeout, boolean allowWithoutAnswer) {
            this(new HookUrl(url), form, timeout, allowWithoutAnswer);
        }
    }
}

package io.millrace.launcher;

import io.millrace.media.StreamName;
import io.millrace.platform.FileFault;
import io.millrace.platform.UserError;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.PublishSignature;
import io.millrace.platform.access.StreamKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The name under which the demo publishes, with a key or a signature if the settings require one. */
final class DemoName {
    static final StreamName STREAM = new StreamName("live/demo");
    /** Validity of the signature, which is checked only when the publish begins, a few seconds from now. */
    private static final Duration VALIDITY = Duration.ofHours(1);

    private DemoName() {}

    /**
     * Returns the stream's name with credentials, to append to {@code rtmp://HOST/}.
     *
     * @throws UserError if the settings do not allow the demo to publish, or a file cannot be read
     */
    static String of(AccessSettings policy) {
        Optional<String> key = policy.keys() == null ? Optional.empty() : key(policy.keys());
        if (key.isPresent()) {
            return STREAM.value() + "?key=" + key.get();
        }
        if (policy.secret() != null) {
            return STREAM.value()
                    + PublishSignature.query(SignCommand.secrets(policy.secret()), STREAM,
                            Instant.now().plus(VALIDITY).getEpochSecond());
        }
        if (policy.keys() != null) {
            throw new UserError("the demo publishes as " + STREAM.value() + ", but no stream key in " + policy.keys()
                    + " allows that; add a line 'KEY: " + STREAM.value() + "', or use 'millrace up'");
        }
        if (policy.jwks() != null) {
            throw new UserError(
                    "the demo has no JSON Web Token with which it may publish; add --publish-secret or a stream"
                            + " key, or use 'millrace up'");
        }
        return STREAM.value();
    }

    private static Optional<String> key(Path file) {
        try {
            return StreamKeys.keyOf(Files.readString(file), STREAM);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError("the stream keys in " + file + " cannot be used: " + FileFault.reason(e), e);
        }
    }
}

package io.millrace.launcher.settings;

import io.millrace.outbound.webhook.WebhookFile;
import io.millrace.outbound.webhook.WebhookSecret;
import io.millrace.outbound.webhook.WebhookTarget;
import io.millrace.outbound.webhook.WebhookUrl;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** The flags that name the webhooks: one target on the command line, or several with filters in a file. */
public final class WebhookOptions {
    /** Name of the webhook of {@code --webhook}. */
    private static final String DEFAULT = "default";

    @Option(names = "--webhook", paramLabel = "URL", defaultValue = "none", converter = Converters.WebhookUrlOrNone.class, description = "Sends the events of all streams to this URL, see docs/events.md.")
    private WebhookUrl url;

    @Option(names = "--webhook-secret", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "File with the secret that signs the requests of --webhook.")
    private Path secret;

    @Option(names = "--webhooks", paramLabel = "FILE", defaultValue = "none", converter = Converters.FileOrNone.class, description = "YAML file with several webhooks and their filters, see docs/events.md.")
    private Path file;

    /** @throws IllegalArgumentException if the flags contradict each other */
    void check() {
        if (secret != null && url == null) {
            throw new IllegalArgumentException(
                    "--webhook-secret needs --webhook; name the secrets of --webhooks in its file, as secret-file");
        }
    }

    /**
     * Reads the files.
     *
     * @return the webhooks, with different names; none without a flag
     * @throws io.millrace.platform.UserError if a file cannot be read or is not valid
     */
    public List<WebhookTarget> targets() {
        List<WebhookTarget> targets = new ArrayList<>(file == null ? List.of() : WebhookFile.read(file, DEFAULT));
        if (url != null) {
            targets.add(new WebhookTarget(DEFAULT, url, Optional.ofNullable(secret).map(WebhookSecret::read), Set.of(),
                    List.of()));
        }
        return targets;
    }
}

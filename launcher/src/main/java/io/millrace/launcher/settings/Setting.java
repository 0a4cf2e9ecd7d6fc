package io.millrace.launcher.settings;

import io.millrace.outbound.webhook.WebhookUrl;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.SecretUrl;
import io.millrace.platform.kafka.ClientSettings;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A setting in force, for display: secrets are masked. Contents of files are not part of settings, so keys and tokens
 * never are. Immutable.
 *
 * @param name such as {@code segment}, {@code kafka-client ssl.protocol} or {@code applications.live.segment}
 * @param value as written
 * @param where the flag, the variable, or file and line; null for a default
 */
public record Setting(String name, String value, Source source, String where) {
    /** Where a value is from. */
    public enum Source {
        FLAG, ENVIRONMENT, FILE, DEFAULT;

        /** Returns the name in lower case. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Returns the settings of a command line that is parsed, in the order of the flags. */
    public static List<Setting> all(CommandSpec command) {
        LayeredDefaults defaults = (LayeredDefaults) command.defaultValueProvider();
        List<Setting> settings = new ArrayList<>();
        command.options().stream().filter(SettingNames::isSetting)
                .forEach(option -> settings.add(masked(found(command, defaults, option), option)));
        ClientSettings.copyOf(defaults.kafkaClient()).shown().forEach((key, value) -> settings
                .add(new Setting("kafka-client " + key, value, Source.FILE, null)));
        defaults.applications().forEach(application -> application.values().forEach((key, value) -> settings
                .add(new Setting(application.named(key), application.shown(key), Source.FILE, value.where()))));
        return settings;
    }

    private static Setting found(CommandSpec command, LayeredDefaults defaults, OptionSpec option) {
        String name = SettingNames.of(option);
        if (command.commandLine().getParseResult().hasMatchedOption(option)) {
            return new Setting(name, option.stringValues().getLast(), Source.FLAG, "--" + name);
        }
        return defaults.find(option).map(found -> new Setting(name, found.text(), found.source(), found.where()))
                .orElseGet(() -> new Setting(name, option.defaultValue(), Source.DEFAULT, null));
    }

    /** URLs may contain passwords and tokens. */
    private static Setting masked(Setting setting, OptionSpec option) {
        return switch (option.getValue()) {
            case URI url -> setting.with(new SecretUrl(url).toString());
            case WebhookUrl url -> setting.with(url.toString());
            case AccessSettings.Jwks jwks -> setting.with(jwks.toString());
            case null, default -> setting;
        };
    }

    private Setting with(String shown) {
        return new Setting(name, shown, source, where);
    }

    /** Returns the source in words, such as {@code flag --segment} or {@code file millrace.yaml, line 3}. */
    public String origin() {
        return where == null ? source.label() : source.label() + " " + where;
    }
}

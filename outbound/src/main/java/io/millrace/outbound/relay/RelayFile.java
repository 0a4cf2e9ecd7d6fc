package io.millrace.outbound.relay;

import io.millrace.platform.FileFault;
import io.millrace.platform.SecretFile;
import io.millrace.platform.UserError;
import io.millrace.platform.rtmp.ServerTrust;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The file of {@code --relays}: a YAML map whose list {@code relays} has a map per relay, with {@code name}, {@code
 * streams}, {@code target}, and optionally {@code from} and {@code tls-ca}. Messages do not quote targets, which contain
 * stream keys.
 */
public final class RelayFile {
    private static final int MAX_CODE_POINTS = 1 << 20;
    private static final int MAX_RULES = 1_000;

    private RelayFile() {}

    /**
     * Reads and checks a file.
     *
     * @throws UserError if the file cannot be read or is not valid
     */
    public static List<RelayRule> read(Path file) {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(MAX_CODE_POINTS);
        limits.setAllowDuplicateKeys(false);
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            SecretFile.warnIfOpen("the targets of relays", file);
            Object root = new Yaml(new SafeConstructor(limits)).load(reader);
            return rules(file, root instanceof Map<?, ?> map ? map.get("relays") : null);
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            // The exception quotes the line, which may contain a stream key, and so must not be the cause.
            throw new UserError(file + ", line " + line + ": not YAML; see docs/relay.md for an example");
        } catch (IOException e) {
            throw new UserError("cannot read the relays in " + file + ": " + FileFault.reason(e)
                    + "; name a readable YAML file with --relays", e);
        } catch (YAMLException _) {
            throw new UserError("cannot read the relays in " + file
                    + ": it is no YAML text of up to 1 MB; see docs/relay.md for an example");
        }
    }

    private static List<RelayRule> rules(Path file, Object relays) {
        if (!(relays instanceof List<?> list) || list.isEmpty() || list.size() > MAX_RULES) {
            throw new UserError(file + " must have a list 'relays' of 1 to " + MAX_RULES
                    + " relays; see docs/relay.md for an example");
        }
        List<RelayRule> rules = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Object each : list) {
            try {
                RelayRule rule = rule(file, each);
                if (!names.add(rule.name())) {
                    throw new IllegalArgumentException("another relay has the name '" + rule.name() + "'");
                }
                rules.add(rule);
            } catch (IllegalArgumentException e) {
                throw new UserError(file + ", relay " + (rules.size() + 1) + ": " + e.getMessage(), e);
            }
        }
        return rules;
    }

    private static RelayRule rule(Path file, Object entry) {
        if (!(entry instanceof Map<?, ?> fields)) {
            throw new IllegalArgumentException("must be a map with name, streams and target");
        }
        RelayDefinition definition = RelayDefinition.of(fields, "tls-ca");
        return definition.rule(definition.authorities().isEmpty()
                ? ServerTrust.SYSTEM
                : ServerTrust.of(file.resolveSibling(definition.authorities())));
    }
}

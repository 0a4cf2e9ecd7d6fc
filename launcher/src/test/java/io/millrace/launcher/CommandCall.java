package io.millrace.launcher;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A command that ran in this process, with what it printed. It is run as by {@code Main}, without the cost of starting a
 * JVM. Afterwards, logging is that of tests again.
 */
public record CommandCall(int code, String out, String err) {
    /** Runs a command to its end. */
    static CommandCall run(Map<String, String> environment, List<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        try {
            int code = CommandLines.run(arguments, environment, new PrintWriter(out, true),
                    new PrintWriter(err, true));
            return new CommandCall(code, out.toString(), err.toString());
        } finally {
            QuietLogging.restore();
        }
    }

    /** Runs a command to its end, and asserts the exit code. */
    public static CommandCall run(int code, String... arguments) {
        CommandCall call = run(Map.of("MILLRACE_LOG_LEVEL", "error"), List.of(arguments));
        assertThat(call.code()).as("%s: %s", List.of(arguments), call.err()).isEqualTo(code);
        return call;
    }

    /** Returns the value and the origin that {@code config} prints for one setting. */
    String setting(String name) {
        return out.lines().filter(line -> line.startsWith(name + " ")).findFirst().orElseThrow()
                .replaceFirst("^\\S+\\s+", "").replaceAll("\\s{2,}", " | ");
    }

    /** Returns the last line of the errors. */
    String lastError() {
        return err.lines().reduce((_, line) -> line).orElse("");
    }
}

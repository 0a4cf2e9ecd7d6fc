package io.millrace.launcher;

import io.millrace.launcher.settings.Setting;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /api/v1/settings} on the admin port: the settings in force of this process and where they are from, without
 * secrets. Thread-safe.
 */
final class SettingsResource implements AdminResource {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Supplier<List<Setting>> settings;

    private record Listing(List<Line> settings) {}

    /** @param where the flag, the variable, or file and line; null if the source says it all */
    private record Line(String name, String value, String source, String where) {}

    /** @param settings returns those that apply now */
    SettingsResource(Supplier<List<Setting>> settings) {
        this.settings = settings;
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get("/api/v1/settings", _ -> new Answer(200,
                JSON.writeValueAsString(new Listing(settings.get().stream().map(each -> new Line(each.name(),
                        each.value(), each.source().label(), each.where())).toList())))));
    }
}

package io.millrace.edge.http;

import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.TextBody;
import io.millrace.edge.view.RenderedText;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoute;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code /api/v1/openapi.json}: the OpenAPI 3.1 document of both ports, whose tags say which operation is on which
 * port. Immutable.
 */
public final class OpenApi implements AdminResource {
    private static final String FILE = "/api/openapi.json";

    private final RenderedText text;

    private OpenApi(RenderedText text) {
        this.text = text;
    }

    /** Reads the document; fails if it is missing, which is a bug in the build. */
    public static OpenApi load() {
        try (InputStream in = OpenApi.class.getResourceAsStream(FILE)) {
            return new OpenApi(RenderedText.of(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void answer(Responder responder) {
        TextBody.send(responder, text, "application/json", "no-cache");
    }

    @Override
    public List<AdminRoute> routes() {
        return List.of(AdminRoute.get(ApiResource.OPEN_API.template(),
                _ -> new Answer(200, new String(text.plain(), StandardCharsets.UTF_8))));
    }
}

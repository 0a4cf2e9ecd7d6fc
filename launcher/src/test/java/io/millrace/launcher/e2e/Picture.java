package io.millrace.launcher.e2e;

import com.microsoft.playwright.Locator;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import javax.imageio.ImageIO;

/** A screenshot of an element in the browser. */
record Picture(BufferedImage image) {

    /** Takes a screenshot and stores it as {@code target/screenshots/NAME.png}. */
    static Picture of(Locator element, String name) throws IOException {
        byte[] png = element.screenshot();
        Files.write(Files.createDirectories(Path.of("target", "screenshots")).resolve(name + ".png"), png);
        return new Picture(ImageIO.read(new ByteArrayInputStream(png)));
    }

    /**
     * Returns the number of distinct colours in a coarse grid, with four bits per channel. A black or grey picture has
     * one or two.
     */
    Set<Integer> colours() {
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < image.getHeight(); y += 8) {
            for (int x = 0; x < image.getWidth(); x += 8) {
                colours.add(image.getRGB(x, y) & 0xF0F0F0);
            }
        }
        return colours;
    }

    int differingPixels(Picture other) {
        int differing = 0;
        for (int y = 0; y < Math.min(image.getHeight(), other.image.getHeight()); y++) {
            for (int x = 0; x < Math.min(image.getWidth(), other.image.getWidth()); x++) {
                if ((image.getRGB(x, y) & 0xE0E0E0) != (other.image.getRGB(x, y) & 0xE0E0E0)) {
                    differing++;
                }
            }
        }
        return differing;
    }
}

package io.jenkins.plugins.mlflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every claim of docs/security.md names the tests that show it, and they exist. */
class SecurityGuideTest {
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*Test)\\.(\\w+)`");
    private static final String AFTER_THE_CLAIMS = "\n## What is bundled";

    @Test
    void everyTestThatIsNamedExists() throws Exception {
        List<String> missing = new ArrayList<>();
        Matcher named = NAMED.matcher(text());
        while (named.find()) {
            if (!exists(named.group(1), named.group(2))) {
                missing.add(named.group());
            }
        }
        assertEquals(List.of(), missing);
    }

    @Test
    void everyClaimNamesATest() throws Exception {
        String claims = text().substring(0, text().indexOf(AFTER_THE_CLAIMS));
        String[] points = claims.split("\n(?=- )");
        assertTrue(points.length > 20, () -> points.length + " claims");
        for (int i = 1; i < points.length; i++) {
            String point = points[i];
            assertTrue(NAMED.matcher(point).find(), point);
        }
    }

    private static String text() throws IOException {
        return Files.readString(Guide.docs().resolve("security.md"));
    }

    /** Looked for in the sources: the engine's build does not compile the tests of the plugin. */
    private static boolean exists(String type, String method) throws IOException {
        Path project = Guide.docs().getParent();
        Pattern test = Pattern.compile("\n    void " + method + "\\(");
        for (String folder : List.of("src/test/java", "cli/src/test/java")) {
            try (Stream<Path> files = Files.walk(project.resolve(folder))) {
                for (Path file :
                        files.filter(file -> file.endsWith(type + ".java")).toList()) {
                    if (test.matcher(Files.readString(file)).find()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}

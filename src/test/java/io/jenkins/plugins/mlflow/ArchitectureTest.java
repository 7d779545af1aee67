package io.jenkins.plugins.mlflow;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The arrows between the packages; each may depend only on what is named beside it. */
class ArchitectureTest {
    private static final String HOME = "io.jenkins.plugins.mlflow.";
    private static final List<String> JAVA = List.of("java..", "javax..", "edu.umd.cs.findbugs.annotations..");
    private static final List<String> JENKINS = List.of(
            "hudson..",
            "jenkins..",
            "org.jenkinsci..",
            "org.kohsuke..",
            "net.sf.json..",
            "com.cloudbees..",
            "jakarta.servlet..",
            "org.apache.commons.jelly..",
            "org.jvnet.localizer..",
            // What StepContext.saveState() answers with.
            "com.google.common.util.concurrent..",
            // What Jenkins tells who is logged in by.
            "org.springframework.security.core..");

    private final JavaClasses product = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(HOME + "..");

    @Test
    void theArrowsPointOneWay() {
        assertFalse(product.isEmpty());
        allow("policy", List.of("org.yaml.snakeyaml..", "com.fasterxml.jackson.core.."));
        allow("evaluation", List.of("org.apache.commons.statistics.."), "policy");
        allow("tracking", List.of("com.fasterxml.jackson.core.."));
        allow("gate", List.of(), "policy", "evaluation", "tracking");
        allow("export", List.of(), "policy", "evaluation");
        allow("config", JENKINS, "policy", "tracking");
        allow("report", JENKINS, "policy", "evaluation", "export");
        allow("live", JENKINS, "policy", "evaluation", "tracking", "gate", "config", "report");
        allow("training", JENKINS, "policy", "config", "report", "tracking");
        allow("trigger", JENKINS, "policy", "config", "report", "tracking");
        List<String> withChecks = new ArrayList<>(JENKINS);
        withChecks.add("io.jenkins.plugins.checks..");
        allow("publish", withChecks, "policy", "evaluation", "export", "report");
        allow(
                "step",
                JENKINS,
                "policy",
                "evaluation",
                "tracking",
                "gate",
                "config",
                "report",
                "live",
                "publish",
                "training");
        allow("step.scheduling", JENKINS, "live");
    }

    /** Metaphors and everyday words that have standard terms; see "Words" in CONTRIBUTING.md. */
    @Test
    void noClassIsNamedByAWordToAvoid() {
        Pattern avoided =
                Pattern.compile("(Judge|Round|Wheel|Needs|Misses|Words|Plain|Trouble|Patience|Standing|When|Answer"
                        + "|Question|Mend|Gone|Past|Lost|Somebody)");
        List<String> named = product.stream()
                .map(type -> type.getSimpleName())
                .filter(name -> Arrays.stream(name.split("(?=\\p{Lu})"))
                        .anyMatch(word -> avoided.matcher(word).matches()))
                .toList();
        assertEquals(List.of(), named);
    }

    /** {@code step} speaks of the engine's values, but asks MLflow only through {@code config} and {@code gate}. */
    private void allow(String room, List<String> libraries, String... rooms) {
        List<String> allowed = new ArrayList<>(JAVA);
        allowed.addAll(libraries);
        allowed.add(HOME + room + "..");
        for (String other : rooms) {
            allowed.add(HOME + other + "..");
        }
        ArchRule rule = classes()
                .that()
                .resideInAPackage(HOME + room + "..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(String[]::new))
                .allowEmptyShould(true);
        rule.check(product);
    }
}

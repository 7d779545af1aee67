package io.jenkins.plugins.mlflow.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Text of unknown origin, as it is shown, kept and written to YAML. */
class DisplayTextTest {
    private static final String ROCKET = "\uD83D\uDE80";

    @Test
    void aTextIsCutAfterWholeCharacters() {
        assertEquals("abc", DisplayText.cut("abc", 3));
        assertEquals("abc…", DisplayText.cut("abcd", 3));
        assertEquals("ab…", DisplayText.cut("ab" + ROCKET + "c", 3));
        assertEquals("ab" + ROCKET + "…", DisplayText.cut("ab" + ROCKET + "c", 4));
    }

    @Test
    void aNameInAMessageHidesNothing() {
        assertEquals("a b c", DisplayText.name("a\nb\u202Ec", 10));
        assertEquals("a b…", DisplayText.name("a\nb\u202Ec", 3));
    }

    @Test
    void whatIsKeptHasNoCharacterThatXmlCannotCarry() {
        assertEquals("a b\uFFFDc\uFFFD", DisplayText.plain("a\tb\u0000c\uD83D", 10));
        assertEquals("a\nb\tc\uFFFD", DisplayText.lines("a\nb\tc\u0007", 10));
        assertEquals("ab…", DisplayText.plain("abcd", 3));
        assertEquals(ROCKET + ROCKET, DisplayText.plain(ROCKET + ROCKET, 2));
        assertNull(DisplayText.plain(null, 3));
    }

    @Test
    void hiddenCharactersAreKnown() {
        for (int character : new int[] {0x07, 0x85, 0x202E, 0x2028, 0xFEFF, 0xD83D}) {
            assertTrue(DisplayText.isHidden(character), Integer.toHexString(character));
        }
        for (int character : new int[] {'a', ' ', 0xE9, 0x1F680}) {
            assertFalse(DisplayText.isHidden(character), Integer.toHexString(character));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "churn",
                "no",
                "1.0",
                "",
                "a b",
                "a: b #c",
                "\"q\\\"",
                "two\nlines\ttab",
                "\u0000\u0085\u00A0\u202E\uFEFF\u2028",
                "caf\u00E9 \u2192 \uD83D\uDE80"
            })
    void aStringInYamlReadsBackAsItself(String text) {
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        assertEquals(text, yaml.load(YamlText.scalar(text)));
        assertEquals(text, yaml.load(YamlText.quoted(text)));
        assertTrue(YamlText.quoted(text).codePoints().noneMatch(DisplayText::isHidden));
    }

    @Test
    void aCommentInYamlStaysOnItsLine() {
        assertEquals("a b c \u2192", YamlText.comment("a\nb\u2028c \u2192"));
    }
}

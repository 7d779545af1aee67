package io.jenkins.plugins.mlflow.tracking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {

    @Test
    void basicIsSentInUtf8() {
        String header =
                Credentials.basic("ann", "pä ss", "mlflow-login").header().orElseThrow();
        String pair =
                new String(Base64.getDecoder().decode(header.substring("Basic ".length())), StandardCharsets.UTF_8);
        assertEquals("ann:pä ss", pair);
    }

    @Test
    void bearerIsSentAsItIs() {
        assertEquals(
                "Bearer abc.def",
                Credentials.bearer("abc.def", "token").header().orElseThrow());
    }

    @Test
    void everySpellingOfASecretIsMasked() {
        Credentials credentials = Credentials.basic("ann", "p&ss \"w/rd\"", "mlflow-login");
        String pair = Base64.getEncoder().encodeToString("ann:p&ss \"w/rd\"".getBytes(StandardCharsets.UTF_8));
        for (String form : new String[] {
            "p&ss \"w/rd\"",
            "p%26ss+%22w%2Frd%22",
            "p%26ss%20%22w%2Frd%22",
            "p%26ss+%22w%2frd%22",
            "p&ss \\\"w/rd\\\"",
            "p&amp;ss &quot;w/rd&quot;",
            pair,
            pair.replace("=", ""),
        }) {
            assertEquals("<****>", credentials.mask("<" + form + ">"), form);
        }
    }

    /** Escaped as encoders of JSON do it: what is not ASCII, what HTML would read, or both. */
    @Test
    void aSecretThatJsonEscapesIsMasked() {
        Credentials credentials = Credentials.basic("ann", "p\u00e4\u2039<5w\u00f6'\ud83d\ude00", "mlflow-login");
        for (String form : new String[] {
            "p\\u00e4\\u2039<5w\\u00f6'\\ud83d\\ude00",
            "p\\u00E4\\u2039<5w\\u00F6'\\uD83D\\uDE00",
            "p\u00e4\u2039\\u003c5w\u00f6\\u0027\ud83d\ude00",
            "p\\u00e4\\u2039\\u003c5w\\u00f6\\u0027\\ud83d\\ude00",
            "p\\u00E4\\u2039\\u003C5w\\u00F6\\u0027\\uD83D\\uDE00",
        }) {
            assertEquals("<****>", credentials.mask("<" + form + ">"), form);
        }
    }

    @Test
    void nothingIsMaskedWithoutASecret() {
        assertEquals("text", Credentials.none().mask("text"));
        assertTrue(Credentials.none().header().isEmpty());
    }

    @Test
    void onlyTheDescriptionIsShown() {
        assertEquals(
                "mlflow-login",
                Credentials.basic("ann", "s3cret", "mlflow-login").toString());
        assertEquals("variable X", Credentials.bearer("s3cret", "variable X").toString());
        assertEquals("no credentials", Credentials.none().description());
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3cret\n", "s3cret\r\nX-Evil: 1", "s3cret tail", "s3crét", ""})
    void aTokenThatIsNoHeaderValueIsRefusedWithoutShowingIt(String token) {
        String message = assertThrows(IllegalArgumentException.class, () -> Credentials.bearer(token, "mlflow-token"))
                .getMessage();
        assertTrue(message.contains("mlflow-token"), message);
        assertFalse(message.contains("s3cr"), message);
    }

    @Test
    void aUserWithAColonOrAPasswordWithALineBreakIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Credentials.basic("a:b", "x", "login"));
        assertThrows(IllegalArgumentException.class, () -> Credentials.basic("ann", "x\ny", "login"));
        assertThrows(IllegalArgumentException.class, () -> Credentials.basic("", "x", "login"));
    }
}

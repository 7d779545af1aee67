package io.jenkins.plugins.mlflow.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a response, and what is refused. In the examples | is a line break. */
class DirectHttpReaderTest {
    private static final String OK = "HTTP/1.1 200 OK|";

    private record Response(DirectHttpReader.Head head, String body) {}

    private static String lines(String text) {
        return text.replace("|", "\r\n");
    }

    private static Response read(String text) throws IOException {
        return read(new ByteArrayInputStream(lines(text).getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static Response read(InputStream in) throws IOException {
        DirectHttpReader reader = new DirectHttpReader(in);
        DirectHttpReader.Head head = reader.readHead();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        reader.readBody(head, () -> false, body::writeBytes);
        return new Response(head, body.toString(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK|Content-Length: 5||hello",
                "HTTP/1.1 200 OK|content-length:5||hello",
                "HTTP/1.1 200 OK|Content-Length: \t 5 \t||hello",
                "HTTP/1.1 200 OK|Content-Length: 5|Content-Length: 5||hello",
                "HTTP/1.1 200 OK|Content-Length: 5||hello and what belongs to no response",
                "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
                "HTTP/1.1 200|Content-Length: 5||hello",
                "HTTP/1.1 200 \u00c5\u0085|X: \u00fc\u0085|Content-Length: 5||hello",
                "HTTP/1.1 200 OK|Empty:|Content-Length: 5||hello",
                "HTTP/1.1 200 OK||hello",
                "HTTP/1.0 200 OK||hello",
                "HTTP/1.0 200 OK|Connection: keep-alive|Content-Length: 5||hello",
                "HTTP/1.1 200 OK|Connection: keep-alive, close||hello",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: Chunked||2|he|3|llo|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||00000005;a=b;c=\"d\u0085\"|hello|0;last|X-Trailer: 1|Content-Length: 7||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5  |hello|0||and what belongs to no response",
                "HTTP/1.1 100 Continue||HTTP/1.1 103 Early Hints|Link: </a>||HTTP/1.1 200 OK|Content-Length: 5||hello",
            })
    void everyWayToSendABodyIsUnderstood(String text) throws IOException {
        Response response = read(text);
        assertEquals(200, response.head().statusCode());
        assertEquals("hello", response.body());
    }

    @Test
    void headersAreKeptInAnyCaseAndAFoldedOneIsPutTogether() throws IOException {
        DirectHttpReader.Head head =
                read("HTTP/1.1 503 Busy|retry-after: 7|A: 1|a: 2|Folded: x|\t y |  z|Content-Length: 0||")
                        .head();
        assertEquals(503, head.statusCode());
        assertEquals("7", head.headers().firstValue("Retry-After").orElseThrow());
        assertEquals(List.of("1", "2"), head.headers().allValues("A"));
        assertEquals("x y z", head.headers().firstValue("Folded").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 204 No Content|Content-Length: 5||hello",
                "HTTP/1.1 304 Not Modified|Content-Length: 5||hello",
                "HTTP/1.1 204 No Content|Transfer-Encoding: chunked||5|hello|0||",
                "HTTP/1.1 200 OK|Content-Length: 0||hello",
            })
    void whereThereIsNoBodyNoneIsWaitedFor(String text) throws IOException {
        assertEquals("", read(text).body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5|Content-Length: 6||hello!",
                "Content-Length: 5, 5||hello",
                "Content-Length: +5||hello",
                "Content-Length: -5||hello",
                "Content-Length: 0x5||hello",
                "Content-Length: 5 0||hello",
                "Content-Length: 5|  0||hello",
                "Content-Length:||hello",
                "Content-Length: \u000b5||hello",
                "Content-Length: \u00a05||hello",
                "Content-Length: 99999999999999999999||hello",
                "Transfer-Encoding: chunked|Content-Length: 5||5|hello|0||",
                "Transfer-Encoding: chunked|Transfer-Encoding: chunked||5|hello|0||",
                "Transfer-Encoding: chunked, chunked||5|hello|0||",
                "Transfer-Encoding: gzip, chunked||5|hello|0||",
                "Transfer-Encoding: identity||hello",
                "Transfer-Encoding: xchunked||5|hello|0||",
                "Transfer-Encoding: \u000bchunked||5|hello|0||",
                "Transfer-Encoding:||hello",
                "Transfer-Encoding: chunked||hello|",
                "Transfer-Encoding: chunked|||",
                "Transfer-Encoding: chunked||0x5|hello|0||",
                "Transfer-Encoding: chunked||-5|hello|0||",
                "Transfer-Encoding: chunked||+5|hello|0||",
                "Transfer-Encoding: chunked||5 5|hello|0||",
                "Transfer-Encoding: chunked||100000005|hello|0||",
                "Transfer-Encoding: chunked||4|hello|0||",
                "Transfer-Encoding: chunked||5|hello0||",
                "Content-Length : 5||hello",
                " Content-Length: 5||hello",
                "\tfolded|Content-Length: 5||hello",
                "Content Length: 5||hello",
                ": 5||hello",
                "Content-Length||hello",
                "A: b\rContent-Length: 5||hello",
                "A: \0|Content-Length: 5||hello",
            })
    void aHeadOrChunkThatCanBeUnderstoodInTwoWaysIsRefused(String text) {
        assertThrows(ProtocolException.class, () -> read(OK + text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.9||",
                "HTTP/2 200 OK|Content-Length: 5||hello",
                "HTTP/1.10 200 OK|Content-Length: 5||hello",
                "HTTP/1.1  200 OK|Content-Length: 5||hello",
                "HTTP/1.1 2000 OK|Content-Length: 5||hello",
                "HTTP/1.1 020 OK|Content-Length: 5||hello",
                "HTTP/1.1 200OK|Content-Length: 5||hello",
                "http/1.1 200 OK|Content-Length: 5||hello",
                "|HTTP/1.1 200 OK|Content-Length: 5||hello",
                " HTTP/1.1 200 OK|Content-Length: 5||hello",
                "HTTP/1.1 200 OK\rHTTP/1.1 404 No|Content-Length: 5||hello",
                "HTTP/1.1 101 Switching Protocols|Upgrade: h2c||HTTP/1.1 200 OK|Content-Length: 5||hello",
            })
    void whatIsNotHttp1IsRefused(String text) {
        assertThrows(ProtocolException.class, () -> read(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "H",
                "HTTP/1.1 200 OK",
                "HTTP/1.1 200 OK|Content-Length: 5|",
                "HTTP/1.1 100 Continue||",
                "HTTP/1.1 200 OK|Content-Length: 5||hell",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hell",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|0|",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|0|A: b|",
            })
    void aResponseThatEndsEarlyIsNotTakenForAWholeOne(String text) {
        assertThrows(EOFException.class, () -> read(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "HTTP/1.1 200 OK|A: ",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5;",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|0|A: ",
            })
    void aLineWithoutEndIsReadForNoMoreThan64KiB(String start) {
        assertEndsWithin80KiB(start, "x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK|",
                "HTTP/1.1 200 OK|A: b|",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||0|",
            })
    void headersWithoutEndAreReadForNoMoreThan64KiB(String start) {
        assertEndsWithin80KiB(start, "A: b|");
        assertEndsWithin80KiB(start, start.endsWith("b|") ? " folded|" : "B: c|");
    }

    @Test
    void interimResponsesWithoutEndAreRefused() {
        assertEndsWithin80KiB("", "HTTP/1.1 100 Continue||");
    }

    private static void assertEndsWithin80KiB(String start, String rest) {
        byte[] bytes = lines(start + rest.repeat((80 << 10) / rest.length())).getBytes(StandardCharsets.ISO_8859_1);
        InputStream tooFar = new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("read on and on");
            }
        };
        ProtocolException e = assertThrows(
                ProtocolException.class, () -> read(new SequenceInputStream(new ByteArrayInputStream(bytes), tooFar)));
        assertTrue(e.getMessage().contains("than"), e.getMessage());
    }

    /** Who cuts it before secrets are masked may leave a part of one. */
    @Test
    void aStatusLineThatIsNoneIsToldWhole() {
        String line = "x".repeat(5_000);
        ProtocolException e = assertThrows(ProtocolException.class, () -> read(line + "||"));
        assertTrue(e.getMessage().contains(line));
    }
}
